"""Models in the program's own process: the service's answers without the service."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

import rollcast
from models.registry.registry import Registry
from rollcast import LocalModel, RollcastError
from tests.support.newer_files import HORIZON, TRAINED_ROWS
from tests.support.real_server import real_server
from tests.support.seasonal.any_series import YEAR
from tests.support.tiny import publish_tiny, timed_registry, tiny_spec

WINDOW = [1.0, 2.0, 3.0, 4.0]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("local")
    timed_registry(root)
    return root


@pytest.fixture
def load(load_path: Path) -> LocalModel:
    """The model that was trained on hours of a column `load`, with their times in a column `at`."""
    return rollcast.load("load", load_path)


def hours(rows: int = TRAINED_ROWS, zone: str | None = None) -> pd.DataFrame:
    times = pd.date_range("2024-01-01", periods=rows, freq="h", tz=zone)
    return pd.DataFrame({"at": times, "load": 100 + 10 * np.sin(np.arange(rows) / 3)})


def trained_with(model: LocalModel, **series: str) -> LocalModel:
    """The same model, as if its recipe had told other values of its series."""
    training = model.manifest.training.model_copy(update={"recipe": {"series": series}})
    manifest = model.manifest.model_copy(update={"training": training})
    return LocalModel(manifest, model.forecaster, model.registry)


def same(one: rollcast.Forecast, other: rollcast.Forecast) -> bool:
    """Whether two forecasts say the same, but for rounding."""
    told = [(each.model, each.version, each.timestamps, each.warnings, each.library) for each in (one, other)]
    mine, its = one.columns(), other.columns()
    near = mine.keys() == its.keys() and all(np.allclose(mine[name], its[name], rtol=1e-5) for name in mine)
    return told[0] == told[1] and near


def test_it_answers_as_the_service_does(root: Path) -> None:
    local = pd.Series(
        WINDOW, index=pd.date_range("2024-04-07T01:00", periods=4, freq="30min", tz="Australia/Melbourne")
    )
    asked: list[tuple[str, Any, dict[str, Any]]] = [
        ("clock", local, {"horizon": 3, "levels": [80]}),
        ("clock", pl.Series([9.0] * 4), {"end": "2024-04-07", "freq": "30m"}),  # out of range, which is warned of
        ("monthly", WINDOW, {"horizon": 2, "levels": [50, 80]}),
        ("wide", np.arange(12.0).reshape(6, 2), {"levels": [80], "horizon": 3}),
    ]
    with real_server(registry=root) as server, rollcast.Client(server.url) as client:
        for name, window, options in asked:
            here = rollcast.load(name, root).forecast(window, **{"horizon": 1, **options})
            there = client.predict(window, model=name, **options)
            assert same(here, there)
            assert (here.paths is None) == (there.paths is None)
            assert here.paths is None or np.allclose(here.paths, np.asarray(there.paths), rtol=1e-5)
        many = [WINDOW, WINDOW[::-1]]
        here_many = rollcast.load("monthly", root).forecast_many(many, horizon=2)
        assert all(map(same, here_many, client.predict_many(many, model="monthly", horizon=2)))


def test_a_frame_is_read_by_the_names_that_the_model_was_trained_with(load: LocalModel) -> None:
    frame = hours()
    by_hand = load.forecast(frame["load"].to_numpy(), timestamps=frame["at"])
    assert by_hand.predictions.shape == (HORIZON,) == (load.horizon,)
    shuffled = pd.DataFrame({"note": "x", "load": frame["load"], "at": frame["at"].astype(str)})
    for each in (frame, shuffled, frame.set_index("at"), frame.rename(columns={"at": "when"}).set_index("when")):
        forecast = load.forecast(each)
        assert forecast.timestamps == by_hand.timestamps
        assert np.allclose(forecast.predictions, by_hand.predictions, rtol=1e-6)
    of_polars = load.forecast(pl.DataFrame({name: frame[name].to_list() for name in frame}))
    assert (of_polars.library, by_hand.library) == ("polars", None)
    assert of_polars.to_frame().columns == ["step", "timestamp", "prediction"]


def test_a_frame_s_forecast_goes_on_in_its_time_zone(load: LocalModel) -> None:
    zoned = load.forecast(hours(zone="Europe/Berlin"), horizon=1, levels=[80])
    assert [str(time) for time in zoned.timestamps or ()] == ["2024-01-08 12:00:00+01:00"]
    assert set(zoned.columns()) == {"prediction", "lower_80", "upper_80"}
    without = load.forecast(hours().drop(columns="at"), horizon=1)
    assert without.timestamps is None
    texts = hours(zone="Europe/Berlin").assign(at=lambda frame: frame["at"].map(lambda time: time.isoformat()))
    assert load.forecast(texts, horizon=1).timestamps == zoned.timestamps


def test_times_may_be_written_as_for_training(root: Path) -> None:
    model = trained_with(rollcast.load("monthly", root), time="month")
    frame = pl.DataFrame({"month": ["2024 Jan", "2024 Feb", "2024 Mar", "2024 Apr"], "value": WINDOW})
    assert [str(time) for time in model.forecast(frame).timestamps or ()] == ["2024-05-01 00:00:00"]


def test_a_frame_s_rows_are_filled_as_in_training(load: LocalModel) -> None:
    gap = hours().drop(index=TRAINED_ROWS - 2)
    with pytest.raises(RollcastError, match="1 between them are missing"):
        load.forecast(gap)
    forecast = trained_with(load, time="at", fill="linear").forecast(gap)
    assert list(forecast.warnings) == [
        "1 rows of the pandas frame were missing or had empty cells: filled (linear), as in training"
    ]


def test_a_frame_of_many_series_gives_each_its_forecast(tmp_path: Path) -> None:
    publish_tiny(Registry.at(tmp_path), "shops")
    model = trained_with(rollcast.load("shops", tmp_path), id="shop")
    frame = pd.DataFrame({"shop": ["b", "a"] * 5, "value": [1.0, 10.0] * 5})
    found = model.forecast_many(frame, horizon=2)
    alone = model.forecast_many([[1.0] * 5, [10.0] * 5], horizon=2)
    assert [each.predictions.tolist() for each in found] == [each.predictions.tolist() for each in alone]
    with pytest.raises(RollcastError, match="holds 2 series: ask for all of them with forecast_many"):
        model.forecast(frame)
    short = pd.concat([frame, pd.DataFrame({"shop": ["c"], "value": [1.0]})])
    with pytest.raises(RollcastError, match='series "c" of the pandas frame: the window has 1 value;'):
        model.forecast_many(short)


def test_what_is_known_ahead_goes_on_after_the_values(tmp_path: Path) -> None:
    publish_tiny(Registry.at(tmp_path), "priced", tiny_spec(future=({"name": "price"},)))
    model = rollcast.load("priced", tmp_path)
    frame = pl.DataFrame({"value": [*WINDOW, None, None], "price": [1, 2, 1, 2, 1, 2]})
    by_hand = model.forecast(WINDOW, horizon=2, future={"price": [1, 2, 1, 2, 1, 2]})
    assert same(model.forecast(frame, horizon=2), rollcast.Forecast(**{**vars(by_hand), "library": "polars"}))
    with pytest.raises(RollcastError, match="has 2 rows after its last value; a horizon of 3 needs as many"):
        model.forecast(frame, horizon=3)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"horizon": "5"}, "horizon: expected a valid integer, but text came"),
        ({"levels": [101]}, r"levels\[0\]: expected a number less than 100, but 101 came"),
        ({"horizon": 10**7}, "more than 1000000 values: choose a shorter one"),
        ({"model": "other"}, "this is load@1: leave model out"),
    ],
)
def test_what_can_not_be_asked_is_told_as_the_service_tells_it(
    load: LocalModel, options: dict[str, Any], message: str
) -> None:
    for data in (hours(), hours()["load"].to_numpy()):
        with pytest.raises(RollcastError, match=message):
            load.forecast(data, **options)


def test_what_is_no_series_is_told(load: LocalModel) -> None:
    with pytest.raises(RollcastError, match=r"^window: the window has 2 values; load@1 needs at least"):
        load.forecast([1, 2])
    with pytest.raises(RollcastError, match="a window must be numbers"):
        load.forecast(np.array(["one"]))
    with pytest.raises(RollcastError, match="leave timestamps out, or give the values of load as an array"):
        load.forecast(hours(), timestamps=["2024-01-01"])


def test_the_registry_is_the_given_one_or_the_variable_s(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROLLCAST_REGISTRY", str(root))
    assert repr(rollcast.load("clock@1")) == "LocalModel(clock@1)"
    with pytest.raises(RollcastError, match='no model is named "clock"'):
        rollcast.load("clock", tmp_path)


def test_its_pictures_are_those_of_its_training(root: Path) -> None:
    assert rollcast.load("clock", root).plots() == {"loss.png": b"PNG"}


def test_seasons_are_told_and_found_as_by_the_service(any_series_path: Path) -> None:
    years, model = YEAR * 4, rollcast.load("any-series", any_series_path)
    months = pd.Series(years, index=pd.date_range("2020-01-01", periods=48, freq="MS"), name="value")
    with real_server(registry=any_series_path) as server, rollcast.Client(server.url) as client:
        asked: list[tuple[Any, dict[str, Any]]] = [
            (years, {}),
            (years, {"season": 6}),
            (np.array(years), {"season": [4, 12]}),
            (years, {"freq": "1q"}),
            (months, {}),
            ([*years[:-1], None], {"season": 12}),
        ]
        for window, options in asked:
            here = model.forecast(window, horizon=3, **options)
            there = client.predict(window, model="any-series", horizon=3, **options)
            assert same(here, there)
            assert here.season == there.season == (None if options or window is months else 12)
        many = client.predict_many([years, years], model="any-series", season=[6, None])
        assert [each.season for each in many] == [None, 12]
        with client.stream(years, model="any-series", horizon=20) as steps:
            assert len(list(steps)) == 20
        assert steps.season == 12
    frame = pd.DataFrame({"value": [*years[:-1], 40.0]})
    assert model.forecast(frame).season == 12
    assert np.allclose(
        model.forecast(frame, season=6, horizon=3).predictions,
        model.forecast(frame["value"].to_numpy(), season=6, horizon=3).predictions,
    )
    with pytest.raises(RollcastError, match="season: a season of 30 values is longer than half the window of 48"):
        model.forecast(years, season=30)
