"""How long to train: by the table, whatever the clock."""

import pytest

from training.search.budget import EPOCHS, Size, schedule


def test_a_larger_network_takes_longer_by_the_table() -> None:
    small, large = Size(32, 100, 10, 64), Size(32, 100, 10, 128)
    assert small.step_s == pytest.approx(100 * (1e-4 + 4.5e-11 * 24 * 64 * 74 * 32))
    assert large.step_s > 2 * small.step_s


def test_what_is_planned_takes_about_as_long_as_there_is() -> None:
    size = Size(32, 192, 15, 64)
    for feedback in (False, True):
        found = schedule(size, 300, 30_000, feedback=feedback, trial=False)
        epochs = found.epochs + found.learn_on + (found.feedback_epochs if feedback else 0)
        assert found.members * epochs * found.batches * size.step_s == pytest.approx(300, rel=0.1)


def test_few_samples_are_not_gone_through_for_ever_and_time_left_goes_to_members() -> None:
    few = schedule(Size(32, 12, 13, 32), 300, 100, feedback=False, trial=False)
    assert few.members == 5
    assert few.batches * few.epochs <= 600
    many = schedule(Size(32, 192, 15, 128), 30, 30_000, feedback=True, trial=False)
    assert many.members == 1


def test_a_trial_is_one_short_member() -> None:
    trial = schedule(Size(32, 192, 15, 64), 20, 30_000, feedback=True, trial=True)
    assert (trial.members, trial.learn_on) == (1, 0)
    assert trial.epochs < EPOCHS
    assert trial.values()["patience"] >= trial.epochs


def test_no_time_at_all_is_a_step_each() -> None:
    assert min(schedule(Size(32, 192, 15, 64), 1e-9, 10, feedback=True, trial=False).values().values()) == 1
