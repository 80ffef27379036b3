"""Two ways to have a version forecast, in this process or by a running service; the command can't tell them apart."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from models.errors import RollcastError, UnknownModel
from models.inference.forecaster import Forecaster
from models.intervals.conformal import Bounds
from models.references import parse_reference
from models.spec.manifest import Manifest
from rollcast.described import Described
from rollcast.options import open_registry
from rollcast.tables import ShownForecast
from service.forecasting import ForecastRequest, forecast_now, out_of_range_warning, unseen_warnings
from training.extras import require_train

if TYPE_CHECKING:
    from rollcast.client.client import Client


class Answer(NamedTuple):
    """A forecast: its numbers, what is to be warned of, and what POST /predict answers."""

    shown: ShownForecast
    warnings: Sequence[str]
    content: Callable[[], dict[str, Any]]


class Answering(Protocol):
    """Who forecasts: a version that is described."""

    @property
    def described(self) -> Described:
        """The version."""

    def answer(self, request: ForecastRequest, names: Sequence[str], *, many: bool) -> Answer:
        """The forecast of some series; `many` tells whether a list of them was asked for. Raises RollcastError."""


class OpenedHere(NamedTuple):
    """A version of a registry, opened in this process."""

    manifest: Manifest
    forecaster: Forecaster

    @classmethod
    def of(cls, registry: Path | None, name: str) -> Self:
        """Open what a name means."""
        source = open_registry(registry)
        return cls(*source.open(*source.resolve(parse_reference(name))))

    @property
    def described(self) -> Described:
        """The version."""
        return Described.of_manifest(self.manifest)

    def answer(self, request: ForecastRequest, names: Sequence[str], *, many: bool) -> Answer:
        """Forecast on every core. Raises InvalidRequest."""
        forecast = forecast_now(request, self.manifest, self.forecaster)
        warnings = unseen_warnings(forecast.unseen)
        if forecast.out_of_range:
            outside = [names[index] for index in forecast.out_of_range]
            warnings.append(out_of_range_warning(self.manifest, outside))

        def content() -> dict[str, Any]:
            from service.routes.predict import response_content  # which loads FastAPI

            return response_content(forecast, many=many)

        targets = self.manifest.spec.targets
        shown = ShownForecast(targets, forecast.predictions, forecast.intervals, forecast.timestamps)
        return Answer(shown, warnings, content)


class Served(NamedTuple):
    """A version that a running service has."""

    client: "Client"
    described: Described

    @classmethod
    @contextmanager
    def at(cls, url: str, api_key: str | None, name: str) -> Iterator[Self]:
        """Ask a service what a name means, until the block ends. Raises RollcastError, MissingExtra without httpx."""
        require_train("httpx")
        from rollcast.client.client import Client

        reference = parse_reference(name)
        with as_ours(), Client(url, api_key=api_key) as client:
            summary = client.model(reference.name)
            version = reference.version or summary.default
            if reference.alias is not None:
                version = summary.aliases.get(reference.alias)
            if version is None:
                raise UnknownModel(f"{name} means no version there; {reference.name} has {list(summary.versions)}")
            yield cls(client, Described.of_card(client.card(reference.name, version)))

    def answer(self, request: ForecastRequest, names: Sequence[str], *, many: bool) -> Answer:  # noqa: ARG002
        """Have the service forecast; it names series by their places in the request. Raises RollcastError."""
        content = self.client.send(_body(request, self.described, many=many))
        one = (lambda values: values) if many else (lambda values: [values])
        targets = self.described.spec.targets
        intervals = {
            float(level): Bounds(*(_array(one(bounds[side])) for side in Bounds._fields))
            for level, bounds in content.get("intervals", {}).items()
        }
        timestamps = one(content["timestamps"]) if "timestamps" in content else None
        shown = ShownForecast(targets, _array(one(content["predictions"])), intervals, timestamps)
        return Answer(shown, content.get("warnings", ()), lambda: content)


@contextmanager
def as_ours() -> Iterator[None]:
    """Errors of the client, as RollcastError."""
    from rollcast.client.errors import ClientError

    try:
        yield
    except ClientError as error:
        raise RollcastError(str(error)) from error


def _body(request: ForecastRequest, described: Described, *, many: bool) -> Mapping[str, Any]:
    """The same request as POST /predict takes it."""
    from rollcast.client.request import asked_of, asked_of_many

    options: dict[str, Any] = {
        "model": described.title,
        "horizon": request.horizon,
        "levels": list(request.levels) or None,
        "adapt": request.adapt or None,
        "paths": request.paths or None,
        "seed": request.seed if request.paths else None,
        "season": None if request.seasons is None else [each and list(each) for each in request.seasons],
        **request.covariates._asdict(),
    }
    if request.times is not None:
        options["timestamps"] = [each.timestamps for each in request.times]
        options["freq"] = [each.freq for each in request.times] if all(each.freq for each in request.times) else None
    if many:
        return asked_of_many(list(request.windows), options).body  # type: ignore[arg-type]
    listed = ("timestamps", "freq", "season", "future", "past", "static")
    options |= {name: options[name][0] for name in listed if options.get(name) is not None}
    return asked_of(request.windows[0], options).body  # type: ignore[arg-type]


def _array(values: Any) -> NDArray[np.float64]:
    """Numbers of shape (windows, horizon, targets), also where a step of one target came as a number."""
    numbers = np.asarray(values, np.float64)
    return numbers if numbers.ndim > 2 else numbers[:, :, None]
