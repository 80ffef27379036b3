"""The two tools, free of the protocol: which models there are, and a forecast by one of them."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from models.errors import InvalidHorizon, InvalidRequest, RefusedVersion
from models.inference.forecaster import Forecaster
from models.references import parse_reference
from models.registry.listing import Entry
from models.registry.registry import Registry
from models.spec.manifest import Manifest
from rollcast.assistant.schemas import MAX_HORIZON, ForecastAnswer, ForecastArguments, Model, ModelsAnswer
from service.forecasting import forecast_now
from service.schemas.predict import PredictRequest

MAX_OPEN = 8  # versions


class Tools:
    """What an assistant may ask of a registry. Nothing is changed by it, and no other file is read."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        # By what is another once a file of the version has changed, so that such a one is opened anew.
        self._opened = lru_cache(MAX_OPEN)(lambda name, version, _: registry.open(name, version))

    def list_models(self, arguments: Mapping[str, Any]) -> ModelsAnswer:
        """Every model, with what a forecast by it takes. Raises RollcastError."""
        _check_names(arguments, known=(), needed=())
        models = [self._model(name, entry) for name, entry in self._registry.listing().items()]
        return ModelsAnswer(registry=self._registry.storage.location, models=models)

    def forecast(self, arguments: Mapping[str, Any]) -> ForecastAnswer:
        """The values that follow a window. Raises RollcastError and pydantic.ValidationError, which tell the place."""
        from service.routes.predict import forecast_request, location_in, response_content  # which loads FastAPI

        fields = ForecastArguments.model_fields
        _check_names(arguments, known=fields, needed=[name for name, field in fields.items() if field.is_required()])
        asked = PredictRequest.model_validate(dict(arguments))
        if asked.horizon > MAX_HORIZON:
            raise InvalidHorizon(f"the horizon may be at most {MAX_HORIZON}, not {asked.horizon}", ("horizon",))
        request = forecast_request(asked)
        assert request.model is not None  # noqa: S101 (it was needed above, and null is no name)
        manifest, forecaster = self._open(*self._registry.resolve(request.model))
        try:
            forecast = forecast_now(request, manifest, forecaster)
        except InvalidRequest as error:
            raise error.at(location_in(asked, error.location)) from None
        content = response_content(forecast, many=False)
        return ForecastAnswer(targets=list(manifest.spec.targets), **content)

    def _open(self, name: str, version: int) -> tuple[Manifest, Forecaster]:
        return self._opened(name, version, self._registry.fingerprint(name, version))

    def _model(self, name: str, entry: Entry) -> Model:
        listed = {"name": name, "versions": list(entry.versions), "aliases": dict(entry.aliases)}
        if entry.problem is not None:
            return Model(**listed, problem=entry.problem)
        try:
            manifest = self._registry.manifest(*self._registry.resolve(parse_reference(name)))
        except RefusedVersion as error:
            return Model(**listed, default=entry.default, problem=str(error))
        spec, calibration = manifest.spec, manifest.calibration
        return Model(
            **listed,
            default=entry.default,
            description=manifest.description or None,
            features=list(spec.features),
            targets=list(spec.targets),
            context=spec.context_length,
            least_context=spec.least_context,
            max_horizon=spec.max_horizon,
            frequency=spec.frequency,
            needs_times=spec.needs_times,
            takes_missing=spec.takes_missing,
            takes_seasons=spec.any_length,
            future=[each.name for each in spec.future],
            past=[each.name for each in spec.past],
            static=[each.name for each in spec.static],
            highest_level=None if calibration is None else calibration.highest_level,
            mae=manifest.metrics.model.mae,
            last_value_mae=manifest.metrics.last_value.mae,
            warnings=list(manifest.warnings),
        )


def _check_names(arguments: Mapping[str, Any], known: Any, needed: Any) -> None:
    """Raise InvalidRequest where an argument is not known, or a needed one is missing."""
    for name in arguments:
        if name not in known:
            there = f"the arguments are {', '.join(known)}" if known else "this tool takes none"
            raise InvalidRequest(f"there is no such argument; {there}", (name,))
    for name in needed:
        if arguments.get(name) is None:
            raise InvalidRequest("it must be given", (name,))
