"""Who may begin next."""

import numpy as np

from models.engine.batch import Batch
from models.engine.request import RequestSlice, RolloutRequest, SequenceState
from models.engine.scheduler import MAX_BATCH_ROWS, Scheduler
from models.graphs.onnx_network import OnnxNetwork
from models.spec.model_spec import ModelSpec
from tests.support.tiny import graph_of, tiny_spec

SMALL = tiny_spec(window=2)
LARGE = tiny_spec(window=10, units=(300,))


def request(network: OnnxNetwork, spec: ModelSpec, rows: int, horizon: int) -> RolloutRequest:
    return RolloutRequest(network, spec, np.zeros((rows, spec.context_length, 1), np.float32), horizon)


def network_of(spec: ModelSpec) -> OnnxNetwork:
    return OnnxNetwork(graph_of(spec))


def batch_of(network: OnnxNetwork, spec: ModelSpec, slices: list[RequestSlice]) -> Batch:
    batch = Batch(network, spec)
    states = tuple(state[0, 0] for state in network.zero_states(1))
    tape = np.zeros((spec.context_length, 1), np.float32)
    batch.join([SequenceState(rows.request, rows.start, 1, tape, states) for rows in slices])
    return batch


def test_rollouts_of_a_small_model_go_where_its_others_are() -> None:
    network = network_of(SMALL)
    scheduler = Scheduler(threads=2)
    scheduler.put(request(network, SMALL, 3, 50))
    first = scheduler.admit({}, idle=1)[network].slices
    assert [(rows.start, rows.stop) for rows in first] == [(0, 1), (1, 2), (2, 3)]
    scheduler.put(request(network, SMALL, 1, 50))
    assert scheduler.admit({}, idle=1) == {}
    assert len(scheduler.admit({network: batch_of(network, SMALL, first)}, idle=1)[network].slices) == 1


def test_a_small_model_that_fills_a_thread_gets_another() -> None:
    network = network_of(SMALL)
    scheduler = Scheduler(threads=2)
    scheduler.put(request(network, SMALL, MAX_BATCH_ROWS, 50))
    assert len(scheduler.admit({}, idle=1)[network].slices) == MAX_BATCH_ROWS
    scheduler.put(request(network, SMALL, 1, 50))
    assert len(scheduler.admit({}, idle=1)[network].slices) == 1


def test_rollouts_of_a_large_model_are_shared_from_eight_rows_on() -> None:
    network = network_of(LARGE)
    scheduler = Scheduler(threads=2)
    scheduler.put(request(network, LARGE, 20, 50))
    assert len(scheduler.admit({}, idle=1)[network].slices) == 10
    assert len(scheduler.admit({}, idle=0)[network].slices) == 10
    assert not scheduler


def test_no_more_windows_begin_at_a_tick_than_caches_hold() -> None:
    spec = tiny_spec(window=150, units=(300,))  # 2 x 365,000 weights x 150 values: 110 million operations a row
    network = network_of(spec)
    for horizon in (1, 50):
        scheduler = Scheduler(threads=1)
        scheduler.put(request(network, spec, 20, horizon))
        begun = [scheduler.admit({}, idle=0)[network].slices for _ in range(3)]
        assert [sum(stop - start for _, start, stop in slices) for slices in begun] == [9, 9, 2]


def test_next_values_are_taken_whatever_rolls_out_and_shared_with_idle_threads() -> None:
    network = network_of(LARGE)
    scheduler = Scheduler(threads=2)
    scheduler.put(request(network, LARGE, 300, 1))
    assert scheduler.admit({}, idle=1)[network].slices[0][1:] == (0, MAX_BATCH_ROWS)
    assert scheduler.admit({}, idle=0)[network].slices[0][1:] == (MAX_BATCH_ROWS, 2 * MAX_BATCH_ROWS)
    assert scheduler.admit({}, idle=1)[network].slices[0][1:] == (256, 278)
    assert scheduler.admit({}, idle=1)[network].slices[0][1:] == (278, 294)


def test_as_many_next_values_as_come_in_one_turn_of_the_event_loop_stay_together() -> None:
    network = network_of(LARGE)
    scheduler = Scheduler(threads=2)
    scheduler.put(request(network, LARGE, 16, 1))
    assert scheduler.admit({}, idle=1)[network].slices[0][1:] == (0, 16)


def test_requests_take_turns_row_by_row_and_cancelled_ones_none() -> None:
    network = network_of(SMALL)
    scheduler = Scheduler(threads=1)
    requests = [request(network, SMALL, 2, 9) for _ in range(3)]
    for each in requests:
        scheduler.put(each)
    requests[1].cancelled = True
    admitted = scheduler.admit({}, idle=0)[network].slices
    assert [(requests.index(rows.request), rows.start) for rows in admitted] == [(0, 0), (2, 0), (0, 1), (2, 1)]
    short = request(network, SMALL, 1, 1)
    short.cancelled = True
    scheduler.put(short)
    assert scheduler.admit({}, idle=0) == {}
    assert not scheduler
