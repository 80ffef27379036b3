"""Each series' error by hand, the worst first, and which lengths form a group."""

from collections.abc import Sequence

import numpy as np
import pytest

from models.spec.panel_scores import PanelScores
from training.data.held_out import HeldOut
from training.evaluation.origins import Origins
from training.evaluation.series_scores import length_groups, panel_scores


def held_out(*rows: int, names: Sequence[str] | None = None) -> list[HeldOut]:
    names = names or [f"s{number}" for number in range(len(rows))]
    return [HeldOut(np.zeros((count, 1)), range(count), id=name) for count, name in zip(rows, names, strict=True)]


def scores_of(
    series: Sequence[int], mine: Sequence[float], its: Sequence[float], tested: Sequence[HeldOut]
) -> PanelScores | None:
    """The scores of losses at one origin after another, with a season of 12 whose naive forecast has `its`."""
    origins = Origins(np.array(series), np.arange(len(series)))
    baselines = {"last value": np.zeros(len(series)), "seasonal naive 12": np.array(its)}
    return panel_scores([24, 12], np.array(mine), baselines, origins, tested, 0)


def test_the_worst_series_come_first_each_with_the_mean_of_its_origins() -> None:
    panel = scores_of([0, 0, 1], [1, 2, 3], [2, 4, 1], held_out(30, 50))
    assert panel is not None
    assert panel.baseline == "seasonal naive 12"  # that of 24 has no forecasts
    assert [(each.series, each.rows, each.origins, each.mase, each.baseline_mase) for each in panel.worst] == [
        ("s1", 50, 1, 3, 1),
        ("s0", 30, 2, 1.5, 3),
    ]
    assert (panel.by_length, panel.without_mase) == ((), None)


def test_at_most_ten_series_are_the_worst() -> None:
    mine = list(map(float, range(12)))
    panel = scores_of(range(12), mine, mine, held_out(*[30] * 12))
    assert panel is not None
    assert [each.series for each in panel.worst] == [f"s{number}" for number in range(11, 1, -1)]
    assert panel.by_length == ()  # all are of one length


def test_series_that_never_changed_are_named_and_in_no_mean() -> None:
    panel = scores_of([0, 1, 2], [1, np.nan, 3], [1, np.nan, 1], held_out(30, 40, 50))
    assert panel is not None
    assert [each.series for each in panel.worst] == ["s2", "s0"]
    assert panel.without_mase is not None
    assert (panel.without_mase.names, panel.without_mase.of) == (("s1",), 3)


def test_without_a_season_series_stand_beside_the_last_value() -> None:
    origins, losses = Origins(np.array([0, 1]), np.array([7, 7])), np.ones(2)
    panel = panel_scores([], losses, {"last value": losses}, origins, held_out(9, 9), 0)
    assert panel is not None
    assert panel.baseline == "last value"


@pytest.mark.parametrize(("rows", "names"), [((30,), ["a"]), ((30, 30), ["", ""])])
def test_one_series_and_series_without_names_have_no_scores_of_each(rows: Sequence[int], names: Sequence[str]) -> None:
    losses = [1.0] * len(rows)
    assert scores_of(range(len(rows)), losses, losses, held_out(*rows, names=names)) is None


def test_lengths_are_compared_each_with_its_own_series() -> None:
    short, long = [2.0, 3, 4], [1.0, 2, 3]
    panel = scores_of(range(6), [*short, *long], [1, 1.5, 2, 2, 4, 6], held_out(20, 21, 22, 90, 95, 99))
    assert panel is not None
    first, second = panel.by_length
    assert (first.series, first.shortest, first.longest, first.mase, first.baseline_mase) == (3, 20, 22, 3, 1.5)
    assert (second.shortest, second.longest, second.mase, second.baseline_mase) == (90, 99, 2, 4)
    assert (first.comparison.error_ratio, second.comparison.error_ratio) == (2, 0.5)
    assert first.is_worse
    assert not second.is_worse
    assert first.comparison.p_value == pytest.approx(0.0351, abs=1e-4)
    assert panel.lost_lengths() == ()  # of two tests


@pytest.mark.parametrize(
    ("rows", "groups"),
    [
        ([50] * 8, []),
        ([10, 20, 30, 40, 50], []),  # a second group would have two
        ([10, 20, 30, 40, 50, 60], [[0, 1, 2], [3, 4, 5]]),
        ([30, 10, 20, 40, 50, 60, 70], [[1, 2, 0], [3, 4, 5, 6]]),
        ([10] * 5 + [20, 30, 30], [[0, 1, 2, 3, 4], [5, 6, 7]]),
        (list(range(12)), [[0, 1, 2], [3, 4, 5], [6, 7, 8], [9, 10, 11]]),
    ],
)
def test_groups_are_quarters_that_keep_one_length_together(rows: Sequence[int], groups: list[list[int]]) -> None:
    assert length_groups(dict(enumerate(rows))) == groups
