"""What is recorded of several series, and in which words."""

import pytest

from models.spec.comparison import Comparison
from models.spec.panel_scores import LeftOut, LengthScore, PanelScores


def group(ratio: float, p_value: float | None, shortest: int = 20, longest: int = 40) -> LengthScore:
    compared = Comparison(error_ratio=ratio, p_value=p_value)
    return LengthScore(series=9, shortest=shortest, longest=longest, mase=ratio, baseline_mase=1, comparison=compared)


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (("a",), "a has too few rows"),
        (("a", "b", "c"), "a, b and c have too few rows"),
        (tuple("abcdefghijk"), "a, b, c, d, e, f, g, h, i, j and 1 other have too few rows"),
        (tuple("abcdefghijklm"), "a, b, c, d, e, f, g, h, i, j and 3 others have too few rows"),
        (("a\n\x1b[31m", "b" * 60), f"'a\\n\\x1b[31m' and {'b' * 40}… have too few rows"),
    ],
)
def test_ten_names_are_told_and_how_many_others_there_are(names: tuple[str, ...], told: str) -> None:
    record = LeftOut.named(names, 20)
    assert record is not None
    assert (record.reason, record.others) == (told, 20 - len(names))


def test_where_no_series_is_left_out_there_is_no_record() -> None:
    assert LeftOut.named((), 20) is None


@pytest.mark.parametrize(
    ("ratio", "p_value", "is_lost"),
    [(1.5, 0.024, True), (1.5, 0.026, False), (1.01, 0.001, False), (1.5, None, False), (0.9, 0.001, False)],
)
def test_a_group_is_lost_where_chance_would_not_make_it_so_in_one_of_two(
    ratio: float, p_value: float | None, is_lost: bool
) -> None:
    first, second = group(ratio, p_value), group(1.0, 0.5, 41, 60)
    lost = PanelScores(baseline="naive", by_length=(first, second)).lost_lengths()
    assert lost == ((first,) if is_lost else ())


def test_rows_of_one_length_are_one_number() -> None:
    assert [group(1, None, *rows).rows for rows in ((20, 40), (1500, 1500))] == ["20 to 40 rows", "1,500 rows"]
