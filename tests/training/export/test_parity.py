from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from models.graphs.onnx_network import Further, OnnxNetwork, Steps
from models.inference.forecaster import Forecaster
from models.spec.covariate import Covariate
from models.spec.model_spec import ModelSpec
from models.timeseries.scaling import Scaler
from tests.support.oracle import VARIED, times_of
from tests.support.tiny import tiny_spec
from training.data.dataset import Examples
from training.errors import DisagreementError
from training.export.from_keras import to_onnx
from training.export.parity import check_agreement, check_reopened, window_inputs
from training.networks.build import Architecture, build_network, ensemble_of

WINDOWS = np.linspace(-1, 1, 24).reshape(4, 6, 1)


@pytest.mark.parametrize("name", VARIED)
def test_an_export_of_any_option_is_checked_at_every_step(name: str) -> None:
    spec = VARIED[name]
    network = network_of(spec)
    forecaster = forecaster_of(spec, network)
    horizon = 3 * spec.outputs if spec.rolls_out else 1
    contexts = np.random.default_rng(0).normal(size=(5, spec.context_length, len(spec.features)))
    inputs = forecaster.prepare(contexts, horizon, times_of(spec, 5))
    check_agreement(network, forecaster, inputs)
    spoil(network)
    with pytest.raises(DisagreementError, match=r"model\.onnx, at step 1, answers"):
        check_agreement(network, forecaster, inputs)


@pytest.mark.parametrize("horizon", [1, 2])
def test_a_network_whose_outputs_end_its_forecasts_is_checked_as_well(horizon: int) -> None:
    """Past covariates are not known after the window, so there is no loop."""
    spec = tiny_spec(window=3, outputs=2, past=(Covariate(name="x"),))
    network = network_of(spec)
    forecaster = forecaster_of(spec, network)
    contexts = np.random.default_rng(0).normal(size=(5, 3, 1))
    inputs = forecaster.prepare(contexts, horizon, codes=np.random.default_rng(1).normal(size=(5, 3 + horizon, 1)))
    check_agreement(network, forecaster, inputs)
    spoil(network)
    with pytest.raises(DisagreementError, match="at step 1, answers"):
        check_agreement(network, forecaster, inputs)


def network_of(spec: ModelSpec) -> Any:
    architecture = Architecture(spec.kind, spec.channels, spec.outputs * spec.output_columns, spec.units)
    return ensemble_of([build_network(architecture) for _ in range(spec.members)])


def forecaster_of(spec: ModelSpec, network: Any) -> Forecaster:
    return Forecaster(spec, OnnxNetwork(to_onnx(spec, network)))


def spoil(network: Any) -> None:
    network.set_weights([weights + 1e-3 for weights in network.get_weights()])


def test_an_export_that_differs_is_refused() -> None:
    spec = tiny_spec("simple_rnn", window=6)
    network = network_of(spec)
    forecaster = forecaster_of(spec, network)
    check_agreement(network, forecaster, forecaster.prepare(WINDOWS))
    spoil(network)
    with pytest.raises(DisagreementError, match=r"at step 1, answers .* off Keras; at most 1e-05 is allowed"):
        check_agreement(network, forecaster, forecaster.prepare(WINDOWS))


class Astray(OnnxNetwork):
    """A network that passes on what another one gives, but for one thing that `wrong` changes in a call."""

    def __init__(self, network: OnnxNetwork, wrong: Callable[[Steps], Steps], *, loops: bool) -> None:
        self._network, self._wrong, self.loops = network, wrong, loops

    def __call__(self, inputs: Any, states: Any = None, further: Further | None = None) -> Steps:
        return self._wrong(self._network(inputs, states, further))


def test_an_export_whose_loop_goes_astray_is_refused() -> None:
    spec = tiny_spec(window=6)
    network = network_of(spec)

    def second(steps: Steps) -> Steps:
        return steps._replace(outputs=np.concatenate([steps.outputs[:1], steps.outputs[1:2] + 1, steps.outputs[2:]]))

    astray = Forecaster(spec, Astray(forecaster_of(spec, network).network, second, loops=True))
    check_agreement(network, astray, astray.prepare(WINDOWS, 1))
    with pytest.raises(DisagreementError, match="at step 2, answers"):
        check_agreement(network, astray, astray.prepare(WINDOWS, 3))


