"""The album of a training run: which pictures are drawn when."""

from typing import Any

from models.network import Network
from training.dataset import Dataset, HeldOut
from training.evaluate import one_step
from training.export import to_onnx
from training.fit import Fitted
from training.plots import MOST_ROWS, forecast_picture, loss_picture
from training.recipe import Recipe


class Album:
    """Pictures by their path in a version's folder, drawn as training goes."""

    def __init__(self, recipe: Recipe, dataset: Dataset) -> None:
        self.files: dict[str, bytes] = {}
        self._recipe, self._dataset = recipe, dataset

    def watch(self, epochs: int, network: Any) -> None:
        """Draw the forecasts before training and every so many epochs; for training.fit.fit."""
        every = self._recipe.pictures.picture_every_epochs
        if epochs == 0:
            self._draw("before-training", "before training", network)
        elif every and epochs % every == 0 and epochs < self._recipe.fit.epochs:
            self._draw(f"epoch-{epochs:0{len(str(self._recipe.fit.epochs))}}", f"after {epochs} epochs", network)

    def finish(self, fitted: Fitted) -> None:
        """Draw the forecasts after training, and the losses."""
        self._draw("after-training", f"after training, {len(fitted.loss)} epochs", fitted.network)
        title = f"{self._recipe.name}: loss after each epoch"
        self.files["plots/loss.png"] = loss_picture(fitted.loss, fitted.validation_loss, title)

    def _draw(self, name: str, when: str, network: Any) -> None:
        shape, (values, part) = self._dataset.shape, self._dataset.held_out[0]
        shown = HeldOut(values, range(max(0, part.stop - MOST_ROWS), part.stop))
        forecasts = one_step(Network(to_onnx(shape.kind, network)), shape, shown)
        targets = values[: part.stop, list(shape.target_columns)]
        title = f"{self._recipe.name}: forecasts of the next value, {when}"
        self.files[f"plots/{name}.png"] = forecast_picture(targets, forecasts, shape.targets, title, part.start)
