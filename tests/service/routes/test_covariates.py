"""Covariates in POST /predict: what the schema refuses before any model is asked."""

from typing import Any

import pytest

from tests.support.in_process import Client

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
