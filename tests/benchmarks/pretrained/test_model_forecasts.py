"""Forecasts of a set, by a model that says what each window's level and season say."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks.pretrained.model_forecasts import forecast_set
from models.registry.registry import Registry
from tests.benchmarks.pretrained.made_up_figures import growing_years
from tests.support.seasonal.any_series import NAME
from training.updating.version_comparison import OpenModel


@pytest.fixture
def model(any_series_path: Path) -> OpenModel:
    return OpenModel(*Registry.at(any_series_path).open(NAME, 1))


def test_each_window_is_forecast_as_if_it_were_asked_alone(model: OpenModel) -> None:
    given = growing_years()
    forecast = forecast_set(model, given)
    assert forecast.values.shape == (12, 12)
    for task, values in zip(given.tasks, forecast.values, strict=True):
        alone = model.forecaster.forecast([task.history], 12, seasons=[(12,)])
        np.testing.assert_allclose(values, alone[0, :, 0], rtol=1e-6)
    season = np.abs(forecast.values - given.futures).mean() / given.futures.mean()
    assert season < 0.1  # as the year was last told, which grows


def test_intervals_are_those_of_the_levels_and_hold_the_values(model: OpenModel) -> None:
    forecast = forecast_set(model, growing_years())
    assert {*forecast.lower} == {*forecast.upper} == {80, 95}
    bounds = [forecast.lower[95], forecast.lower[80], forecast.values, forecast.upper[80], forecast.upper[95]]
    assert (np.diff(bounds, axis=0) >= 0).all()


def test_there_are_none_beyond_the_steps_that_were_calibrated(model: OpenModel) -> None:
    given = growing_years()
    tasks = tuple(task._replace(future=np.resize(task.future, 13)) for task in given.tasks)
    forecast = forecast_set(model, given._replace(horizon=13, tasks=tasks))
    assert forecast.values.shape == (12, 13)
    assert forecast.lower == {}


def test_a_window_may_be_cut_so_short_that_it_shows_no_season(model: OpenModel) -> None:
    given = growing_years()
    cut = forecast_set(model, given, window=20)
    for task, values in zip(given.tasks, cut.values, strict=True):
        alone = model.forecaster.forecast([task.history[-20:]], 12, seasons=[()])
        np.testing.assert_allclose(values, alone[0, :, 0], rtol=1e-6)
