"""Fitting a recipe's network, or an ensemble of them, to a dataset; one seed always gives the same weights."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from rich.console import Console

from models.spec.model_spec import ModelSpec
from training.data.dataset import Dataset
from training.keras_backend import load_keras
from training.networks.build import Architecture, build_network, copy_weights, ensemble_of, members_of, start_linear
from training.networks.free_running import free_running_network
from training.networks.ridge import ridge
from training.networks.training_arrays import MAX_VALIDATION_SEQUENCES, TrainingArrays, feedback_arrays
from training.networks.training_loop import Losses, Phase, fit_phase
from training.recipes.recipe import Recipe

Watch = Callable[[int, Any], None]

# The seeds of an ensemble's members are this far apart, so that recipes with neighbouring seeds share no member.
MEMBER_SEED_STEP = 1_000_003
# Most is learned before free running begins, and before the last rows are learned from, so their rate is lower.
LATER_LEARNING_RATE_DIVISOR = 3


@dataclass(frozen=True)
class FittedNetwork:
    """A trained Keras network that gives the outputs of the last step.

    The losses are those of the first member, in the network's units. With feedback, free running began after
    `phase_change_epoch` epochs; without it this is None.
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
    """Build the networks of a recipe and fit each one by Adam.

    With a rollout by state, a network is trained through time, with an error at each step from the window's last one
    on, or from the end of the burn-in. With `feedback` it is then trained in free running. The network in the result
    has the trained weights and gives the outputs of the last step only, as the ONNX graph does.

    Two runs with the same seed on the same machine give the same weights, bit for bit. `watch` is called with the
    number of epochs done and the first member: with 0 before training, then after each epoch before free running.
    """
    load_keras().backend.clear_session()
    started = time.perf_counter()
    count = recipe.network.members
    members, losses = [], []
    for number in range(count):
        label = title if count == 1 else f"{title}, member {number + 1} of {count}"
        seed = (recipe.fit.seed + number * MEMBER_SEED_STEP) % 2**31
        network, member_losses = _fit_one(recipe, dataset, seed, label, console, watch if number == 0 else None)
        members.append(network)
        losses.append(member_losses)
    return FittedNetwork(ensemble_of(members), *losses[0], time.perf_counter() - started)


def _fit_one(
    recipe: Recipe, dataset: Dataset, seed: int, title: str, console: Console | None, watch: Watch | None
) -> tuple[Any, Losses]:
    """Fit one network from one seed: by teacher forcing and, with feedback, then in free running."""
    load_keras().utils.set_random_seed(seed)
    values, architecture = recipe.fit, _architecture(recipe, dataset.spec)
    first_output_step = recipe.windows.first_trained - 1 if dataset.spec.rollout == "state" else None
    trained = build_network(architecture, first_output_step)
    inference_model = trained if first_output_step is None else build_network(architecture)

    def on_epoch_end(epochs: int) -> None:
        if watch is not None:
            copy_weights(trained, inference_model)
            watch(epochs, inference_model)

    if architecture.linear_path:
        start_linear(trained, ridge(dataset.train, first_output_step))

    # 1. Teacher forcing: each step takes in true values.
    on_epoch_end(0)
    arrays = TrainingArrays(*dataset.train), TrainingArrays(*dataset.validation)
    phase = Phase(title, *arrays, values.epochs, values.learning_rate)
    losses = fit_phase(trained, phase, values, console, on_epoch_end)

    # 2. Free running: the last steps of each sequence take in the network's own predictions.
    if recipe.windows.feedback:
        free_running = free_running_network(architecture, recipe.windows.first_trained - 1)
        copy_weights(trained, free_running)
        phase = Phase(
            title=f"{title}, rolled out",
            train=feedback_arrays(recipe.windows, dataset.train),
            validation=feedback_arrays(recipe.windows, dataset.validation, MAX_VALIDATION_SEQUENCES),
            epochs=values.feedback_epochs,
            learning_rate=values.learning_rate / LATER_LEARNING_RATE_DIVISOR,
        )
        losses = losses.followed_by(fit_phase(free_running, phase, values, console, lambda _: None))
        copy_weights(free_running, trained)

    # 3. Copy the weights to the inference model. Keras would save a compiled one with its loss, so it gets a new one.
    if inference_model is trained:
        inference_model = build_network(architecture)
    copy_weights(trained, inference_model)
    return inference_model, losses


def learn_on(
    recipe: Recipe, dataset: Dataset, fitted: FittedNetwork, *, title: str = "", console: Console | None = None
) -> FittedNetwork:
    """Go on training a recipe's networks for its `learn_on` epochs on a dataset of more rows.

    They run as they were trained last, in free running where the recipe has feedback, without validation: all rows are
    learned from.
    """
    started = time.perf_counter()
    values, count = recipe.fit, recipe.network.members
    load_keras().utils.set_random_seed(values.seed)
    architecture = _architecture(recipe, dataset.spec)
    members = []
    for number, learned in enumerate(members_of(fitted.network)):
        label = title if count == 1 else f"{title}, member {number + 1} of {count}"
        trained, arrays = _to_train(recipe, dataset, architecture)
        copy_weights(learned, trained)
        phase = Phase(
            title=f"{label}, on all rows",
            train=arrays,
            validation=TrainingArrays(arrays.inputs[:0], arrays.targets[:0]),
            epochs=values.learn_on,
            learning_rate=values.learning_rate / LATER_LEARNING_RATE_DIVISOR,
        )
        fit_phase(trained, phase, values, console, lambda _: None)
        network = build_network(architecture)
        copy_weights(trained, network)
        members.append(network)
    duration_s = fitted.duration_s + time.perf_counter() - started
    return replace(fitted, network=ensemble_of(members), duration_s=duration_s)


def _to_train(recipe: Recipe, dataset: Dataset, architecture: Architecture) -> tuple[Any, TrainingArrays]:
    """A network to train in a recipe's last phase, and what it is trained on."""
    first_trained = recipe.windows.first_trained - 1
    if recipe.windows.feedback:
        return free_running_network(architecture, first_trained), feedback_arrays(recipe.windows, dataset.train)
    first_output_step = first_trained if dataset.spec.rollout == "state" else None
    return build_network(architecture, first_output_step), TrainingArrays(*dataset.train)


def _architecture(recipe: Recipe, spec: ModelSpec) -> Architecture:
    return Architecture(
        spec.kind,
        channels=spec.channels,
        outputs=spec.output_columns * spec.outputs,
        units=spec.units,
        dropout=recipe.network.dropout,
        residual=len(spec.targets) if recipe.windows.residual else 0,
        linear_path=recipe.windows.linear_path,
    )
