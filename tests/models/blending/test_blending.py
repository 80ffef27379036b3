"""Mixing forecasts, by hand."""

from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from models.blending.blending import Blending, known_of_targets
from models.graphs.onnx_network import OnnxNetwork
from models.inference.covariates import covariate_inputs
from models.inference.forecaster import Forecaster
from models.spec.blend import Blend, LinearForecast
from models.spec.covariate import Covariate
from models.timeseries.scaling import Scaler, ScalerKind
from tests.support.constant import constant, plain_spec
from tests.support.tiny import graph_of, tiny_spec

RECENT = np.array([[[1.0], [2], [4], [8]]])
DOUBLE = LinearForecast(weights=(2.0,), intercept=0.0, shift=0.0, spread=1.0)


def test_each_step_has_its_shares_and_the_last_ones_hold() -> None:
    blend = Blend(seasons=(1, 2), linear=(DOUBLE,), weights=((0.5, 0.5, 0, 0), (0.5, 0, 0.25, 0.25)))
    mixed = Blending(blend).mix(RECENT, np.full((1, 4, 1), 100.0))
    # The last value 8; the last two 4, 8, 4, 8; the doubles 16, 32, 64, 128.
    assert mixed[0, :, 0].tolist() == [50 + 4, 50 + 2 + 8, 50 + 1 + 16, 50 + 2 + 32]


def test_the_network_alone_is_left_as_it_is() -> None:
    predictions = np.array([[[1.5], [2.5]]])
    assert Blending(Blend(seasons=(), weights=((1.0,),))).mix(RECENT, predictions).tolist() == predictions.tolist()


def test_each_target_has_its_own_linear_forecast() -> None:
    blend = Blend(seasons=(), linear=(DOUBLE, DOUBLE.model_copy(update={"weights": (3.0,)})), weights=((0.0, 1.0),))
    assert Blending(blend).mix(np.array([[[1.0, 10]]]), np.zeros((1, 1, 2))).tolist() == [[[2, 30]]]
    assert blend.context_length == 1


@pytest.mark.parametrize(
    "values",
    [
        {"seasons": (1,), "weights": ((1.0,),)},
        {"seasons": (1,), "weights": ((1.5, -0.5),)},
        {"seasons": (1,), "weights": ((0.5, 0.4),)},
        {"seasons": (), "weights": ()},
        {"seasons": (0,), "weights": ((0.5, 0.5),)},
    ],
)
def test_shares_must_be_shares(values: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Blend(**values)


def test_a_forecaster_answers_with_the_mixture_from_a_context_as_long_as_it_takes() -> None:
    blend = Blend(seasons=(3,), weights=((0.5, 0.5),))
    model = constant(10.0, plain_spec(window=2, blend=blend))
    assert model.spec.context_length == 3
    assert model.forecast([[0.0, 2, 4, 6]], 4)[0, :, 0].tolist() == [6, 7, 8, 6]
    plain = constant(10.0, plain_spec(window=2))
    assert plain.forecast([[4.0, 6]], 2)[0, :, 0].tolist() == [10, 10]


def test_what_was_never_negative_is_not_forecast_below_0() -> None:
    model = constant(-1.0, plain_spec(("a", "b"), nonnegative=("b",)))
    assert model.forecast(np.ones((1, 2, 2)), 1)[0, 0].tolist() == [-1, 0]


def test_a_short_window_is_extended_by_its_first_season() -> None:
    blend = Blend(seasons=(4,), weights=((0.0, 1.0),))
    model = constant(0.0, plain_spec(window=2, blend=blend, extension={"least": 3, "season": 2}))
    assert (model.spec.context_length, model.spec.least_context) == (4, 3)
    assert model.forecast([[1.0, 2, 3]], 4)[0, :, 0].tolist() == [2, 1, 2, 3]  # as if 2 came before


def test_a_linear_forecast_of_before_there_were_covariates_is_read_and_takes_none() -> None:
    old = Blend.model_validate_json(
        '{"seasons": [], "linear": [{"weights": [2.0], "intercept": 0.0, "shift": 0.0, "spread": 1.0}], '
        '"weights": [[0.5, 0.5]]}'
    )
    assert old.linear == (DOUBLE,)
    assert DOUBLE.covariates == ()
    assert not Blending(old).takes_known
    spec = plain_spec(calendar=("day",), frequency="1h", blend=old)
    assert Blending(old).mix(RECENT, np.zeros((1, 1, 1))).tolist() == [[[8]]]
    assert spec.blend == old


@pytest.mark.parametrize("scaler", ["none", "context"])
def test_a_forecaster_gives_its_linear_forecast_what_is_known_of_each_step(scaler: ScalerKind) -> None:
    linear = LinearForecast(weights=(0.5,), intercept=1.0, shift=0.0, spread=1.0, covariates=(10.0, 1, 100))
    spec = plain_spec(
        window=2,
        outputs=2,
        future=(Covariate(name="x"),),
        past=(Covariate(name="y"),),
        static=(Covariate(name="region", categories=("north", "south")),),
        blend=Blend(seasons=(), linear=(linear,), weights=((0.0, 1.0),)),
        scaler=Scaler.fit(scaler, np.zeros((1, 1))),
    )
    x = np.array([7.0, 1, 3, 2])  # of the rows of the window and of two steps
    codes = np.stack([x, [8.0, 9, 9, 9], np.ones(4)], axis=-1)[None]
    answer = Forecaster(spec, OnnxNetwork(graph_of(spec))).forecast([[4.0, 8]], 2, codes=codes)
    # Where each context has a scale of its own, x has that of the window's targets, 1 and 3.
    scaled = x if scaler == "none" else (x - 2) / 1
    first = 0.5 * 8 + 1 + 10 * scaled[2] + 100
    assert answer[0, :, 0] == pytest.approx([first, 0.5 * first + 1 + 10 * scaled[3] + 100])
    assert covariate_inputs(spec, codes)[0, 1, 0] == scaled[2]


def test_what_is_known_of_forecast_steps_is_that_of_their_own_targets() -> None:
    spec = tiny_spec(window=2, outputs=2, future=(Covariate(name="x"),), static=(Covariate(name="z"),))
    known_future = np.arange(9, dtype=np.float32).reshape(1, 3, 3)  # x, the next target's x, z
    found = known_of_targets(spec, known_future)
    assert found is not None
    assert found.tolist() == [[[3, 5], [6, 8]]]
    assert known_of_targets(spec, None) is None
