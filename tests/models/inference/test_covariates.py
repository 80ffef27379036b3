"""Covariates: from what a request sends to what a network takes in."""

from typing import Any

import numpy as np
import pytest

from models.errors import InvalidHorizon, InvalidRequest
from models.inference.covariates import covariate_inputs, covariate_values, request_codes
from models.inference.sent_covariates import SentCovariates
from models.spec.covariate import Covariate, Covariates
from models.spec.model_spec import ModelSpec
from tests.support.constant import constant, plain_spec

TEMPERATURE = Covariate(name="temperature", mean=20, scale=4)
KIND = Covariate(name="kind", categories=("a", "b", "c"))


def test_numbers_are_scaled_and_categories_have_a_channel_each() -> None:
    spec = plain_spec(future=(TEMPERATURE, KIND))
    codes = np.array([[[9.0, 0], [24.0, 0], [12, 2], [20, -1]]])  # the first is the newest value's own
    assert covariate_inputs(spec, codes).tolist() == [[[1, 1, 0, 0], [-2, 0, 0, 1], [0, 0, 0, 0]]]


def test_where_contexts_have_scales_of_their_own_so_have_numbers() -> None:
    spec = plain_spec(future=(TEMPERATURE,), scaler=plain_spec().scaler.model_copy(update={"kind": "context"}))
    codes = np.array([[[0.0], [1], [3], [5]], [[0], [100], [300], [500]], [[0], [7], [7], [11]]])
    found = covariate_inputs(spec, codes)[..., 0]  # a window of two
    assert found[:2].tolist() == [[-1, 1, 3], [-1, 1, 3]]
    assert found[2].tolist() == [0, 0, pytest.approx(4 / 0.04)]  # hardly changing: a hundredth of training's spread


def test_a_network_of_several_outputs_sees_the_covariates_of_all_its_targets() -> None:
    spec = plain_spec(future=(Covariate(name="x"),), outputs=3)
    codes = np.arange(-1, 5.0)[None, :, None]
    assert covariate_inputs(spec, codes)[0].tolist() == [[0, 1, 2], [1, 2, 3], [2, 3, 4], [3, 4, 4], [4, 4, 4]]


def test_a_request_brings_values_by_name() -> None:
    sent: list[dict[str, list[Any]]] = [
        {"temperature": [1, 2.5, 3, 4], "kind": ["a", "b", "c", "b"]},
        {"kind": ["x", "x", "y", "a", "a"], "temperature": [0, True, 7, 8, 9]},
    ]
    codes, unseen = request_codes("future", (TEMPERATURE, KIND), sent, [4, 5], 3)
    assert codes.tolist() == [[[2.5, 1], [3, 2], [4, 1]], [[7, -1], [8, 0], [9, 0]]]
    assert unseen == {"kind": "y"}


def test_values_of_a_short_window_begin_with_its_first_one() -> None:
    codes, _ = request_codes("future", (TEMPERATURE,), [{"temperature": [5, 6]}], [2], 4)
    assert codes[0, :, 0].tolist() == [5, 5, 5, 6]


def test_values_and_codes_lead_to_each_other() -> None:
    values = {"temperature": (1.5, 2.0), "kind": ("c", "a")}
    codes, _ = request_codes("future", (TEMPERATURE, KIND), [values], [2], 2)
    assert covariate_values((TEMPERATURE, KIND), codes[0]) == values


def test_a_category_that_training_never_saw_stays_one() -> None:
    values = covariate_values((KIND,), np.array([[1.0], [-1.0]]))
    codes, unseen = request_codes("future", (KIND,), [values], [2], 2)
    assert (codes[0, :, 0].tolist(), unseen) == ([1, -1], {"kind": "(unseen)"})


@pytest.mark.parametrize(
    ("sent", "location", "message"),
    [
        (
            {"temperature": [1, 2]},
            (0,),
            "expected 2 values of kind, those of the window and .*, but none came",
        ),
        ({"temperature": [1], "kind": ["a", "b"]}, (0, "temperature"), "expected 2 values, .*, but 1 came"),
        ({"temperature": [1, 2], "kind": ["a"] * 3}, (0, "kind"), "expected 2 values, .*, but 3 came"),
        (
            {"temperature": [1, 2], "kind": ["a", "b"], "tmp": [1]},
            (0,),
            "no covariate tmp; there are temp",
        ),
        ({"temperature": [1, "2"], "kind": ["a", "b"]}, (0, "temperature", 1), "expected a number"),
        ({"temperature": [1, 1e300], "kind": ["a", "b"]}, (0, "temperature", 1), "fits in a 32-bit float"),
        ({"temperature": [1, 2], "kind": ["a", 1.0]}, (0, "kind", 1), "expected a text such as 'a'"),
    ],
)
def test_what_is_missing_extra_or_wrong_is_named(sent: Any, location: tuple[Any, ...], message: str) -> None:
    with pytest.raises(InvalidRequest, match=message) as caught:
        request_codes("future", (TEMPERATURE, KIND), [sent], [2], 2)
    assert caught.value.location == location


