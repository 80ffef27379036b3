"""Fingerprints: they find a series again, cut or longer or written otherwise, and nothing else."""

import numpy as np
import pytest

from training.collection.fingerprints import (
    all_kept_fingerprints,
    fingerprints_file,
    kept_fingerprints,
    read_fingerprints,
    was_trained_on,
)
from training.collection.packaged import packaged_series
from training.reading.table import read_table

WALK = np.cumsum(np.random.default_rng(1).normal(size=120)) + 50
KEPT = frozenset(kept_fingerprints(WALK))


def test_a_series_keeps_four_fingerprints_and_a_short_one_fewer() -> None:
    assert len(KEPT) == 4
    assert kept_fingerprints(WALK)[0] == kept_fingerprints(WALK[:12])[0]
    assert kept_fingerprints(WALK[:11]) == ()
    assert all_kept_fingerprints([WALK, WALK[::-1]]) > KEPT


def test_what_a_fingerprint_is_stays_as_it_is() -> None:
    values = np.array([1, -2, 4, 8, 16, 0, 3, 9, 27, 81, 5, 25])
    assert kept_fingerprints(values.astype(np.float64)) == ("c819a7bce72e",)


@pytest.mark.parametrize(
    "values",
    [
        WALK,
        np.concatenate([[1.0, 2.0, 3.0], WALK, [4.0, 5.0]]),
        WALK[30:90],
        WALK[:52],
        WALK[68:],
        np.round(WALK, 5),
        WALK * (1 + 1e-12),
        np.where(np.arange(120) == 60, np.nan, WALK),
    ],
    ids=["itself", "longer", "middle", "beginning", "end", "rounded", "computed", "gap"],
)
def test_a_series_is_found_again(values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> None:
    assert was_trained_on(values, KEPT)


@pytest.mark.parametrize(
    "values",
    [WALK[::-1], WALK * 1000.5, np.random.default_rng(2).normal(size=5000), WALK[:0]],
    ids=["backwards", "other unit", "another", "empty"],
)
def test_another_series_is_not_found(values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> None:
    assert not was_trained_on(values, KEPT)


@pytest.mark.parametrize(
    "values",
    [np.full(50, 3.0), np.arange(50.0), 0.1 * np.arange(50), np.tile([0.0, 1, 2, 3, 4], 10), np.full(50, np.nan)],
    ids=["constant", "line", "line of tenths", "few values", "absent"],
)
def test_what_others_might_have_by_chance_has_no_fingerprint(
    values: np.ndarray[tuple[int], np.dtype[np.float64]],
) -> None:
    assert kept_fingerprints(values) == ()
    assert not was_trained_on(values, KEPT)


def test_another_file_of_the_same_weeks_is_found_and_other_series_are_not() -> None:
    kept = all_kept_fingerprints(each.values for each in packaged_series(["us-gasoline", "us-change"]))
    assert was_trained_on(read_table("package://tsdata/fpppy/us_gasoline.csv").numbers("y"), kept)
    assert was_trained_on(read_table("package://tsdata/fpppy/US_change.csv").numbers("Income"), kept)
    assert not was_trained_on(read_table("package://tsdata/fpppy/AirPassengers.csv").numbers("y"), kept)


def test_a_file_holds_all_of_them_and_says_the_same_whatever_their_order() -> None:
    content = fingerprints_file(KEPT)
    assert len(content) == 6 * len(KEPT)
    assert content == fingerprints_file(sorted(KEPT, reverse=True))
    assert read_fingerprints(content) == KEPT
    assert was_trained_on(WALK, read_fingerprints(content))
    assert read_fingerprints(fingerprints_file([])) == frozenset()
