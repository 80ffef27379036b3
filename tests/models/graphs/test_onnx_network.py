"""The network as a pure step, on graphs with random weights."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from benchmarks.faults.odd_graphs import odd_graphs
from models.errors import RefusedVersion
from models.graphs.onnx_network import Further, OnnxNetwork
from tests.support.tiny import graph_of, tiny_spec

KINDS: list[str] = ["gru", "lstm", "simple_rnn"]
GRAPH = graph_of(tiny_spec())


def inputs(
    time: int, batch: int, features: int = 1, seed: int = 0
) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    return np.random.default_rng(seed).normal(size=(time, batch, features)).astype(np.float32)


@pytest.mark.parametrize("kind", KINDS)
def test_a_network_starts_from_zero_states(kind: str) -> None:
    network = OnnxNetwork(graph_of(tiny_spec(kind, ("a", "b"), lags=(1,), units=(4, 5), rollout="state")))
    assert network.loops
    per_layer = 2 if kind == "lstm" else 1
    shapes = [state.shape for state in network.zero_states(7)]
    assert shapes == [(1, 7, 4)] * per_layer + [(1, 7, 5)] * per_layer


@pytest.mark.parametrize("kind", KINDS)
def test_a_window_at_once_is_its_steps_one_by_one_with_the_states_carried(kind: str) -> None:
    network = OnnxNetwork(graph_of(tiny_spec(kind, ("a", "b"), units=(4, 3), rollout="state")))
    window = inputs(6, 5, 2)
    whole = network(window)
    states = network.zero_states(5)
    for step in window:
        outputs, states = network(step[None], states)
    assert outputs.shape == (1, 5, 2)
    assert np.allclose(outputs, whole.outputs, atol=1e-6)
    for carried, final in zip(states, whole.states, strict=True):
        assert np.allclose(carried, final, atol=1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_rows_of_a_batch_do_not_mix(kind: str) -> None:
    network = OnnxNetwork(graph_of(tiny_spec(kind)))
    windows = inputs(4, 3)
    for further in (None, Further(5)):
        alone = [network(windows[:, [row]], None, further).outputs[:, 0] for row in range(3)]
        assert np.allclose(network(windows, None, further).outputs, np.stack(alone, axis=1), atol=1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_further_steps_are_those_of_as_many_calls(kind: str) -> None:
    network = OnnxNetwork(graph_of(tiny_spec(kind, ("a", "b"), units=(4, 3), rollout="state")))
    window = inputs(6, 5, 2)
    together = network(window, None, Further(7))
    assert together.outputs.shape == (8, 5, 2)
    outputs, states = network(window)
    for step in together.outputs:
        assert np.allclose(step, outputs[0], atol=1e-6)
        left, (outputs, states) = states, network(outputs, states)
    for carried, final in zip(left, together.states, strict=True):
        assert np.allclose(carried, final, atol=1e-6)


def test_a_call_without_further_steps_is_one_that_asks_for_none() -> None:
    network = OnnxNetwork(GRAPH)
    window = inputs(4, 2)
    assert np.array_equal(network(window).outputs, network(window, None, Further(0)).outputs)


def test_a_network_whose_predictions_can_not_be_fed_back_has_no_loop() -> None:
    network = OnnxNetwork(graph_of(tiny_spec(features=("a", "b"), targets=("b",))))
    assert not network.loops
    assert network(inputs(4, 3, 2)).outputs.shape == (1, 3, 1)


@pytest.mark.parametrize("kind", KINDS)
def test_members_answer_with_their_mean_and_carry_states_of_their_own(kind: str) -> None:
    together = OnnxNetwork(graph_of(tiny_spec(kind, outputs=2, units=(4, 3), members=3, rollout="state")))
    per_member = (4, 4, 3, 3) if kind == "lstm" else (4, 3)
    assert together.state_sizes == per_member * 3
    window = inputs(6, 5)
    whole = together(window)
    rest = together(window[4:], together(window[:4]).states)
    assert np.allclose(rest.outputs, whole.outputs, atol=1e-6)
    assert not np.allclose(whole.states[0], whole.states[len(per_member)])


def test_bytes_that_are_no_graph_are_refused() -> None:
    with pytest.raises(RefusedVersion, match="not a graph that ONNX Runtime can load"):
        OnnxNetwork(b"not a graph")


def test_nothing_reports_on_its_users(tmp_path: Path) -> None:
    code = "from tests.support.tiny import *; OnnxNetwork(graph_of(tiny_spec()))"
    home = {name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "ORT_"))}
    home["HOME"] = str(tmp_path)
    subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[3], env=home, check=True, timeout=60)
    assert list(tmp_path.rglob("*")) == []


def test_a_call_without_end_is_ended() -> None:
    """No graph with a loop gets so far: what checks graphs must not be all that there is."""
    endless = dict(odd_graphs(GRAPH))["an endless Loop"]
    network = OnnxNetwork(endless)
    begun = time.monotonic()
    with pytest.raises(RefusedVersion, match=r"took longer than 0\.2 s"), network.ending_after(0.2):
        network(inputs(4, 1))
    assert time.monotonic() - begun < 5


def test_calls_that_nobody_could_end_are_not_made(monkeypatch: pytest.MonkeyPatch) -> None:
    def start(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    network = OnnxNetwork(GRAPH)
    monkeypatch.setattr(threading.Thread, "start", start)
    with pytest.raises(RefusedVersion, match="can't be timed: can't start new thread"), network.ending_after(60):
        pytest.fail("nothing is called")


def test_a_call_in_time_is_left_alone_and_so_are_errors() -> None:
    network = OnnxNetwork(GRAPH)
    with network.ending_after(60):
        before = network(inputs(4, 1)).outputs
    assert np.array_equal(before, network(inputs(4, 1)).outputs)
    with pytest.raises(ZeroDivisionError), network.ending_after(60):
        raise ZeroDivisionError
