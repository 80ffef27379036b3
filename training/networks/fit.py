"""Fitting a recipe's network, or an ensemble of them, to a dataset; one seed always gives the same weights."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from rich.console import Console

from models.spec.model_spec import ModelSpec
from training.data.dataset import Dataset
from training.data.left_out import Block, left_out_blocks
from training.keras_backend import load_keras
from training.networks.build import Architecture, build_network, copy_weights, ensemble_of, members_of, start_linear
from training.networks.free_running import free_running_network
from training.networks.losses import QuantileOutputs
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
    `phase_change_epoch` epochs; without it this is None. `cut` says that the time was over before all epochs were done.
    `left_out` are the training rows that a member did not learn from. `kept_start` says that a fine-tuning found no
    better weights than those it started from.
    """

    network: Any
    loss: tuple[float, ...]
    validation_loss: tuple[float, ...] | None
    phase_change_epoch: int | None
    duration_s: float
    cut: bool = False
    left_out: tuple[Block, ...] = ()
    kept_start: bool = False


class TimeLeft:
    """The time until a deadline on the clock of time.monotonic, shared out among the epochs that are left."""

    def __init__(self, deadline_s: float | None, epochs: int) -> None:
        self._deadline_s, self._epochs = deadline_s, epochs

    def deadline_s(self, epochs: int) -> float | None:
        """When the next `epochs` of them should be done; None where there is no deadline."""
        share, self._epochs = epochs / self._epochs, self._epochs - epochs
        now = time.monotonic()
        return None if self._deadline_s is None else now + max(0.0, self._deadline_s - now) * share


class Run(NamedTuple):
    """What one network's training is called and shown by, its seed and its time."""

    seed: int
    title: str
    console: Console | None
    left: TimeLeft
    watch: Watch | None


def fit(
    recipe: Recipe,
    dataset: Dataset,
    *,
    title: str = "",
    console: Console | None = None,
    watch: Watch | None = None,
    deadline_s: float | None = None,
) -> FittedNetwork:
    """Build the networks of a recipe and fit each one by Adam.

    With a rollout by state, a network is trained through time, with an error at each step from the window's last one
    on, or from the end of the burn-in. With `feedback` it is then trained in free running. The network in the result
    has the trained weights and gives the outputs of the last step only, as the ONNX graph does. With `leave_out` each
    member is fitted without its own blocks of the training rows.

    Two runs with the same seed on the same machine give the same weights, bit for bit. `watch` is called with the
    number of epochs done and the first member: with 0 before training, then after each epoch before free running.
    With a deadline, on the clock of time.monotonic, phases that take too long end with an epoch.
    """
    load_keras().backend.clear_session()
    started = time.perf_counter()
    count = recipe.network.members
    each = recipe.fit.epochs + (recipe.fit.feedback_epochs if recipe.windows.feedback else 0)
    left = TimeLeft(deadline_s, count * each)
    left_out = left_out_blocks(recipe, dataset.spec, [each.train for each in dataset.parts])
    members, losses = [], []
    for number in range(count):
        label = title if count == 1 else f"{title}, member {number + 1} of {count}"
        seed = (recipe.fit.seed + number * MEMBER_SEED_STEP) % 2**31
        network, member_losses = _fit_one(
            recipe,
            dataset.without(recipe, [block for block in left_out if block.member == number]),
            Run(seed, label, console, left, watch if number == 0 else None),
        )
        members.append(network)
        losses.append(member_losses)
    first, duration_s = losses[0], time.perf_counter() - started
    return FittedNetwork(
        ensemble_of(members),
        first.training,
        first.validation,
        first.phase_change_epoch,
        duration_s,
        cut=any(each.cut for each in losses),
        left_out=left_out,
    )


