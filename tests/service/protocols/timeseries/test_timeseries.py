"""POST /v1/timeseries/forecast in process."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from models.registry.registry import Registry
from models.spec.covariate import Covariate
from models.timeseries.frequency import parse_frequency
from service.protocols.timeseries.question import unit_of
from service.settings import Settings
from tests.support.in_process import Client, running
from tests.support.tiny import publish_tiny, tiny_spec

pytestmark = pytest.mark.anyio

A, B = [1.0, 2.0, 3.0, 4.0, 5.0], [4.0, 3.0, 2.0, 1.0]
ROWS = [[1.0, 10.0], [2.0, 20.0], [3.0, 30.0], [4.0, 40.0]]


def series(values: Any, **more: Any) -> dict[str, Any]:
    return {"type": "univariate_time_series", "name": "x", "series": values, "frequency": "hour", **more}


async def forecast(client: Client, *inputs: Any, model: str = "tiny", **options: Any) -> httpx.Response:
    body = {"model": model, "inputs": inputs, "options": {"horizon": 2, **options}, "metadata": {"who": "me"}}
    return await client.post("/v1/timeseries/forecast", json=body)


async def contents(client: Client, *inputs: Any, **more: Any) -> list[dict[str, Any]]:
    answer = await forecast(client, *inputs, **more)
    assert answer.status_code == 200, answer.text
    return [content for output in answer.json()["outputs"] for content in output["content"]]


async def predicted(client: Client, **request: Any) -> Any:
    answer = await client.post("/predict", json={"horizon": 2, **request})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_each_series_has_an_output(client: Client) -> None:
    answer = (await forecast(client, series(A), series(B, name="y"), quantiles=None, temperature=0)).json()
    expected = (await predicted(client, model="tiny", windows=[A, B]))["predictions"]
    assert (answer["status"], answer["error"], answer["model"]) == ("completed", None, "tiny@1")
    assert len({answer["id"], *(output["id"] for output in answer["outputs"])}) == 3
    for name, values, output in zip("xy", expected, answer["outputs"], strict=True):
        assert (output["type"], output["status"], output["error"]) == ("time_series_forecast", "completed", None)
        assert output["content"] == [
            {
                "type": "univariate_time_series",
                "name": name,
                "mean_forecast": values,
                "frequency": "hour",
                "start_timestamp": "",
                "quantiles": None,
            }
        ]


async def test_rows_are_answered_with_rows(client: Client) -> None:
    kind = "multivariate_time_series"
    for model in ("pair", "driven"):
        horizon = 1 if model == "driven" else 2
        [content] = await contents(client, series(ROWS, type=kind), model=model, horizon=horizon)
        expected = (await predicted(client, model=model, window=ROWS, horizon=horizon))["predictions"]
        assert content["mean_forecast"] == (expected if model == "pair" else [[value] for value in expected])


async def test_quantiles_are_bounds_and_the_forecast(timed_client: Client) -> None:
    asked = {"model": "monthly", "quantiles": [0.9, 0.5, 0.05, 0.1]}
    [content] = await contents(timed_client, series(A, frequency="M"), **asked)
    expected = await predicted(timed_client, model="monthly", window=A, levels=[80, 90])
    intervals = expected["intervals"]
    assert content["quantiles"] == {
        "0.9": intervals["80"]["upper"],
        "0.5": expected["predictions"],
        "0.05": intervals["90"]["lower"],
        "0.1": intervals["80"]["lower"],
    }


@pytest.mark.parametrize(
    ("model", "frequency", "start", "first"),
    [
        ("monthly", "month", "2024-01-31T00:00:00Z", "2024-06-30T00:00:00Z"),
        ("monthly", "M", "2024-01-01", "2024-06-01T00:00:00+00:00"),
        ("clock", "T", "2024-02-29T21:30:00+11:00", "2024-03-01T00:00:00+11:00"),
        ("clock", "minute", "2024-02-29T22:00:00Z", "2024-03-01T00:30:00Z"),
    ],
)
async def test_a_forecast_begins_where_the_series_ends(
    timed_client: Client, model: str, frequency: str, start: str, first: str
) -> None:
    sent = series(A, frequency=frequency, start_timestamp=start)
    [content] = await contents(timed_client, sent, model=model)
    assert (content["start_timestamp"], content["frequency"]) == (first, frequency)


async def test_times_are_taken_in(timed_client: Client) -> None:
    [content] = await contents(
        timed_client, series(A, frequency="T", start_timestamp="2024-02-29T22:00:00Z"), model="clock"
    )
    expected = await predicted(timed_client, model="clock", window=A, end="2024-03-01T00:00:00Z")
    assert content["mean_forecast"] == expected["predictions"]


@pytest.fixture
async def covariate_client(tmp_path: Path) -> AsyncIterator[Client]:
    known = tiny_spec(future=(Covariate(name="price"),), static=(Covariate(name="size"),))
    publish_tiny(Registry.at(tmp_path), "known", known)
    async with running(Settings(registry=tmp_path)) as client:
        yield client


async def test_covariates_come_beside_a_series(covariate_client: Client) -> None:
    more = {"future": {"price": [0.5] * 7}, "static": {"size": 2.0}}
    [content] = await contents(covariate_client, series(A, **more), model="known")
    expected = await predicted(covariate_client, model="known", window=A, **more)
    assert content["mean_forecast"] == expected["predictions"]
    for bad, where in (
        ([series(A)], "inputs[0].future"),
        ([series(A, **more), series(B)], "inputs[1].future"),
        ([series(A, **{**more, "future": {"price": [0.5] * 6}})], "inputs[0].future.price"),
    ):
        assert (await forecast(covariate_client, *bad, model="known")).json()["error"]["param"] == where


@pytest.mark.parametrize(
    ("sent", "options", "kind", "where", "says"),
    [
        ([A[:3]], {}, "invalid_window", "inputs[0].series", "the window has 3 values; tiny@1 needs at least 4"),
        ([A, [*A[:3], None]], {}, "invalid_window", "inputs[1].series[3]", "expected a number, but none came"),
        ([A], {"horizon": 20_000}, "invalid_horizon", "options.horizon", "the horizon may be at most 10000"),
        ([A], {"horizon": 0}, "invalid_request", "options.horizon", "expected a number greater than or equal to 1"),
        ([A], {"quantiles": [0.1]}, "invalid_request", "options.quantiles", "tiny@1 has no calibrated intervals"),
        ([A], {"quantiles": [1]}, "invalid_request", "options.quantiles", "expected a number less than 1"),
        ([A], {"quantiles": [0.1, 0.1]}, "invalid_request", "options", "expected each quantile once"),
        (
            [A],
            {"quantiles": [each / 100 for each in range(1, 12)]},
            "invalid_request",
            "options.quantiles",
            "expected quantiles of at most 10 intervals",
        ),
        ([A], {"quantile": [0.1]}, "invalid_request", "quantile", "there is nothing of the kind here: leave it out"),
        ([], {}, "invalid_request", "inputs", "expected at least 1 item"),
        ([A] * 501, {}, "invalid_request", "inputs", "expected at most 500 items"),
    ],
)
async def test_what_can_t_be_done_is_told_in_the_protocol_s_words(
    client: Client, sent: list[Any], options: dict[str, Any], kind: str, where: str, says: str
) -> None:
    answer = await forecast(client, *map(series, sent), **options)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["type"], error["param"]) == (422, "422", kind, where)
    assert error["message"].startswith(f"{where}: {says}")


@pytest.mark.parametrize(
    ("model", "more", "where", "says"),
    [
        ("monthly", {"frequency": "hours"}, "frequency", "expected one of second, minute, hour, day, week, month"),
        ("monthly", {"frequency": "day"}, "frequency", "monthly@1 was trained on values 1mo apart: send those, with"),
        ("clock", {"frequency": "H"}, "frequency", "clock@1 was trained on values 30m apart: send those, with the"),
        ("clock", {"frequency": "T", "start_timestamp": "soon"}, "start_timestamp", "expected a date or a time that"),
        ("clock", {"frequency": "T", "start_timestamp": "9999-12-31"}, "start_timestamp", "the times of the window"),
        ("clock", {"frequency": "T"}, "start_timestamp", "clock@1 takes in the day, weekday of each value"),
    ],
)
async def test_times_that_don_t_fit_are_refused(
    timed_client: Client, model: str, more: dict[str, Any], where: str, says: str
) -> None:
    answer = await forecast(timed_client, series(A, **more), model=model)
    assert answer.json()["error"]["message"].startswith(f"inputs[0].{where}: {says}")


async def test_either_all_series_have_times_or_none(timed_client: Client) -> None:
    one, other = series(A, frequency="T", start_timestamp="2024-02-29"), series(B, frequency="T")
    error = (await forecast(timed_client, one, other, model="clock")).json()["error"]
    assert error["message"] == "inputs[1]: expected a start_timestamp with each series, or with none"


async def test_an_unknown_model_is_told_likewise(client: Client) -> None:
    answer = await forecast(client, series(A), model="nobody")
    assert (answer.status_code, answer.json()["error"]["type"]) == (404, "unknown_model")


@pytest.mark.parametrize(
    ("frequency", "unit"),
    [
        *(("30m", "minute"), ("90s", "second"), ("250ms", "second"), ("12h", "hour"), ("2w", "week"), ("7d", "week")),
        *(("1mo", "month"), ("6mo", "quarter"), ("1y", "year"), ("10y", "year")),
    ],
)
def test_the_unit_of_a_frequency_is_the_largest_that_it_is_a_whole_number_of(frequency: str, unit: str) -> None:
    assert unit_of(parse_frequency(frequency)) == unit
