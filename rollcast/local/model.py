"""A version opened in this process: it takes what `Client.predict` takes, and answers alike."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Unpack

from models.errors import InvalidRequest, RollcastError
from models.inference.forecaster import Forecaster
from models.references import parse_reference
from models.registry.registry import Registry
from models.spec.manifest import Manifest
from rollcast.client.forecast import Forecast, forecasts_of
from rollcast.client.request import ForecastOptions, ManyOptions
from rollcast.client.series import Window
from rollcast.described import Described
from rollcast.local.question import names_features, of_client, of_frame
from rollcast.options import open_registry
from service.forecasting import forecast_now
from service.settings import PREFIX


def load(name: str, registry: str | Path | None = None) -> "LocalModel":
    """Open what a name, name@version or name@alias means, checked as the service checks it.

    The registry is a folder: the given one, else that of the variable ROLLCAST_REGISTRY, else models/artifacts. Raises
    RollcastError.
    """
    source = registry_at(registry)
    return LocalModel(*source.open(*source.resolve(parse_reference(name))), source)


def registry_at(folder: str | Path | None) -> Registry:
    """The registry in a folder, by default that of the variable, else the usual one."""
    chosen = folder or os.environ.get(f"{PREFIX}REGISTRY")
    return open_registry(Path(chosen) if chosen else None)


@dataclass(frozen=True, eq=False)
class LocalModel:
    """A version, ready to forecast on every core of this machine; it may be used by several threads.

    `manifest` has all that is known of it: how it was trained, its errors, what it was tested on.
    """

    manifest: Manifest
    forecaster: Forecaster
    registry: Registry

    @property
    def title(self) -> str:
        """Its name and version: sine-lstm@3."""
        return self.manifest.title

    @property
    def horizon(self) -> int:
        """How many steps ahead it was tested; 1 where only its next values were."""
        return 1 if self.manifest.backtest is None else self.manifest.backtest.horizon

    def forecast(self, window: Window, **options: Unpack[ForecastOptions]) -> Forecast:
        """Forecast the values after a series' last one, `horizon` of them, by default as many as it was tested over.

        A frame that has a column for each feature is read by the names that the model was trained with, those of times
        and covariates too. Everything else, and every option, is as in `Client.predict`: numbers, or rows of one number
        for each feature, oldest first. Raises RollcastError.
        """
        found = self._forecasts(window, dict(options), many=False)
        if len(found) > 1:
            raise RollcastError(f"the frame holds {len(found)} series: ask for all of them with forecast_many")
        return found[0]

    def forecast_many(self, windows: Sequence[Window] | Any, **options: Unpack[ManyOptions]) -> list[Forecast]:
        """The same of many series: of a list of them, or of a frame with the column of ids that the model knows.

        A frame's forecasts are in the order in which its ids appear first.
        """
        return self._forecasts(windows, dict(options), many=True)

    def plots(self) -> dict[str, bytes]:
        """The pictures of its training by their names, such as forecasts.png. Raises RefusedVersion."""
        from service.schemas.models import PLOTS, plots_of  # which other models don't wait for

        return {name: self.registry.read(self.manifest, PLOTS + name) for name in plots_of(self.manifest)}

    def __repr__(self) -> str:
        return f"LocalModel({self.title})"

    def _forecasts(self, data: Any, options: dict[str, Any], *, many: bool) -> list[Forecast]:
        """The forecast of each series, from what the service would answer."""
        if options.pop("model", None) is not None:
            raise RollcastError(f"this is {self.title}: leave model out, or load another one")
        from service.routes.predict import response_content  # which loads FastAPI

        options = {"horizon": self.horizon, **options}
        described = Described.of_manifest(self.manifest)
        by_name = names_features(data, described)
        question = of_frame(data, described, options) if by_name else of_client(data, options, many=many)
        try:
            found = forecast_now(question.request, self.manifest, self.forecaster)
        except InvalidRequest as error:
            raise RollcastError(question.tell(error)) from error
        many = many or len(question.sources) > 1
        content = response_content(found, many=many)
        warnings = [*question.warnings, *content.get("warnings", ())]
        return forecasts_of({**content, "warnings": warnings}, question.sources, many=many)
