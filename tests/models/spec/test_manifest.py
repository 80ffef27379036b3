"""What a manifest accepts."""

from typing import Any

import pytest
from pydantic import ValidationError

from models.registry.registry import Registry
from models.spec.manifest import Manifest
from models.spec.model_spec import ModelSpec
from tests.support.tiny import tiny_spec


@pytest.fixture
def document(registry: Registry) -> dict[str, Any]:
    return registry.manifest("pair", 1).model_dump(mode="json")


def test_a_manifest_survives_its_file(document: dict[str, Any]) -> None:
    assert Manifest.model_validate(document).model_dump(mode="json") == document


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"format_version": 3}, "Input should be 1 or 2"),
        ({"kind": "LSTM "}, "String should match pattern"),
        ({"state_sizes": [0]}, "greater than or equal to 1"),
        ({"spec": {}}, 'no "spec" in a manifest'),
        ({"shape": 1}, "Extra inputs are not permitted"),
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
        ({"members": 0}, "greater than or equal to 1"),
        ({"members": 10**9}, "less than or equal to 32"),
        ({"lags": [7, 0]}, "greater than or equal to 1"),
        ({"lags": [1, 2, 3]}, "every lag must be at least the lead of 2: the value 1 steps before"),
        ({"outputs": 0}, "greater than or equal to 1"),
        ({"outputs": 2}, "several outputs begin with the next value: the lead must be 1"),
        ({"lead": 1, "outputs": 4, "rollout": "state"}, "a window at least as long as the outputs"),
        ({"lead": 1, "outputs": 2, "targets": ["b"]}, "need every feature to be a target"),
        ({"difference": 0}, "greater than or equal to 1"),
        ({"difference": 7, "targets": ["b", "a"]}, "need every feature to be a target"),
        ({"calendar": ["moon"], "frequency": "1h"}, "'day', 'week', 'year' or 'weekday'"),
        ({"calendar": ["day"]}, "calendar inputs need the frequency"),
        ({"frequency": "sometimes"}, "a frequency is a duration such as 30m"),
        ({"timezone": "Mars/Olympus"}, "a timezone is an IANA name"),
        (
            {"scaler": {"kind": "robust", "mean": [0, 0], "scale": [1, 1]}},
            "'context' or 'seasonal'",
        ),
        ({"scaler": {"kind": "context", "mean": [0, 0], "scale": [1, 1], "season": 0}}, "greater than or equal to 1"),
        ({"seen": {"minimum": [0], "maximum": [1, 1]}}, "the range seen must be of 2 columns"),
        ({"seen": {"minimum": [0, 2], "maximum": [1, 1]}}, "the range seen must begin with the minimum"),
        ({"seen": {"minimum": [0, "nan"], "maximum": [1, 1]}}, "a finite number"),
        ({"calibration": {"calibrated_on": "x", "horizon": 2, "count": 0}}, "greater than or equal to 1"),
        (
            {"calibration": {"calibrated_on": "x", "horizon": 2, "count": 9, "coverage": {"80": [0.8] * 3}}},
            "the coverage and score of every level must be of the same steps, 2 at most",
        ),
    ],
)
def test_what_makes_no_sense_is_refused(document: dict[str, Any], change: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Manifest.model_validate({**document, **change})


@pytest.mark.parametrize(
    ("spec", "context_length", "input_length", "channels"),
    [
        (tiny_spec(window=10), 10, 10, 1),
        (tiny_spec(window=5, lead=2), 6, 6, 1),
        (tiny_spec(window=1, lead=1), 1, 1, 1),
        (tiny_spec(window=3, lead=4), 6, 6, 1),
        (tiny_spec(window=5, lags=(3, 12)), 16, 16, 3),
        (tiny_spec(window=5, lead=3, lags=(3,)), 7, 7, 2),
        (tiny_spec(window=5, difference=12), 17, 5, 1),
        (tiny_spec(window=5, lags=(24,), difference=12), 40, 28, 2),
        (tiny_spec(window=5, calendar=("day", "weekday"), frequency="1h"), 5, 5, 12),
        (tiny_spec(features=("a", "b"), window=2, lags=(2, 3), calendar=("year",), frequency="1mo"), 4, 4, 8),
    ],
)
def test_a_shape_knows_what_it_takes(spec: ModelSpec, context_length: int, input_length: int, channels: int) -> None:
    assert (spec.context_length, spec.input_length, spec.channels) == (context_length, input_length, channels)


def test_a_manifest_of_before_there_were_options_is_still_read(document: dict[str, Any]) -> None:
    for key in ("members", "outputs", "lags", "difference", "calendar", "timezone", "frequency", "seen"):
        del document[key]
    for key in ("backtest", "calibration", "warnings"):
        del document[key]
    manifest = Manifest.model_validate(document)
    assert (manifest.spec.members, manifest.spec.outputs, manifest.spec.lags) == (1, 1, ())


def test_targets_have_their_places_among_the_features() -> None:
    spec = tiny_spec(features=("a", "b", "c"), targets=("c", "a"))
    assert spec.target_columns == (2, 0)
    assert not spec.rolls_out
    assert tiny_spec(features=("a", "b")).rolls_out


def test_targets_in_another_order_than_the_features_can_not_be_fed_back_as_they_are() -> None:
    assert not tiny_spec(features=("a", "b"), targets=("b", "a")).rolls_out


def test_goldens_tell_seasons_and_data_its_sources(document: dict[str, Any]) -> None:
    source = {"name": "us-change", "file": "package://a/b.csv", "sha256": "0" * 64, "series": 5, "values": 790}
    document["data"]["sources"] = [source]
    document["goldens"][0]["seasons"] = [4, 12]
    document["goldens"][1]["seasons"] = []
    manifest = Manifest.model_validate(document)
    assert [golden.seasons for golden in manifest.goldens] == [(4, 12), ()]
    assert manifest.data.sources[0].file == "package://a/b.csv"
    assert manifest.model_dump(mode="json") == document
    for wrong in ({"sha256": "0"}, {"series": 0}, {"values": -1}, {"surprise": 1}):
        document["data"]["sources"] = [source | wrong]
        with pytest.raises(ValidationError):
            Manifest.model_validate(document)


def test_a_manifest_of_before_has_neither(document: dict[str, Any]) -> None:
    del document["data"]["sources"]
    for golden in document["goldens"]:
        del golden["seasons"]
    manifest = Manifest.model_validate(document)
    assert manifest.data.sources == ()
    assert manifest.goldens[0].seasons is None


@pytest.mark.parametrize("season", [0, -4, 1.5, None])
def test_a_golden_s_season_is_a_count(document: dict[str, Any], season: object) -> None:
    document["goldens"][0]["seasons"] = [season]
    with pytest.raises(ValidationError):
        Manifest.model_validate(document)
