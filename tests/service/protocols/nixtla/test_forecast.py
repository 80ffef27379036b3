"""POST /v2/forecast and what Nixtla's client asks before it, in process."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from backports import zstd

from models.registry.registry import Registry
from models.spec.covariate import Covariate
from service.protocols.nixtla.question import read_forecast
from service.settings import Settings
from tests.support.in_process import Client, running
from tests.support.tiny import publish_tiny, tiny_spec

pytestmark = pytest.mark.anyio

A, B = [1.0, 2.0, 3.0, 4.0, 5.0], [4.0, 3.0, 2.0, 1.0]
TWO = {"y": A + B, "sizes": [5, 4]}
# What the client sends with every request.
ALWAYS = {
    "clean_ex_first": True,
    "finetune_steps": 0,
    "finetune_depth": 1,
    "finetune_loss": "default",
    "finetuned_model_id": None,
    "feature_contributions": False,
    "multivariate": False,
}


async def forecast(client: Client, series: dict[str, Any], **more: Any) -> httpx.Response:
    return await client.post("/v2/forecast", json={"model": "tiny", "h": 2, "series": series, **more})


async def predicted(client: Client, **request: Any) -> Any:
    answer = await client.post("/predict", json=request)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def refused(client: Client, series: dict[str, Any], **more: Any) -> tuple[int, str]:
    answer = await forecast(client, series, **more)
    [detail] = answer.json().values()
    return answer.status_code, detail


async def test_series_lie_one_after_another_both_ways(client: Client) -> None:
    nothing = {"X": None, "X_future": None}
    answer = await forecast(client, {**TWO, **nothing}, **ALWAYS, freq="30min", level=None)
    expected = await predicted(client, model="tiny", windows=[A, B], horizon=2)
    first, second = expected["predictions"]
    told = answer.json()
    assert told.pop("mean") == [*first, *second]
    assert told == {"intervals": None, "weights_x": None, "feature_contributions": None}


async def test_levels_are_bounds_each_once_and_none_of_0(timed_client: Client) -> None:
    answer = await forecast(timed_client, TWO, model="monthly", level=[80, 0, 80.0, 97.5])
    expected = await predicted(timed_client, model="monthly", windows=[A, B], horizon=2, levels=[80, 97.5])
    intervals = answer.json()["intervals"]
    assert list(intervals) == ["lo-80", "hi-80", "lo-97.5", "hi-97.5"]
    lower = expected["intervals"]["97.5"]["lower"]
    assert intervals["lo-97.5"] == [*lower[0], *lower[1]]
    assert (await forecast(timed_client, TWO, model="monthly", level=[0])).json()["intervals"] is None


async def test_times_are_told_by_each_series_first(timed_client: Client) -> None:
    starts = ["2024-02-29T21:30", "2024-02-29T22:00+00:00"]
    answer = await forecast(timed_client, {**TWO, "start_datetime": starts}, model="clock", freq="30min")
    ends = ["2024-02-29T23:30", "2024-02-29T23:30"]
    expected = await predicted(timed_client, model="clock", windows=[A, B], horizon=2, end=ends, freq="30m")
    assert answer.json()["mean"] == [value for row in expected["predictions"] for value in row]


async def test_warnings_are_told(timed_client: Client) -> None:
    series = {"y": [900.0] * 4, "sizes": [4], "start_datetime": ["2024-02-29"]}
    [warning] = (await forecast(timed_client, series, model="clock")).json()["warnings"]
    assert "far outside those of training" in warning


@pytest.fixture
async def covariate_client(tmp_path: Path) -> Any:
    """Of `known`, which takes in two columns that are known ahead and one that a series has one value of."""
    known = tiny_spec(future=(Covariate(name="price"), Covariate(name="heat")), static=(Covariate(name="size"),))
    publish_tiny(Registry.at(tmp_path), "known", known)
    async with running(Settings(registry=tmp_path)) as client:
        yield client


async def test_exogenous_features_are_covariates_by_their_places(covariate_client: Client) -> None:
    ahead = [[0.1, 0.2, 0.3, 0.4], [5.0, 6.0, 7.0, 8.0]]
    rows = [[0.5] * 9, list(range(9)), [2.0] * 5 + [3.0] * 4]
    answer = await forecast(covariate_client, {**TWO, "X": rows, "X_future": ahead}, model="known")
    future = [
        {"price": [0.5] * 5 + [0.1, 0.2], "heat": [0, 1, 2, 3, 4, 5.0, 6.0]},
        {"price": [0.5] * 4 + [0.3, 0.4], "heat": [5, 6, 7, 8, 7.0, 8.0]},
    ]
    expected = await predicted(
        covariate_client, model="known", windows=[A, B], horizon=2, future=future, static=[{"size": 2.0}, {"size": 3.0}]
    )
    assert answer.json()["mean"] == [value for row in expected["predictions"] for value in row]


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"X": [[1.0] * 9] * 3},
        {"X": [[1.0] * 9] * 2, "X_future": [[1.0] * 4] * 2},
        {"X": [[1.0] * 9] * 3, "X_future": [[1.0] * 4] * 3},
        {"X": [[1.0] * 9] * 3, "X_future": [[1.0] * 4] * 2, "categorical_exog": [0]},
    ],
)
async def test_other_features_are_refused_with_those_that_there_must_be(
    covariate_client: Client, more: dict[str, Any]
) -> None:
    assert await refused(covariate_client, {**TWO, **more}, model="known") == (
        422,
        "series.X: known@1 takes in price and heat, in this order, as columns of df and X_df; and size as "
        "columns of df in hist_exog_list; and no other exogenous features",
    )


async def test_a_value_that_is_missing_is_told_by_its_place(client: Client, covariate_client: Client) -> None:
    hole = {"y": [*A, 4.0, None, 2.0, 1.0], "sizes": [5, 4]}
    status, detail = await refused(client, hole)
    assert (status, detail.partition(",")[0]) == (422, "series.y[6]: expected a number")
    rows = {"X": [[1.0] * 9, ["a"] * 9, [1.0] * 9], "X_future": [[1.0] * 4] * 2}
    assert await refused(covariate_client, {**TWO, **rows}, model="known") == (422, "series.X: expected a number")


@pytest.mark.parametrize(
    ("series", "more", "says"),
    [
        (TWO, {"finetune_steps": 5}, "finetune_steps: there is nothing of the kind here: leave it out"),
        (TWO, {"finetuned_model_id": "mine"}, "finetuned_model_id: there is nothing"),
        (TWO, {"feature_contributions": True}, "feature_contributions: there is nothing"),
        (TWO, {"multivariate": True}, "multivariate: there is nothing"),
        (TWO, {"model_parameters": {"x": 1}}, "model_parameters: there is nothing"),
        (TWO, {"h": 0}, "h: expected a number greater than or equal to 1, but 0 came"),
        (TWO, {"h": 20_000}, "h: the horizon may be at most 10000, not 20000"),
        (TWO, {"level": [100]}, "level[0]: expected a number less than 100, but 100 came"),
        (TWO, {"level": list(range(1, 12))}, "level: expected at most 10 levels"),
        (TWO, {"level": [80]}, "level: tiny@1 has no calibrated intervals"),
        ({"y": A, "sizes": [4]}, {}, "series: expected sizes that add up to the 5 values of y, not 4"),
        ({"y": A, "sizes": []}, {}, "series.sizes: expected at least 1 item, but 0 came"),
        ({"y": A, "sizes": [5, 0]}, {}, "series.sizes: expected a number greater than or equal to 1, but 0 came"),
        ({"y": "1", "sizes": [1]}, {}, "series.y: expected a valid array, but text came"),
        ({"y": [1.0, "2"], "sizes": [2]}, {}, "series.y: expected a valid number, but text came"),
        ({"y": [*A, *A[:3]], "sizes": [5, 3]}, {}, "series.sizes[1]: the window has 3 values; tiny@1 needs at least 4"),
        ({**TWO, "X": [[1.0]]}, {}, "series: expected 9 values in each row of X, as y has"),
        ({**TWO, "X": [[1.0] * 9], "X_future": [[1.0]]}, {}, "expected 4 values in each row of X_future"),
        ({**TWO, "X_future": [[1.0] * 4]}, {}, "series: expected a row of X for each row of X_future"),
        ({**TWO, "X": [[1.0] * 9]}, {}, "series.X: tiny@1 takes in no exogenous features: leave out X_df"),
        ({**TWO, "start_datetime": ["2024-02-29"]}, {}, "series: expected a start_datetime for each of 2 series"),
        (TWO, {"model": "pair"}, "series.y: pair@1 takes in 2 columns, but y is one: ask POST /predict"),
        ({"y": A * 1001, "sizes": [5] * 1001}, {}, "series.sizes: expected at most 1000 forecasts in one request"),
    ],
)
async def test_what_can_t_be_done_is_told_with_its_place(
    client: Client, series: dict[str, Any], more: dict[str, Any], says: str
) -> None:
    status, detail = await refused(client, series, **more)
    assert (status, detail[: len(says)]) == (422, says)


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({}, "series.start_datetime: clock@1 takes in the day, weekday of each value: send times in UTC"),
        ({"starts": ["soon"] * 2}, "series.start_datetime[0]: expected a date or a time that exists"),
        ({"starts": ["2024-02-29", "9999-12-31"]}, "series.start_datetime[1]: the times of the window"),
        (
            {"starts": ["2024-02-29"] * 2, "freq": "h"},
            "freq: clock@1 was trained on values 30m apart: send those, not 'h'",
        ),
        (
            {"starts": ["2024-02-29"] * 2, "freq": "B"},
            "freq: clock@1 was trained on values 30m apart: send those, not 'B'",
        ),
    ],
)
async def test_times_that_don_t_fit_are_refused(timed_client: Client, more: dict[str, Any], says: str) -> None:
    series = {**TWO, **({"start_datetime": more.pop("starts")} if "starts" in more else {})}
    status, detail = await refused(timed_client, series, model="clock", **more)
    assert (status, detail[: len(says)]) == (422, says)


async def test_models_of_another_kind_are_unknown(client: Client) -> None:
    told = "set model to one of GET /v2/models"
    assert await refused(client, TWO, model="timegpt-2.1") == (404, f'no model is named "timegpt-2.1": {told}')
    assert (await refused(client, TWO, model="nobody"))[0] == 404
    assert (await refused(client, TWO, model=None))[0] == 422  # several are there


async def test_one_of_its_name_need_not_be_named(lone_client: Client) -> None:
    assert (await forecast(lone_client, TWO, model=None)).status_code == 200


async def test_a_name_that_comes_twice_is_refused(client: Client) -> None:
    body = json.dumps({"model": "tiny", "h": 1, "series": TWO})[:-1] + ', "h": 2}'
    answer = await client.post("/v2/forecast", content=body)
    assert (answer.status_code, answer.json()) == (
        422,
        {"detail": "h: expected each field once, but this one came again: send one of them"},
    )


async def test_bodies_come_compressed_within_their_bounds(registry_path: Path) -> None:
    async with running(Settings(registry=registry_path, max_inflated_bytes=200, max_body_bytes=199)) as client:
        for path, series in (("/v2/forecast", TWO), ("/v2/cross_validation", {"y": A * 2, "sizes": [10]})):
            body = json.dumps({"model": "tiny", "h": 2, "series": series}).encode()
            answer = await client.post(path, content=zstd.compress(body), headers={"Content-Encoding": "zstd"})
            assert answer.status_code == 200, answer.text
        for content, encoding, status in (
            (zstd.compress(body + b" " * 200), "zstd", 413),
            (body + b" " * 200, "identity", 413),
            (body, "gzip", 415),
            (body, "zstd", 400),
        ):
            answer = await client.post("/v2/forecast", content=content, headers={"Content-Encoding": encoding})
            assert (answer.status_code, list(answer.json())) == (status, ["detail"])
        # No other protocol takes them.
        answer = await client.post("/invocations", content=body, headers={"Content-Encoding": "zstd"})
        assert answer.status_code == 415


async def test_how_much_a_model_looks_back_on_is_told(timed_client: Client, client: Client) -> None:
    asked = {"model": "monthly", "freq": "MS"}
    answer = await timed_client.get("/model_params", params=asked)
    assert answer.json() == {"detail": {"input_size": 4, "horizon": 3}}
    assert (await client.get("/model_params", params={"model": "tiny"})).json()["detail"]["horizon"] == 1
    for name, status in (("timegpt-2.1", 404), ("nobody", 404), (None, 422)):
        answer = await client.get("/model_params", params={} if name is None else {"model": name})
        assert (answer.status_code, list(answer.json())) == (status, ["detail"])


async def test_keys_and_names_are_told(client: Client) -> None:
    assert (await client.get("/validate_api_key")).json() == {"detail": "this key may forecast, or none is needed"}
    names = (await client.get("/v2/models")).json()["models"]
    assert {"name": "tiny"} in names
    answer = await client.post("/v2/finetune", json={})
    assert (answer.status_code, list(answer.json())) == (404, ["detail"])


def test_windows_are_logged_as_series() -> None:
    question = read_forecast(json.dumps({"h": 1, "series": {"y": [1, None, 3], "sizes": [2, 1]}}).encode())
    assert question.windows == [[1, None], [3]]
