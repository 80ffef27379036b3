"""Fitting a network to a dataset, so that one seed always gives the same weights."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from rich.console import Console

from models.spec.model_spec import ModelSpec
from training.data.dataset import Dataset
from training.keras_backend import load_keras
from training.networks.build import Architecture, build_network, copy_weights, ensemble_of
from training.networks.free_running import free_running_network
from training.networks.loop import MAX_VALIDATION_SEQUENCES, Losses, TrainingArrays, fit_phase, with_feedback
from training.recipes.recipe import Recipe

Watch = Callable[[int, Any], None]

# Members of an ensemble have seeds this far apart, so that recipes of neighbouring seeds share none.
SEEDS_APART = 1_000_003
FEEDBACK_SLOWER = 3  # times lower a learning rate, as most is learned by then


@dataclass(frozen=True)
class FittedNetwork:
    """A trained Keras network; an ensemble's losses are those of its first member.

    After `turn` epochs the training through the rollout began, where there was one.
    """

    network: Any
    loss: tuple[float, ...]
    validation_loss: tuple[float, ...] | None
    phase_change_epoch: int | None
    duration_s: float


def fit(
    recipe: Recipe,
    dataset: Dataset,
    *,
    title: str = "",
    console: Console | None = None,
    watch: Watch | None = None,
) -> FittedNetwork:
    """Build a recipe's network, or several of them, and fit each by Adam.

    For a rollout of states a network is trained through time, with an error at each step from the window's last on,
    and with `feedback` through the rollout as well; the network in the answer has its weights and answers at the last
    step only, as the graph does.

    Two runs with one seed on one machine give the same weights bit for bit. `watch` is called with the epochs done
    and the (first) network: before training with 0, then after each epoch.
    """
    load_keras().backend.clear_session()
    began = time.perf_counter()
    members, losses = [], []
    for number in range(recipe.network.members):
        label = title if recipe.network.members == 1 else f"{title}, member {number + 1} of {recipe.network.members}"
        seed = (recipe.fit.seed + number * SEEDS_APART) % 2**31
        network, lost = _fit_one(recipe, dataset, seed, label, console, watch if number == 0 else None)
        members.append(network)
        losses.append(lost)
    return FittedNetwork(ensemble_of(members), *losses[0], time.perf_counter() - began)


def _fit_one(
    recipe: Recipe, dataset: Dataset, seed: int, title: str, console: Console | None, watch: Watch | None
) -> tuple[Any, Losses]:
    """Fit one network: through time or not, then through the rollout where there is feedback."""
    keras, values, spec = load_keras(), recipe.fit, dataset.spec
    architecture = _architecture(recipe, spec)
    keras.utils.set_random_seed(seed)
    trained_from = recipe.windows.first_trained - 1 if spec.rollout == "state" else None
    trained = build_network(architecture, trained_from)
    served = trained if trained_from is None else build_network(architecture)

    def on_epoch_end(epochs: int) -> None:
        if watch is not None:
            copy_weights(trained, served)
            watch(epochs, served)

    on_epoch_end(0)
    fit_in = partial(fit_phase, values=values, console=console)
    losses = fit_in(
        trained,
        train=TrainingArrays(*dataset.train),
        validation=TrainingArrays(*dataset.validation),
        epochs=values.epochs,
        learning_rate=values.learning_rate,
        title=title,
        on_epoch_end=on_epoch_end,
    )
    if recipe.windows.feedback:
        rolled = free_running_network(architecture, recipe.windows.first_trained - 1)
        copy_weights(trained, rolled)
        more = fit_in(
            rolled,
            train=with_feedback(recipe.windows, dataset.train),
            validation=with_feedback(recipe.windows, dataset.validation, MAX_VALIDATION_SEQUENCES),
            epochs=values.feedback_epochs,
            learning_rate=values.learning_rate / FEEDBACK_SLOWER,
            title=f"{title}, rolled out",
            on_epoch_end=lambda _: None,
        )
        copy_weights(rolled, trained)
        losses = losses.followed_by(more)
    if served is trained:  # which was compiled; a member of an ensemble would be saved with its loss
        served = build_network(architecture)
    copy_weights(trained, served)
    return served, losses


def _architecture(recipe: Recipe, spec: ModelSpec) -> Architecture:
    return Architecture(
        spec.kind,
        channels=spec.channels,
        outputs=len(spec.targets) * spec.outputs,
        units=spec.units,
        dropout=recipe.network.dropout,
        residual=len(spec.targets) if recipe.windows.residual else 0,
    )
