"""The routes that Nixtla's client asks when it forecasts, or compares forecasts with what came."""

from fastapi import APIRouter, Request, Response

from service.dependencies import State
from service.http import problems
from service.protocols.asking import ask, opened
from service.protocols.documented import BODY, METADATA, OF_A_MODEL, asked_with
from service.protocols.nixtla import schemas
from service.protocols.nixtla.question import model_of, read_cross_validation, read_forecast

router = APIRouter(tags=["nixtla"])


@router.post(
    "/v2/forecast",
    summary="Forecast series that lie in one list",
    response_model=schemas.NixtlaForecast,
    responses=BODY,
    openapi_extra=asked_with(schemas.NixtlaForecastRequest, "application/json"),
)
async def forecast(request: Request) -> Response:
    """What follows each series, all in one list; the body may come compressed (`Content-Encoding: zstd`)."""
    return Response(await ask(request, read_forecast, inflated=True), media_type="application/json")


@router.post(
    "/v2/cross_validation",
    summary="Forecast what is known of series, to compare",
    response_model=schemas.NixtlaCrossValidation,
    responses=BODY,
    openapi_extra=asked_with(schemas.NixtlaCrossValidationRequest, "application/json"),
)
async def cross_validation(request: Request) -> Response:
    """Forecasts of each series' last values, from several beginnings; the model does not learn from the series."""
    return Response(await ask(request, read_cross_validation, inflated=True), media_type="application/json")


@router.get(
    "/model_params",
    summary="How much a model looks back on",
    responses=OF_A_MODEL | problems.documented((problems.INVALID_REQUEST, "model: several models are there: name one")),
)
async def model_params(state: State, model: str | None = None) -> schemas.NixtlaModelParams:
    """The client cuts series to `input_size` values, and warns beyond `horizon`. Its `freq` is passed over."""
    manifest = (await opened(model_of(model), state)).manifest
    tested = manifest.calibration or manifest.backtest
    horizon = manifest.spec.outputs if tested is None else tested.horizon
    return schemas.NixtlaModelParams(
        detail=schemas.ModelParams(input_size=manifest.spec.context_length, horizon=horizon)
    )


@router.get("/validate_api_key", summary="May this key forecast?", responses=METADATA)
async def validate_api_key() -> schemas.Detail:
    """Whoever gets here has a key that may, or needs none."""
    return schemas.Detail(detail="this key may forecast, or none is needed")


@router.get("/v2/models", summary="List the models' names for Nixtla's client", responses=METADATA)
async def list_models(state: State) -> schemas.NixtlaModels:
    """Every name in the registry; `/models` tells more."""
    now = await state.models.look_into_all()
    return schemas.NixtlaModels(models=[schemas.NixtlaModel(name=name) for name in now.listing])
