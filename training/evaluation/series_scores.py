"""Each of several series' error beside the seasonal naive's: the worst series, and groups of series by their length."""

from collections.abc import Mapping, Sequence
from statistics import fmean

import numpy as np
from numpy.typing import NDArray

from models.spec.comparison import Comparison
from models.spec.panel_scores import LeftOut, LengthScore, PanelScores, SeriesScore
from training.baselines.baselines import last_value, seasonal_naive
from training.data.held_out import HeldOut
from training.evaluation.comparison import compared, known_by_series
from training.evaluation.origins import Origins

Array = NDArray[np.float64]

MOST_WORST = 10
MOST_GROUPS, LEAST_SERIES = 4, 3  # of lengths, and in each of them


def panel_scores(
    seasons: Sequence[int],
    mine: Array,
    baselines: Mapping[str, Array],
    origins: Origins,
    held_out: Sequence[HeldOut],
    overlap: int,
) -> PanelScores | None:
    """The errors of each of several series; None of one series, or where series have no names.

    `mine` and those of `baselines` are the losses of forecasts from the origins, shape (origins), in units of MASE, NaN
    where a series has none. A forecast shares steps with `overlap` later ones of its series. Beside the model stands
    the seasonal naive of the shortest season or, where there is none, the last value.
    """
    wanted = [*(seasonal_naive(season).name for season in sorted(seasons)), last_value().name]
    baseline = next((name for name in wanted if name in baselines), None)
    tested = np.unique(origins.series).tolist()
    if baseline is None or len(tested) < 2 or not all(held_out[number].id for number in tested):
        return None
    its = baselines[baseline]
    scores: dict[int, SeriesScore] = {}
    for indexes in known_by_series(mine, its, origins.series):
        number = int(origins.series[indexes[0]])
        scores[number] = SeriesScore(
            series=held_out[number].id,
            rows=len(held_out[number].values),
            origins=len(indexes),
            mase=float(mine[indexes].mean()),
            baseline_mase=float(its[indexes].mean()),
        )
    by_length = []
    for group in length_groups({number: score.rows for number, score in scores.items()}):
        chosen = np.isin(origins.series, group)
        comparison = compared(mine[chosen], its[chosen], origins.series[chosen], overlap)
        by_length.append(_length_score([scores[number] for number in group], comparison))
    return PanelScores(
        baseline=baseline,
        worst=tuple(sorted(scores.values(), key=lambda score: -score.mase)[:MOST_WORST]),
        by_length=tuple(by_length),
        without_mase=LeftOut.named(tuple(held_out[each].id for each in tested if each not in scores), len(tested)),
    )


def length_groups(rows: Mapping[int, int]) -> list[list[int]]:
    """Series in about four groups of as many, by their numbers of rows, the shortest first; none if there is but one.

    Series of one length stay together, and each group has at least `LEAST_SERIES`.
    """
    groups: list[list[int]] = [[]]
    for length in sorted(set(rows.values())):
        if len(groups[-1]) >= max(LEAST_SERIES, len(rows) / MOST_GROUPS):
            groups.append([])
        groups[-1] += [number for number, its_rows in rows.items() if its_rows == length]
    if len(groups) > 1 and len(groups[-1]) < LEAST_SERIES:
        last = groups.pop()
        groups[-1] += last
    return groups if len(groups) > 1 else []


def _length_score(group: Sequence[SeriesScore], comparison: Comparison) -> LengthScore:
    rows = [score.rows for score in group]
    return LengthScore(
        series=len(group),
        shortest=min(rows),
        longest=max(rows),
        mase=fmean(score.mase for score in group),
        baseline_mase=fmean(score.baseline_mase for score in group),
        comparison=comparison,
    )
