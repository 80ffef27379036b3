"""Completing a model around its network: the blend of its forecasts, and which targets are never negative."""

from models.inference.forecaster import Forecaster
from models.spec.blend import Blend
from models.spec.model_spec import ModelSpec
from models.timeseries.missing_values import fill_forward
from training.baselines.autoregression import max_lags
from training.baselines.baselines import MAX_LAGS
from training.completion.blend import BlendData, fit_blend
from training.data.dataset import Dataset
from training.data.held_out import History, unfitted_series
from training.evaluation.backtest import tested_horizon
from training.recipes.recipe import Recipe


def completed_spec(recipe: Recipe, dataset: Dataset, forecaster: Forecaster) -> ModelSpec:
    """The network's spec with what the recipe asks for around it. Raises what `rolling_forecasts` raises."""
    return dataset.spec.model_copy(
        update={"blend": _blend(recipe, dataset, forecaster), "nonnegative": _nonnegative(recipe, dataset)}
    )


def _blend(recipe: Recipe, dataset: Dataset, forecaster: Forecaster) -> Blend | None:
    if not recipe.evaluation.blend:
        return None
    parts = dataset.parts
    known = tuple(History.of(each, part.train.stop) for each, part in zip(dataset.series, parts, strict=True))
    all_known = tuple(History.of(each, part.test.start) for each, part in zip(dataset.series, parts, strict=True))
    # Every series that is tested must have the rows that the blend looks back on, unless they are extended.
    tested = [part.test.start for part in parts]
    most = max(tested) if dataset.spec.extension is not None else min(tested)
    seasons = [season for season in recipe.naive_seasons if season <= most]
    wanted = recipe.evaluation.linear_lags or min(forecaster.spec.context_length, MAX_LAGS)
    lags = max_lags([len(each.values) for each in known], min(wanted, most), len(dataset.spec.known_of_target))
    data = BlendData(unfitted_series(dataset.series, parts), known, all_known)
    return fit_blend(forecaster, data, seasons, lags, tested_horizon(recipe, forecaster.spec))


def _nonnegative(recipe: Recipe, dataset: Dataset) -> tuple[str, ...]:
    """The targets without a negative value in the training rows, where the recipe asks."""
    if not recipe.evaluation.nonnegative:
        return ()
    spec = dataset.spec
    rows = [
        fill_forward(each.values[: part.train.stop]) for each, part in zip(dataset.series, dataset.parts, strict=True)
    ]
    return tuple(
        spec.features[column]
        for column in spec.target_columns
        if min((values[:, column].min() for values in rows if len(values)), default=-1) >= 0
    )
