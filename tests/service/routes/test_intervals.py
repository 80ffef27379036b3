"""POST /predict: intervals that follow the window, and sample paths."""

from typing import Any

import numpy as np
import pytest

from tests.support.in_process import Client

pytestmark = pytest.mark.anyio

WINDOW = np.random.default_rng(0).normal(size=(30, 2)).tolist()


async def ask(client: Client, **fields: Any) -> Any:
    return await client.post("/predict", json={"model": "wide", "window": WINDOW, "horizon": 3, **fields})


async def test_intervals_follow_the_window_where_asked(timed_client: Client) -> None:
    plain = (await ask(timed_client, levels=[80])).json()
    adapted = (await ask(timed_client, levels=[80], adapt=True)).json()
    assert adapted["predictions"] == plain["predictions"]
    assert adapted["intervals"]["80"] != plain["intervals"]["80"]
    assert (await ask(timed_client, levels=[80], adapt=False)).json() == plain


async def test_paths_have_the_shape_of_the_predictions_and_hold_to_their_seed(timed_client: Client) -> None:
    answer = (await ask(timed_client, paths=5)).json()
    assert np.shape(answer["paths"]) == (5, 3, 2)
    assert np.shape(answer["predictions"]) == (3, 2)
    assert (await ask(timed_client, paths=5, seed=0)).json() == answer
    assert (await ask(timed_client, paths=5, seed=1)).json()["paths"] != answer["paths"]
    body = {"model": "wide", "windows": [WINDOW, WINDOW], "horizon": 3, "paths": 5}
    many = (await timed_client.post("/predict", json=body)).json()
    assert np.shape(many["paths"]) == (2, 5, 3, 2)
    assert many["paths"][0] == answer["paths"]


@pytest.mark.parametrize(
    ("fields", "code", "detail"),
    [
        ({"adapt": True}, "invalid-request", "adapt: adapt is for intervals: send levels with it"),
        (
            {"adapt": True, "levels": [80], "window": WINDOW[:9]},
            "invalid-window",
            "window: the window has 9 values; to adapt to it wide@1 needs at least 14",
        ),
        ({"adapt": 1, "levels": [80]}, "invalid-request", "adapt: expected a valid boolean"),
        ({"paths": 0}, "invalid-request", "paths: "),
        ({"paths": 1001}, "invalid-request", "paths: "),
        ({"seed": 3}, "invalid-request", "seed is for sample paths"),
        ({"paths": 3, "model": "clock", "window": [1, 2, 3, 4], "end": "2024-01-01"}, "invalid-request", "paths: "),
        ({"paths": 3, "horizon": 4}, "invalid-request", "paths: errors are known up to step 3, not 4"),
    ],
)
async def test_what_can_t_be_is_refused(timed_client: Client, fields: dict[str, Any], code: str, detail: str) -> None:
    answer = await ask(timed_client, **fields)
    assert answer.status_code == 422
    assert answer.json()["type"].endswith(code)
    assert answer.json()["detail"].startswith(detail)
