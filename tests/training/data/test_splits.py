"""Parts, on series small enough to check by eye."""

import pytest

from training.data.splits import chronological_parts, counted_parts


@pytest.mark.parametrize(
    ("rows", "shares", "ends"),
    [
        (10, (0.7, 0.1), (7, 8, 8)),
        (126, (0.9, 0.1), (113, 126, 126)),
        (1000, (0.8, 0.0), (800, 800, 800)),
        (52608, (0.7, 0.1), (36825, 42086, 42086)),
        (52608, (0.7, 0.05, 0.05), (36825, 39456, 42086)),
    ],
)
def test_parts_follow_each_other(rows: int, shares: tuple[float, ...], ends: tuple[int, int, int]) -> None:
    parts = chronological_parts(rows, *shares)
    assert parts == (range(ends[0]), range(*ends[:2]), range(*ends[1:]), range(ends[2], rows))


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (12, (range(2), range(2, 5), range(5, 7), range(7, 12))),
        (6, (range(0), range(0), range(1), range(1, 6))),
        (4, (range(0), range(0), range(0), range(4))),
    ],
)
def test_parts_are_counted_from_the_end(rows: int, expected: tuple[range, ...]) -> None:
    assert counted_parts(rows, validation=3, calibration=2, test=5) == expected
