"""How good a model's next values are on held-out rows, beside naive ones."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.inference.forecaster import Forecaster
from models.spec.metrics import Metrics, Scores
from training.data.held_out import HeldOut
from training.errors import SeriesError
from training.evaluation.origins import Origins, actual_values, find_origins
from training.evaluation.rolling_forecasts import rolling_forecasts

Array = NDArray[np.float64]


def next_value_metrics(
    forecaster: Forecaster, held_out: Sequence[HeldOut], *, tested_on: str, season: int | None = None
) -> Metrics:
    """Scores of the model's next values, of the last value and, with a season, of the value one season before.

    The baselines are those of Hyndman and Athanasopoulos, Forecasting: Principles and Practice, 5.2:
    https://otexts.com/fpp3/simple-methods.html. Every forecast is that of the next value, so the last value is the one
    right before, whatever the lead. Errors of several series and targets are pooled. The seasonal naive is scored on
    rows that have a season before them, which may be fewer. Raises SeriesError where no row can be forecast, and what
    `rolling_forecasts` raises.
    """
    spec = forecaster.spec
    origins = _next_value_origins(forecaster, held_out)
    forecasts = rolling_forecasts(forecaster, held_out, origins, 1)

    def naive(steps: int) -> Scores | None:
        """Scores of the values `steps` steps before."""
        known = origins.rows >= steps
        if not known.any():
            return None
        earlier = Origins(origins.series[known], origins.rows[known] - steps)
        return _scores(actual_values(held_out, earlier, 1, spec.target_columns) - forecasts.actuals[known])

    seasonal = None if season is None else naive(season)
    last = naive(1)
    assert last is not None  # noqa: S101 (a context has a last value)
    return Metrics(
        tested_on=tested_on,
        model=_scores(forecasts.errors),
        last_value=last,
        seasonal_naive=seasonal,
        season=None if seasonal is None else season,
    )


def next_value_forecasts(forecaster: Forecaster, held_out: HeldOut) -> Array:
    """The model's forecast of each held-out row that has a whole context before it.

    The answer has shape (rows, targets), in raw units; it ends with the last held-out row. Raises what
    `next_value_metrics` raises.
    """
    origins = _next_value_origins(forecaster, [held_out])
    return rolling_forecasts(forecaster, [held_out], origins, 1).predictions[:, 0]


def _next_value_origins(forecaster: Forecaster, held_out: Sequence[HeldOut]) -> Origins:
    origins = find_origins(held_out, forecaster.spec.least_context, 1)
    if not len(origins):
        raise SeriesError(
            f"no row to be tested on has a context of {forecaster.spec.least_context} values before it: bring more "
            "rows, or look back on fewer"
        )
    return origins


def _scores(errors: Array) -> Scores:
    """Scores of errors of shape (rows, 1, targets), those that are not known left out."""
    errors = errors[np.isfinite(errors).all(axis=(1, 2))]
    mse = float(np.mean(errors**2))
    return Scores(mae=float(np.mean(np.abs(errors))), mse=mse, rmse=mse**0.5, count=len(errors))
