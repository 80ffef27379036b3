"""Rounds, and when there are more of them."""

from collections.abc import Callable, Iterator

import pytest

from benchmarks.rows import by
from benchmarks.timing import FULL, Judged, alternate, medians, ratio, spread


def told(figures: list[float]) -> Callable[[], float]:
    left: Iterator[float] = iter(figures)
    return lambda: next(left)


def test_every_other_round_runs_backwards() -> None:
    done: list[str] = []

    def work(name: str) -> Callable[[], float]:
        def measure() -> float:
            done.append(name)
            return len(done)

        return measure

    assert alternate({"a": work("a"), "b": work("b")}, 3) == {"a": [1, 4, 5], "b": [2, 3, 6]}
    assert "".join(done) == "abbaab"


def test_a_bar_beyond_the_noise_needs_no_more_rounds() -> None:
    works = {"a": told([3.0, 3.1, 2.9] * 9), "b": told([1.0] * 27)}
    assert len(alternate(works, 3, 9, [Judged(by("a", "b"), 2.0)])["a"]) == 3


def test_more_rounds_follow_until_the_bar_is_beyond_the_noise() -> None:
    noisy, clear = [1.0, 3.0, 2.2], [2.5] * 3
    works = {"a": told(noisy + 4 * clear), "b": told([1.0] * 15)}
    figures = alternate(works, 3, 15, [Judged(by("a", "b"), 2.0)])
    assert 3 < len(figures["a"]) < 15
    assert len(figures["a"]) % 3 == 0
    assert len(figures["b"]) == len(figures["a"])


def test_a_bar_that_stays_within_the_noise_ends_at_the_most_rounds() -> None:
    works = {"a": told([1.0, 3.0, 1.9, 2.1] * 3), "b": told([1.0] * 12)}
    settled = Judged(by("a", "b"), 100.0)
    assert len(alternate(works, 4, 10, [settled, Judged(by("a", "b"), 2.0)])["a"]) == 10


def test_one_round_leaves_nothing_open() -> None:
    works = {"a": told([2.0]), "b": told([1.0])}
    assert alternate(works, 1, 1, [Judged(by("a", "b"), 2.0)]) == {"a": [2.0], "b": [1.0]}


def test_a_ratio_is_the_median_of_the_rounds_and_not_of_the_works() -> None:
    figures = {"a": [1.0, 4.0, 9.0], "b": [1.0, 2.0, 1.0]}
    assert ratio(figures, "a", "b") == 2.0
    assert medians(figures, 1e3, "ms") == {"a ms": 4000.0, "b ms": 1000.0}


def test_the_spread_is_that_of_the_median_and_narrows_with_the_rounds() -> None:
    few = {"a": [1.0, 2.0, 3.0, 4.0, 5.0], "b": [1.0] * 5}
    many = {"a": few["a"] * 8, "b": [1.0] * 40}
    low, high = spread(few, by("a", "b"))
    assert 1.0 <= low <= 2.0
    assert 4.0 <= high <= 5.0
    narrow_low, narrow_high = spread(many, by("a", "b"))
    assert low < narrow_low <= 3.0 <= narrow_high < high
    assert spread(few, by("a", "b")) == (low, high)


def test_the_works_of_a_round_are_drawn_together() -> None:
    figures = {"a": [1.0, 10.0, 100.0], "b": [2.0, 20.0, 200.0]}
    assert spread(figures, by("a", "b")) == pytest.approx((0.5, 0.5))


def test_works_that_are_over_soon_get_more_rounds() -> None:
    assert FULL.times(3).rounds == 3 * FULL.rounds
    assert FULL.times(3).most_rounds == 3 * FULL.most_rounds
    assert FULL.times(3).load_s == FULL.load_s
