"""Updating a published model: its network learns on from newer rows, and is published where that makes it no worse."""

import time
from collections.abc import Mapping
from typing import Any, NamedTuple

from rich.console import Console

from models.inference.forecaster import Forecaster
from models.intervals.conformal import Intervals
from models.registry.publisher import check_publishable
from models.registry.registry import Registry
from models.spec.comparison import WORSE_RATIO
from models.spec.manifest import Manifest, UpdateRecord
from training.data.dataset import Dataset
from training.errors import SeriesError
from training.evaluation.comparison import Contender, compare
from training.evaluation.evaluate import Evaluation, evaluate_model, interval_warnings
from training.export.exported import exported
from training.export.from_keras import KERAS, load_weights
from training.export.parity import check_reopened
from training.extras import require_train
from training.networks.fit import FittedNetwork, learn_on, unfitted_network
from training.publication import TrainedModel, publish_trained
from training.recipes.recipe import Recipe
from training.report.manifest import describe
from training.report.training_pictures import TrainingPictures
from training.search.budget import USUAL_MINUTES
from training.updating.calibrate import recalibrate, renew_intervals
from training.updating.held_back import can_be_judged, held_back_dataset, whole_dataset
from training.updating.newer_rows import NewerRows, read_newer_rows

# An update is to be over in a minute, and brings few new rows. It learns for so many times fewer epochs than the
# training learned on from its last rows, or than it learned in all where it did not; and as so few steps can't make
# good again what large ones have upset, at a lower rate.
FEWER_THAN_LEARNED_ON, FEWER_EPOCHS = 4, 10
LEARNING_RATE_DIVISOR = 3
CANDIDATE_BY, LEARNED_BY = 0.45, 0.9  # of the minutes


class Outcome(NamedTuple):
    """What came of an update: the version that was published, and how it was judged.

    `published` is None where learning on made the model worse, and `record` where there were too few new rows to judge
    by, so that only intervals were renewed.
    """

    newer: NewerRows
    published: Manifest | None
    record: UpdateRecord | None


def update(
    registry: Registry,
    name: str,
    version: int,
    values: Mapping[str, Any],
    *,
    minutes: float = USUAL_MINUTES,
    progress: bool = True,
) -> Outcome:
    """Have a version's network learn on from a newer file, and publish it as the next version where it is no worse.

    `values` replace some of the recipe's, `csv` among them. Scaler, blend and covariates stay those of the version.
    Training ends with the epoch in which its share of the minutes passes; 0 minutes are without a clock. Raises
    RollcastError; nothing is published then.
    """
    require_train()
    started = time.monotonic()
    candidate_by, learned_by = (
        started + 60 * minutes * share if minutes else None for share in (CANDIDATE_BY, LEARNED_BY)
    )
    console = Console(stderr=True) if progress else None
    manifest, published = registry.open(name, version)
    check_publishable(registry, name, manifest.spec.features)
    newer = read_newer_rows(manifest, values)
    if not can_be_judged(newer):
        return Outcome(newer, recalibrate(registry, newer, published), None)

    # 1. Hold back the newest rows, and learn on from all others.
    dataset = held_back_dataset(newer)
    fitted = _published_network(registry, newer, dataset, published)
    recipe = newer.recipe
    longer = recipe.with_values(_schedule(recipe))
    candidate = learn_on(longer, dataset, fitted, console, candidate_by)
    _, forecaster = exported(dataset, candidate.network, f"the update of {manifest.title}")

    # 2. Compare it with the version, on the rows that were held back.
    record = _judged(newer, dataset, forecaster, published)
    if record.ratio > WORSE_RATIO:
        return Outcome(newer, None, record)
    evaluation = _evaluated(newer, dataset, forecaster, published.intervals)

    # 3. Learn on from all rows, from where the version was, for as many epochs.
    whole = whole_dataset(newer, dataset)
    learned = learn_on(longer, whole, fitted, console, learned_by)
    graph, forecaster = exported(whole, learned.network, manifest.title)

    # 4. Publish it, with the errors and the intervals of the network that had not seen the rows held back.
    description = describe(recipe, whole, learned, forecaster, evaluation)
    description = description.with_plans(manifest.training.plans).with_update(record)
    pictures = TrainingPictures(recipe, dataset)
    pictures.draw_evaluation(evaluation)
    trained = TrainedModel(learned.network, graph, evaluation.intervals, whole)
    return Outcome(newer, publish_trained(registry, name, description, trained, pictures.files), record)


def _schedule(recipe: Recipe) -> dict[str, Any]:
    """How long to learn on, and how fast, as a recipe's values."""
    learned_on = recipe.fit.learn_on
    epochs = learned_on // FEWER_THAN_LEARNED_ON if learned_on else recipe.fit.epochs // FEWER_EPOCHS
    return {"learn_on": max(1, epochs), "learning_rate": recipe.fit.learning_rate / LEARNING_RATE_DIVISOR}


def _published_network(registry: Registry, newer: NewerRows, dataset: Dataset, published: Forecaster) -> FittedNetwork:
    """A version's network in Keras, which answers as its graph does. Raises RefusedVersion, DisagreementError."""
    manifest, training = newer.manifest, newer.manifest.training
    network = unfitted_network(newer.recipe, manifest.spec)
    load_weights(network, registry.read(manifest, KERAS))
    check_reopened(network, published, dataset.examples(manifest.spec.outputs))
    return FittedNetwork(
        network,
        training.loss,
        training.validation_loss,
        phase_change_epoch=None,
        duration_s=training.duration_s,
        cut=training.cut_by_clock,
    )


def _judged(newer: NewerRows, dataset: Dataset, candidate: Forecaster, published: Forecaster) -> UpdateRecord:
    """The errors of a candidate and of the version, from the same origins of the rows that were held back."""
    evaluation, held_out = newer.recipe.evaluation, dataset.held_out
    compared = compare(
        Contender(candidate, held_out),
        Contender(published, held_out),
        newer.horizon,
        evaluation.season,
        evaluation.stride,
    )
    if compared is None:
        raise SeriesError(
            f"no row of {dataset.tested_on} that are held back has a context of "
            f"{published.spec.least_context} rows before it and {newer.horizon} after it: bring more rows"
        )
    return UpdateRecord(
        from_version=newer.manifest.version,
        new_rows=sum(map(len, newer.parts)),
        held_back_rows=sum(len(part.test) for part in dataset.parts),
        measure=compared.measure,
        published_error=compared.other_error,
        updated_error=compared.error,
        ratio=compared.comparison.error_ratio,
        p_value=compared.comparison.p_value,
    )


def _evaluated(newer: NewerRows, dataset: Dataset, candidate: Forecaster, before: Intervals | None) -> Evaluation:
    """What the rows that were held back say of a candidate, and intervals from its errors there."""
    evaluation = evaluate_model(newer.recipe, dataset, candidate, None)
    parts, note = [part.test for part in dataset.parts], ", before the network learned from them"
    intervals, record = renew_intervals(newer, candidate, parts, before, note=note)
    return evaluation._replace(
        intervals=intervals,
        calibration=record,
        warnings=(*evaluation.warnings, *interval_warnings(record, newer.horizon, expected=True)),
    )
