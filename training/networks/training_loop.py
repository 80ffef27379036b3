"""Running one phase of training in Keras: its learning rate, early stopping, progress and losses."""

import math
import time
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from rich.console import Console

from training.keras_backend import load_keras
from training.networks.losses import QuantileOutputs, masked_loss, quantile_loss
from training.networks.progress import progress_reporter
from training.networks.training_arrays import TrainingArrays, random_batches
from training.recipes.sections import FitSection


class Phase(NamedTuple):
    """One phase of training: its title for the progress display, its arrays, how long it runs and how fast it learns.

    `learning_rate` is that of the first step of the optimizer, `quantiles` what the network gives with each value. The
    phase ends with the epoch in which `deadline_s`
    passes, on the clock of time.monotonic.
    """

    title: str
    train: TrainingArrays
    validation: TrainingArrays
    epochs: int
    learning_rate: float
    deadline_s: float | None = None
    quantiles: QuantileOutputs | None = None


class Losses(NamedTuple):
    """The losses after each epoch, in the network's units. A second phase begins after `phase_change_epoch` epochs.

    `cut` says that the deadline ended a phase before all its epochs.
    """

    training: tuple[float, ...]
    validation: tuple[float, ...] | None
    phase_change_epoch: int | None = None
    cut: bool = False

    def followed_by(self, second: "Losses") -> "Losses":
        """The losses of this phase and of a second one after it."""
        validation = None
        if self.validation is not None and second.validation is not None:
            validation = self.validation + second.validation
        return Losses(self.training + second.training, validation, len(self.training), self.cut or second.cut)


def fit_phase(
    network: Any, phase: Phase, values: FitSection, console: Console | None, on_epoch_end: Callable[[int], None]
) -> Losses:
    """Fit a Keras network in one phase. With `patience`, keep the weights with the lowest validation loss.

    `on_epoch_end` is called after each epoch with the number of epochs done.
    """
    keras, train, validation = load_keras(), phase.train, phase.validation
    batches = values.batches or math.ceil(len(train.inputs) / values.batch_size)
    learning_rate: Any = phase.learning_rate
    if values.decay == "cosine":
        learning_rate = keras.optimizers.schedules.CosineDecay(learning_rate, phase.epochs * batches)
    optimizer = keras.optimizers.Adam(learning_rate, global_clipnorm=values.clip or None)
    loss: Any = values.loss
    if phase.quantiles is not None:
        loss = quantile_loss(values.loss, phase.quantiles)
    elif np.isnan(train.targets).any() or np.isnan(validation.targets).any():
        loss = masked_loss(values.loss)
    # XLA takes longer to compile these small networks than it then saves: docs/training.md has the measurements.
    network.compile(optimizer=optimizer, loss=loss, jit_compile=False)
    validates = len(validation.inputs) > 0
    cut: list[int] = []
    with progress_reporter(phase.title, phase.epochs, batches, console) as reporter:

        def after_epoch(epoch: int, logs: dict[str, float]) -> None:
            reporter.epoch(epoch + 1, logs["loss"], logs.get("val_loss"))
            on_epoch_end(epoch + 1)
            if phase.deadline_s is not None and time.monotonic() > phase.deadline_s and epoch + 1 < phase.epochs:
                network.stop_training = True
                cut.append(epoch + 1)

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
            **_keras_arguments(train, values),
            epochs=phase.epochs,
            validation_data=tuple(each for each in validation if each is not None) if validates else None,
            callbacks=callbacks,
            verbose=0,
        ).history
    return Losses(tuple(history["loss"]), tuple(history["val_loss"]) if validates else None, cut=bool(cut))


def _keras_arguments(train: TrainingArrays, values: FitSection) -> dict[str, Any]:
    """The arguments of Keras's `fit` that say what to fit to: all samples in each epoch, or random batches of them."""
    if values.batches is not None:
        return {"x": random_batches(train, values.batch_size, values.batches), "shuffle": False}
    return {"x": train.inputs, "y": train.targets, "sample_weight": train.weights, "batch_size": values.batch_size}
