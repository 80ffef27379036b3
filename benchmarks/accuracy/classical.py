"""Errors of classical methods beside a model's, where statsforecast is installed (the extra `compare`)."""

from importlib.util import find_spec

from benchmarks.accuracy.record import Errors
from models.inference.forecaster import Forecaster
from training.classical.scores import classical_scores
from training.evaluation.evaluate import evaluate_rollouts
from training.updating.reload_data import ReloadedData

OWN = "rollcast"


def classical_errors(forecaster: Forecaster, reloaded: ReloadedData) -> dict[str, Errors]:
    """The errors of each method, and the model's own from the same origins; none where nothing can be compared.

    These are some of the backtest's origins, as `rollcast evaluate --compare` has them.
    """
    rollouts = evaluate_rollouts(reloaded.recipe, forecaster, reloaded.data, None)
    if find_spec("statsforecast") is None or rollouts is None:
        return {}
    columns, seasons = forecaster.spec.target_columns, reloaded.recipe.evaluation.season
    scores = classical_scores(rollouts.forecasts, reloaded.data.held_out, columns, seasons)
    return {name: Errors.of(each) for name, each in {OWN: scores.model, **scores.baselines}.items()}
