"""Next values computed in the event loop: all that came in one turn of it, without another thread."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Sequence

from models.engine.prefill import prefill
from models.engine.request import RequestSlice, RolloutRequest
from models.engine.stats import CallStats, count_call
from models.graphs.onnx_network import OnnxNetwork
from service.dispatch.latency import CallLatency

# Handing work to another thread and back takes about this long; what takes less is computed at once.
HAND_OVER_S = 150e-6


class InlineBatch:
    """Collects requests until the loop's next turn, and answers them by one call for each model.

    `resolve` gets the requests that are answered, or have failed. Used from the event loop alone.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, resolve: Callable[[Sequence[RolloutRequest]], None]) -> None:
        self._loop, self._resolve = loop, resolve
        self.stats = CallStats()
        self._waiting: defaultdict[OnnxNetwork, list[RolloutRequest]] = defaultdict(list)

    @staticmethod
    def suits(request: RolloutRequest, latency: CallLatency | None) -> bool:
        """Whether a request takes less than the hand-over to another thread."""
        return latency is not None and request.is_short and latency.of_rows(len(request.contexts)) < HAND_OVER_S

    def add(self, request: RolloutRequest) -> None:
        """Answer a request at the loop's next turn."""
        if not self._waiting:
            self._loop.call_soon(self._run)
        self._waiting[request.network].append(request)

    def _run(self) -> None:
        batch, self._waiting = self._waiting, defaultdict(list)
        for network, asked in batch.items():
            requests = [request for request in asked if not request.cancelled]
            if not requests:
                continue
            count_call(self.stats.first_calls, sum(len(request.contexts) for request in requests))
            try:
                prefill(network, [RequestSlice(request, 0, len(request.contexts)) for request in requests])
            except Exception as error:  # whatever went wrong is these requests' answer
                for request in requests:
                    request.error = error
            self._resolve(requests)
