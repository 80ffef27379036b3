"""Covariates: from what a request sends to what a network takes in."""

from typing import Any

import numpy as np
import pytest

from models.errors import InvalidRequest
from models.inference.covariates import covariate_inputs, covariate_values, request_codes
from models.spec.covariate import Covariate
from tests.support.constant import plain_spec

TEMPERATURE = Covariate(name="temperature", mean=20, scale=4)
KIND = Covariate(name="kind", categories=("a", "b", "c"))


def test_numbers_are_scaled_and_categories_have_a_channel_each() -> None:
    spec = plain_spec(future=(TEMPERATURE, KIND))
    codes = np.array([[[24.0, 0], [12, 2], [20, -1]]])
    assert covariate_inputs(spec, codes).tolist() == [[[1, 1, 0, 0], [-2, 0, 0, 1], [0, 0, 0, 0]]]


def test_where_contexts_have_scales_of_their_own_so_have_numbers() -> None:
    spec = plain_spec(future=(TEMPERATURE,), scaler=plain_spec().scaler.model_copy(update={"kind": "context"}))
    codes = np.array([[[1.0], [3], [5]], [[100], [300], [500]], [[7], [7], [11]]])
    found = covariate_inputs(spec, codes)[..., 0]  # a window of two
    assert found[:2].tolist() == [[-1, 1, 3], [-1, 1, 3]]
    assert found[2].tolist() == [0, 0, pytest.approx(4 / 0.04)]  # hardly changing: a hundredth of training's spread


def test_a_network_of_several_outputs_sees_the_covariates_of_all_its_targets() -> None:
    spec = plain_spec(future=(Covariate(name="x"),), outputs=3)
    codes = np.arange(5.0)[None, :, None]
    assert covariate_inputs(spec, codes)[0].tolist() == [[0, 1, 2], [1, 2, 3], [2, 3, 4], [3, 4, 4], [4, 4, 4]]


def test_a_request_brings_values_by_name() -> None:
    sent: list[dict[str, list[Any]]] = [
        {"temperature": [1, 2.5, 3, 4], "kind": ["a", "b", "c", "b"]},
        {"kind": ["x", "x", "y", "a", "a"], "temperature": [0, True, 7, 8, 9]},
    ]
    codes, unseen = request_codes((TEMPERATURE, KIND), sent, [4, 5], 3)
    assert codes.tolist() == [[[2.5, 1], [3, 2], [4, 1]], [[7, -1], [8, 0], [9, 0]]]
    assert unseen == {"kind": "y"}


def test_values_of_a_short_window_begin_with_its_first_one() -> None:
    codes, _ = request_codes((TEMPERATURE,), [{"temperature": [5, 6]}], [2], 4)
    assert codes[0, :, 0].tolist() == [5, 5, 5, 6]


def test_values_and_codes_lead_to_each_other() -> None:
    values = {"temperature": (1.5, 2.0), "kind": ("c", "a")}
    codes, _ = request_codes((TEMPERATURE, KIND), [values], [2], 2)
    assert covariate_values((TEMPERATURE, KIND), codes[0]) == values


def test_a_category_that_training_never_saw_stays_one() -> None:
    values = covariate_values((KIND,), np.array([[1.0], [-1.0]]))
    codes, unseen = request_codes((KIND,), [values], [2], 2)
    assert (codes[0, :, 0].tolist(), unseen) == ([1, -1], {"kind": "(unseen)"})


@pytest.mark.parametrize(
    ("sent", "location", "message"),
    [
        ({"temperature": [1, 2]}, (0,), "expected 2 values of kind, .*, but none came"),
        ({"temperature": [1], "kind": ["a", "b"]}, (0, "temperature"), "expected 2 values, .*, but 1 came"),
        ({"temperature": [1, 2], "kind": ["a"] * 3}, (0, "kind"), "expected 2 values, .*, but 3 came"),
        ({"temperature": [1, 2], "kind": ["a", "b"], "tmp": [1]}, (0,), "no covariate tmp.*temperature, kind"),
        ({"temperature": [1, "2"], "kind": ["a", "b"]}, (0, "temperature", 1), "expected a number"),
        ({"temperature": [1, 1e300], "kind": ["a", "b"]}, (0, "temperature", 1), "fits in a 32-bit float"),
        ({"temperature": [1, 2], "kind": ["a", 1.0]}, (0, "kind", 1), "expected a text such as 'a'"),
    ],
)
def test_what_is_missing_extra_or_wrong_is_named(sent: Any, location: tuple[Any, ...], message: str) -> None:
    with pytest.raises(InvalidRequest, match=message) as caught:
        request_codes((TEMPERATURE, KIND), [sent], [2], 2)
    assert caught.value.location == location


def test_a_model_without_covariates_takes_none() -> None:
    with pytest.raises(InvalidRequest, match="no covariate x; the model takes in none"):
        request_codes((), [{"x": [1]}], [1], 1)
