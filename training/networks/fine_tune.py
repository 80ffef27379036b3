"""Fine-tuning: networks that learned from other series go on, and stay as they were where that helps nothing."""

import time
from typing import Any

from rich.console import Console

from training.data.dataset import Dataset
from training.keras_backend import load_keras
from training.networks.build import build_network, copy_weights, ensemble_of, members_of
from training.networks.fit import MEMBER_SEED_STEP, FittedNetwork, TimeLeft, architecture_of, quantiles_of
from training.networks.training_arrays import TrainingArrays
from training.networks.training_loop import Losses, Phase, fit_phase
from training.recipes.recipe import Recipe


def fine_tune(
    recipe: Recipe,
    dataset: Dataset,
    start: Any,
    *,
    title: str = "",
    console: Console | None = None,
    deadline_s: float | None = None,
) -> FittedNetwork:
    """Fit networks of a recipe's shape by Adam, each from where it is in `start`, a Keras network or an ensemble.

    One whose validation loss does not fall below that of its start stays as it was. Two runs with the same seed on the
    same machine give the same weights, bit for bit. With a deadline, on the clock of time.monotonic, training ends with
    an epoch.
    """
    started, values, starts = time.perf_counter(), recipe.fit, members_of(start)
    left = TimeLeft(deadline_s, len(starts) * values.epochs)
    architecture, validation = architecture_of(recipe, dataset.spec), TrainingArrays(*dataset.validation)
    members: list[Any] = []
    losses: list[Losses] = []
    kept: list[bool] = []
    for number, before in enumerate(starts):
        load_keras().utils.set_random_seed((values.seed + number * MEMBER_SEED_STEP) % 2**31)
        trained, network = build_network(architecture), build_network(architecture)
        copy_weights(before, trained)
        phase = Phase(
            title if len(starts) == 1 else f"{title}, member {number + 1} of {len(starts)}",
            TrainingArrays(*dataset.train),
            validation,
            values.epochs,
            values.learning_rate,
            left.deadline_s(values.epochs),
            quantiles_of(dataset.spec),
        )
        losses.append(fit_phase(trained, phase, values, console, lambda _: None))
        copy_weights(trained, network)
        kept.append(_is_better(trained, before, validation))
        if kept[-1]:
            copy_weights(before, network)
        members.append(network)
    return FittedNetwork(
        ensemble_of(members),
        losses[0].training,
        losses[0].validation,
        phase_change_epoch=None,
        duration_s=time.perf_counter() - started,
        cut=any(each.cut for each in losses),
        kept_start=all(kept),
    )


def _is_better(trained: Any, before: Any, validation: TrainingArrays) -> bool:
    """Whether the weights of before, which the trained network then has, give no higher a loss on validation rows."""
    if not len(validation.inputs):
        return False
    loss = trained.evaluate(validation.inputs, validation.targets, verbose=0)
    copy_weights(before, trained)
    return not loss < trained.evaluate(validation.inputs, validation.targets, verbose=0)
