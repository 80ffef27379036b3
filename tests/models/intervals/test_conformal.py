"""Split conformal intervals, by hand."""

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from models.errors import InvalidRequest, RefusedVersion
from models.intervals.conformal import Bounds, Intervals

# Nine errors of each of two steps, of one target; of the second step ten times as large.
ERRORS = np.array([[[-3.0, 1, 2, -9, 5, 4, -7, 6, 8]], [[10, -20, 30, -40, 50, -60, 70, -80, 90]]])


@pytest.mark.parametrize(
    ("level", "expected"),
    [
        (90, 9),  # rank ceil(10 * 0.9) = 9, the largest of nine
        (80, 8),
        (80.1, 9),
        (50, 5),
        (45, 5),
        (10, 1),
        (1, 1),
        (1e-12, 1),
    ],
)
def test_bounds_are_the_error_of_their_rank_to_both_sides(level: float, expected: float) -> None:
    intervals = Intervals(ERRORS)
    assert intervals.error_bounds(level, 2).upper.tolist() == [[expected], [10 * expected]]
    assert intervals.error_bounds(level, 2).lower.tolist() == [[-expected], [-10 * expected]]
    assert intervals.error_bounds(level, 1).upper.tolist() == [[expected]]


@pytest.mark.parametrize(("count", "level"), [(99, 99), (19, 95), (1, 50), (249, 64.4), (9_999, 0.07), (999, 55)])
def test_a_rank_that_is_a_whole_number_is_not_rounded_up(count: int, level: float) -> None:
    intervals = Intervals(np.arange(1.0, count + 1)[None, None])
    assert intervals.error_bounds(level, 1).upper.item() == round((count + 1) * level / 100)


def test_too_few_errors_for_a_level_are_told_with_the_highest_that_there_are_enough_for() -> None:
    intervals = Intervals(ERRORS)
    with pytest.raises(
        InvalidRequest, match=r"a level of 95 needs more than the 9 errors .* ask for at most 90$"
    ) as caught:
        intervals.error_bounds(95, 1)
    assert caught.value.location == ("levels",)
    with pytest.raises(InvalidRequest, match=r"at most 98\.48$"):
        Intervals(np.ones((1, 1, 65))).error_bounds(99, 1)
    assert Intervals(np.ones((1, 1, 65))).error_bounds(98.48, 1).upper.item() == 1


def test_a_step_beyond_what_was_calibrated_is_refused() -> None:
    with pytest.raises(InvalidRequest, match="calibrated up to step 2, not 3: ask for a shorter horizon"):
        Intervals(ERRORS).error_bounds(80, 3)


@pytest.mark.parametrize("level", [0, -1, 100, 101, float("nan"), float("inf")])
def test_a_level_is_a_share_in_percent(level: float) -> None:
    with pytest.raises(InvalidRequest, match="above 0 and below 100"):
        Intervals(ERRORS).error_bounds(level, 1)


def test_targets_have_widths_of_their_own() -> None:
    intervals = Intervals(np.array([[[1.0, 2, 3], [10, 20, 30]]]))
    assert (intervals.steps, intervals.targets, intervals.count) == (1, 2, 3)
    assert intervals.error_bounds(50, 1).upper.tolist() == [[2, 20]]


def test_the_share_of_new_errors_within_is_at_least_the_level() -> None:
    random = np.random.default_rng(0)
    covered = [
        np.abs(random.normal(size=100)) <= Intervals(random.normal(size=(1, 1, 19))).error_bounds(80, 1).upper.item()
        for _ in range(2000)
    ]
    assert 0.79 < np.mean(covered) < 0.82


@settings(deadline=None, derandomize=True, database=None)
@given(arrays(np.float32, (3, 2, 5), elements=st.floats(-(2.0**60), 2.0**60, width=32, allow_subnormal=False)))
def test_they_survive_their_file(errors: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> None:
    again = Intervals.from_bytes(Intervals(errors).to_bytes(), (3, 2, 5))
    assert again.errors.tolist() == Intervals(errors).errors.tolist()


def test_joint_errors_stay_as_they_came() -> None:
    joint = Intervals(ERRORS, joint=True)
    assert joint.errors.tolist() == Intervals(ERRORS).errors.tolist()
    again = Intervals.from_bytes(joint.to_bytes(), (2, 1, 9), joint=True)
    assert again.joint_errors is not None
    assert again.joint_errors.tolist() == ERRORS.tolist()
    assert again.errors.tolist() == joint.errors.tolist()
    assert Intervals.from_bytes(Intervals(ERRORS).to_bytes(), (2, 1, 9)).joint_errors is None


CONTENT = Intervals(ERRORS).to_bytes()


@pytest.mark.parametrize(
    "content", [b"", b"no array", CONTENT[:-1], CONTENT[:50], b"\x93NUMPY\x01\x00\xff\xff{", b"PK\x03\x04"]
)
def test_bytes_that_are_no_array_are_refused(content: bytes) -> None:
    with pytest.raises(RefusedVersion, match=r"calibration\.npy can't be read"):
        Intervals.from_bytes(content, (2, 1, 9))


def test_any_flipped_byte_of_the_header_gives_the_same_array_or_a_refusal() -> None:
    for place in range(128):
        content = CONTENT[:place] + bytes([CONTENT[place] ^ 1]) + CONTENT[place + 1 :]
        try:
            came = Intervals.from_bytes(content, (2, 1, 9))
        except RefusedVersion:
            continue
        assert came.errors.shape == (2, 1, 9)


def saved(array: object, **arrays: object) -> bytes:
    file = io.BytesIO()
    if arrays:
        np.savez(file, **arrays)  # type: ignore[arg-type]
    else:
        np.save(file, np.asarray(array))
    return file.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        saved(ERRORS),  # of 64 bits
        saved(ERRORS.astype(">f4")),
        saved(ERRORS.astype("<f4")[:1]),
        saved(ERRORS.astype("<f4")[..., 1:]),
        saved(np.full((2, 1, 9), np.nan, "<f4")),
        saved(np.full((2, 1, 9), np.inf, "<f4")),
        saved(np.zeros((2, 1, 9), "<c8")),
        saved(None, errors=ERRORS.astype("<f4")),
    ],
)
def test_an_array_of_another_kind_is_refused(content: bytes) -> None:
    with pytest.raises(RefusedVersion, match="must hold 2 steps of 1 targets with 9 errors each, all finite"):
        Intervals.from_bytes(content, (2, 1, 9))


def test_an_array_of_objects_is_never_unpickled() -> None:
    with pytest.raises(RefusedVersion, match="can't be read"):
        Intervals.from_bytes(saved(np.array([print], object)), (1, 1, 1))


def test_bounds_are_scaled_and_put_around_forecasts() -> None:
    bounds = Bounds(np.array([[-1.0]]), np.array([[2.0]])).scaled(np.array([[10.0]])).around(np.array([[5.0], [7.0]]))
    assert (bounds.lower.tolist(), bounds.upper.tolist()) == ([[-5], [-3]], [[25], [27]])


def test_values_on_a_bound_are_within() -> None:
    bounds = Bounds(np.array([0.0, 0, 0, 0]), np.array([1.0, 1, 1, 1]))
    assert bounds.contain(np.array([0.0, 1, -0.1, 1.1])).tolist() == [True, True, False, False]
