"""One training run, from a recipe to a published version."""

from collections.abc import Sequence
from typing import NamedTuple

from rich.console import Console

from models.graphs.onnx_network import OnnxNetwork
from models.inference.forecaster import Forecaster
from models.references import check_name
from models.registry.publisher import check_publishable
from models.registry.registry import Registry
from models.spec.manifest import Manifest, PlanTrial
from models.spec.metrics import Spread
from training.classical.scores import classical_scores
from training.completion.calibration import calibrated
from training.completion.complete import completed_spec
from training.data.dataset import Dataset, build_dataset, load_series
from training.errors import RecipeError
from training.evaluation.evaluate import Evaluation, evaluate_model
from training.evaluation.next_value import next_value_metrics
from training.export.exported import exported
from training.export.from_keras import to_onnx
from training.extras import require_compare, require_train
from training.fine_tuning.start import Start
from training.networks.fine_tune import fine_tune
from training.networks.fit import fit, learn_on
from training.pretraining.pretrain import pretrain
from training.publication import TrainedModel, publish_trained
from training.reading.series import Series
from training.reading.table import Table
from training.recipes.recipe import Recipe
from training.report.manifest import describe
from training.report.training_pictures import TrainingPictures


class Plans(NamedTuple):
    """How a recipe was found: the plans that were tried, and when training should be done, by time.monotonic."""

    trials: tuple[PlanTrial, ...] = ()
    fitted_by_s: float | None = None
    learned_by_s: float | None = None


NO_PLANS = Plans()


def train(
    recipe: Recipe, registry: Registry, *, table: Table | None = None, progress: bool = True, compare: bool = False
) -> Manifest:
    """Train a recipe's network and publish it as the next version of the recipe's name.

    What can fail early does so before the training: the name, the series, the registry. The test rows are looked at
    once, after it. Nothing is published unless all went well, whenever it is interrupted. Progress goes to stderr.
    A `table` stands in for the recipe's file. With `compare` the scores of classical methods stand beside the model's.
    Raises RollcastError.
    """
    require_libraries(compare=compare)
    check_recipe_name(recipe.name)
    console = Console(stderr=True) if progress else None
    if recipe.collection.synthetic:
        return pretrain(recipe, registry, console, table)
    return train_on(load_series(recipe, table), recipe, registry, console, compare=compare)


def require_libraries(*, compare: bool) -> None:
    """Raise MissingExtra where a library is missing that a run needs."""
    require_train()
    if compare:
        require_compare()


def check_recipe_name(name: str) -> None:
    """Raise RecipeError or InvalidReference where a model can't be published under a name."""
    if not name:
        raise RecipeError("the model has no name to be published under: give it one with --name")
    check_name(name)


def train_on(
    series: Sequence[Series],
    recipe: Recipe,
    registry: Registry,
    console: Console | None,
    plans: Plans = NO_PLANS,
    *,
    compare: bool = False,
) -> Manifest:
    """The same for series that were read already, and for a recipe that may have been found by trying plans."""
    # 1. Split the series, and see whether a version could be published.
    start = _start(recipe, registry, series)
    recipe = recipe if start is None else start.shaped(recipe)
    dataset = build_dataset(recipe, series)
    check_publishable(registry, recipe.name, dataset.spec.features)

    # 2. Fit the network.
    pictures = TrainingPictures(recipe, dataset)
    if start is None:
        fitted = fit(
            recipe,
            dataset,
            title=recipe.name,
            console=console,
            watch=pictures.on_epoch_end,
            deadline_s=plans.fitted_by_s,
        )
    else:
        network = start.network(recipe)
        pictures.on_epoch_end(0, network)
        fitted = fine_tune(recipe, dataset, network, title=recipe.name, console=console, deadline_s=plans.fitted_by_s)
    pictures.draw_fit(fitted)

    # 3. Export it, compare the graph's answers with those of Keras, and complete the model on held-out rows.
    graph, forecaster = exported(dataset, fitted.network, recipe.name)
    dataset = dataset.with_spec(completed_spec(recipe, dataset, forecaster))
    forecaster = Forecaster(dataset.spec, forecaster.network, title=recipe.name)
    choice = calibrated(recipe, dataset, forecaster, fitted)
    dataset = dataset.with_spec(dataset.spec.model_copy(update={"interval_scale": choice.scale}))
    forecaster = Forecaster(dataset.spec, forecaster.network, title=recipe.name)

    # 4. Learn from these rows as well.
    if recipe.fit.learn_on and not fitted.kept_start:  # not where learning helped nothing
        fitted = learn_on(recipe, dataset.with_all_rows(recipe), fitted, console, plans.learned_by_s)
        graph, forecaster = exported(dataset, fitted.network, recipe.name)

    # 5. Evaluate it on the test rows.
    evaluation = evaluate_model(recipe, dataset, forecaster, choice.intervals)
    evaluation = evaluation.with_calibration(choice.calibrated_on, choice.candidates)
    if start is not None and start.has_seen(series):
        evaluation = evaluation._replace(warnings=(*evaluation.warnings, start.seen_warning))
    pictures.draw_evaluation(evaluation)
    if compare:
        evaluation = _compared(recipe, dataset, evaluation, console)
    evaluation = evaluation.with_spread(_spread(recipe, dataset, start, evaluation.metrics.model.mse, console))

    # 6. Publish it, if what was written also gives Keras's answers.
    description = describe(recipe, dataset, fitted, forecaster, evaluation).with_plans(plans.trials)
    trained = TrainedModel(fitted.network, graph, evaluation.intervals, dataset)
    return publish_trained(registry, recipe.name, description, trained, pictures.files)


def _compared(recipe: Recipe, dataset: Dataset, evaluation: Evaluation, console: Console | None) -> Evaluation:
    """The same with classical methods beside the model, where it was tested over the whole horizon."""
    backtest, forecasts = evaluation.backtest, evaluation.forecasts
    if backtest is None or forecasts is None:
        return evaluation
    columns, seasons = dataset.spec.target_columns, recipe.evaluation.season
    classical = classical_scores(forecasts, dataset.held_out, columns, seasons, console)
    return evaluation._replace(backtest=backtest.model_copy(update={"classical": classical}))


def _start(recipe: Recipe, registry: Registry, series: Sequence[Series]) -> Start | None:
    """The published version that a recipe starts from, if any."""
    if recipe.network.start_from is None:
        return None
    start = Start.read(registry, recipe.network.start_from)
    start.check_series(series)
    return start


def _spread(
    recipe: Recipe, dataset: Dataset, start: Start | None, first_mse: float, console: Console | None
) -> Spread | None:
    """The mean squared test error of the next value under each of the recipe's seeds; that of the first is known."""
    count, first_seed = recipe.evaluation.seeds, recipe.fit.seed
    if count == 1:
        return None
    errors = [first_mse]
    for seed in range(first_seed + 1, first_seed + count):
        seeded = recipe.with_values({"seed": seed})
        # A file has been read once and may be gone by now; a generated series depends on the seed.
        data = build_dataset(seeded, load_series(seeded)) if recipe.series.generator else dataset
        title = f"{recipe.name}, seed {seed}"
        if start is None:
            network = fit(seeded, data, title=title, console=console).network
        else:
            network = fine_tune(seeded, data, start.network(seeded), title=title, console=console).network
        forecaster = Forecaster(data.spec, OnnxNetwork(to_onnx(data.spec, network)))
        metrics = next_value_metrics(forecaster, data.held_out, tested_on=data.tested_on)
        errors.append(metrics.model.mse)
    return Spread(seeds=tuple(range(first_seed, first_seed + count)), mse=tuple(errors))
