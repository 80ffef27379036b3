"""Versions of format 1, whose graphs have no loop: they open, and are served one step a call with the right answers."""

import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from models.engine.engine import Engine
from models.engine.request import RolloutRequest
from models.graphs.onnx_network import Further, OnnxNetwork, Steps
from models.inference.forecaster import Forecaster
from models.inference.rollout import rollout, steps_per_call
from models.registry.loader import MODEL
from models.registry.registry import Registry
from models.spec.manifest import Manifest
from models.timeseries.frequency import parse_frequency
from models.timeseries.time_index import TimeIndex
from tests.support.made_up import inputs_of
from tests.support.oracle import plain_rollout

FOLDER = Path(__file__).parents[2] / "support" / "format-1"  # trained and published by the release before the loop
NAMES = ("old-state", "old-window")

Array = NDArray[np.float32]


class Counted(OnnxNetwork):
    """A network that remembers the rows of each call, none of which asks for further steps."""

    def __init__(self, model: bytes) -> None:
        super().__init__(model)
        self.rows: list[int] = []

    def __call__(self, inputs: Array, states: Sequence[Array] | None = None, further: Further | None = None) -> Steps:
        assert further is None
        self.rows.append(inputs.shape[1])
        return super().__call__(inputs, states)


@pytest.fixture(params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def opened(name: str) -> tuple[Manifest, Forecaster]:
    return Registry.at(FOLDER).open(name, 1)


@pytest.fixture
def counted(name: str) -> Counted:
    return Counted((FOLDER / name / "1" / MODEL).read_bytes())


@pytest.fixture
def engine() -> Iterator[tuple[Engine, threading.Condition, list[RolloutRequest]]]:
    """An engine of two threads, and what it has delivered."""
    changed, delivered = threading.Condition(), list[RolloutRequest]()

    def deliver(requests: Sequence[RolloutRequest]) -> None:
        with changed:
            delivered.extend(requests)
            changed.notify_all()

    engine = Engine(2, deliver)
    yield engine, changed, delivered
    engine.stop()


def test_an_older_version_opens_and_has_no_loop(name: str) -> None:
    manifest, forecaster = opened(name)
    assert (manifest.format_version, forecaster.network.loops) == (1, False)
    assert steps_per_call(forecaster.network, forecaster.spec) == 1


def test_it_is_served_its_goldens(name: str, engine: tuple[Engine, threading.Condition, list[RolloutRequest]]) -> None:
    manifest, forecaster = opened(name)
    it, changed, delivered = engine
    for golden in manifest.goldens:
        expected = np.array(golden.predictions)
        frequency = parse_frequency(manifest.spec.frequency or "1d")
        times = None if golden.end is None else [TimeIndex(golden.end, frequency)]
        inputs = forecaster.prepare([golden.window], len(expected), times)
        asked = RolloutRequest.of(forecaster, inputs)
        it.submit(asked)
        with changed:
            assert changed.wait_for(lambda asked=asked: asked in delivered, 20)  # type: ignore[misc]
        assert asked.error is None
        scale = np.abs(expected).max()
        assert forecaster.to_raw(inputs, asked.predictions)[0] == pytest.approx(expected, abs=1e-5 * scale)


def test_rows_that_come_and_go_get_the_plain_answers_of_one_step_a_call(
    name: str, counted: Counted, engine: tuple[Engine, threading.Condition, list[RolloutRequest]]
) -> None:
    spec = opened(name)[1].spec
    it, changed, delivered = engine
    asked = []
    for number, (rows, horizon) in enumerate([(1, 300), (2, 23), (3, 2), (1, 90), (4, 40), (1, 1)]):
        inputs = inputs_of(spec, counted, rows, horizon, number)
        asked.append(RolloutRequest(counted, spec, inputs.contexts, horizon, inputs.known_future))
        it.submit(asked[-1])
        time.sleep(0.002)
    with changed:
        assert changed.wait_for(lambda: len(delivered) == len(asked), 20)
    for each in asked:
        assert each.error is None
        plain = plain_rollout(counted, spec, each.contexts, each.horizon, each.known_future)
        assert np.abs(each.predictions - plain).max() < 1e-5
        assert np.abs(rollout(counted, spec, each.contexts, each.horizon, each.known_future) - plain).max() < 1e-5


def test_every_step_is_a_call(name: str, counted: Counted) -> None:
    spec = opened(name)[1].spec
    inputs = inputs_of(spec, counted, 2, 20)
    rollout(counted, spec, inputs.contexts, 20, inputs.known_future)
    assert counted.rows == [2] * -(-20 // spec.outputs)
