"""The pictures of a training run: which ones there are, and when they are drawn."""

from typing import Any

from models.graphs.onnx_network import OnnxNetwork
from models.inference.forecaster import Forecaster
from training.data.dataset import Dataset
from training.evaluation.evaluate import Evaluation
from training.evaluation.next_value import next_value_forecasts
from training.export.from_keras import to_onnx
from training.networks.fit import FittedNetwork
from training.recipes.recipe import Recipe
from training.report.backtest_plots import coverage_picture, errors_picture, examples_picture
from training.report.plots import MAX_ROWS, loss_picture, next_values_picture


class TrainingPictures:
    """Pictures by their path in a version's folder, drawn while a training run goes on."""

    def __init__(self, recipe: Recipe, dataset: Dataset) -> None:
        self.files: dict[str, bytes] = {}
        self._recipe, self._dataset = recipe, dataset

    def on_epoch_end(self, epochs: int, network: Any) -> None:
        """Draw the next-value forecasts before training (after 0 epochs), and every few epochs if the recipe says so.

        It is what training.networks.fit.fit calls.
        """
        every, total = self._recipe.pictures.picture_every_epochs, self._recipe.fit.epochs
        if epochs == 0:
            self._draw_next_values("before-training", "before training", network)
        elif every and epochs % every == 0 and epochs < total:
            self._draw_next_values(f"epoch-{epochs:0{len(str(total))}}", f"after {epochs} epochs", network)

    def draw_fit(self, fitted: FittedNetwork) -> None:
        """Draw the next-value forecasts after training, and the losses."""
        self._draw_next_values("after-training", f"after training, {len(fitted.loss)} epochs", fitted.network)
        title = f"{self._recipe.name}: loss after each epoch"
        self.files["plots/loss.png"] = loss_picture(
            fitted.loss, fitted.validation_loss, title, fitted.phase_change_epoch
        )

    def draw_evaluation(self, evaluation: Evaluation) -> None:
        """Draw the backtest and the coverage of intervals, where these are known."""
        name = self._recipe.name
        if evaluation.backtest is None or evaluation.forecasts is None:
            return
        title = f"{name}: error at each step ahead"
        self.files["plots/error-by-step.png"] = errors_picture(evaluation.backtest, title)
        if evaluation.calibration is not None and evaluation.calibration.coverage:
            title = f"{name}: what intervals covered at each step ahead"
            self.files["plots/coverage.png"] = coverage_picture(evaluation.calibration.coverage, title)
        title = f"{name}: forecasts of {evaluation.backtest.horizon} steps, and what came"
        self.files["plots/forecasts.png"] = examples_picture(
            self._dataset.held_out, evaluation.forecasts, evaluation.intervals, self._dataset.spec, title
        )

    def _draw_next_values(self, name: str, when: str, network: Any) -> None:
        """Draw the next-value forecasts of the first series' last rows, training rows among them."""
        spec, held_out = self._dataset.spec, self._dataset.held_out[0]
        end = held_out.part.stop
        last_rows = held_out._replace(part=range(max(0, end - MAX_ROWS), end))
        forecasts = next_value_forecasts(Forecaster(spec, OnnxNetwork(to_onnx(spec, network))), last_rows)
        values = held_out.values[:end, list(spec.target_columns)]
        title = f"{self._recipe.name}: forecasts of the next value, {when}"
        self.files[f"plots/{name}.png"] = next_values_picture(
            values, forecasts, spec.targets, title, held_out.part.start
        )
