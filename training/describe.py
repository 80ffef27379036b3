"""What a version's manifest tells of its training: the data, the recipe, the libraries, the goldens."""

from importlib import metadata

import numpy as np

from models.forecaster import Forecaster
from models.manifest import DataRecord, Description, Golden, Metrics, TrainingRecord
from training.dataset import Dataset
from training.fit import Fitted
from training.recipe import Recipe

GOLDENS, GOLDEN_HORIZON = 3, 24
# TensorFlow comes as either of two distributions, and rollcast may run from its source.
LIBRARIES = ("keras", "numpy", "onnx", "onnxruntime", "rollcast", "tensorflow", "tensorflow-cpu")


def describe(recipe: Recipe, dataset: Dataset, fitted: Fitted, metrics: Metrics, forecaster: Forecaster) -> Description:
    """Everything that a manifest tells before its version has a number."""
    return Description(
        **dict(dataset.shape),
        description=recipe.description,
        training=TrainingRecord(
            recipe=_portable(recipe, dataset).model_dump(mode="json"),
            duration_s=round(fitted.duration_s, 1),
            parameters=fitted.network.count_params(),
            loss=fitted.loss,
            validation_loss=fitted.validation_loss,
        ),
        data=_data_record(dataset),
        metrics=metrics,
        libraries=_libraries(),
        goldens=_goldens(dataset, forecaster),
    )


def _portable(recipe: Recipe, dataset: Dataset) -> Recipe:
    """The recipe without the folders of the machine that ran it."""
    return recipe if recipe.series.csv is None else recipe.with_values({"csv": dataset.series.source})


def _data_record(dataset: Dataset) -> DataRecord:
    values, parts = dataset.series.values, dataset.parts
    return DataRecord(
        source=dataset.series.source,
        rows=len(values),
        train_rows=len(parts.train),
        validation_rows=len(parts.validation),
        test_rows=len(parts.test),
        minimum=tuple(values.min(axis=0).tolist()),
        maximum=tuple(values.max(axis=0).tolist()),
        sha256=dataset.series.sha256,
    )


def _goldens(dataset: Dataset, forecaster: Forecaster) -> tuple[Golden, ...]:
    """A few held-out windows from first to last, with the forecasts that every later opening must repeat."""
    contexts = dataset.contexts()
    chosen = contexts[np.unique(np.linspace(0, len(contexts) - 1, GOLDENS).astype(int))]
    answers = forecaster.forecast(chosen, GOLDEN_HORIZON if dataset.shape.rolls_out else 1)
    return tuple(
        Golden(window=tuple(map(tuple, window)), predictions=tuple(map(tuple, predictions)))
        for window, predictions in zip(chosen.tolist(), answers.tolist(), strict=True)
    )


def _libraries() -> dict[str, str]:
    versions = {}
    for library in LIBRARIES:
        try:
            versions[library] = metadata.version(library)
        except metadata.PackageNotFoundError:
            continue
    return versions
