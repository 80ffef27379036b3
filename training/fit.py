"""Fitting a network to a dataset, so that one seed always gives the same weights."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from rich.console import Console

from models.manifest import Shape
from training.backend import load_keras
from training.dataset import Dataset
from training.networks import build
from training.progress import reporting
from training.recipe import Recipe


@dataclass(frozen=True)
class Fitted:
    """A trained Keras network with its losses per epoch, in the network's units."""

    network: Any
    loss: tuple[float, ...]
    validation_loss: tuple[float, ...] | None
    duration_s: float


def fit(
    recipe: Recipe,
    dataset: Dataset,
    *,
    title: str = "",
    console: Console | None = None,
    watch: Callable[[int, Any], None] | None = None,
) -> Fitted:
    """Build a recipe's network and fit it by mean squared error and Adam.

    For a rollout of states the network is trained through time, with an error at each step from the window's
    last on; the network in the answer has its weights and answers at the last step only, as the graph does.

    Two runs with one seed on one machine give the same weights bit for bit. `watch` is called with the epochs
    done and the network: before training with 0, then after each epoch.
    """
    keras = load_keras()
    values, shape = recipe.fit, dataset.shape
    keras.backend.clear_session()
    keras.utils.set_random_seed(values.seed)
    through_time = shape.rollout == "state"
    network = _network(recipe, shape, answers_from=shape.window - 1 if through_time else None)
    # XLA takes longer to compile these small networks than it then saves.
    network.compile(optimizer=keras.optimizers.Adam(values.learning_rate), loss="mse", jit_compile=False)
    if watch is not None:
        watch(0, network)
    validates = len(dataset.validation.windows) > 0
    windows, targets = dataset.validation
    # A network trained through time gives a window's one answer an axis of its own.
    validation = (windows, targets[:, None] if through_time else targets)
    batches = math.ceil(len(dataset.train.windows) / values.batch_size)
    began = time.perf_counter()
    with reporting(title, values.epochs, batches, console) as reporter:

        def after_epoch(epoch: int, logs: dict[str, float]) -> None:
            reporter.epoch(epoch + 1, logs["loss"], logs.get("val_loss"))
            if watch is not None:
                watch(epoch + 1, network)

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
            dataset.train.windows,
            dataset.train.targets,
            batch_size=values.batch_size,
            epochs=values.epochs,
            validation_data=validation if validates else None,
            callbacks=callbacks,
            verbose=0,
        ).history
    if through_time:
        trained, network = network, _network(recipe, shape)
        network.set_weights(trained.get_weights())
    return Fitted(
        network,
        tuple(history["loss"]),
        tuple(history["val_loss"]) if validates else None,
        time.perf_counter() - began,
    )


def _network(recipe: Recipe, shape: Shape, answers_from: int | None = None) -> Any:
    return build(
        shape.kind,
        features=len(shape.features),
        targets=len(shape.targets),
        units=shape.units,
        dropout=recipe.network.dropout,
        answers_from=answers_from,
    )