REGION = Covariate(name="region", categories=("north", "south"))
MIXED = Covariates(future=(Covariate(name="x"),), past=(Covariate(name="y"),), static=(REGION,))


def mixed_spec(**more: Any) -> ModelSpec:
    return plain_spec(**MIXED._asdict(), outputs=2, **more)


def test_a_step_takes_in_what_is_known_ahead_of_its_targets_and_what_came_with_its_newest_value() -> None:
    x, y, region = np.arange(4.0), 10 * np.arange(4.0), np.ones(4)
    found = covariate_inputs(mixed_spec(), np.stack([x, y, region], axis=-1)[None])
    # x of both targets, y of the row before the first one, and south.
    assert found[0].tolist() == [[1, 2, 0, 0, 1], [2, 3, 10, 0, 1], [3, 3, 20, 0, 1]]


def test_where_contexts_have_scales_of_their_own_what_never_changes_has_training_s() -> None:
    size = Covariate(name="size", mean=100, scale=50)
    spec = plain_spec(static=(size,), scaler=plain_spec().scaler.model_copy(update={"kind": "context"}))
    assert covariate_inputs(spec, np.full((1, 4, 1), 200.0))[0].tolist() == [[2]] * 3


def test_what_comes_with_windows_of_each_kind_stands_beside_each_other() -> None:
    sent = SentCovariates(future=[{"x": [1, 2, 3, 4, 5]}], past=[{"y": [7, 8, 9]}], static=[{"region": "south"}])
    codes, unseen = sent.codes(mixed_spec(), "m@1", [3], 2)
    assert codes is not None
    assert codes[0].tolist() == [[2, 8, 1], [3, 9, 1], [4, 9, 1], [5, 9, 1]]  # of a window of two, and two steps
    assert unseen == {}
    _, unseen = sent._replace(static=[{"region": "west"}]).codes(mixed_spec(), "m@1", [3], 2)
    assert unseen == {"region": "west"}


@pytest.mark.parametrize(
    ("change", "location", "message"),
    [
        ({"past": None}, ("past",), "m@1 takes in y: send the values of the window of each as past"),
        ({"static": None}, ("static",), "m@1 takes in region: send the value of each as static"),
        ({"future": None}, ("future",), "send the values of the window and of the horizon of each as future"),
        ({"past": [{"y": [1, 2]}]}, ("past", 0, "y"), "expected 3 values, those of the window, but 2 came"),
        ({"past": [{}, {}]}, ("past",), "expected one for each of 1 windows, but 2 came"),
        ({"static": [{}]}, ("static", 0), "expected 1 value of region, but none came"),
        ({"static": [{"region": 3}]}, ("static", 0, "region", 0), "expected a text such as 'north'"),
        ({"static": [{"region": "north", "z": 1}]}, ("static", 0), "no covariate z; there are region"),
    ],
)
def test_what_lacks_or_is_wrong_is_told_with_its_kind(change: Any, location: Any, message: str) -> None:
    sent = SentCovariates([{"x": [1, 2, 3, 4, 5]}], [{"y": [7, 8, 9]}], [{"region": "south"}])._replace(**change)
    with pytest.raises(InvalidRequest, match=message) as caught:
        sent.codes(mixed_spec(), "m@1", [3], 2)
    assert caught.value.location == location


def test_a_model_takes_in_no_kind_that_it_does_not_know() -> None:
    with pytest.raises(InvalidRequest, match="m@1 takes in no past covariates: leave past out"):
        SentCovariates(past=[{"y": [1]}]).codes(plain_spec(), "m@1", [1], 1)


def test_no_horizon_reaches_beyond_what_past_covariates_are_known_for() -> None:
    forecaster = constant(0, mixed_spec())
    codes = np.zeros((1, 5, 3))
    assert forecaster.prepare([[1.0, 2]], 2, codes=codes).known_future is not None
    with pytest.raises(InvalidHorizon, match=r"takes in y, not known after the window.* at most 2, not 3"):
        forecaster.prepare([[1.0, 2]], 3, codes=codes)
    with pytest.raises(ValueError, match="past covariates are not known after the first step"):
        mixed_spec(rollout="state")
