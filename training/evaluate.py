"""Judging next-value forecasts on held-out values, beside naive ones."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.manifest import Metrics, Scores, Shape
from models.network import Network
from models.windows import sliding_windows
from training.dataset import HeldOut

WINDOWS_PER_CALL = 512

Array = NDArray[np.float64]


def one_step(network: Network, shape: Shape, held_out: HeldOut) -> Array:
    """The network's forecast of each held-out row that has a whole window before it.

    The answer has shape (rows, targets), in raw units; it ends with the last held-out row.
    """
    scaled = shape.scaler.scaled(held_out.values)
    windows = sliding_windows(scaled, shape.window, shape.lead, held_out.part).windows
    answers = [
        network(np.ascontiguousarray(windows[start : start + WINDOWS_PER_CALL].transpose(1, 0, 2))).output
        for start in range(0, len(windows), WINDOWS_PER_CALL)
    ]
    return shape.scaler.unscaled(np.concatenate(answers), shape.target_columns)


def evaluate(
    network: Network, shape: Shape, held_out: Sequence[HeldOut], *, tested_on: str, season: int | None = None
) -> Metrics:
    """Scores of the network, of the last value and, with a season, of the value one season before.

    The baselines are those of Hyndman and Athanasopoulos, Forecasting: Principles and Practice, 5.2:
    https://otexts.com/fpp3/simple-methods.html. Every forecast is that of the next value, so the last value
    is the one right before, whatever the lead. Errors of several series and targets are pooled. The seasonal
    naive is scored on rows that have a season before them, which may be fewer.
    """
    errors = []
    for each in held_out:
        answers = one_step(network, shape, each)
        errors.append(answers - _targets(shape, each)[-len(answers) :])
    counts = [len(each) for each in errors]
    naive = [_naive_errors(shape, each, 1)[-count:] for each, count in zip(held_out, counts, strict=True)]
    seasonal = (
        []
        if season is None
        else [_naive_errors(shape, each, season)[-count:] for each, count in zip(held_out, counts, strict=True)]
    )
    seasonal = [each for each in seasonal if each.size]
    return Metrics(
        tested_on=tested_on,
        model=_scores(errors),
        last_value=_scores(naive),
        seasonal_naive=_scores(seasonal) if seasonal else None,
        season=season if seasonal else None,
    )


def _targets(shape: Shape, held_out: HeldOut) -> Array:
    return held_out.values[: held_out.part.stop, list(shape.target_columns)]


def _naive_errors(shape: Shape, held_out: HeldOut, steps: int) -> Array:
    """Errors of repeating the value so many steps before, for every row that has one."""
    values = _targets(shape, held_out)
    return values[:-steps] - values[steps:]


def _scores(errors: Sequence[Array]) -> Scores:
    pooled = np.concatenate(errors)
    mse = float(np.mean(pooled**2))
    return Scores(mae=float(np.mean(np.abs(pooled))), mse=mse, rmse=mse**0.5, count=len(pooled))
