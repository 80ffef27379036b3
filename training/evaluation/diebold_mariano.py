"""The test of Diebold and Mariano: whether one forecast's errors are smaller than another's by more than chance.

Diebold and Mariano 1995, doi:10.1080/07350015.1995.10524599, with the correction for few forecasts of Harvey, Leybourne
and Newbold 1997, doi:10.1016/S0169-2070(96)00719-4.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

POINTS, MAX_DEGREES = 4_001, 10_000  # of an integral; with more degrees its function would be too narrow for these


def diebold_mariano(differences: Sequence[Array], overlap: int) -> float | None:
    """The two-sided p-value that two forecasts err alike, from the differences of their losses.

    `differences` has, for each series, those of its forecasts in order of time, shape (origins). A forecast shares
    steps with `overlap` later ones, so that their losses are alike too: 0 where horizons don't overlap. Losses of
    different series are taken to be independent. None of fewer than two forecasts, or where all differ by the same.
    """
    pooled = np.concatenate(differences)
    count = len(pooled)
    if count < 2:
        return None
    mean = pooled.mean()
    centred = [each - mean for each in differences]
    at_once = float(pooled.var()) / count
    overlap = min(overlap, max(map(len, differences)) - 1)
    covariances = sum(
        float(each[lag:] @ each[: len(each) - lag])
        for lag in range(1, overlap + 1)
        for each in centred
        if len(each) > lag
    )
    variance = at_once + 2 * covariances / count**2
    # So few forecasts can overlap so much that the sum is negative, or that nothing is left of them.
    shrinks = (count + 1 - 2 * (overlap + 1) + overlap * (overlap + 1) / count) / count
    if variance <= 0:
        variance = at_once * (overlap + 1)
    if variance <= 0:
        return None
    statistic = abs(mean) / variance**0.5 * max(shrinks, 1 / count) ** 0.5
    return two_sided(float(statistic), count - 1)


def two_sided(statistic: float, degrees: int) -> float:
    """How likely Student's t is so far from 0 or farther, on either side.

    With t = sqrt(degrees) tan(angle) its density becomes a power of the cosine, which is integrated.
    """
    degrees = min(degrees, MAX_DEGREES)
    angles = np.linspace(0, np.pi / 2, POINTS)
    density = np.cos(angles) ** (degrees - 1)
    beyond = np.linspace(np.arctan(statistic / degrees**0.5), np.pi / 2, POINTS)
    return float(np.trapezoid(np.cos(beyond) ** (degrees - 1), beyond) / np.trapezoid(density, angles))
