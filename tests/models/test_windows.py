"""Windows, targets and parts, on series small enough to check by eye."""

import numpy as np
import pytest

from models.windows import chronological_parts, context_length, counted_parts, sliding_windows

SERIES = np.arange(10.0)[:, None]


@pytest.mark.parametrize(("window", "lead", "context"), [(10, 1, 10), (5, 2, 6), (1, 1, 1), (3, 4, 6)])
def test_context_reaches_from_the_window_to_just_before_the_first_prediction(
    window: int, lead: int, context: int
) -> None:
    assert context_length(window, lead) == context


def test_the_target_is_the_value_right_after_the_window() -> None:
    windows, targets = sliding_windows(SERIES[:5], window=3, lead=1)
    assert windows[..., 0].tolist() == [[0, 1, 2], [1, 2, 3]]
    assert targets[:, 0].tolist() == [3, 4]


def test_a_lead_of_two_skips_one_value() -> None:
    windows, targets = sliding_windows(SERIES[:6], window=3, lead=2)
    assert windows[..., 0].tolist() == [[0, 1, 2], [1, 2, 3]]
    assert targets[:, 0].tolist() == [4, 5]


def test_the_source_of_sine_simple_rnn_takes_index_i_plus_six() -> None:
    windows, targets = sliding_windows(SERIES, window=5, lead=2)
    assert windows[0, :, 0].tolist() == [0, 1, 2, 3, 4]
    assert targets[0, 0] == 6


def test_rows_keep_their_features() -> None:
    series = np.array([[0.0, 10], [1, 11], [2, 12], [3, 13]])
    windows, targets = sliding_windows(series, window=2, lead=1)
    assert windows.shape == (2, 2, 2)
    assert windows[1].tolist() == [[1, 11], [2, 12]]
    assert targets.tolist() == [[2, 12], [3, 13]]


def test_a_part_holds_the_targets_and_windows_may_begin_before_it() -> None:
    windows, targets = sliding_windows(SERIES, window=3, lead=1, part=range(7, 9))
    assert targets[:, 0].tolist() == [7, 8]
    assert windows[0, :, 0].tolist() == [4, 5, 6]


def test_parts_share_no_target_and_leave_none_out() -> None:
    parts = chronological_parts(10, 0.6, 0.2)
    targets = [sliding_windows(SERIES, 2, 2, part).targets[:, 0].tolist() for part in parts]
    assert targets == [[3, 4, 5], [6, 7], [], [8, 9]]


@pytest.mark.parametrize("rows", [0, 3])
def test_a_series_too_short_for_a_window_has_none(rows: int) -> None:
    windows, targets = sliding_windows(SERIES[:rows], window=3, lead=1)
    assert windows.shape == (0, 3, 1)
    assert targets.shape == (0, 1)


def test_a_part_that_ends_before_the_first_target_is_empty() -> None:
    assert len(sliding_windows(SERIES, window=8, lead=1, part=range(5)).windows) == 0


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
