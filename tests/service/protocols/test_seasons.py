"""Seasons in the protocols of other servers: each is answered as POST /predict answers the same."""

import json
from typing import Any

import httpx
import pytest

from tests.support.in_process import Client
from tests.support.seasonal.any_series import YEAR

pytestmark = pytest.mark.anyio

YEARS = YEAR * 4
WEEKS = [1.0, 2.0, 3.0, 4.0, 5.0, 9.0, 8.0] * 5
HOLED: list[float | None] = [*YEARS[:-1], None]


async def predicted(client: Client, **request: Any) -> list[Any]:
    answer = await client.post("/predict", json={"model": "any-series", "horizon": 3, **request})
    assert answer.status_code == 200, answer.text
    found: list[Any] = answer.json()["predictions"]
    return found


def tensor(name: str, rows: list[Any], datatype: str = "FP64") -> dict[str, Any]:
    shape = [len(rows), len(rows[0])] if isinstance(rows[0], list) else [len(rows)]
    return {"name": name, "shape": shape, "datatype": datatype, "data": rows}


async def infer(client: Client, *inputs: dict[str, Any], **parameters: Any) -> httpx.Response:
    body = {"inputs": list(inputs), "parameters": {"horizon": 3, **parameters}}
    return await client.post("/v2/models/any-series/infer", json=body)


@pytest.mark.parametrize(
    ("parameters", "season"), [({"season": 6}, 6), ({"season": "4,12"}, [4, 12]), ({"freq": "1q"}, 4)]
)
async def test_open_inference_takes_it_as_a_parameter(
    any_series_client: Client, parameters: dict[str, Any], season: int | list[int]
) -> None:
    rows = [[*YEARS[:-1], 40.0], YEARS]
    answer = await infer(any_series_client, tensor("window", rows), **parameters)
    assert answer.status_code == 200, answer.text
    [output] = answer.json()["outputs"]
    expected = await predicted(any_series_client, windows=rows, season=[season, season])
    assert output["data"] == [value for row in expected for value in row]
    assert "parameters" not in answer.json()


async def test_open_inference_tells_what_was_found_as_a_parameter(any_series_client: Client) -> None:
    answer = await infer(any_series_client, tensor("window", [HOLED, [float(step) for step in range(48)]]))
    assert json.loads(answer.json()["parameters"]["season"]) == [12, None]
    freq = await infer(any_series_client, tensor("window", [YEARS]), tensor("freq", ["1mo"], "BYTES"))
    assert "parameters" not in freq.json()


@pytest.mark.parametrize("season", [30, "12,30"])
async def test_open_inference_refuses_a_season_that_is_too_long(any_series_client: Client, season: int | str) -> None:
    answer = await infer(any_series_client, tensor("window", [YEARS]), season=season)
    assert answer.status_code == 400 or answer.status_code == 422
    assert "season: a season of 30 values is longer than half the window of 48" in answer.json()["error"]


@pytest.mark.parametrize("season", [0, "0", "12,", "1,2,3,4", [12], 1.5])
async def test_a_season_is_a_number_or_a_text_of_some(any_series_client: Client, season: Any) -> None:
    answer = await infer(any_series_client, tensor("window", [YEARS]), season=season)
    assert "parameters.season: " in answer.json()["error"]


