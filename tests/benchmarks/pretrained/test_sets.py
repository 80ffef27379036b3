"""The sets to measure a pretrained model on: which values they hold, and where forecasts begin."""

import numpy as np
import pytest

from benchmarks.pretrained.sets import HELD_OUT, ONCE, SETS, EvaluationSet, origins, rolling

ONE_EACH = {
    "m3-monthly": (1428, (12,), 18),
    "m3-quarterly": (756, (4,), 8),
    "m3-yearly": (645, (1,), 6),
    "m1-monthly": (617, (12,), 18),
    "m1-quarterly": (203, (4,), 8),
    "tourism-monthly": (366, (12,), 24),
    "tourism-quarterly": (427, (4,), 8),
    "aus-accommodation": (17, (4,), 8),  # the consumer prices of all states are the same
    "air-passengers": (1, (12,), 24),
}
SEVERAL_EACH = {
    "vic-elec": (1, 219, (48, 336), 48),
    "epf-fr-be": (2, 2 * 134, (24, 168), 24),
    "bank-calls": (1, 32, (169, 845), 169),
    "aus-production": (6, 5 * 5 + 1, (4,), 8),  # that of tobacco is too short for more than one
}


@pytest.mark.parametrize(("rows", "expected"), [(100, [92]), (195, [187]), (200, [160, 168, 176, 184, 192])])
def test_forecasts_begin_in_the_last_fifth_where_that_holds_five_horizons(rows: int, expected: list[int]) -> None:
    assert list(origins(rows, 8)) == expected


def test_a_history_ends_where_its_future_begins() -> None:
    (task,) = rolling({"a": np.arange(5.0)}, (1,), 2).tasks
    assert (task.series, task.history.tolist(), task.future.tolist()) == ("a", [0, 1, 2], [3, 4])


def test_evenly_spaced_tasks_keep_the_first_and_the_last() -> None:
    few = rolling({"a": np.arange(50.0)}, (1,), 2).evenly_spaced(3)
    assert few.futures.tolist() == [[40, 41], [44, 45], [48, 49]]


def test_every_set_is_known_to_the_tests_and_has_no_gaps() -> None:
    assert set(SETS) == {*ONE_EACH, *SEVERAL_EACH} >= {*HELD_OUT, *ONCE}
    for load in SETS.values():
        given = load()
        assert given.futures.shape == (len(given.tasks), given.horizon)
        assert np.isfinite(given.futures).all()
        assert all(np.isfinite(task.history).all() for task in given.tasks)


@pytest.mark.parametrize("name", ONE_EACH)
def test_a_set_of_last_horizons_has_one_task_for_each_series(name: str) -> None:
    given = SETS[name]()
    assert (len(given.tasks), given.seasons, given.horizon) == ONE_EACH[name]
    assert _series(given) == len(given.tasks)


@pytest.mark.parametrize("name", SEVERAL_EACH)
def test_a_set_of_longer_series_has_several(name: str) -> None:
    given = SETS[name]()
    assert (_series(given), len(given.tasks), given.seasons, given.horizon) == SEVERAL_EACH[name]


def test_the_demand_is_forecast_from_the_day_that_the_reference_models_are_tested_from() -> None:
    first, second = SETS["vic-elec"]().tasks[:2]
    assert len(first.history) == 52608 - 10522  # as the manifest of victoria-demand says
    assert np.array_equal(second.history[len(first.history) :], first.future)


def _series(given: EvaluationSet) -> int:
    return len({task.series for task in given.tasks})
