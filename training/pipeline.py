"""One training run, from a recipe to a published version."""

from rich.console import Console

from models.inference.forecaster import Forecaster
from models.inference.onnx_network import OnnxNetwork
from models.inference.step_inputs import window_inputs
from models.references import check_name
from models.registry.loader import CALIBRATION, MODEL
from models.registry.publisher import check_publishable, publish
from models.registry.registry import Registry
from models.spec.manifest import Manifest
from models.spec.metrics import Spread
from training.data.dataset import Dataset, build_dataset, load_series
from training.errors import RecipeError
from training.evaluation.evaluate import Evaluation, evaluate_model
from training.evaluation.next_value import next_value_metrics
from training.export.parity import check_agreement, check_reopened, to_keras_file, to_onnx
from training.extras import require_train
from training.networks.fit import fit
from training.recipes.recipe import Recipe
from training.report.manifest import describe
from training.report.model_card import CARD, card_markdown
from training.report.training_pictures import TrainingPictures


def train(recipe: Recipe, registry: Registry, *, progress: bool = True) -> Manifest:
    """Train a recipe's network and publish it as the next version of the recipe's name.

    What can fail early does so before the training: the name, the series, the registry. The test rows are looked at
    once, after it. Nothing is published unless all went well, whenever it is interrupted. Progress goes to stderr.
    Raises RollcastError.
    """
    require_train()
    if not recipe.name:
        raise RecipeError("the model has no name to be published under: give it one with --name")
    check_name(recipe.name)
    dataset = build_dataset(recipe, load_series(recipe))
    spec = dataset.spec
    check_publishable(registry, recipe.name, spec.features)
    console = Console(stderr=True) if progress else None

    album = TrainingPictures(recipe, dataset)
    fitted = fit(recipe, dataset, title=recipe.name, console=console, watch=album.watch)
    album.finish(fitted)
    graph = to_onnx(spec.kind, fitted.network)
    forecaster = Forecaster(spec, OnnxNetwork(graph), title=recipe.name)
    contexts, time_indexes = dataset.example_contexts()
    inputs = forecaster.prepare(contexts, times=time_indexes)
    steps = window_inputs(spec, inputs.contexts, inputs.known_future)
    check_agreement(fitted.network, forecaster.network, steps.transpose(1, 0, 2))
    judged = evaluate_model(recipe, dataset, forecaster)
    album.evaluate_model(judged)
    spread = _spread(recipe, dataset, judged, console)
    description = describe(recipe, dataset, fitted, judged, spread, forecaster)
    files = {MODEL: graph, "model.keras": to_keras_file(fitted.network), **album.files}
    if judged.intervals is not None:
        files[CALIBRATION] = judged.intervals.to_bytes()
    return publish(
        registry,
        recipe.name,
        description,
        files,
        check=lambda reopened: check_reopened(fitted.network, reopened, contexts, time_indexes),
        numbered=lambda version: {
            CARD: card_markdown(f"{recipe.name}@{version}", description, list(album.files)).encode()
        },
    )


def _spread(recipe: Recipe, dataset: Dataset, judged: Evaluation, console: Console | None) -> Spread | None:
    """The next value's test error of the same recipe from its seed up; the first is already known."""
    count, first = recipe.evaluation.seeds, recipe.fit.seed
    if count == 1:
        return None
    errors = [judged.metrics.model.mse]
    for seed in range(first + 1, first + count):
        other = recipe.with_values({"seed": seed})
        # A file has been read once and may be gone by now; a generated series depends on the seed.
        its_own = build_dataset(other, load_series(other)) if recipe.series.generator else dataset
        network = fit(other, its_own, title=f"{recipe.name}, seed {seed}", console=console).network
        forecaster = Forecaster(its_own.spec, OnnxNetwork(to_onnx(its_own.spec.kind, network)))
        metrics = next_value_metrics(forecaster, its_own.held_out, tested_on=its_own.tested_on)
        errors.append(metrics.model.mse)
    return Spread(seeds=tuple(range(first, first + count)), mse=tuple(errors))
