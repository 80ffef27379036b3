"""A model beside methods that are made up: their origins, their scores, and what is left out."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from models.intervals.error_scale import ErrorScale
from models.spec.metrics import ClassicalScores
from training.classical import scores as module
from training.classical.methods import Method
from training.classical.scores import classical_scores
from training.data.held_out import HeldOut
from training.evaluation.origins import actual_values, find_origins
from training.evaluation.rolling_forecasts import RollingForecasts

Array = np.ndarray[Any, Any]

VALUES = np.array([[0.0], [1], [3], [5], [9], [8]])
HELD_OUT = HeldOut(VALUES, range(3, 6))


def last_value(values: Array, horizon: int) -> Array:
    return np.repeat(values[-1:], horizon)


def broken(_: Array, __: int) -> Array:
    raise NotImplementedError("tiny\ndatasets")


def endless(_: Array, horizon: int) -> Array:
    return np.full(horizon, np.nan)


@pytest.fixture
def fitted_to(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Has made-up methods stand for the library's; the list tells the seasons, and the rows that each fit saw."""
    seen: list[Any] = []

    def told(forecast: Callable[[Array, int], Array]) -> Callable[[Array, int], Array]:
        def fit(values: Array, horizon: int) -> Array:
            seen.append(values.tolist())
            return forecast(values, horizon)

        return fit

    def made_up(seasons: Sequence[int]) -> tuple[Method, ...]:
        seen.append(list(seasons))
        return (
            Method("naive", "no season", told(last_value)),
            Method("broken", "no season", broken),
            Method("endless", "no season", endless),
        )

    monkeypatch.setattr(module, "classical_methods", made_up)
    return seen


def beside(*held_out: HeldOut, seasons: Sequence[int] = (), horizon: int = 1, answer: float = 6) -> ClassicalScores:
    """The scores beside a model that forecasts one number."""
    columns = list(range(held_out[0].values.shape[1]))
    origins = find_origins(held_out, 1, horizon)
    actuals = actual_values(held_out, origins, horizon, columns)
    scale = ErrorScale(np.ones(actuals.shape), np.ones(actuals.shape))
    forecasts = RollingForecasts(origins, np.full(actuals.shape, answer), actuals, scale)
    return classical_scores(forecasts, held_out, columns, seasons)


def test_methods_are_fitted_before_each_origin_and_scored_as_the_model_is(fitted_to: list[Any]) -> None:
    scores = beside(HELD_OUT)
    assert fitted_to == [[], [0, 1, 3], [0, 1, 3, 5], [0, 1, 3, 5, 9]]
    assert (scores.horizon, scores.origins, scores.rows) == (1, 3, 5)
    assert scores.library.startswith("statsforecast 2")
    assert scores.model.mae == ((1 + 3 + 2) / 3,)
    assert scores.baselines["naive"].mae == pytest.approx(((2 + 4 + 1) / 3,))
    assert scores.baselines["naive"].mase == pytest.approx(((2 + 4 + 1) / 3 / 1.5,))  # before the part


def test_a_method_that_fails_is_left_out_and_that_is_told(fitted_to: list[Any]) -> None:
    assert fitted_to == []
    scores = beside(HELD_OUT._replace(id="shop 1"))
    assert {*scores.baselines} == {"naive"}
    assert scores.notes == {
        "naive": "no season",
        "broken": "left out, as it failed at row 4 of series shop 1: 'NotImplementedError: tiny\\ndatasets'",
        "endless": "left out, as its forecast at row 4 of series shop 1 is not of finite numbers",
    }


def test_few_origins_and_the_newest_rows_are_enough(fitted_to: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_FITS", 2)
    monkeypatch.setattr(module, "MAX_ROWS", 3)
    scores = beside(HELD_OUT)
    assert fitted_to[1:] == [[0, 1, 3], [3, 5, 9]]
    assert (scores.origins, scores.rows, scores.model.mae) == (2, 3, ((1 + 2) / 2,))


def test_each_target_is_a_fit(fitted_to: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_FITS", 2)
    scores = beside(HeldOut(np.concatenate([VALUES, 10 * VALUES], axis=1), range(3, 6)), horizon=2)
    assert fitted_to[1:] == [[0, 1, 3], [0, 10, 30]]
    assert scores.baselines["naive"].mae == ((2 + 20) / 2, (6 + 60) / 2)


def test_seasons_count_that_every_origin_has_seen_twice(fitted_to: list[Any]) -> None:
    beside(HELD_OUT, HELD_OUT._replace(part=range(4, 6)), seasons=(2, 1))
    assert fitted_to[0] == [1]  # the first one's first origin has three rows before it
    fitted_to.clear()
    beside(HELD_OUT._replace(part=range(4, 6)), seasons=(2, 1))
    assert fitted_to[0] == [2, 1]


def test_gaps_are_filled_before_a_fit(fitted_to: list[Any]) -> None:
    beside(HeldOut(np.array([[1.0], [np.nan], [3]]), range(2, 3)))
    assert fitted_to[1] == [1, 1]
