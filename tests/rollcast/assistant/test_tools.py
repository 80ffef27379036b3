"""The tools themselves: what is told of models, what a forecast takes, and how wrong calls are explained."""

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from models.errors import RollcastError
from models.registry.registry import Registry
from models.spec.covariate import Covariate
from rollcast.assistant.schemas import ForecastArguments
from rollcast.assistant.tools import Tools
from service.http.problems import explained
from service.schemas.predict import PredictRequest
from tests.support.seasonal.any_series import YEAR
from tests.support.tiny import publish_tiny, timed_registry, tiny_registry, tiny_spec

WINDOW = [0.1, 0.2, 0.3, 0.4]


@pytest.fixture
def timed(tmp_path: Path) -> Tools:
    return Tools(timed_registry(tmp_path / "timed"))


def refused(tools: Tools, arguments: dict[str, Any]) -> str:
    """What a call that can't be answered is told."""
    with pytest.raises((RollcastError, ValidationError)) as raised:
        tools.forecast(arguments)
    error = raised.value
    assert isinstance(error, RollcastError | ValidationError)
    return explained(error)


def test_what_it_takes_is_part_of_what_the_service_takes() -> None:
    assert set(ForecastArguments.model_fields) < set(PredictRequest.model_fields)


def test_models_are_listed_with_what_they_need(timed: Tools) -> None:
    models = {model.name: model for model in timed.list_models({}).models}
    assert list(models) == ["clock", "monthly", "wide"]
    clock, wide = models["clock"], models["wide"]
    assert (clock.default, clock.versions, clock.context) == (1, [1], 4)
    assert (clock.frequency, clock.needs_times, wide.needs_times) == ("30m", True, False)
    assert (wide.features, wide.targets) == (["a", "b"], ["a", "b"])
    assert clock.highest_level == pytest.approx(97.5)


def test_what_is_wrong_with_a_model_is_told_in_its_place(tmp_path: Path) -> None:
    tiny_registry(tmp_path)
    (tmp_path / "tiny" / "1" / "manifest.json").write_text("{}")
    (tmp_path / "pair" / "aliases.json").write_text("[]")
    models = {model.name: model for model in Tools(Registry.at(tmp_path)).list_models({}).models}
    assert (models["many"].default, models["many"].aliases, models["many"].problem) == (2, {"champion": 2}, None)
    assert str(models["tiny"].problem).startswith("manifest.json is not valid")
    assert str(models["pair"].problem).startswith("pair/aliases.json must map aliases")


def test_a_forecast_is_the_model_s_own(registry: Registry) -> None:
    answer = Tools(registry).forecast({"model": "many", "window": WINDOW, "horizon": 3})
    _, forecaster = registry.open("many", 2)
    expected = forecaster.forecast([np.array(WINDOW)[:, None]], 3)[0, :, 0]
    assert (answer.model, answer.version, answer.targets) == ("many", 2, ["value"])
    assert answer.predictions == pytest.approx(expected.tolist())
    assert (answer.intervals, answer.timestamps, answer.warnings) == (None, None, None)


def test_times_levels_and_warnings_are_answered(timed: Tools) -> None:
    asked = {"model": "clock", "window": [1e3] * 4, "horizon": 2, "levels": [80], "end": "2024-03-01T00:00+00:00"}
    answer = timed.forecast(asked)
    assert answer.timestamps == ["2024-03-01T00:30:00+00:00", "2024-03-01T01:00:00+00:00"]
    assert answer.intervals is not None
    assert len(answer.intervals["80"].lower) == 2
    assert answer.warnings is not None
    assert "far outside those of training" in answer.warnings[0]


def test_several_targets_are_answered(timed: Tools) -> None:
    rows = timed.forecast({"model": "wide", "window": [[0.1, 0.2]] * 4, "horizon": 2})
    assert (rows.targets, np.shape(rows.predictions)) == (["a", "b"], (2, 2))


