"""Who may begin next."""

import numpy as np

from models.engine.batch import Batch, Job, Row
from models.engine.scheduler import ROWS, Admission, Piece
from models.inference.onnx_network import Network
from models.spec.manifest import Shape
from tests.support.tiny import tiny_graph, tiny_shape

SMALL = tiny_shape(window=2)
LARGE = tiny_shape(window=10, units=(300,))


def job(network: Network, shape: Shape, rows: int, horizon: int) -> Job:
    return Job(network, shape, np.zeros((rows, shape.context, 1), np.float32), horizon)


def network_of(shape: Shape) -> Network:
    return Network(tiny_graph("lstm", 1, 1, shape.units))


def batch_of(network: Network, shape: Shape, pieces: list[Piece]) -> Batch:
    batch = Batch(network, shape)
    states = tuple(state[0, 0] for state in network.zero_states(1))
    tape = np.zeros((shape.context, 1), np.float32)
    batch.join([Row(piece.job, piece.start, 1, tape, states) for piece in pieces])
    return batch


def test_rollouts_of_a_small_model_go_where_its_others_are() -> None:
    network = network_of(SMALL)
    admission = Admission(threads=2)
    admission.put(job(network, SMALL, 3, 50))
    first = admission.take({}, idle=1)[network].pieces
    assert [(piece.start, piece.stop) for piece in first] == [(0, 1), (1, 2), (2, 3)]
    admission.put(job(network, SMALL, 1, 50))
    assert admission.take({}, idle=1) == {}
    assert len(admission.take({network: batch_of(network, SMALL, first)}, idle=1)[network].pieces) == 1


def test_a_small_model_that_fills_a_thread_gets_another() -> None:
    network = network_of(SMALL)
    admission = Admission(threads=2)
    admission.put(job(network, SMALL, ROWS, 50))
    assert len(admission.take({}, idle=1)[network].pieces) == ROWS
    admission.put(job(network, SMALL, 1, 50))
    assert len(admission.take({}, idle=1)[network].pieces) == 1


def test_rollouts_of_a_large_model_are_shared_from_eight_rows_on() -> None:
    network = network_of(LARGE)
    admission = Admission(threads=2)
    admission.put(job(network, LARGE, 20, 50))
    assert len(admission.take({}, idle=1)[network].pieces) == 10
    assert len(admission.take({}, idle=0)[network].pieces) == 10
    assert not admission


def test_next_values_are_taken_whatever_rolls_out_and_shared_with_idle_threads() -> None:
    network = network_of(LARGE)
    admission = Admission(threads=2)
    admission.put(job(network, LARGE, 300, 1))
    assert admission.take({}, idle=1)[network].pieces[0][1:] == (0, ROWS)
    assert admission.take({}, idle=0)[network].pieces[0][1:] == (ROWS, 2 * ROWS)
    assert admission.take({}, idle=1)[network].pieces[0][1:] == (256, 278)
    assert admission.take({}, idle=1)[network].pieces[0][1:] == (278, 289)


def test_requests_take_turns_row_by_row_and_cancelled_ones_none() -> None:
    network = network_of(SMALL)
    admission = Admission(threads=1)
    jobs = [job(network, SMALL, 2, 9) for _ in range(3)]
    for each in jobs:
        admission.put(each)
    jobs[1].cancelled = True
    taken = admission.take({}, idle=0)[network].pieces
    assert [(jobs.index(piece.job), piece.start) for piece in taken] == [(0, 0), (2, 0), (0, 1), (2, 1)]
