"""Requests of a client as the JSON that POST /predict takes."""

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest

from rollcast.client.errors import ClientError
from rollcast.client.request import asked_of, asked_of_many, to_json
from service.schemas.predict import PredictRequest

DAYS = pd.Series([1.0, 2.0], index=pd.date_range("2024-01-01", periods=2))


def test_only_what_was_asked_for_is_sent() -> None:
    assert asked_of([1, 2], {}).body == {"window": [1.0, 2.0]}
    assert asked_of([1, 2], {"model": "tiny", "horizon": 3, "levels": None}).body == {
        "window": [1.0, 2.0],
        "model": "tiny",
        "horizon": 3,
    }


def test_the_service_takes_everything_that_can_be_asked() -> None:
    asked = asked_of(
        DAYS,
        {
            "model": "tiny@1",
            "horizon": np.int64(2),  # type: ignore[typeddict-item]
            "levels": (80, 97.5),
            "freq": "1d",
            "season": np.array([7, 28]),  # type: ignore[typeddict-item]
            "future": {"kind": ["a", "b", "a", "b"], "load": np.arange(4)},
            "past": {"seen": pd.Series([1, 2])},
            "static": {"region": "north"},
            "adapt": True,
            "paths": 3,
            "seed": 1,
        },
    )
    read = PredictRequest.model_validate_json(to_json(asked.body))
    assert read.timestamps == ["2024-01-01T00:00:00", "2024-01-02T00:00:00"]
    assert (read.horizon, read.levels, read.paths, read.seed, read.adapt) == (2, [80, 97.5], 3, 1, True)
    assert read.future == {"kind": ["a", "b", "a", "b"], "load": [0, 1, 2, 3]}
    assert (read.past, read.static) == ({"seen": [1, 2]}, {"region": "north"})
    assert read.season == [7, 28]


def test_an_end_stands_in_for_the_index() -> None:
    assert asked_of(DAYS, {"end": "2030-01-01"}).body == {"window": [1.0, 2.0], "end": "2030-01-01"}


def test_many_series_have_lists_of_everything() -> None:
    options: Any = {"timestamps": [["2024-01-01", "2024-01-02"], DAYS.index], "future": [{"a": [1]}, {"a": [2]}]}
    body = asked_of_many([[1, 2], DAYS], options).body
    assert PredictRequest.model_validate_json(to_json(body)).count == 2
    assert body["timestamps"] == [["2024-01-01", "2024-01-02"], ["2024-01-01T00:00:00", "2024-01-02T00:00:00"]]
    assert body["future"] == [{"a": [1]}, {"a": [2]}]
    assert asked_of_many([[1], [2]], {"end": ["2024-01-01", "2024-01-02"], "freq": "1d"}).body["freq"] == "1d"


def test_times_of_some_series_alone_are_told() -> None:
    with pytest.raises(ClientError, match="some series have times"):
        asked_of_many([DAYS, [1, 2]], {})


def test_times_of_another_number_of_series_are_told() -> None:
    with pytest.raises(ClientError, match="one item for each of the 2 series"):
        asked_of_many([[1], [2]], {"end": ["2024-01-01"]})


def test_an_option_that_is_not_there_is_told() -> None:
    with pytest.raises(TypeError, match="'horizn'"):
        asked_of([1], {"horizn": 3})  # type: ignore[typeddict-unknown-key]


def test_what_is_no_json_is_told() -> None:
    with pytest.raises(ClientError, match="complex is no number"):
        to_json(asked_of([1], {"future": {"a": [1j]}}).body)  # type: ignore[list-item]


def test_bodies_are_small() -> None:
    assert to_json({"window": [1.5, None]}) == b'{"window":[1.5,null]}'
    assert json.loads(to_json({"seed": np.int32(3)})) == {"seed": 3}


def test_many_series_have_one_season_or_one_each() -> None:
    assert asked_of_many([[1], [2]], {"season": 12}).body["season"] == 12
    each = asked_of_many([[1], [2], [3]], {"season": (7, None, (24, 168))}).body
    assert each["season"] == [7, None, [24, 168]]
    assert PredictRequest.model_validate_json(to_json(each)).season == [7, None, [24, 168]]
