"""Who may begin next."""

import numpy as np

from models.engine.batch import Batch, RolloutRequest, Row
from models.engine.scheduler import MAX_BATCH_ROWS, RequestSlice, Scheduler
from models.inference.onnx_network import OnnxNetwork
from models.spec.model_spec import ModelSpec
from tests.support.tiny import tiny_graph, tiny_spec

SMALL = tiny_spec(window=2)
LARGE = tiny_spec(window=10, units=(300,))


def job(network: OnnxNetwork, spec: ModelSpec, rows: int, horizon: int) -> RolloutRequest:
    return RolloutRequest(network, spec, np.zeros((rows, spec.context_length, 1), np.float32), horizon)


def network_of(spec: ModelSpec) -> OnnxNetwork:
    return OnnxNetwork(tiny_graph("lstm", 1, 1, spec.units))


def batch_of(network: OnnxNetwork, spec: ModelSpec, pieces: list[RequestSlice]) -> Batch:
    batch = Batch(network, spec)
    states = tuple(state[0, 0] for state in network.zero_states(1))
    tape = np.zeros((spec.context_length, 1), np.float32)
    batch.join([Row(piece.job, piece.start, 1, tape, states) for piece in pieces])
    return batch


def test_rollouts_of_a_small_model_go_where_its_others_are() -> None:
    network = network_of(SMALL)
    scheduler = Scheduler(threads=2)
    scheduler.put(job(network, SMALL, 3, 50))
    first = scheduler.take({}, idle=1)[network].pieces
    assert [(piece.start, piece.stop) for piece in first] == [(0, 1), (1, 2), (2, 3)]
    scheduler.put(job(network, SMALL, 1, 50))
    assert scheduler.take({}, idle=1) == {}
    assert len(scheduler.take({network: batch_of(network, SMALL, first)}, idle=1)[network].pieces) == 1


def test_a_small_model_that_fills_a_thread_gets_another() -> None:
    network = network_of(SMALL)
    scheduler = Scheduler(threads=2)
    scheduler.put(job(network, SMALL, MAX_BATCH_ROWS, 50))
    assert len(scheduler.take({}, idle=1)[network].pieces) == MAX_BATCH_ROWS
    scheduler.put(job(network, SMALL, 1, 50))
    assert len(scheduler.take({}, idle=1)[network].pieces) == 1


def test_rollouts_of_a_large_model_are_shared_from_eight_rows_on() -> None:
    network = network_of(LARGE)
    scheduler = Scheduler(threads=2)
    scheduler.put(job(network, LARGE, 20, 50))
    assert len(scheduler.take({}, idle=1)[network].pieces) == 10
    assert len(scheduler.take({}, idle=0)[network].pieces) == 10
    assert not scheduler


def test_next_values_are_taken_whatever_rolls_out_and_shared_with_idle_threads() -> None:
    network = network_of(LARGE)
    scheduler = Scheduler(threads=2)
    scheduler.put(job(network, LARGE, 300, 1))
    assert scheduler.take({}, idle=1)[network].pieces[0][1:] == (0, MAX_BATCH_ROWS)
    assert scheduler.take({}, idle=0)[network].pieces[0][1:] == (MAX_BATCH_ROWS, 2 * MAX_BATCH_ROWS)
    assert scheduler.take({}, idle=1)[network].pieces[0][1:] == (256, 278)
    assert scheduler.take({}, idle=1)[network].pieces[0][1:] == (278, 289)


def test_requests_take_turns_row_by_row_and_cancelled_ones_none() -> None:
    network = network_of(SMALL)
    scheduler = Scheduler(threads=1)
    jobs = [job(network, SMALL, 2, 9) for _ in range(3)]
    for each in jobs:
        scheduler.put(each)
    jobs[1].cancelled = True
    taken = scheduler.take({}, idle=0)[network].pieces
    assert [(jobs.index(piece.job), piece.start) for piece in taken] == [(0, 0), (2, 0), (0, 1), (2, 1)]
