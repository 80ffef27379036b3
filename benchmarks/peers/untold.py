"""python -m benchmarks.peers.untold serve …: rollcast without anything that watches it, to measure what that costs."""

from collections.abc import Collection
from unittest.mock import patch

from starlette.types import ASGIApp

from rollcast.cli import main
from service.metrics.metrics import Metrics
from service.settings import Settings


def _bare(_: Settings, app: ASGIApp, __: Collection[str], ___: Metrics) -> ASGIApp:
    return app


if __name__ == "__main__":
    with (
        patch("service.app.telemetry_of", _bare),
        patch("service.metrics.traffic.Traffic.observe", lambda *_: None),
    ):
        main()
