"""Pretraining, from top to bottom: a recipe with a collection of series in, a published model for any series out."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from rich.console import Console

from models.registry.publisher import check_publishable
from models.registry.registry import Registry
from models.spec.manifest import DataRecord, Manifest, SourceRecord
from training.collection.fingerprints import FINGERPRINTS, all_kept_fingerprints, fingerprints_file
from training.collection.packaged import CollectedSeries, held_back_series, packaged_series, source_facts
from training.data.dataset import load_series, untrained_dataset
from training.evaluation.evaluate import evaluate_model
from training.export.exported import exported
from training.keras_backend import load_keras
from training.networks.build import members_of
from training.networks.fit import MEMBER_SEED_STEP, unfitted_network
from training.networks.progress import say
from training.pretraining.checkpoint import Checkpoint
from training.pretraining.held_back import calibrated_intervals
from training.pretraining.loop import pretrain_network
from training.pretraining.packaged_windows import PackagedWindows
from training.pretraining.pool import Pool
from training.publication import TrainedModel, publish_trained
from training.reading.series import Series, sha256
from training.reading.table import Table
from training.recipes.recipe import Recipe
from training.report.manifest import describe
from training.report.training_pictures import TrainingPictures


def pretrain(recipe: Recipe, registry: Registry, console: Console | None, table: Table | None = None) -> Manifest:
    """Train a recipe's network on its collection of series, and publish it.

    A training that was ended goes on from its last checkpoint. The recipe's own series, or those of a `table`, are not
    learned from: the model is tested on their last rows. Raises RollcastError.
    """
    # 1. What is learned from, and what is tested on; and whether a version could be published.
    collected = packaged_series(recipe.collection.sources)
    dataset = untrained_dataset(recipe, load_series(recipe, table))
    check_publishable(registry, recipe.name, dataset.spec.features)
    # 2. The networks, each from examples of its own.
    load_keras().utils.set_random_seed(recipe.fit.seed)
    network = unfitted_network(recipe, dataset.spec)
    packaged = PackagedWindows(collected) if collected else None
    checkpoints, each_fitted = [], []
    for number, member in enumerate(members_of(network)):
        pool = Pool(
            dataset.spec, packaged, recipe.collection.packaged_share, recipe.fit.seed + number * MEMBER_SEED_STEP
        )
        checkpoints.append(Checkpoint.of(recipe, number))
        each_fitted.append(pretrain_network(member, pool, recipe, checkpoints[-1], console))
    # Keras would save compiled networks with their loss, so what is published are new ones.
    published = unfitted_network(recipe, dataset.spec)
    published.set_weights(network.get_weights())
    fitted = replace(each_fitted[0], network=published, duration_s=sum(each.duration_s for each in each_fitted))
    # 3. Intervals, from rows that the collection holds back.
    say(console, f"{recipe.name}: calibrating and testing")
    graph, forecaster = exported(dataset, fitted.network, recipe.name)
    held_back = held_back_series(recipe.collection.sources)
    intervals = calibrated_intervals(forecaster, held_back) if held_back else None
    # 4. Test it, and publish it.
    pictures = TrainingPictures(recipe, dataset)
    pictures.draw_fit(fitted)
    evaluation = evaluate_model(recipe, dataset, forecaster, intervals)
    if intervals is not None:
        told = f"the first rows after those learned from, of {intervals.count} series"
        evaluation = evaluation.with_calibration(told, ())
    pictures.draw_evaluation(evaluation)
    description = describe(recipe, dataset, fitted, forecaster, evaluation)
    description = description.model_copy(update={"data": _data_record(collected, description.data)})
    files = {
        **pictures.files,
        FINGERPRINTS: fingerprints_file(all_kept_fingerprints(each.values for each in collected)),
    }
    trained = TrainedModel(fitted.network, graph, intervals, dataset)
    manifest = publish_trained(registry, recipe.name, description, trained, files)
    for checkpoint in checkpoints:
        checkpoint.remove()
    return manifest


def _data_record(collected: Sequence[CollectedSeries], tested: DataRecord) -> DataRecord:
    """What was learned from: synthetic series, and these."""
    known = [each.values[np.isfinite(each.values)] for each in collected]
    rows = sum(map(len, known))
    facts = source_facts(collected)
    return DataRecord(
        source="synthetic series" + (f", and series of {len(facts)} sources in installed packages" if facts else ""),
        series=max(1, len(collected)),
        rows=rows + tested.test_rows,
        train_rows=rows,
        validation_rows=0,
        test_rows=tested.test_rows,
        minimum=(min((float(each.min()) for each in known), default=0.0),),
        maximum=(max((float(each.max()) for each in known), default=0.0),),
        sha256=sha256([Series(each[:, None], ("value",), "") for each in known]),
        sources=tuple(SourceRecord(**each._asdict()) for each in facts),
    )
