"""How long calls take, by a clock and a network that agree on it."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest
from numpy.typing import NDArray

from models.graphs.onnx_network import OnnxNetwork, Steps
from models.inference.forecaster import Forecaster
from models.spec.model_spec import ModelSpec
from service.dispatch import latency as module
from service.dispatch.latency import CallLatency
from tests.support.tiny import tiny_spec


class Timed:
    """A network each of whose calls takes as many seconds as `takes` says for its rows, by a clock that it drives."""

    def __init__(self, takes: Callable[[int, int], float]) -> None:
        self.takes = takes  # of the number of calls before, and the rows
        self.inputs: list[NDArray[np.float32]] = []
        self.now = 100.0

    def __call__(self, inputs: NDArray[np.float32]) -> Steps:
        self.now += self.takes(len(self.inputs), inputs.shape[1])
        self.inputs.append(inputs)
        return Steps(inputs[-1:], ())


def measured(
    takes: Callable[[int, int], float], monkeypatch: pytest.MonkeyPatch, spec: ModelSpec | None = None, rows: int = 8
) -> tuple[CallLatency, Timed]:
    network = Timed(takes)
    monkeypatch.setattr(module, "time", SimpleNamespace(perf_counter=lambda: network.now))
    forecaster = Forecaster(spec or tiny_spec(), cast(OnnxNetwork, network))
    return CallLatency.of(forecaster, rows), network


def test_what_a_call_takes_is_told_from_what_each_row_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    found, _ = measured(lambda _, rows: 0.5 + 0.25 * rows, monkeypatch)
    assert (found.call_s, found.row_s) == pytest.approx((0.5, 0.25))
    assert [found.of_rows(rows) for rows in (1, 8, 100)] == pytest.approx([0.75, 2.5, 25.5])


def test_the_fastest_of_three_calls_counts_as_the_others_were_held_up(monkeypatch: pytest.MonkeyPatch) -> None:
    held_up = [9.0, 0.0, 7.0, 5.0, 3.0, 0.0]
    found, network = measured(lambda call, rows: held_up[call] + 0.5 + 0.25 * rows, monkeypatch)
    assert (found.call_s, found.row_s) == pytest.approx((0.5, 0.25))
    assert [each.shape[1] for each in network.inputs] == [1, 1, 1, 8, 8, 8]


def test_more_rows_that_take_less_time_cost_nothing_and_never_less(monkeypatch: pytest.MonkeyPatch) -> None:
    found, _ = measured(lambda _, rows: 0.5 if rows > 1 else 0.75, monkeypatch)
    assert found == (0.75, 0.0)


def test_rows_that_take_far_more_leave_nothing_for_the_call_and_never_less(monkeypatch: pytest.MonkeyPatch) -> None:
    found, _ = measured(lambda _, rows: 0.25 if rows == 1 else 7.25, monkeypatch)
    assert found == (0.0, 1.0)


def test_a_clock_that_stands_still_measures_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    found, _ = measured(lambda _, __: 0.0, monkeypatch)
    assert found == (0.0, 0.0)


def test_as_many_rows_as_are_asked_for_are_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    found, network = measured(lambda _, rows: 0.5 + 0.25 * rows, monkeypatch, rows=3)
    assert (found.call_s, found.row_s) == pytest.approx((0.5, 0.25))
    assert [each.shape[1] for each in network.inputs] == [1, 1, 1, 3, 3, 3]


def test_a_call_is_one_window_of_all_that_the_network_takes_in(monkeypatch: pytest.MonkeyPatch) -> None:
    spec = tiny_spec(features=("a", "b"), window=5, lags=(3,), difference=7, calendar=("day",), frequency="1h")
    _, network = measured(lambda _, __: 1.0, monkeypatch, spec)
    assert {(len(each), each.shape[2], each.dtype.name) for each in network.inputs} == {(5, 2 * 2 + 4, "float32")}
