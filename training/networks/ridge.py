"""Where a linear path begins: the linear function of a step's inputs that ridge regression finds."""

import numpy as np
from numpy.typing import NDArray

from training.data.splits import Samples
from training.networks.losses import QuantileOutputs

Array = NDArray[np.float32]

# Of the mean square of the inputs: enough to share the weight of inputs that are alike, which lags often are.
RIDGE = 1e-3
MAX_ROWS = 200_000  # evenly spaced: more would hardly change the weights


def ridge(samples: Samples, first_output_step: int | None, quantiles: QuantileOutputs | None = None) -> Array:
    """The weights of the inputs of each step with a target, and an intercept: shape (channels + 1, outputs).

    `first_output_step` is as in `build_network`. With quantiles there are three columns for each target: its value, and
    the same shifted by the quantiles of its errors. The intercept bears no penalty. Targets that are NaN are not known,
    and each output is fitted on those that are. Hoerl and Kennard 1970, doi:10.1080/00401706.1970.10488634.
    """
    # 1. The inputs of each step that has targets, and these, both two-dimensional.
    inputs = samples.windows[:, -1:] if first_output_step is None else samples.windows[:, first_output_step:]
    channels, outputs = inputs.shape[-1], samples.targets.shape[-1]
    stride = max(1, inputs.shape[0] * inputs.shape[1] // MAX_ROWS)
    rows = np.asarray(inputs[::stride], np.float64).reshape(-1, channels)
    targets = np.asarray(samples.targets[::stride], np.float64).reshape(-1, outputs)
    # 2. Outputs with the same known targets share a solution.
    known = ~np.isnan(targets)
    weights = np.zeros((channels + 1, outputs))
    for pattern in np.unique(known, axis=1).T:
        alike = (known == pattern[:, None]).all(axis=0)
        if pattern.any():
            weights[:, alike] = _solve(rows[pattern], targets[pattern][:, alike])
    if quantiles is not None:
        weights = _with_quantiles(weights, targets - rows @ weights[:-1] - weights[-1], quantiles)
    return weights.astype(np.float32)


def _with_quantiles(
    weights: NDArray[np.float64], errors: NDArray[np.float64], quantiles: QuantileOutputs
) -> NDArray[np.float64]:
    """Weights (channels + 1, outputs) with those of the quantiles beside each target's; some errors may be NaN."""
    with_all = np.stack([weights] * 3)
    for index, probability in enumerate(quantiles.probabilities, start=1):
        with_all[index, -1] += [
            float(np.quantile(each[known], probability)) if (known := ~np.isnan(each)).any() else 0.0
            for each in errors.T
        ]
    grouped = with_all.reshape(3, len(weights), -1, quantiles.targets)
    return grouped.transpose(1, 2, 0, 3).reshape(len(weights), -1)


def _solve(rows: NDArray[np.float64], targets: NDArray[np.float64]) -> NDArray[np.float64]:
    mean, level = rows.mean(axis=0), targets.mean(axis=0)
    centred = rows - mean
    gram = centred.T @ centred
    penalty = RIDGE * max(float(np.trace(gram)) / len(gram), 1e-12)
    kernel = np.linalg.solve(gram + penalty * np.eye(len(gram)), centred.T @ (targets - level))
    return np.concatenate([kernel, (level - mean @ kernel)[None]])
