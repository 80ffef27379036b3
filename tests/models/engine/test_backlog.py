"""Work in cell steps, and in seconds at the measured rate."""

import gc
import weakref

import numpy as np
import pytest

from models.engine.backlog import Backlog
from models.engine.request import RolloutRequest
from models.graphs.onnx_network import OnnxNetwork
from models.spec.model_spec import ModelSpec
from tests.support.tiny import graph_of, tiny_spec

WINDOW = tiny_spec(window=4)
STATE = WINDOW.model_copy(update={"rollout": "state"})
BLOCKS = tiny_spec(window=4, rollout="state").model_copy(update={"outputs": 3})


def request_of(
    spec: ModelSpec, horizon: int, rows: int = 1, cell_step_s: float = 0.5, network: OnnxNetwork | None = None
) -> RolloutRequest:
    contexts = np.zeros((rows, spec.input_length, 1), np.float32)
    return RolloutRequest(network or OnnxNetwork(graph_of(spec)), spec, contexts, horizon, None, cell_step_s)


def wait_s(backlog: Backlog, short: bool = False) -> float:
    """With one thread."""
    return backlog.wait_s(short, 1, 1)


@pytest.mark.parametrize(
    ("spec", "horizon", "done", "cell_steps"),
    [
        (WINDOW, 1, 0, 4),
        (WINDOW, 5, 0, 4 + 4 * 4),
        (WINDOW, 5, 1, 4 * 4),
        (WINDOW, 5, 5, 0),
        (STATE, 1, 0, 4),
        (STATE, 5, 0, 4 + 4),
        (STATE, 5, 3, 2),
        (BLOCKS, 3, 0, 4),
        (BLOCKS, 4, 0, 4 + 3),
        (BLOCKS, 8, 3, 6),
        (BLOCKS, 8, 6, 3),
        (BLOCKS, 8, 9, 0),
    ],
)
def test_a_row_s_cell_steps(spec: ModelSpec, horizon: int, done: int, cell_steps: int) -> None:
    assert request_of(spec, horizon).cell_steps_of_row(done) == cell_steps


def test_short_and_long_requests_are_counted_apart() -> None:
    backlog = Backlog()
    backlog.add(request_of(WINDOW, 1, rows=3), spreads=False)
    backlog.add(request_of(WINDOW, 2), spreads=False)
    assert (backlog.cell_steps(True), backlog.cell_steps(False)) == (12, 8)
    assert (wait_s(backlog, True), wait_s(backlog)) == (6.0, 4.0)


def test_what_is_done_and_what_is_dropped_is_not_left() -> None:
    backlog = Backlog()
    request = request_of(WINDOW, 5, rows=3)
    backlog.add(request, spreads=False)
    backlog.done(request.network, False, 16, 8.0)
    assert backlog.cell_steps(False) == 44
    backlog.dropped(request, 1, done=2)
    assert backlog.cell_steps(False) == 32
    backlog.dropped(request, 1)
    assert backlog.cell_steps(False) == 12
    backlog.done(request.network, False, 12, 6.0)
    assert (backlog.cell_steps(False), wait_s(backlog)) == (0, 0)


def test_the_rate_is_that_of_the_last_moments_and_is_kept_when_the_queue_is_empty() -> None:
    backlog = Backlog()
    request = request_of(WINDOW, 101, cell_step_s=0.001)
    backlog.add(request, spreads=False)
    assert wait_s(backlog) == pytest.approx(0.404)
    backlog.done(request.network, False, 204, 2.04)  # ten times slower than guessed
    assert wait_s(backlog) == pytest.approx(2.0, rel=0.02)
    backlog.done(request.network, False, 100, 10.0)
    assert wait_s(backlog) == pytest.approx(10.0, rel=0.01)
    backlog.done(request.network, False, 100, 10.0)
    backlog.add(request_of(WINDOW, 101, network=request.network), spreads=False)
    assert wait_s(backlog) == pytest.approx(40.4, rel=0.01)


def test_one_hiccup_is_not_taken_for_the_rate() -> None:
    backlog = Backlog()
    request = request_of(WINDOW, 10_000, cell_step_s=0.001)
    backlog.add(request, spreads=False)
    for _ in range(100):
        backlog.done(request.network, False, 10, 0.01)
    before = wait_s(backlog)
    backlog.done(request.network, False, 10, 0.1)
    assert before < wait_s(backlog) < 1.3 * before


def test_models_are_added_up_in_seconds() -> None:
    backlog = Backlog()
    backlog.add(request_of(WINDOW, 2, cell_step_s=0.1), spreads=False)
    backlog.add(request_of(STATE, 5, cell_step_s=1.0), spreads=False)
    assert wait_s(backlog) == pytest.approx(0.8 + 8.0)


def test_threads_share_the_work_where_a_few_rows_occupy_them() -> None:
    backlog = Backlog()
    backlog.add(request_of(WINDOW, 2, cell_step_s=1.0), spreads=False)
    backlog.add(request_of(STATE, 5, cell_step_s=1.0), spreads=True)
    assert backlog.wait_s(False, at_work=1, threads=4) == 8 + 8 / 4
    assert backlog.wait_s(False, at_work=2, threads=4) == 8 / 2 + 8 / 4


def test_a_network_that_nobody_holds_is_forgotten() -> None:
    backlog = Backlog()
    request = request_of(WINDOW, 2)
    network = weakref.ref(request.network)
    backlog.add(request, spreads=False)
    backlog.done(request.network, False, 8, 0.1)
    del request
    gc.collect()
    assert network() is None
