"""One training run, from a recipe to a published version."""

from rich.console import Console

from models.forecaster import Forecaster
from models.manifest import Manifest, Metrics, Spread
from models.names import check_name
from models.network import Network
from models.publishing import check_publishable, publish
from models.registry import Registry
from training.dataset import Dataset, load_series, prepare
from training.describe import describe
from training.errors import RecipeError
from training.evaluate import evaluate
from training.export import check_agreement, check_reopened, to_keras_file, to_onnx
from training.extras import require_train
from training.fit import fit
from training.pictures import Album
from training.recipe import Recipe


def train(recipe: Recipe, registry: Registry, *, progress: bool = True) -> Manifest:
    """Train a recipe's network and publish it as the next version of the recipe's name.

    What can fail early does so before the training: the name, the series, the registry. Nothing is published
    unless all went well, whenever it is interrupted. Progress goes to stderr. Raises RollcastError.
    """
    require_train()
    if not recipe.name:
        raise RecipeError("the model has no name to be published under: give it one with --name")
    check_name(recipe.name)
    dataset = prepare(recipe, load_series(recipe))
    shape = dataset.shape
    check_publishable(registry, recipe.name, shape.features)
    console = Console(stderr=True) if progress else None

    album = Album(recipe, dataset)
    fitted = fit(recipe, dataset, title=recipe.name, console=console, watch=album.watch)
    album.finish(fitted)
    model = to_onnx(shape.kind, fitted.network)
    exported = Network(model)
    contexts = dataset.contexts()
    check_agreement(fitted.network, exported, shape.scaler.scaled(contexts[:, : shape.window]))
    metrics = _judged(recipe, dataset, exported)
    spread = _spread(recipe, dataset, metrics, console)
    description = describe(
        recipe, dataset, fitted, metrics.model_copy(update={"spread": spread}), Forecaster(shape, exported)
    )
    return publish(
        registry,
        recipe.name,
        description,
        {"model.onnx": model, "model.keras": to_keras_file(fitted.network), **album.files},
        check=lambda reopened: check_reopened(fitted.network, reopened, contexts),
    )


def _judged(recipe: Recipe, dataset: Dataset, exported: Network) -> Metrics:
    return evaluate(
        exported, dataset.shape, dataset.held_out, tested_on=dataset.tested_on, season=recipe.evaluation.season
    )


def _spread(recipe: Recipe, dataset: Dataset, metrics: Metrics, console: Console | None) -> Spread | None:
    """The test error of the same recipe from its seed up; the first is already known."""
    count, first = recipe.evaluation.seeds, recipe.fit.seed
    if count == 1:
        return None
    errors = [metrics.model.mse]
    for seed in range(first + 1, first + count):
        other = recipe.with_values({"seed": seed})
        # A file has been read once and may be gone by now; a generated series depends on the seed.
        its_own = prepare(other, load_series(other)) if recipe.series.generator else dataset
        title = f"{recipe.name}, seed {seed}"
        network = fit(other, its_own, title=title, console=console).network
        errors.append(_judged(other, its_own, Network(to_onnx(its_own.shape.kind, network))).model.mse)
    return Spread(seeds=tuple(range(first, first + count)), mse=tuple(errors))
