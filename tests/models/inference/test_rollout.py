"""The rollout, on a step whose answers can be worked out by hand, and against a plain loop of one call a step."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from models.graphs.onnx_network import Further, OnnxNetwork, Steps
from models.inference import rollout as module
from models.inference.rollout import advance, rollout, steps_per_call
from models.spec.covariate import Covariate
from models.spec.model_spec import ModelSpec, RolloutMode
from tests.support.made_up import EVERY_OPTION, inputs_of, reach
from tests.support.oracle import plain_rollout
from tests.support.tiny import graph_of, tiny_spec
from tests.support.worked import AddUp, Last

Array = NDArray[np.float32]


def rolling_forecasts(
    contexts: list[list[float]], *, window: int, lead: int, horizon: int, mode: RolloutMode = "window"
) -> list[list[float]]:
    batch = np.array(contexts, np.float32)[..., None]
    answer = rollout(AddUp().as_network(), tiny_spec(window=window, lead=lead, rollout=mode), batch, horizon)
    rows: list[list[float]] = answer[..., 0].tolist()
    return rows


@pytest.mark.parametrize("mode", ["window", "state"])
def test_one_step_is_the_network_on_the_window(mode: RolloutMode) -> None:
    assert rolling_forecasts([[1, 2, 3]], window=3, lead=1, horizon=1, mode=mode) == [[6]]


def test_predictions_are_fed_back_in_order() -> None:
    assert rolling_forecasts([[1, 2]], window=2, lead=1, horizon=4) == [[3, 5, 8, 13]]


def test_with_a_lead_the_window_slides_over_the_values_sent_first() -> None:
    # The window [1, 2] predicts the value after 3, then [2, 3] the next, then [3, 3] and [3, 5].
    assert rolling_forecasts([[1, 2, 3]], window=2, lead=2, horizon=4) == [[3, 5, 6, 8]]


def test_a_carried_state_takes_in_one_prediction_after_another() -> None:
    # 1 + 2 gives 3; with 3 taken in the sum is 6, with 6 it is 12.
    assert rolling_forecasts([[1, 2]], window=2, lead=1, horizon=4, mode="state") == [[3, 6, 12, 24]]


def test_a_carried_state_takes_in_the_values_sent_after_the_window_first() -> None:
    # The window gives 3; then come the true 3 and 7, then the predictions 3 and 6.
    assert rolling_forecasts([[1, 2, 3, 7]], window=2, lead=3, horizon=5, mode="state") == [[3, 6, 13, 16, 22]]


def test_a_state_is_carried_from_a_window_of_one_value() -> None:
    assert rolling_forecasts([[5]], window=1, lead=1, horizon=3, mode="state") == [[5, 10, 20]]


@pytest.mark.parametrize("mode", ["window", "state"])
def test_a_batch_rolls_out_as_its_rows_do_alone(mode: RolloutMode) -> None:
    rows = [[1.0, 2, 3], [10.0, 20, 30]]
    together = rolling_forecasts(rows, window=2, lead=2, horizon=5, mode=mode)
    assert together == [rolling_forecasts([row], window=2, lead=2, horizon=5, mode=mode)[0] for row in rows]


@pytest.mark.parametrize(("mode", "third"), [("window", [8, 800]), ("state", [12, 1200])])
def test_features_are_fed_back_each_to_its_own_place(mode: RolloutMode, third: list[float]) -> None:
    contexts = np.array([[[1, 100], [2, 200]]], np.float32)
    answer = rollout(AddUp().as_network(), tiny_spec(features=("a", "b"), window=2, rollout=mode), contexts, 3)
    assert answer[0, 0].tolist() == [3, 300]
    assert answer[0, 2].tolist() == third


MODES: list[RolloutMode] = ["window", "state"]


@pytest.mark.parametrize("mode", MODES)
def test_lagged_values_are_predictions_once_there_are_any(mode: RolloutMode) -> None:
    spec = tiny_spec(window=1, lags=(3,), rollout=mode)
    answer = rollout(Last([1], [1]).as_network(), spec, np.array([[[1], [2], [3]]], np.float32), 5)
    # 3 + 1, 4 + 2, 6 + 3, then 9 + 4 and 13 + 6.
    assert answer[0, :, 0].tolist() == [4, 6, 9, 13, 19]


@pytest.mark.parametrize("mode", MODES)
def test_the_last_step_is_told_the_calendar_of_its_own_target(mode: RolloutMode) -> None:
    spec = tiny_spec(window=2, lead=2, calendar=("day",), frequency="1h", rollout=mode)
    known_future = np.arange(10, dtype=np.float32).reshape(1, 5, 2)  # of two steps of the window, and three more
    answer = rollout(
        Last([0], [1], [0]).as_network(), spec, np.zeros((1, 3, 1), np.float32), 4, known_future=known_future
    )
    assert answer[0, :, 0].tolist() == [2, 4, 6, 8]


@pytest.mark.parametrize(("mode", "steps"), [("window", [3, 3, 3]), ("state", [3, 2, 2])])
def test_several_outputs_are_as_many_steps(mode: RolloutMode, steps: list[int]) -> None:
    network = Last([1, 10])
    spec = tiny_spec(window=3, outputs=2, rollout=mode)
    answer = rollout(network.as_network(), spec, np.array([[[7], [7], [1]]], np.float32), 5)
    assert answer[0, :, 0].tolist() == [1, 10, 10, 100, 100]
    assert [shape[0] for shape in network.shapes] == steps


def test_several_outputs_of_several_features_follow_step_by_step() -> None:
    spec = tiny_spec(features=("a", "b"), window=1, outputs=2)
    answer = rollout(Last([1, 0, 3, 0], [0, 1, 0, 5]).as_network(), spec, np.array([[[2, 100]]], np.float32), 4)
    assert answer.tolist() == [[[2, 100], [6, 500], [6, 500], [18, 2500]]]


def test_a_horizon_within_the_outputs_takes_one_call_and_is_cut() -> None:
    network = Last([1, 2, 3])
    assert rollout(
        network.as_network(), tiny_spec(window=1, outputs=3), np.ones((1, 1, 1), np.float32), 2
    ).tolist() == [[[1], [2]]]
    assert network.shapes == [(1, 1, 1)]


# Rounding differs with how ONNX Runtime sums, by an ulp or two a step, and these networks do not amplify it.
BOUND = 2e-6


class Counted(OnnxNetwork):
    """A network that remembers how many steps each call made."""

    def __init__(self, model: bytes) -> None:
        super().__init__(model)
        self.steps: list[int] = []

    def __call__(self, inputs: Array, states: Sequence[Array] | None = None, further: Further | None = None) -> Steps:
        self.steps.append(1 + (0 if further is None else further.steps))
        return super().__call__(inputs, states, further)


@pytest.mark.parametrize("residual", [False, True])
@pytest.mark.parametrize("name", EVERY_OPTION)
def test_many_steps_a_call_are_the_plain_loop_of_one_step_a_call(name: str, residual: bool) -> None:
    spec = EVERY_OPTION[name]
    network = Counted(graph_of(spec, residual=residual))
    for horizon in sorted({reach(spec, wanted) for wanted in (1, 2, 3, 4, 5, 12, 50)}):
        inputs = inputs_of(spec, network, 3, horizon, seed=horizon)
        plain = plain_rollout(network, spec, inputs.contexts, horizon, inputs.known_future)
        network.steps = []
        fast = rollout(network, spec, inputs.contexts, horizon, inputs.known_future)
        assert fast.shape == plain.shape == (3, horizon, spec.output_columns)
        assert np.abs(fast - plain).max() < BOUND
        most, steps = spec.steps_per_call or horizon, -(-horizon // spec.outputs)
        assert network.steps == [most] * (steps // most) + [steps % most] * (steps % most > 0)


@st.composite
def specs(draw: st.DrawFn) -> ModelSpec:
    """Specs of networks whose predictions can be fed back."""
    names = ("a", "b")[: draw(st.integers(1, 2))]
    mode = draw(st.sampled_from(MODES))
    window, lead = draw(st.integers(1, 5)), draw(st.integers(1, 4))
    outputs = draw(st.integers(1, window if mode == "state" else 7)) if lead == 1 else 1
    more: dict[str, Any] = {
        "lags": draw(st.lists(st.integers(lead, 9), max_size=2, unique=True)),
        "quantiles": draw(st.sampled_from([None, (0.1, 0.9)])),
        "members": draw(st.integers(1, 2)),
        "future": tuple(Covariate(name=name) for name in draw(st.sampled_from(["", "x", "xy"]))),
        "static": tuple(Covariate(name=name) for name in draw(st.sampled_from(["", "z"]))),
        "masked": draw(st.booleans()),
    }
    kind, units = draw(st.sampled_from(["gru", "lstm", "simple_rnn"])), draw(st.sampled_from([(3,), (3, 2)]))
    return tiny_spec(kind, names, window=window, lead=lead, units=units, rollout=mode, outputs=outputs, **more)


@settings(max_examples=120, deadline=None, derandomize=True, database=None)
@given(spec=specs(), rows=st.integers(1, 4), horizon=st.integers(1, 40), residual=st.booleans())
def test_any_network_rolls_out_as_the_plain_loop_does(spec: ModelSpec, rows: int, horizon: int, residual: bool) -> None:
    network = OnnxNetwork(graph_of(spec, residual=residual))
    inputs = inputs_of(spec, network, rows, horizon)
    plain = plain_rollout(network, spec, inputs.contexts, horizon, inputs.known_future)
    fast = rollout(network, spec, inputs.contexts, horizon, inputs.known_future)
    assert np.abs(fast - plain).max() < BOUND


@pytest.mark.parametrize("mode", MODES)
def test_a_call_goes_on_from_where_another_one_ended(mode: RolloutMode) -> None:
    spec = tiny_spec(window=3, outputs=2, quantiles=(0.1, 0.9), rollout=mode)
    network = OnnxNetwork(graph_of(spec))
    values = np.linspace(-1, 1, 6, dtype=np.float32).reshape(3, 2, 1)
    whole = advance(network, spec, values, 7)
    assert whole.outputs.shape == (14, 2, 3)
    first = advance(network, spec, values, 4)
    rest = advance(network, spec, np.concatenate([values, first.outputs[..., :1]]), 3, first.states)
    assert np.abs(np.concatenate([first.outputs, rest.outputs]) - whole.outputs).max() < BOUND
    for left, then in zip(rest.states, whole.states, strict=True):
        assert np.abs(left - then).max() < BOUND


@pytest.mark.parametrize(
    ("lags", "outputs", "steps"),
    [((), 1, None), ((1,), 1, 1), ((7, 4), 1, 4), ((4,), 2, 2), ((5,), 2, 3), ((3,), 4, 1)],
)
def test_no_call_needs_a_lagged_value_that_it_predicts(lags: tuple[int, ...], outputs: int, steps: int | None) -> None:
    spec = tiny_spec(window=4, lags=lags, outputs=outputs)
    assert spec.steps_per_call == steps
    assert steps_per_call(OnnxNetwork(graph_of(spec)), spec) == (module.MAX_STEPS if steps is None else steps)
    assert steps_per_call(Last().as_network(), spec) == 1


def test_a_call_makes_no_more_steps_than_it_may(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_STEPS", 4)
    spec = tiny_spec(window=2)
    network = Counted(graph_of(spec))
    contexts = np.ones((1, 2, 1), np.float32)
    fast = rollout(network, spec, contexts, 10)
    assert network.steps == [4, 4, 2]
    assert np.abs(fast - plain_rollout(network, spec, contexts, 10)).max() < BOUND