def test_covariates_are_named_and_taken(tmp_path: Path) -> None:
    spec = tiny_spec(future=(Covariate(name="warmth"),), static=(Covariate(name="size"),))
    publish_tiny(Registry.at(tmp_path), "warm", spec)
    tools = Tools(Registry.at(tmp_path))
    [model] = tools.list_models({}).models
    assert (model.future, model.past, model.static) == (["warmth"], [], ["size"])
    asked: dict[str, Any] = {"model": "warm", "window": WINDOW, "horizon": 2, "static": {"size": 3.0}}
    mild, hot = (tools.forecast({**asked, "future": {"warmth": [warmth] * 6}}).predictions for warmth in (0.0, 5.0))
    assert mild != hot
    short = refused(tools, {**asked, "future": {"warmth": [0.0] * 5}})
    assert short.startswith("future.warmth: ")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"window": WINDOW}, "model: it must be given"),
        ({"model": "tiny"}, "window: it must be given"),
        ({"model": "tinny", "window": WINDOW}, 'no model is named "tinny"; did you mean tiny?'),
        ({"model": "Tiny", "window": WINDOW}, "model: expected a name, optionally with @ and a version or an alias"),
        ({"model": "tiny", "window": [1, 2]}, "window: the window has 2 values; tiny@1 needs at least 4"),
        ({"model": "tiny", "window": [1, 2, 3, "4"]}, "window[3]: expected a valid number, but text came"),
        ({"model": "tiny", "window": WINDOW, "horizon": 0}, "horizon: expected a number greater than or equal to 1"),
        (
            {"model": "tiny", "window": WINDOW, "horizon": 10_001},
            "horizon: the horizon may be at most 10000, not 10001",
        ),
        (
            {"model": "driven", "window": [[1, 2]] * 4, "horizon": 2},
            "horizon: driven@1 forecasts b from a, b, so its answers",
        ),
        ({"model": "tiny", "window": WINDOW, "levels": [80]}, "levels: tiny@1 has no calibrated intervals"),
        (
            {"model": "tiny", "window": WINDOW, "steps": 3},
            "steps: there is no such argument; the arguments are model, ",
        ),
        ({"model": "tiny", "windows": [WINDOW]}, "windows: there is no such argument"),
        ({"model": "tiny", "window": WINDOW, "future": [{"a": [1]}]}, "future: expected one object, as window came"),
        (
            {"model": "tiny", "window": WINDOW, "timestamps": ["2024-01-01"]},
            "timestamps: expected one for each of the window's 4 values, but 1 came",
        ),
    ],
)
def test_a_wrong_call_is_told_where_and_why(registry: Registry, arguments: dict[str, Any], message: str) -> None:
    assert refused(Tools(registry), arguments).startswith(message)


def test_listing_takes_no_arguments(registry: Registry) -> None:
    with pytest.raises(RollcastError) as raised:
        Tools(registry).list_models({"name": "tiny"})
    assert explained(raised.value) == "name: there is no such argument; this tool takes none"


def test_a_version_stays_open_until_its_files_change(tmp_path: Path) -> None:
    source = Registry.at(tmp_path)
    publish_tiny(source, "tiny")
    tools, asked = Tools(source), {"model": "tiny", "window": WINDOW}
    first = tools.forecast(asked)
    # Its files differ, its number does not: as where a registry was thrown away and begun anew.
    shutil.rmtree(tmp_path / "tiny")
    publish_tiny(source, "tiny", tiny_spec(), seed=7)
    second = tools.forecast(asked)
    assert (first.version, second.version) == (1, 1)
    assert first.predictions != second.predictions


def test_a_season_is_given_or_found(any_series_path: Path) -> None:
    tools = Tools(Registry.at(any_series_path))
    models = {model.name: model for model in tools.list_models({}).models}
    told = [(each.least_context, each.takes_missing, each.takes_seasons) for each in models.values()]
    assert told == [(8, True, True), (4, False, False)]
    asked = {"model": "any-series", "window": YEAR * 4, "horizon": 12}
    found, given = tools.forecast(asked), tools.forecast({**asked, "season": 12})
    assert (found.season, given.season) == (12, None)
    assert found.predictions == given.predictions == pytest.approx(YEAR)
    assert "season: a season of 30 values is longer" in refused(tools, {**asked, "season": [12, 30]})
    assert "leave season out" in refused(tools, {**asked, "model": "tiny", "season": 12})