async def test_invocations_take_it_for_all_or_for_each_instance(any_series_client: Client) -> None:
    client = any_series_client

    async def invoked(params: dict[str, Any], **data: Any) -> Any:
        body = {**data, "params": {"model": "any-series", "horizon": 3, **params}}
        answer = await client.post("/invocations", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    of_all = await invoked({"season": 6}, instances=[YEARS, WEEKS])
    assert of_all == {"predictions": await predicted(client, windows=[YEARS, WEEKS], season=6)}
    several = await invoked({"season": "6,12"}, instances=[YEARS, WEEKS])
    assert several == {"predictions": await predicted(client, windows=[YEARS, WEEKS], season=[[6, 12], [6, 12]])}
    assert await invoked({"season": "6,12"}, inputs=YEARS) == {
        "predictions": await predicted(client, window=YEARS, season=[6, 12])
    }
    each = await invoked({}, instances=[{"window": YEARS, "season": 6}, {"window": WEEKS, "season": None}])
    assert each == {
        "predictions": await predicted(client, windows=[YEARS, WEEKS], season=[6, 7]),
        "season": [None, 7],
    }
    table = await invoked({}, dataframe_split={"columns": ["window", "season"], "data": [[YEARS, 6], [WEEKS, 7]]})
    assert table == {"predictions": each["predictions"]}
    column = await invoked({}, dataframe_split={"columns": ["value"], "data": [[value] for value in HOLED]})
    assert column["season"] == 12


async def test_tensorflow_serving_takes_it_likewise(any_series_client: Client) -> None:
    body = {"instances": [YEARS], "parameters": {"horizon": 3, "season": 6}}
    answer = await any_series_client.post("/v1/models/any-series:predict", json=body)
    assert answer.json() == {"predictions": await predicted(any_series_client, windows=[YEARS], season=6)}
    body["parameters"]["season"] = 30  # type: ignore[index]
    answer = await any_series_client.post("/v1/models/any-series:predict", json=body)
    assert answer.json()["error"].startswith("season: a season of 30 values is longer than half")


@pytest.mark.parametrize(("freq", "season"), [("MS", 12), ("QS", 4), ("W-SUN", 1), ("B", 12), (None, 12)])
async def test_nixtlas_offset_tells_the_season(any_series_client: Client, freq: str | None, season: int) -> None:
    series = {"y": [*YEARS, *YEAR[:6] * 6], "sizes": [48, 36], "start_datetime": ["2020-01-01", "2021-01-01"]}
    body = {"model": "any-series", "h": 3, "series": series, "freq": freq}
    told = (await any_series_client.post("/v2/forecast", json=body)).json()
    # Business days, and none, leave the season of each to be found.
    seasons = [season, 6] if freq in ("B", None) else [season, season]
    expected = await predicted(any_series_client, windows=[YEARS, YEAR[:6] * 6], season=seasons)
    assert told["mean"] == pytest.approx([value for row in expected for value in row])


async def test_whole_numbers_for_times_tell_nixtla_no_season(any_series_client: Client) -> None:
    body = {"model": "any-series", "h": 3, "series": {"y": WEEKS, "sizes": [35]}, "freq": "MS"}
    told = (await any_series_client.post("/v2/forecast", json=body)).json()
    assert told["mean"] == pytest.approx(await predicted(any_series_client, window=WEEKS, season=7))


async def test_a_full_history_begins_with_the_shortest_window(any_series_client: Client) -> None:
    series = {"y": YEARS, "sizes": [48], "start_datetime": ["2020-01-01"]}
    body = {"model": "any-series", "h": 4, "series": series, "freq": "MS", "full_history": True, "n_windows": 1}
    told = (await any_series_client.post("/v2/cross_validation", json=body)).json()
    assert (told["idxs"][0], told["idxs"][-1], told["sizes"]) == (8, 47, [40])
    assert told["mean"][-4:] == pytest.approx(YEAR[-4:])


async def test_kserves_time_series_have_a_frequency_that_tells_it(any_series_client: Client) -> None:
    async def forecast(*inputs: dict[str, Any]) -> httpx.Response:
        series = [{"type": "univariate_time_series", "name": "x", "series": YEARS, **each} for each in inputs]
        body = {"model": "any-series", "inputs": series, "options": {"horizon": 3}}
        return await any_series_client.post("/v1/timeseries/forecast", json=body)

    odd = [*YEARS[:-1], 40.0]
    answer = await forecast(
        {"frequency": "M"}, {"frequency": "quarter", "series": odd}, {"frequency": "M", "series": odd, "season": [6]}
    )
    means = [output["content"][0]["mean_forecast"] for output in answer.json()["outputs"]]
    assert means == await predicted(any_series_client, windows=[YEARS, odd, odd], season=[12, 4, 6])
    started = await forecast({"frequency": "month", "start_timestamp": "2020-01-01T00:00:00Z"})
    [output] = started.json()["outputs"]
    assert output["content"][0]["start_timestamp"] == "2024-01-01T00:00:00Z"
    assert output["content"][0]["mean_forecast"] == means[0]
    refused = (await forecast({"frequency": "M"}, {"frequency": "M", "season": 25})).json()["error"]
    assert refused["param"] == "inputs[1].season"
