"""Nixtla's client forecasts data frames with rollcast's models."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.clients.asking import ask, predicted
from tests.support.keys import key_record, secret_of, write_keys
from tests.support.real_server import Server, real_server

MODEL = "victoria-demand"


@pytest.fixture(scope="module")
def found(server: Server) -> Any:
    """All that the client answered."""
    return ask("ask_nixtla.py", server)


def forecast(server: Server, windows: list[list[float]], **more: Any) -> Any:
    return predicted(server, model=MODEL, windows=windows, **more)


def flat(rows: list[list[float]]) -> Any:
    return pytest.approx([value for row in rows for value in row])


def test_several_series_are_forecast_with_intervals(found: Any, server: Server) -> None:
    told = found["forecast"]
    expected = forecast(server, list(found["series"].values()), horizon=48, levels=[80, 95])
    assert told["unique_id"] == ["a"] * 48 + ["b"] * 48
    first = datetime(2014, 1, 1) + timedelta(minutes=30 * 600)
    assert told["ds"][:2] == [str(first), str(first + timedelta(minutes=30))]
    assert told["TimeGPT"] == flat(expected["predictions"])
    for level, bounds in expected["intervals"].items():
        assert told[f"TimeGPT-lo-{level}"] == flat(bounds["lower"])
        assert told[f"TimeGPT-hi-{level}"] == flat(bounds["upper"])


def test_quantiles_are_bounds_of_intervals(found: Any, server: Server) -> None:
    told = found["quantiles"]
    expected = forecast(server, list(found["series"].values()), horizon=3, levels=[80])
    assert told["TimeGPT-q-10"] == flat(expected["intervals"]["80"]["lower"])
    assert told["TimeGPT-q-50"] == told["TimeGPT"] == flat(expected["predictions"])
    assert told["TimeGPT-q-90"] == flat(expected["intervals"]["80"]["upper"])


def test_parts_are_put_together(found: Any) -> None:
    assert found["parts"]["TimeGPT"] == pytest.approx(found["quantiles"]["TimeGPT"])


def test_a_history_lies_before_the_forecast(found: Any, server: Server) -> None:
    told, series = found["history"], found["series"]
    of_a = [value for name, value in zip(told["unique_id"], told["TimeGPT"], strict=True) if name == "a"]
    assert of_a[-3:] == pytest.approx(found["parts"]["TimeGPT"][:3])
    last = forecast(server, [series["a"][:-48]], horizon=48)["predictions"]
    assert of_a[-51:-3] == flat(last)


def test_a_cross_validation_forecasts_what_is_known(found: Any, server: Server) -> None:
    told, series = found["crossed"], found["series"]
    ends = [-8, -6, -4]  # three forecasts of four steps, two apart
    windows = [values[:end] for values in series.values() for end in ends]
    expected = forecast(server, windows, horizon=4, levels=[80])
    assert told["TimeGPT"] == flat(expected["predictions"])
    assert told["TimeGPT-lo-80"] == flat(expected["intervals"]["80"]["lower"])
    known = [[*values[-8:-4], *values[-6:-2], *values[-4:]] for values in series.values()]
    assert told["y"] == flat(known)
    first = datetime(2014, 1, 1) + timedelta(minutes=30 * (600 - 9))
    assert told["cutoff"][:5] == [str(first)] * 4 + [str(first + timedelta(hours=1))]


def test_a_body_above_a_megabyte_comes_compressed(found: Any, server: Server) -> None:
    [(size_bytes, encoding)] = found["large"]["bodies"]
    assert (encoding, 1000 < size_bytes < 1 << 20) == ("zstd", True)
    assert found["large"]["rows"] == 2 * 104
    assert found["large"]["last"] == flat(forecast(server, [found["last"]], horizon=2)["predictions"])


def test_names_and_keys_are_told(found: Any) -> None:
    assert (found["valid"], MODEL in found["models"]) == (True, True)


@pytest.mark.parametrize(
    ("asked", "status", "says"),
    [
        ("its own model", 404, 'no model is named "timegpt-2.1": set model to one of GET /v2/models'),
        ("finetuning", 422, "finetune_steps: there is nothing of the kind here"),
        ("covariates", 422, "takes in no exogenous features: leave out X_df"),
        ("too short", 422, "the window has 20 values; victoria-demand@3 needs at least"),
        ("level", 422, "level: a level of 99.999 needs more than the 1000 errors"),
    ],
)
def test_what_can_t_be_answered_is_told(found: Any, asked: str, status: int, says: str) -> None:
    told = found["refused"][asked]
    assert told["status"] == status
    assert says in told["body"]["detail"]


def test_one_key_that_may_forecast_is_enough(reference_path: Path, tmp_path: Path) -> None:
    keys = write_keys(tmp_path / "keys.json", key_record("asker", "predict"), key_record("reader", "read"))
    with real_server(registry=reference_path, ROLLCAST_API_KEYS_FILE=str(keys)) as server:
        asker, reader, nobody = ask("ask_nixtla_with_a_key.py", server, *map(secret_of, ("asker", "reader", "nobody")))
    assert asker == [True, 2]
    assert reader[:2] == [False, 403]
    assert nobody[:2] == [False, 401]
    assert nobody[2]["detail"].startswith("this API key is not known here")
