"""Describing a model for its manifest: the data, the recipe, the libraries, the goldens."""

from collections.abc import Sequence
from datetime import UTC, datetime
from importlib import metadata
from typing import Any

import numpy as np

from models.inference.covariates import Codes, covariate_values
from models.inference.forecaster import Forecaster
from models.spec.manifest import DataRecord, Description, Golden, TrainingRecord
from models.spec.model_spec import ModelSpec
from models.timeseries.missing_values import fill_forward
from training.data.dataset import Dataset
from training.evaluation.evaluate import Evaluation
from training.networks.fit import FittedNetwork
from training.reading.series import Series, sha256
from training.recipes.recipe import Recipe

MAX_GOLDENS, GOLDEN_HORIZON = 3, 24
# TensorFlow comes in one of two packages, and rollcast may run from a checkout.
LIBRARIES = ("keras", "numpy", "onnx", "onnxruntime", "rollcast", "tensorflow", "tensorflow-cpu")


def describe(
    recipe: Recipe, dataset: Dataset, fitted: FittedNetwork, forecaster: Forecaster, evaluation: Evaluation
) -> Description:
    """Everything of a manifest that is known before its version has a number."""
    return Description(
        spec=dataset.spec.model_copy(update={"state_sizes": forecaster.network.state_sizes}),
        description=recipe.description,
        training=TrainingRecord(
            recipe=_without_folders(recipe, dataset).model_dump(mode="json"),
            duration_s=round(fitted.duration_s, 1),
            parameters=fitted.network.count_params(),
            loss=fitted.loss,
            validation_loss=fitted.validation_loss,
            cut_by_clock=fitted.cut,
        ),
        data=_data_record(dataset),
        metrics=evaluation.metrics,
        backtest=evaluation.backtest,
        calibration=evaluation.calibration,
        warnings=evaluation.warnings,
        libraries=_libraries(),
        goldens=_goldens(dataset, forecaster),
    )


def _without_folders(recipe: Recipe, dataset: Dataset) -> Recipe:
    """The recipe without the folders of the machine that ran it."""
    return recipe if recipe.series.csv is None else recipe.with_values({"csv": dataset.series[0].source})


def _data_record(dataset: Dataset) -> DataRecord:
    series, parts = dataset.series, dataset.parts
    train_values = [
        fill_forward(each.values[: part.train.stop]) for each, part in zip(series, parts, strict=True) if part.train
    ]
    first_at, last_at = _first_and_last_time(series)
    return DataRecord(
        source=series[0].source,
        series=len(series),
        rows=sum(len(each.values) for each in series),
        train_rows=sum(len(part.train) for part in parts),
        validation_rows=sum(len(part.validation) for part in parts),
        calibration_rows=sum(len(part.calibration) for part in parts),
        test_rows=sum(len(part.test) for part in parts),
        filled_rows=sum(each.filled_rows for each in series),
        gaps="" if series[0].row_seasons is None else series[0].row_seasons.description,
        first_at=first_at,
        last_at=last_at,
        minimum=tuple(np.min([rows.min(axis=0) for rows in train_values], axis=0).tolist()),
        maximum=tuple(np.max([rows.max(axis=0) for rows in train_values], axis=0).tolist()),
        sha256=sha256(series),
    )


def _first_and_last_time(series: Sequence[Series]) -> tuple[datetime | None, datetime | None]:
    """The earliest and the latest time of a row, where rows have times."""
    times = [each.times for each in series if each.times is not None]
    if len(times) < len(series):
        return None, None
    first, last = min(each[0] for each in times), max(each[-1] for each in times)
    return tuple(each.astype(datetime).replace(tzinfo=UTC) for each in (first, last))


def _goldens(dataset: Dataset, forecaster: Forecaster) -> tuple[Golden, ...]:
    """A few held-out contexts, evenly spaced, with the forecasts that the version must repeat whenever it is opened."""
    spec = dataset.spec
    horizon = min(GOLDEN_HORIZON, spec.max_horizon or GOLDEN_HORIZON)
    examples = dataset.examples(horizon)
    examples = examples.chosen(np.unique(np.linspace(0, len(examples.contexts) - 1, MAX_GOLDENS).astype(int)))
    examples = examples._replace(contexts=[fill_forward(np.asarray(each)) for each in examples.contexts])
    # A golden keeps no more of its times than the last one.
    times = None if examples.times is None else [each._replace(day=None) for each in examples.times]
    windows = [np.asarray(each).tolist() for each in examples.contexts]
    forecasts = forecaster.forecast(windows, horizon, times=times, codes=examples.codes, seasons=examples.seasons)
    known = (
        [{}] * len(forecasts)
        if examples.codes is None
        else [_covariates(spec, codes, len(windows[0])) for codes in examples.codes]
    )
    return tuple(
        Golden(
            window=tuple(map(tuple, window)),
            predictions=tuple(map(tuple, predictions)),
            end=None if times is None else times[index].end,
            seasons=None if examples.seasons is None else examples.seasons[index],
            **known[index],
        )
        for index, (window, predictions) in enumerate(zip(windows, forecasts.tolist(), strict=True))
    )


def _covariates(spec: ModelSpec, codes: Codes, window: int) -> dict[str, Any]:
    """The values of a golden's covariates, from codes of shape (window + horizon, covariates)."""
    first, second = len(spec.future), len(spec.future) + len(spec.past)
    static = covariate_values(spec.static, codes[:1, second:])
    return {
        "future": covariate_values(spec.future, codes[:, :first]),
        "past": covariate_values(spec.past, codes[:window, first:second]),
        "static": {name: value for name, (value,) in static.items()},
    }


def _libraries() -> dict[str, str]:
    versions = {}
    for library in LIBRARIES:
        try:
            versions[library] = metadata.version(library)
        except metadata.PackageNotFoundError:
            continue
    return versions
