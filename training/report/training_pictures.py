"""The album of a training run: which pictures are drawn when."""

from typing import Any

from models.inference.forecaster import Forecaster
from models.inference.onnx_network import OnnxNetwork
from training.data.dataset import Dataset
from training.evaluation.evaluate import Evaluation
from training.evaluation.next_value import next_value_forecasts
from training.export.parity import to_onnx
from training.networks.fit import FittedNetwork
from training.recipes.recipe import Recipe
from training.report.backtest_plots import coverage_picture, errors_picture, examples_picture
from training.report.plots import MAX_ROWS, forecast_picture, loss_picture


class TrainingPictures:
    """Pictures by their path in a version's folder, drawn as training goes."""

    def __init__(self, recipe: Recipe, dataset: Dataset) -> None:
        self.files: dict[str, bytes] = {}
        self._recipe, self._dataset = recipe, dataset

    def watch(self, epochs: int, network: Any) -> None:
        """Draw the forecasts before training and every so many epochs; for training.networks.fit.fit."""
        every = self._recipe.pictures.picture_every_epochs
        if epochs == 0:
            self._draw("before-training", "before training", network)
        elif every and epochs % every == 0 and epochs < self._recipe.fit.epochs:
            self._draw(f"epoch-{epochs:0{len(str(self._recipe.fit.epochs))}}", f"after {epochs} epochs", network)

    def finish(self, fitted: FittedNetwork) -> None:
        """Draw the forecasts after training, and the losses."""
        self._draw("after-training", f"after training, {len(fitted.loss)} epochs", fitted.network)
        title = f"{self._recipe.name}: loss after each epoch"
        self.files["plots/loss.png"] = loss_picture(
            fitted.loss, fitted.validation_loss, title, fitted.phase_change_epoch
        )

    def evaluate_model(self, judged: Evaluation) -> None:
        """Draw what the backtest and the calibration found."""
        name, spec = self._recipe.name, self._dataset.spec
        if judged.backtest is None or judged.forecasts is None:
            return
        self.files["plots/error-by-step.png"] = errors_picture(judged.backtest, f"{name}: error at each step ahead")
        if judged.calibration is not None and judged.calibration.coverage:
            title = f"{name}: what intervals covered at each step ahead"
            self.files["plots/coverage.png"] = coverage_picture(judged.calibration.coverage, title)
        self.files["plots/forecasts.png"] = examples_picture(
            self._dataset.held_out,
            judged.forecasts,
            judged.intervals,
            spec.target_columns[0],
            spec.targets[0],
            f"{name}: forecasts of {judged.backtest.horizon} steps, and what came",
        )

    def _draw(self, name: str, when: str, network: Any) -> None:
        spec, shown = self._dataset.spec, self._dataset.held_out[0]
        values, part = shown.values, shown.part
        shown = shown._replace(part=range(max(0, part.stop - MAX_ROWS), part.stop))
        forecasts = next_value_forecasts(Forecaster(spec, OnnxNetwork(to_onnx(spec.kind, network))), shown)
        targets = values[: part.stop, list(spec.target_columns)]
        title = f"{self._recipe.name}: forecasts of the next value, {when}"
        self.files[f"plots/{name}.png"] = forecast_picture(targets, forecasts, spec.targets, title, part.start)
