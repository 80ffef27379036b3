"""GET /models/…/plots/{plot}: the pictures of a version's training, as they were published."""

from anyio import to_thread
from fastapi import APIRouter, Response

from models.text import did_you_mean
from service.dependencies import State
from service.http import problems
from service.routes.models import OF_A_VERSION, manifest_of
from service.schemas.models import PLOTS, plots_of

MAX_PLOT_BYTES = 4 << 20  # ten times what training writes: a registry holds what others have put there
_OF_A_PLOT = {
    **OF_A_VERSION,
    **problems.documented((problems.UNKNOWN_PATH, "sine-lstm@1 has no such picture; did you mean loss.png?")),
}

router = APIRouter(tags=["models"])


@router.get(
    "/models/{name}/versions/{version}/plots/{plot}",
    response_class=Response,
    summary="A picture of one version's training",
    responses={
        **_OF_A_PLOT,
        200: {"description": "The picture.", "content": {"image/png": {"schema": {"type": "string"}}}},
    },
)
async def show_plot(name: str, version: str, plot: str, state: State) -> Response:
    """A picture that the card lists in `plots`; it is the file that was published, or none."""
    manifest = await manifest_of(name, version, state)
    plots = plots_of(manifest)
    if plot not in plots or manifest.files[PLOTS + plot].size_bytes > MAX_PLOT_BYTES:
        raise problems.ProblemException(
            problems.UNKNOWN_PATH, f"{manifest.title} has no such picture{did_you_mean(plot, plots)}"
        )
    content = await to_thread.run_sync(state.models.registry.read, manifest, PLOTS + plot)
    return Response(content, media_type="image/png")