def test_an_export_that_does_not_carry_its_states_is_refused() -> None:
    spec = tiny_spec(window=6, rollout="state")
    network = network_of(spec)
    exported = forecaster_of(spec, network).network

    def forget(steps: Steps) -> Steps:
        return steps._replace(states=exported.zero_states(len(WINDOWS)))

    forgetful = Forecaster(spec, Astray(exported, forget, loops=False))
    with pytest.raises(DisagreementError, match="from its states, answers"):
        check_agreement(network, forgetful, forgetful.prepare(WINDOWS, 1))
    with pytest.raises(DisagreementError, match="at step 2, answers"):
        check_agreement(network, forgetful, forgetful.prepare(WINDOWS, 2))


def test_answers_that_are_no_numbers_are_refused() -> None:
    spec = tiny_spec(window=6)
    network = network_of(spec)
    network.set_weights([weights * np.nan for weights in network.get_weights()])
    forecaster = forecaster_of(spec, network)
    with pytest.raises(DisagreementError):
        check_agreement(network, forecaster, forecaster.prepare(WINDOWS))


def test_a_reopened_version_that_differs_is_refused() -> None:
    network = build_network(Architecture("lstm", channels=2, outputs=1, units=(3,)))
    spec = ModelSpec(
        kind="lstm",
        units=(3,),
        window=3,
        lead=2,
        features=("a", "b"),
        targets=("b",),
        scaler=Scaler(kind="standard", mean=(10, -5), scale=(4, 300)),
    )
    reopened = forecaster_of(spec, network)
    contexts = np.random.default_rng(0).normal((10, -5), (4, 300), (8, 4, 2))
    check_reopened(network, reopened, Examples(contexts, None, None))
    spoil(network)
    with pytest.raises(DisagreementError, match="the reopened version answers"):
        check_reopened(network, reopened, Examples(contexts, None, None))


@pytest.mark.parametrize("name", VARIED)
def test_a_reopened_version_of_any_option_is_judged_in_the_networks_units(name: str) -> None:
    spec = VARIED[name]
    network = network_of(spec)
    reopened = forecaster_of(spec, network)
    # A level far above the changes must not drown what is off, where only the changes are the network's.
    level = 5000 if spec.difference or spec.scaler.kind == "context" else 1
    contexts = np.random.default_rng(0).normal(level, 2, (150, spec.context_length, len(spec.features)))
    time_indexes = times_of(spec, len(contexts))
    check_reopened(network, reopened, Examples(contexts, time_indexes, None))
    spoil(network)
    with pytest.raises(DisagreementError, match="the reopened version answers"):
        check_reopened(network, reopened, Examples(contexts, time_indexes, None))


@pytest.mark.parametrize(
    ("lead", "lags", "expected"),
    [
        (1, (), [[0], [1], [2]]),
        (3, (), [[0], [1], [2]]),
        (1, (4,), [[3, 0], [4, 1], [5, 2]]),
        (2, (2, 5), [[3, 3, 0], [4, 4, 1], [5, 5, 2]]),
    ],
)
def test_the_windows_last_target_is_the_value_after_the_context(
    lead: int, lags: tuple[int, ...], expected: list[list[float]]
) -> None:
    spec = tiny_spec(window=3, lead=lead, lags=lags)
    contexts = np.stack(
        [
            np.arange(spec.input_length, dtype=np.float32)[:, None],
            100 + np.arange(spec.input_length, dtype=np.float32)[:, None],
        ]
    )
    came = window_inputs(spec, contexts)
    assert came.flags.c_contiguous
    assert came[:, 0].tolist() == expected
    assert came[:, 1].tolist() == [[100 + value for value in row] for row in expected]


def test_the_windows_calendar_begins_with_its_first_target() -> None:
    spec = tiny_spec(window=2, lead=2, calendar=("day",), frequency="1h")
    known_future = np.arange(8, dtype=np.float32).reshape(1, 4, 2)
    came = window_inputs(spec, np.array([[[7], [8], [9]]], np.float32), known_future)
    assert came[:, 0].tolist() == [[7, 0, 1], [8, 2, 3]]
