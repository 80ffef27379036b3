"""GET /metrics: what the service counts, for Prometheus."""

import anyio
from fastapi import APIRouter, Request, Response

from service.dependencies import State

router = APIRouter(tags=["metrics"])


@router.get(
    "/metrics",
    response_class=Response,
    summary="What the service counts",
    responses={
        200: {
            "description": "Prometheus' text format, or OpenMetrics.",
            "content": {"text/plain": {}, "application/openmetrics-text": {}},
        }
    },
)
async def metrics(request: Request, state: State) -> Response:
    """Requests, the engine, the models and their traffic, of all workers; docs/operations.md lists the metrics."""
    from service.metrics.exposition import exposition  # its library takes a while to load, at the first time

    series = state.metrics.series()
    body, media_type = await anyio.to_thread.run_sync(exposition, series, request.headers.get("accept", ""))
    return Response(body, headers={"Content-Type": media_type})
