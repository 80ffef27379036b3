"""The arrays that a phase of training fits to: inputs, targets, weights; with feedback; in random batches."""

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from training.data.splits import Samples
from training.keras_backend import load_keras
from training.recipes.sections import WindowsSection

Array = NDArray[np.float32]

# In free running, the steps that take in true values have this many times the weight of the other steps, in total.
# Without it the network gives up accuracy at the next value to gain some at later ones (docs/training.md).
TRUE_STEPS_WEIGHT = 10
# This many are enough for early stopping. With more, free running after each epoch would take as long as the epoch.
MAX_VALIDATION_SEQUENCES = 256


class TrainingArrays(NamedTuple):
    """Arrays to fit to: inputs, targets and, where steps count differently, the weight of each step's error."""

    inputs: Array
    targets: Array
    weights: Array | None = None


def feedback_arrays(
    windows: WindowsSection, samples: Samples, max_sequences: int | None = None, masks: int = 0
) -> TrainingArrays:
    """Arrays for a free-running network: a mask before the inputs, and the weight of each step's error.

    The mask is 1 in the steps that take in true values: the window, which includes the first step of the rollout. It
    is 0 in the other `feedback` - 1 steps. The last `masks` channels tell of missing values, which predictions are not.
    `max_sequences` keeps every n-th sequence, so that no more than these
    are left. Shapes: inputs (count, steps, 1 + channels), targets (count, trained, targets), weights (count, trained).
    """
    stride = 1 if max_sequences is None else max(1, math.ceil(len(samples.windows) / max_sequences))
    inputs, targets = samples.windows[::stride], samples.targets[::stride]
    own_steps = windows.feedback - 1
    mask = np.ones((*inputs.shape[:2], 1), np.float32)
    mask[:, -own_steps:] = 0
    true_steps = targets.shape[1] - own_steps
    weights = np.empty(targets.shape[1], np.float32)
    weights[:true_steps], weights[true_steps:] = TRUE_STEPS_WEIGHT / true_steps, 1 / own_steps
    weights /= weights.mean()
    both = np.concatenate([mask, inputs], axis=-1)
    if masks:
        both[:, -own_steps:, -masks:] = 0
    return TrainingArrays(both, targets, np.tile(weights, (len(targets), 1)))


def random_batches(arrays: TrainingArrays, batch_size: int, batches: int) -> Any:
    """A Keras dataset with `batches` batches in each epoch, drawn at random.

    No sample is drawn again before all were drawn; an epoch goes on where the last one ended. The order comes from
    Keras's global seed.
    """
    keras = load_keras()
    random = np.random.default_rng(int(keras.random.randint((), 0, 2**31 - 1)))
    columns = tuple(each for each in arrays if each is not None)

    class RandomBatches(keras.utils.PyDataset):  # type: ignore[misc, name-defined]
        """Batches in a random order, which is extended when it is used up."""

        def __init__(self) -> None:
            super().__init__()
            self.order = np.empty(0, np.int64)
            self.on_epoch_end()

        def __len__(self) -> int:
            return batches

        def __getitem__(self, index: int) -> tuple[Array, ...]:
            chosen = self.order[index * batch_size : (index + 1) * batch_size]
            return tuple(column[chosen] for column in columns)

        def on_epoch_end(self) -> None:
            """Drop the samples of the last epoch and make sure that there are enough for the next one."""
            self.order = self.order[batches * batch_size :]
            while len(self.order) < batches * batch_size:
                self.order = np.concatenate([self.order, random.permutation(len(columns[0]))])

    return RandomBatches()
