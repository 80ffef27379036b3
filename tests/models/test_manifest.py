"""What a manifest accepts."""

from typing import Any

import pytest
from pydantic import ValidationError

from models.manifest import Manifest
from models.registry import Registry
from tests.support.tiny import tiny_shape


@pytest.fixture
def document(registry: Registry) -> dict[str, Any]:
    return registry.manifest("pair", 1).model_dump(mode="json")


def test_a_manifest_survives_its_file(document: dict[str, Any]) -> None:
    assert Manifest.model_validate(document).model_dump(mode="json") == document


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"format_version": 2}, "Input should be 1"),
        ({"kind": "transformer"}, "'lstm' or 'simple_rnn'"),
        ({"rollout": "guess"}, "Input should be 'window'"),
        ({"units": []}, "at least 1 item"),
        ({"window": 0}, "greater than or equal to 1"),
        ({"lead": -1}, "greater than or equal to 1"),
        ({"features": ["a", "a"], "targets": ["a"]}, "features must differ"),
        ({"targets": ["c"]}, "every target must be one of the features"),
        ({"features": ["a", "b", "c"]}, "the scaler is for 2 columns, not 3"),
        ({"scaler": {"kind": "standard", "mean": [0, 0], "scale": [1, 0]}}, "above 0"),
        ({"name": "../up"}, "String should match pattern"),
        ({"version": 0}, "greater than or equal to 1"),
        ({"goldens": []}, "at least 1 item"),
        ({"files": {"model.onnx": {"size_bytes": 1, "sha256": "short"}}}, "String should match pattern"),
        ({"surprise": 1}, "Extra inputs are not permitted"),
    ],
)
def test_what_makes_no_sense_is_refused(document: dict[str, Any], change: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Manifest.model_validate({**document, **change})


def test_targets_have_their_places_among_the_features() -> None:
    shape = tiny_shape(features=("a", "b", "c"), targets=("c", "a"))
    assert shape.target_columns == (2, 0)
    assert not shape.rolls_out
    assert tiny_shape(features=("a", "b")).rolls_out


def test_targets_in_another_order_than_the_features_can_not_be_fed_back_as_they_are() -> None:
    assert not tiny_shape(features=("a", "b"), targets=("b", "a")).rolls_out
