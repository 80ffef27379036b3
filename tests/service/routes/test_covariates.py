"""Covariates in POST /predict: what the schema refuses before any model is asked, and what a blend makes of them."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.registry.registry import Registry
from models.spec.blend import Blend, LinearForecast
from models.timeseries.calendar_features import calendar_inputs
from models.timeseries.frequency import parse_frequency
from models.timeseries.time_index import TimeIndex
from service.settings import Settings
from tests.support.in_process import Client, running
from tests.support.tiny import publish_tiny, tiny_spec

pytestmark = pytest.mark.anyio

WINDOW = [1.0, 2.0, 3.0, 4.0]


@pytest.mark.parametrize(
    ("fields", "detail"),
    [
        (
            {"window": WINDOW, "future": {"x": [1.0] * 5}},
            "future: tiny@1 takes in no future covariates: leave future out",
        ),
        ({"window": WINDOW, "future": {}}, "future: tiny@1 takes in no future covariates: leave future out"),
        ({"window": WINDOW, "future": {"x": 1}}, "future.x: expected a valid array, but a number came"),
        ({"window": WINDOW, "future": {"x": [1, None]}}, "future.x: expected numbers, truth values or texts"),
        ({"window": WINDOW, "future": {"x": [[1]]}}, "future.x: expected numbers, truth values or texts"),
        ({"window": WINDOW, "future": {"x": ["a" * 201]}}, "future.x: expected numbers, truth values or texts"),
        ({"windows": [WINDOW], "future": [{"x": [{}]}]}, "future[0].x: expected numbers, truth values or texts"),
        ({"windows": [WINDOW], "future": {"x": [1.0] * 5}}, "future: expected a list of objects, one for each window"),
        ({"window": WINDOW, "future": [{"x": [1.0] * 5}]}, "future: expected one object, as window came"),
        ({"windows": [WINDOW] * 2, "future": [{}]}, "future: tiny@1 takes in no future covariates"),
        ({"window": WINDOW, "past": {"x": [1.0] * 4}}, "past: tiny@1 takes in no past covariates: leave past out"),
        ({"window": WINDOW, "past": {"x": 1}}, "past.x: expected a valid array, but a number came"),
        ({"window": WINDOW, "static": {"x": 1}}, "static: tiny@1 takes in no static covariates: leave static out"),
        ({"window": WINDOW, "static": {"x": [1]}}, "static.x: expected numbers, truth values or texts"),
        ({"windows": [WINDOW], "static": {"x": 1}}, "static: expected a list of objects, one for each window"),
        (
            {"window": WINDOW, "future": {f"x{number}": [] for number in range(101)}},
            "future: expected at most 100 items",
        ),
    ],
)
async def test_what_fits_no_model_is_refused_with_its_place(
    client: Client, fields: dict[str, Any], detail: str
) -> None:
    answer = await client.post("/predict", json={"model": "tiny", **fields})
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith(detail)


async def test_a_name_that_comes_twice_is_refused_at_any_depth(client: Client) -> None:
    for future in ('{"x": [1], "x": [2]}', '{"x": [1]}, "horizon": 1'):
        body = f'{{"model": "tiny", "horizon": 1, "window": {WINDOW}, "future": {future}}}'
        answer = await client.post("/predict", content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code == 422
        assert "expected each field once, but this one came again" in answer.json()["detail"]


async def test_a_blend_is_served_with_what_its_linear_forecast_knows_of_each_step(tmp_path: Path) -> None:
    linear = LinearForecast(weights=(0.5, 0.25), intercept=0.5, shift=1.0, spread=2.0, covariates=(1.0, -2, 3, 0.5))
    blend = Blend(seasons=(), linear=(linear,), weights=((0.5, 0.5), (0.0, 1.0)))
    registry = Registry.at(tmp_path)
    publish_tiny(registry, "blended", tiny_spec(calendar=("day",), frequency="30m", blend=blend))
    _, forecaster = registry.open("blended", 1)
    end = datetime(2024, 2, 29, 12, tzinfo=UTC)
    async with running(Settings(registry=tmp_path)) as client:
        request = {"model": "blended", "window": WINDOW, "horizon": 3, "end": end.isoformat(), "freq": "30m"}
        answer = await client.post("/predict", json=request)
    times = TimeIndex(end, parse_frequency("30m"))
    expected = forecaster.forecast([WINDOW], 3, times=[times])[0, :, 0]
    assert answer.json()["predictions"] == expected.tolist()
    # From the second step on the answer is the linear forecast alone.
    known = calendar_inputs(times.at(np.arange(1, 4)), ("day",), "UTC")
    values = [(value - 1) / 2 for value in WINDOW]
    for step in known:
        values.append(0.5 * values[-2] + 0.25 * values[-1] + 0.5 + float(step @ linear.covariates))
    assert expected[1:] == pytest.approx([1 + 2 * value for value in values[-2:]])
