"""python -m benchmarks.peers.untold serve …: rollcast without metrics, logs and traces, to measure what they cost.

With the variable BARE it has not even the layer that makes them, which gives each answer its request's id as well.
"""

import os
from collections.abc import Collection
from contextlib import ExitStack
from unittest.mock import patch

from starlette.types import ASGIApp

from rollcast.cli import main
from service.metrics.metrics import Metrics
from service.settings import Settings


def _bare(_: Settings, app: ASGIApp, __: Collection[str], ___: Metrics) -> ASGIApp:
    return app


if __name__ == "__main__":
    with ExitStack() as patches:
        patches.enter_context(patch("service.metrics.traffic.Traffic.observe", lambda *_: None))
        if "BARE" in os.environ:
            patches.enter_context(patch("service.app.telemetry_of", _bare))
        else:
            patches.enter_context(patch("service.telemetry.middleware.RequestTelemetry._tell", lambda *_: None))
        main()
