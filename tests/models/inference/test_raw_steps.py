"""Raw units piece by piece: the same numbers as all at once."""

import itertools
from collections.abc import Sequence

import numpy as np
import pytest

from models.blending.blending import Mixture
from models.errors import InvalidWindow
from models.graphs.onnx_network import OnnxNetwork
from models.inference.forecaster import Forecaster
from models.inference.raw_steps import RawSteps
from models.inference.rollout import rollout
from models.spec.blend import Blend, LinearForecast
from models.timeseries.scaling import Scale
from tests.support.tiny import graph_of, tiny_spec

UNSCALED = Scale(np.zeros(1), np.ones(1))
LINEAR = LinearForecast(weights=(0.3, 0.5), intercept=0.1, shift=1.0, spread=2.0)
SPECS = {
    "differences": tiny_spec(difference=3),
    "scaled by each window": tiny_spec(scaler="context", nonnegative=("value",)),
    "all of it": tiny_spec(
        features=("a", "b"),
        difference=2,
        blend=Blend(seasons=(2, 3), linear=(LINEAR, LINEAR), weights=((0.25,) * 4, (0.0, 0.5, 0.25, 0.25))),
        nonnegative=("b",),
    ),
}


@pytest.mark.parametrize("sizes", [[7], [1] * 7, [3, 4], [2, 2, 3], [5, 1, 1]], ids=str)
@pytest.mark.parametrize("name", SPECS)
def test_pieces_are_the_whole(name: str, sizes: Sequence[int]) -> None:
    spec = SPECS[name]
    forecaster = Forecaster(spec, OnnxNetwork(graph_of(spec)))
    windows = np.random.default_rng(0).normal(size=(3, spec.context_length, len(spec.features)))
    inputs = forecaster.prepare(windows, 7)
    predictions = rollout(forecaster.network, spec, inputs.contexts, 7)
    steps = forecaster.raw_steps(inputs, 7)
    ends = list(itertools.accumulate(sizes))
    pieces = [steps.next(predictions[:, end - size : end]) for size, end in zip(sizes, ends, strict=True)]
    assert np.concatenate(pieces, axis=1).tolist() == forecaster.to_raw(inputs, predictions).tolist()


def test_changes_add_up_from_piece_to_piece() -> None:
    steps = RawSteps(UNSCALED, 4, np.array([[[10.0], [20.0]]]), None, None)
    found = [steps.next(np.ones((1, size, 1)))[0, :, 0].tolist() for size in (1, 2, 1)]
    assert found == [[11], [21, 12], [22]]


def test_each_step_has_its_own_share_and_none_is_below_the_lowest() -> None:
    mixture = Mixture(np.array([[1.0], [0.5], [0.0]]), [np.array([[[0.0], [1.0], [-4.0]]])])
    steps = RawSteps(UNSCALED, 3, None, mixture, np.zeros(1))
    assert [steps.next(np.full((1, size, 1), 2.0)).tolist() for size in (2, 1)] == [[[[2], [2]]], [[[0]]]]


def test_a_number_that_is_not_finite_is_told_with_its_row() -> None:
    steps = RawSteps(UNSCALED, 2, None, None, None)
    assert steps.next(np.ones((2, 1, 1))).shape == (2, 1, 1)
    with pytest.raises(InvalidWindow, match="not a finite number") as raised:
        steps.next(np.array([[[1.0]], [[np.inf]]]))
    assert raised.value.location == (1,)
