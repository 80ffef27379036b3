"""POST /v2/cross_validation in process."""

from pathlib import Path
from typing import Any

import pytest

from models.registry.registry import Registry
from models.spec.covariate import Covariate
from service.settings import Settings
from tests.service.protocols.nixtla.test_forecast import predicted
from tests.support.in_process import Client, running
from tests.support.tiny import publish_tiny, tiny_spec

pytestmark = pytest.mark.anyio

A, B = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0], [4.0, 3.0, 2.0, 1.0, 0.0, -1.0, -2.0, -3.0]
TWO = {"y": A + B, "sizes": [9, 8]}


async def crossed(client: Client, **asked: Any) -> Any:
    answer = await client.post("/v2/cross_validation", json={"model": "tiny", "series": TWO, **asked})
    return answer.json() if answer.status_code == 200 else (answer.status_code, answer.json()["detail"])


async def test_forecasts_of_what_is_known_come_oldest_first(client: Client) -> None:
    told = await crossed(client, h=2, n_windows=3, step_size=1, refit=True, hist_exog=None)
    windows = [series[:end] for series in (A, B) for end in (-4, -3, -2)]
    expected = await predicted(client, model="tiny", windows=windows, horizon=2)
    assert told["mean"] == [value for row in expected["predictions"] for value in row]
    assert told["sizes"] == [6, 6]
    assert told["idxs"] == [5, 6, 6, 7, 7, 8, 9 + 4, 9 + 5, 9 + 5, 9 + 6, 9 + 6, 9 + 7]


async def test_steps_are_as_long_as_the_horizon_unless_told(client: Client) -> None:
    assert (await crossed(client, h=2, n_windows=2))["idxs"] == [5, 6, 7, 8, 13, 14, 15, 16]
    assert (await crossed(client, h=1))["idxs"] == [8, 16]


async def test_a_full_history_begins_where_there_is_a_context(client: Client) -> None:
    told = await crossed(client, h=2, n_windows=1, step_size=2, full_history=True)
    assert (told["sizes"], told["idxs"]) == ([4, 4], [5, 6, 7, 8, 13, 14, 15, 16])
    # What came as h is more than the shorter series has room for.
    assert (await crossed(client, h=8, full_history=True))["sizes"] == [4, 4]


async def test_a_long_history_is_cut_to_what_one_request_may_ask(client: Client) -> None:
    long = {"y": [1.0] * 1500, "sizes": [1500]}
    told = await crossed(client, h=1, full_history=True, series=long)
    assert (told["sizes"], told["idxs"][0], told["idxs"][-1]) == ([1000], 500, 1499)


async def test_times_are_those_of_each_window(timed_client: Client) -> None:
    series = {**TWO, "start_datetime": ["2024-02-29T00:00", "2024-03-01T00:30"]}
    told = await crossed(timed_client, model="clock", series=series, h=1, n_windows=2, freq="30min")
    windows = [A[:-2], A[:-1], B[:-2], B[:-1]]
    ends = ["2024-02-29T03:00", "2024-02-29T03:30", "2024-03-01T03:00", "2024-03-01T03:30"]
    expected = await predicted(timed_client, model="clock", windows=windows, end=ends)
    assert told["mean"] == [value for [value] in expected["predictions"]]


async def test_covariates_of_what_is_forecast_are_known(tmp_path: Path) -> None:
    spec = tiny_spec(future=(Covariate(name="price"),), static=(Covariate(name="size"),))
    publish_tiny(Registry.at(tmp_path), "known", spec)
    rows = [[float(value) for value in range(17)], [2.0] * 9 + [3.0] * 8]
    async with running(Settings(registry=tmp_path)) as client:
        series = {**TWO, "X": rows}
        told = await crossed(client, model="known", series=series, h=2, n_windows=1, hist_exog=[1])
        expected = await predicted(
            client,
            model="known",
            windows=[A[:-2], B[:-2]],
            horizon=2,
            future=[{"price": rows[0][:9]}, {"price": rows[0][9:]}],
            static=[{"size": 2.0}, {"size": 3.0}],
        )
        assert told["mean"] == [value for row in expected["predictions"] for value in row]
        status, detail = await crossed(client, model="known", series=series, h=2, hist_exog=[0])
        assert (status, detail.startswith("series.X: known@1 takes in price as columns of df")) == (422, True)


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        (
            {"h": 2, "n_windows": 4},
            "series.sizes[1]: the series has 8 values: too few for 4 forecasts of 2 steps, 2 apart",
        ),
        ({"h": 2, "n_windows": 3}, "series.sizes[0]: the window has 3 values; tiny@1 needs at least 4"),
        ({"h": 2, "n_windows": 500}, "series.sizes[0]: the series has 9 values: too few"),
        ({"h": 2, "n_windows": 0}, "n_windows: expected a number greater than or equal to 1, but 0 came"),
        (
            {"h": 9, "full_history": True, "series": {"y": A[:4], "sizes": [4]}},
            "series.sizes[0]: the window has 3 values",
        ),
        (
            {"h": 1, "n_windows": 1001, "series": {"y": [1.0] * 1200, "sizes": [1200]}},
            "series.sizes: expected at most 1000 forecasts in one request, but 1001 came: set num_partitions",
        ),
        ({"h": 1, "finetune_steps": 1}, "finetune_steps: there is nothing of the kind here"),
    ],
)
async def test_what_is_not_known_is_refused(client: Client, asked: dict[str, Any], says: str) -> None:
    status, detail = await crossed(client, **asked)
    assert (status, detail[: len(says)]) == (422, says)
