"""The route of KServe's time series protocol."""

from fastapi import APIRouter, Request, Response

from service.protocols.asking import ask
from service.protocols.documented import BODY, asked_with
from service.protocols.timeseries.question import read_series
from service.protocols.timeseries.schemas import TimeSeriesRequest, TimeSeriesResponse

router = APIRouter(tags=["kserve time series"])


@router.post(
    "/v1/timeseries/forecast",
    summary="Forecast series with names",
    response_model=TimeSeriesResponse,
    responses=BODY,
    openapi_extra=asked_with(TimeSeriesRequest, "application/json"),
)
async def forecast(request: Request) -> Response:
    """What follows each series of `inputs`; `horizon` and `quantiles` are in `options`."""
    return Response(await ask(request, read_series), media_type="application/json")
