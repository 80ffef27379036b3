"""Choosing between intervals that were made in several ways: by their interval score on validation rows."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.intervals.conformal import Intervals
from models.spec.metrics import IntervalCandidate
from models.spec.model_spec import IntervalScale
from training.evaluation.interval_scores import interval_scores
from training.evaluation.rolling_forecasts import RollingForecasts

LEVELS = ("80", "95")  # in percent, that candidates are judged by
# How much better others must be than those that follow the window. On rows beside those that calibrated, intervals of
# one width for all look good, and stay so only as long as errors do not grow; quantiles were learned while they had not
# (ADR 17 has figures).
HANDICAPS: Mapping[IntervalScale, float] = {"scale": 1.1, "quantiles": 1.05, "window": 1.0}


class Candidate(NamedTuple):
    """Intervals, what this way to make them is called, and in words the rows that they were calibrated on.

    `scale` says what their errors are in units of.
    """

    name: str
    intervals: Intervals
    calibrated_on: str
    scale: IntervalScale = "scale"


class Choice(NamedTuple):
    """The intervals that were chosen, the rows that they were calibrated on, and a record of all candidates.

    `scale` says what their errors are in units of. Without a candidate there are none; without another one there was no
    choice, and nothing to record.
    """

    intervals: Intervals | None
    calibrated_on: str
    scale: IntervalScale = "scale"
    candidates: tuple[IntervalCandidate, ...] = ()


def choose_intervals(
    candidates: Sequence[Candidate],
    forecasts: Mapping[IntervalScale, RollingForecasts] = MappingProxyType({}),
    units: NDArray[np.float64] | None = None,
) -> Choice:
    """The candidate with the lowest score; the first one where others are no better, or nothing can be told.

    Beside a candidate with the scale `window`, the scores of others count as higher by `HANDICAPS`.
    `forecasts` are the model's on validation rows, with each scale, empty where these hold no horizon, and `units` as
    in `interval_scores`.
    """
    if len(candidates) < 2:
        return _chosen(candidates[0]) if candidates else Choice(None, "")
    scores = [None] * len(candidates) if not forecasts else _relative_scores(candidates, forecasts, units)
    best = int(np.argmin(_ranked_by(candidates, scores)))
    record = tuple(
        IntervalCandidate(name=each.name, count=each.intervals.count, score=score, chosen=index == best)
        for index, (each, score) in enumerate(zip(candidates, scores, strict=True))
    )
    return _chosen(candidates[best])._replace(candidates=record)


def _chosen(candidate: Candidate) -> Choice:
    return Choice(candidate.intervals, candidate.calibrated_on, candidate.scale)


def _ranked_by(candidates: Sequence[Candidate], scores: Sequence[float | None]) -> list[float]:
    beside_window = any(each.scale == "window" for each in candidates)
    return [
        np.inf if score is None else score * (HANDICAPS[each.scale] if beside_window else 1.0)
        for each, score in zip(candidates, scores, strict=True)
    ]


def _relative_scores(
    candidates: Sequence[Candidate],
    forecasts: Mapping[IntervalScale, RollingForecasts],
    units: NDArray[np.float64] | None,
) -> list[float | None]:
    """Each one's mean score over steps, in units of the first one's, as a mean over the levels that all can give."""
    found = [interval_scores(each.intervals, forecasts[each.scale], units).interval_score for each in candidates]
    means = [
        np.array([np.mean(scores[level]) for level in LEVELS if all(level in others for others in found)])
        for scores in found
    ]
    if not len(means[0]) or not means[0].all():  # intervals without width or miss can't be improved
        return [None] * len(candidates)
    return [float((mean / means[0]).mean()) for mean in means]
