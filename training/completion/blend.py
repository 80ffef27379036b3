"""Fitting a blend: which share of the answer the network, the naive and the linear forecasts have at each step.

The shares are those with the least mean absolute error on held-out rows. They are found by exponentiated gradient
descent (Kivinen and Warmuth 1997, doi:10.1006/inco.1996.2612), which keeps them positive and their sum 1. Where the
rows hold few horizons, shares found so say little; so they are drawn towards those by the forecasts' own errors
(Bates and Granger 1969).
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.blending.blending import linear_forecast, naive_forecast
from models.inference.forecaster import Forecaster
from models.spec.blend import Blend, LinearForecast
from training.baselines.autoregression import fit_linear
from training.data.held_out import HeldOut, History, without_gaps
from training.evaluation.origins import find_origins, known_ahead, rows_before
from training.evaluation.rolling_forecasts import rolling_forecasts
from training.evaluation.step_scores import mase_scales

Array = NDArray[np.float64]

MAX_ORIGINS = 400
PRIOR_HORIZONS = 10  # the shares by the forecasts' own errors count as much as so many horizons of rows
HORIZONS_PER_GROUP = 10  # of rows, for each further group of steps with shares of its own
LEAST_SHARE = 0.02  # a smaller one is left out: its forecast need not be made
ROUNDS, RATE = 400, 0.5


class BlendData(NamedTuple):
    """What a blend is fitted on.

    `held_out` are rows that the network was not fitted to; the linear forecast that is judged on them was fitted to
    `known`, the rows of each series before them, and the one that is kept to `all_known`, all rows before the test
    part.
    """

    held_out: tuple[HeldOut, ...]
    known: tuple[History, ...]
    all_known: tuple[History, ...]


def fit_blend(forecaster: Forecaster, data: BlendData, seasons: Sequence[int], lags: int, horizon: int) -> Blend | None:
    """The blend of a forecaster that has none yet; None where no held-out part holds a horizon.

    `lags` are those of the linear forecast, 0 for none. Raises what `rolling_forecasts` raises.
    """
    spec = forecaster.spec
    context = max(spec.context_length, lags, *seasons)
    least = context if spec.extension is None else spec.least_context
    origins = find_origins(data.held_out, least, horizon).evenly_spaced(MAX_ORIGINS)
    if not len(origins):
        return None
    # 1. The errors of all forecasts from the same origins, each series in its own scale.
    forecasts = rolling_forecasts(forecaster, data.held_out, origins, horizon)
    recent = rows_before(without_gaps(data.held_out), origins, context, spec.extension)[:, :, list(spec.target_columns)]
    made = [forecasts.predictions, *(naive_forecast(recent, season, horizon) for season in seasons)]
    if lags:
        ahead = known_ahead(spec, data.held_out, origins, horizon)
        made.append(linear_forecast(fit_linear(spec, data.known, lags, horizon), recent, horizon, ahead))
    scales = mase_scales(data.held_out, seasons[-1], spec.target_columns)[origins.series][:, None]
    errors = np.stack(made, axis=-1) - forecasts.actuals[..., None]
    errors /= np.where(scales > 0, scales, 1)[..., None]
    # 2. The shares of each group of steps; those of the steps between lie between.
    parts = [len(each.part) for each in data.held_out]
    horizons = max(1, sum(parts) // horizon)
    weights = _smooth(errors, horizons)
    kept = tuple(
        LinearForecast(
            weights=tuple(model.weights.tolist()),
            intercept=model.intercept,
            shift=model.shift,
            spread=model.spread,
            covariates=tuple(model.covariates.tolist()),
        )
        for model in (fit_linear(spec, data.all_known, lags, horizon) if lags and weights[:, -1].any() else ())
    )
    if lags and not kept:
        weights = weights[:, :-1]
    used = [index for index in range(len(seasons)) if weights[:, 1 + index].any()]
    columns = [0, *(1 + index for index in used), *([weights.shape[1] - 1] if kept else [])]
    return Blend(
        seasons=tuple(seasons[index] for index in used),
        linear=kept,
        weights=tuple(map(tuple, weights[:, columns].tolist())),
    )


def _smooth(errors: Array, horizons: int) -> Array:
    """The shares of each step, shape (horizon, forecasts), from errors (origins, horizon, targets, forecasts)."""
    horizon = errors.shape[1]
    groups = _groups(horizon, 1 + horizons // HORIZONS_PER_GROUP)
    found = np.stack([_shares(errors[:, group].reshape(-1, errors.shape[-1]), horizons) for group in groups])
    centres = np.log([0.5 * (group.start + 1 + group.stop) for group in groups])
    steps = np.log(np.arange(1, horizon + 1))
    smooth = np.stack([np.interp(steps, centres, shares) for shares in found.T], axis=-1)
    smooth[:, smooth.max(axis=0) < LEAST_SHARE] = 0
    smooth = smooth.round(4)
    smooth[:, 0] = np.where(smooth.any(axis=1), smooth[:, 0], 1)
    return np.asarray(smooth / smooth.sum(axis=1, keepdims=True))


def _groups(horizon: int, most: int) -> list[slice]:
    """At most `most` groups of steps, each about twice as long as the one before."""
    edges = [0]
    while edges[-1] < horizon:
        edges.append(min(horizon, max(1, 2 * edges[-1])))
    while len(edges) - 1 > most:
        del edges[1]
    return [slice(start, stop) for start, stop in pairwise(edges)]


def _shares(errors: Array, horizons: int) -> Array:
    """The shares with the least mean absolute error, for errors of shape (count, forecasts); NaN are not known."""
    errors = errors[~np.isnan(errors).any(axis=1)]
    sizes = np.abs(errors).mean(axis=0)
    if not sizes.min() > 0:  # a forecast without error needs no other one
        return np.asarray((sizes == sizes.min()) / (sizes == sizes.min()).sum())
    errors, sizes = errors / sizes.min(), sizes / sizes.min()
    prior = sizes**-2 / (sizes**-2).sum()
    found, total = prior.copy(), np.zeros_like(prior)
    for number in range(1, ROUNDS + 1):
        gradient = np.sign(errors @ found) @ errors / len(errors)
        found = found * np.exp(-RATE / number**0.5 * np.clip(gradient - gradient.min(), 0, 50))
        found /= found.sum()
        if number > ROUNDS // 2:
            total += found
    total /= total.sum()
    return np.asarray((horizons * total + PRIOR_HORIZONS * prior) / (horizons + PRIOR_HORIZONS))
