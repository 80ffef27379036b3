"""Python programs as users of the service: a process, a socket, series of every library."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

from models.registry.registry import Registry
from rollcast import AsyncClient, Client, Forecast, InvalidRequest, NotFound
from tests.support.real_server import Server, real_server
from tests.support.tiny import timed_registry

WINDOW = [1.0, 2.0, 3.0, 4.0]
CLOCK: Any = {"model": "clock", "horizon": 3, "levels": [80]}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("served")
    timed_registry(root)
    return root


@pytest.fixture(scope="module")
def server(root: Path) -> Iterator[Server]:
    with real_server(registry=root) as server:
        yield server


@pytest.fixture(scope="module")
def client(server: Server) -> Iterator[Client]:
    with Client(server.url) as client:
        yield client


def half_hours(zone: str | None = None) -> pd.Series:
    return pd.Series(WINDOW, index=pd.date_range("2024-04-07T01:00", periods=4, freq="30min", tz=zone))


def test_every_kind_of_series_has_one_forecast(client: Client, root: Path) -> None:
    windows: list[Any] = [WINDOW, np.array(WINDOW), pd.Series(WINDOW), pl.Series(WINDOW)]
    expected = Registry.at(root).open("monthly", 1)[1].forecast([WINDOW], 3)[0, :, 0]
    for window in windows:
        forecast = client.predict(window, model="monthly", horizon=3)
        assert (forecast.model, forecast.version, forecast.timestamps) == ("monthly", 1, None)
        assert forecast.predictions.tolist() == expected.tolist()


def test_a_pandas_series_comes_back_as_a_frame_in_its_zone(client: Client) -> None:
    frame: Any = client.predict(half_hours("Australia/Melbourne"), **CLOCK).to_frame()
    # At three clocks went back by an hour, and it is two for a second time.
    assert [time.isoformat() for time in frame.index] == [
        "2024-04-07T02:00:00+10:00",
        "2024-04-07T02:30:00+10:00",
        "2024-04-07T03:00:00+10:00",
    ]
    assert str(frame.index.tz) == "Australia/Melbourne"
    assert (frame["lower_80"] < frame["prediction"]).all()
    assert (frame["prediction"] < frame["upper_80"]).all()


def test_times_without_a_zone_stay_without(client: Client) -> None:
    frame: Any = client.predict(half_hours(), **CLOCK).to_frame()
    assert frame.index.equals(pd.date_range("2024-04-07T03:00", periods=3, freq="30min"))
    polars: Any = client.predict(pl.Series(WINDOW), timestamps=pl.Series(half_hours().index.to_list()), **CLOCK)
    assert polars.to_frame()["timestamp"].to_list()[0] == datetime(2024, 4, 7, 3)


def test_many_series_are_forecast_in_one_request(client: Client) -> None:
    found = client.predict_many([half_hours(), half_hours("UTC") + 1, half_hours() + 2], **CLOCK)
    alone = [client.predict(half_hours() + add, **CLOCK) for add in range(3)]
    assert [each.predictions.tolist() for each in found] == [each.predictions.tolist() for each in alone]
    assert [each.timestamps[0].tzinfo for each in found if each.timestamps] == [None, UTC, None]


def test_rows_of_several_features_and_paths(client: Client) -> None:
    rows = pd.DataFrame({"a": WINDOW, "b": WINDOW})
    forecast = client.predict(rows, model="wide", horizon=2, paths=4, seed=3, levels=[80])
    assert forecast.predictions.shape == (2, 2)
    assert forecast.paths is not None
    assert forecast.paths.shape == (4, 2, 2)
    assert list(forecast.to_polars().columns)[:4] == ["step", "prediction_1", "prediction_2", "lower_80_1"]


def test_what_there_is_and_what_is_known_of_it(client: Client) -> None:
    assert [each.name for each in client.models()] == ["clock", "monthly", "wide"]
    card = client.card("wide")
    assert (card["version"], card["features"]) == (1, ["a", "b"])
    assert client.send({**card["example"], "horizon": 1})["model"] == "wide"
    with pytest.raises(NotFound, match="did you mean clock"):
        client.card("clokc")


def test_problems_name_the_place(client: Client) -> None:
    with pytest.raises(InvalidRequest) as raised:
        client.predict(WINDOW, model="clock")
    assert raised.value.errors[0].location == "timestamps"


def test_coroutines_get_the_same(server: Server, client: Client) -> None:
    async def ask() -> list[Forecast]:
        async with AsyncClient(server.url) as other:
            assert [each.name for each in await other.models()] == ["clock", "monthly", "wide"]
            assert (await other.card("clock"))["version"] == 1
            return await asyncio.gather(*(other.predict([*WINDOW, add], model="monthly") for add in range(3)))

    expected = [client.predict([*WINDOW, add], model="monthly").predictions for add in range(3)]
    assert np.allclose([each.predictions for each in asyncio.run(ask())], expected)
