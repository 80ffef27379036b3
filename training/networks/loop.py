"""One phase of training: the optimizer and its learning rate, early stopping, progress."""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from training.data.splits import Samples
from training.keras_backend import load_keras
from training.networks.losses import known_loss
from training.networks.progress import reporting
from training.recipes.sections import FitSection, WindowsSection

Array = NDArray[np.float32]

# Of the error of a phase with feedback, the steps that take in true values count so many times as much as those that
# take in the network's own: without it the next value is given up for the later ones (docs/training.md).
TRUE_STEPS_WEIGHT = 10
# Enough sequences to stop by: rolling out more at each epoch's end would take as long as the epoch.
MAX_VALIDATION_SEQUENCES = 256


class TrainingArrays(NamedTuple):
    """Arrays to fit to: inputs, targets and, where steps count differently, the weight of each step's error."""

    inputs: Array
    targets: Array
    weights: Array | None = None


class Losses(NamedTuple):
    """The losses after each epoch, in the network's units; after `turn` of them another phase began."""

    training: tuple[float, ...]
    validation: tuple[float, ...] | None
    phase_change_epoch: int | None = None

    def followed_by(self, more: "Losses") -> "Losses":
        """These, then those of another phase."""
        both = None if self.validation is None or more.validation is None else self.validation + more.validation
        return Losses(self.training + more.training, both, len(self.training))


def with_feedback(windows: WindowsSection, samples: Samples, most: int | None = None) -> TrainingArrays:
    """Sequences whose last steps take in the network's own values: a mask before the inputs, and weights.

    The windows' values are true, and so is what the rollout's first step takes in; the steps after it are not.
    """
    thin = 1 if most is None else max(1, -(-len(samples.windows) // most))
    inputs, targets = samples.windows[::thin], samples.targets[::thin]
    mask = np.ones((*inputs.shape[:2], 1), np.float32)
    own = windows.feedback - 1
    mask[:, -own:] = 0
    true = targets.shape[1] - own
    weights = np.empty(targets.shape[1], np.float32)
    weights[:true], weights[true:] = TRUE_STEPS_WEIGHT / true, 1 / own
    weights /= weights.mean()
    return TrainingArrays(np.concatenate([mask, inputs], axis=-1), targets, np.tile(weights, (len(targets), 1)))


def fit_phase(
    network: Any,
    values: FitSection,
    train: TrainingArrays,
    validation: TrainingArrays,
    *,
    epochs: int,
    learning_rate: float,
    title: str,
    console: Console | None,
    on_epoch_end: Callable[[int], None],
) -> Losses:
    """Fit a Keras network, and keep the weights with the lowest validation loss where that is asked for.

    `look` is called with the epochs done after each.
    """
    keras = load_keras()
    batches = values.batches or math.ceil(len(train.inputs) / values.batch_size)
    rate: Any = learning_rate
    if values.decay == "cosine":
        rate = keras.optimizers.schedules.CosineDecay(rate, epochs * batches)
    optimizer = keras.optimizers.Adam(rate, global_clipnorm=values.clip or None)
    # XLA takes longer to compile these small networks than it then saves: docs/training.md has the measurements.
    loss = known_loss(values.loss) if np.isnan(train.targets).any() else values.loss
    network.compile(optimizer=optimizer, loss=loss, jit_compile=False)
    validates = len(validation.inputs) > 0
    with reporting(title, epochs, batches, console) as reporter:

        def after_epoch(epoch: int, logs: dict[str, float]) -> None:
            reporter.epoch(epoch + 1, logs["loss"], logs.get("val_loss"))
            on_epoch_end(epoch + 1)

        callbacks = [
            keras.callbacks.LambdaCallback(
                on_train_batch_end=lambda batch, logs: reporter.batch(),  # noqa: ARG005 (Keras passes them by name)
                on_epoch_end=after_epoch,
            )
        ]
        if validates and values.patience:
            callbacks.append(
                keras.callbacks.EarlyStopping("val_loss", patience=values.patience, restore_best_weights=True)
            )
        history = network.fit(
            **_given(train, values),
            epochs=epochs,
            validation_data=tuple(validation)[: 3 if validation.weights is not None else 2] if validates else None,
            callbacks=callbacks,
            verbose=0,
        ).history
    return Losses(tuple(history["loss"]), tuple(history["val_loss"]) if validates else None)


def _given(train: TrainingArrays, values: FitSection) -> dict[str, Any]:
    """What Keras is to fit to: the arrays as they are or, where an epoch is so many batches, batches drawn of them."""
    if values.batches is None:
        return {"x": train.inputs, "y": train.targets, "sample_weight": train.weights, "batch_size": values.batch_size}
    return {"x": _drawn(train, values.batch_size, values.batches), "shuffle": False}


def _drawn(train: TrainingArrays, batch_size: int, batches: int) -> Any:
    """A Keras dataset of so many batches an epoch, drawn without repetition until all samples had their turn."""
    keras = load_keras()
    random = np.random.default_rng(int(keras.random.randint((), 0, 2**31 - 1)))
    kept = tuple(each for each in train if each is not None)

    class Drawn(keras.utils.PyDataset):  # type: ignore[misc, name-defined]
        """Batches of an order that is drawn anew once it is used up."""

        def __init__(self) -> None:
            super().__init__()
            self.order = np.empty(0, np.int64)
            self.on_epoch_end()

        def __len__(self) -> int:
            return batches

        def __getitem__(self, index: int) -> tuple[Array, ...]:
            chosen = self.order[index * batch_size : (index + 1) * batch_size]
            return tuple(each[chosen] for each in kept)

        def on_epoch_end(self) -> None:
            """Pass on to the samples of the next epoch."""
            self.order = self.order[batches * batch_size :]
            while len(self.order) < batches * batch_size:
                self.order = np.concatenate([self.order, random.permutation(len(kept[0]))])

    return Drawn()