def _fit_one(recipe: Recipe, dataset: Dataset, run: Run) -> tuple[Any, Losses]:
    """Fit one network from one seed: by teacher forcing and, with feedback, then in free running."""
    _, title, console, left, watch = run
    load_keras().utils.set_random_seed(run.seed)
    values, architecture, quantiles = recipe.fit, architecture_of(recipe, dataset.spec), quantiles_of(dataset.spec)
    first_output_step = recipe.windows.first_trained - 1 if dataset.spec.rollout == "state" else None
    trained = build_network(architecture, first_output_step)
    inference_model = trained if first_output_step is None else build_network(architecture)

    def on_epoch_end(epochs: int) -> None:
        if watch is not None:
            copy_weights(trained, inference_model)
            watch(epochs, inference_model)

    if architecture.linear_path:
        start_linear(trained, ridge(dataset.train, first_output_step, quantiles))

    # 1. Teacher forcing: each step takes in true values.
    on_epoch_end(0)
    arrays = TrainingArrays(*dataset.train), TrainingArrays(*dataset.validation)
    phase = Phase(title, *arrays, values.epochs, values.learning_rate, left.deadline_s(values.epochs), quantiles)
    losses = fit_phase(trained, phase, values, console, on_epoch_end)

    # 2. Free running: the last steps of each sequence take in the network's own predictions.
    if recipe.windows.feedback:
        free_running = free_running_network(architecture, recipe.windows.first_trained - 1)
        copy_weights(trained, free_running)
        phase = Phase(
            title=f"{title}, rolled out",
            train=feedback_arrays(recipe.windows, dataset.train, masks=dataset.spec.masks),
            validation=feedback_arrays(
                recipe.windows, dataset.validation, MAX_VALIDATION_SEQUENCES, masks=dataset.spec.masks
            ),
            epochs=values.feedback_epochs,
            learning_rate=values.learning_rate / LATER_LEARNING_RATE_DIVISOR,
            deadline_s=left.deadline_s(values.feedback_epochs),
            quantiles=quantiles,
        )
        losses = losses.followed_by(fit_phase(free_running, phase, values, console, lambda _: None))
        copy_weights(free_running, trained)

    # 3. Copy the weights to the inference model. Keras would save a compiled one with its loss, so it gets a new one.
    if inference_model is trained:
        inference_model = build_network(architecture)
    copy_weights(trained, inference_model)
    return inference_model, losses


def unfitted_network(recipe: Recipe, spec: ModelSpec) -> Any:
    """A recipe's network, or the ensemble of them, as `fit` gives it, with new random weights."""
    load_keras().backend.clear_session()
    architecture = architecture_of(recipe, spec)
    return ensemble_of([build_network(architecture) for _ in range(recipe.network.members)])


def learn_on(
    recipe: Recipe, dataset: Dataset, fitted: FittedNetwork, console: Console | None, deadline_s: float | None = None
) -> FittedNetwork:
    """Go on training a recipe's networks for its `learn_on` epochs on a dataset of more rows.

    They run as they were trained last, in free running where the recipe has feedback, without validation: all rows are
    learned from.
    """
    started = time.perf_counter()
    values, count = recipe.fit, recipe.network.members
    load_keras().utils.set_random_seed(values.seed)
    architecture = architecture_of(recipe, dataset.spec)
    left = TimeLeft(deadline_s, count * values.learn_on)
    members, cut = [], fitted.cut
    for number, learned in enumerate(members_of(fitted.network)):
        label = recipe.name if count == 1 else f"{recipe.name}, member {number + 1} of {count}"
        trained, arrays = _to_train(recipe, dataset, architecture)
        copy_weights(learned, trained)
        phase = Phase(
            title=f"{label}, on all rows",
            train=arrays,
            validation=TrainingArrays(arrays.inputs[:0], arrays.targets[:0]),
            epochs=values.learn_on,
            learning_rate=values.learning_rate / LATER_LEARNING_RATE_DIVISOR,
            deadline_s=left.deadline_s(values.learn_on),
            quantiles=quantiles_of(dataset.spec),
        )
        cut |= fit_phase(trained, phase, values, console, lambda _: None).cut
        network = build_network(architecture)
        copy_weights(trained, network)
        members.append(network)
    duration_s = fitted.duration_s + time.perf_counter() - started
    return replace(fitted, network=ensemble_of(members), duration_s=duration_s, cut=cut, left_out=())


def _to_train(recipe: Recipe, dataset: Dataset, architecture: Architecture) -> tuple[Any, TrainingArrays]:
    """A network to train in a recipe's last phase, and what it is trained on."""
    first_trained = recipe.windows.first_trained - 1
    if recipe.windows.feedback:
        arrays = feedback_arrays(recipe.windows, dataset.train, masks=dataset.spec.masks)
        return free_running_network(architecture, first_trained), arrays
    first_output_step = first_trained if dataset.spec.rollout == "state" else None
    return build_network(architecture, first_output_step), TrainingArrays(*dataset.train)


def architecture_of(recipe: Recipe, spec: ModelSpec) -> Architecture:
    """The layers of each of a recipe's networks, and their sizes."""
    return Architecture(
        spec.kind,
        channels=spec.channels,
        outputs=spec.output_columns * spec.outputs,
        units=spec.units,
        dropout=recipe.network.dropout,
        residual=len(spec.targets) if recipe.windows.residual else 0,
        linear_path=recipe.windows.linear_path,
        fed_back=len(spec.targets) if spec.outputs == 1 else None,
        window=spec.window,
        decoder=spec.decoder,
    )


def quantiles_of(spec: ModelSpec) -> QuantileOutputs | None:
    """The quantiles that a network gives with each value, where it does."""
    return None if spec.quantiles is None else QuantileOutputs(spec.quantiles, len(spec.targets))
