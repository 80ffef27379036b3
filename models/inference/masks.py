"""Masks: which of a step's newest values were missing, as inputs of their own."""

import numpy as np
from numpy.typing import NDArray

from models.spec.model_spec import ModelSpec

Array = NDArray[np.float32]


def with_masks(spec: ModelSpec, missing: NDArray[np.bool_], horizon: int, known: Array | None) -> Array:
    """What is known of each step, shape (rows, window + horizon - 1, channels), and after it a mask for each feature.

    `missing` has shape (rows, at least window + lead - 1, features) and tells of a context's values. What is forecast
    and fed back is not missing.
    """
    steps = spec.window + horizon - 1
    masks = np.zeros((len(missing), steps, missing.shape[-1]), np.float32)
    newest = missing[:, -(spec.window + spec.lead - 1) :][:, :steps]
    masks[:, : newest.shape[1]] = newest
    return masks if known is None else np.concatenate([known, masks], axis=-1)
