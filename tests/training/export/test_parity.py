from typing import Any

import numpy as np
import pytest

from models.graphs.onnx_network import OnnxNetwork, Step
from models.inference.forecaster import Forecaster
from models.spec.model_spec import ModelSpec
from models.timeseries.scaling import Scaler
from tests.support.oracle import VARIED, times_of
from training.data.dataset import Examples
from training.errors import DisagreementError
from training.export.from_keras import to_onnx
from training.export.parity import check_agreement, check_reopened
from training.networks.build import Architecture, build_network, ensemble_of

WINDOWS = np.linspace(-1, 1, 24, dtype=np.float32).reshape(4, 6, 1)


@pytest.mark.parametrize("spec", [VARIED["all, state"], VARIED["outputs"]])
def test_an_export_of_other_inputs_and_outputs_is_checked_as_well(spec: ModelSpec) -> None:
    network = network_of(spec)
    exported = OnnxNetwork(to_onnx(spec.kind, network))
    assert (exported.channels, exported.outputs) == (spec.channels, spec.outputs * len(spec.targets))
    inputs = np.random.default_rng(0).normal(size=(5, spec.window, spec.channels)).astype(np.float32)
    check_agreement(network, exported, inputs)
    spoil(network)
    with pytest.raises(DisagreementError, match=r"model\.onnx answers"):
        check_agreement(network, exported, inputs)


def network_of(spec: ModelSpec) -> Any:
    architecture = Architecture(spec.kind, spec.channels, spec.outputs * spec.output_columns, spec.units)
    return ensemble_of([build_network(architecture) for _ in range(spec.members)])


def spoil(network: Any) -> None:
    network.set_weights([weights + 1e-3 for weights in network.get_weights()])


def test_an_export_that_differs_is_refused() -> None:
    network = build_network(Architecture("simple_rnn", channels=1, outputs=1, units=(3,)))
    exported = OnnxNetwork(to_onnx("simple_rnn", network))
    check_agreement(network, exported, WINDOWS)
    spoil(network)
    with pytest.raises(DisagreementError, match=r"model.onnx answers .* off Keras; at most 1e-05 is allowed"):
        check_agreement(network, exported, WINDOWS)


def test_an_export_that_does_not_carry_its_states_is_refused() -> None:
    network = build_network(Architecture("lstm", channels=1, outputs=1, units=(3,)))
    exported = OnnxNetwork(to_onnx("lstm", network))

    class Forgetful(OnnxNetwork):
        def __init__(self) -> None:
            pass

        def __call__(self, inputs: Any, *_: Any) -> Step:
            return exported(inputs)

    with pytest.raises(DisagreementError, match="from its states, answers"):
        check_agreement(network, Forgetful(), WINDOWS)


def test_answers_that_are_no_numbers_are_refused() -> None:
    network = build_network(Architecture("lstm", channels=1, outputs=1, units=(3,)))
    network.set_weights([weights * np.nan for weights in network.get_weights()])
    with pytest.raises(DisagreementError):
        check_agreement(network, OnnxNetwork(to_onnx("lstm", network)), WINDOWS)


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
    reopened = Forecaster(spec, OnnxNetwork(to_onnx("lstm", network)))
    contexts = np.random.default_rng(0).normal((10, -5), (4, 300), (8, 4, 2))
    check_reopened(network, reopened, Examples(contexts, None, None))
    spoil(network)
    with pytest.raises(DisagreementError, match="the reopened version answers"):
        check_reopened(network, reopened, Examples(contexts, None, None))


@pytest.mark.parametrize("name", VARIED)
def test_a_reopened_version_of_any_option_is_judged_in_the_networks_units(name: str) -> None:
    spec = VARIED[name]
    network = network_of(spec)
    reopened = Forecaster(spec, OnnxNetwork(to_onnx(spec.kind, network)))
    # A level far above the changes must not drown what is off, where only the changes are the network's.
    level = 5000 if spec.difference or spec.scaler.kind == "context" else 1
    contexts = np.random.default_rng(0).normal(level, 2, (150, spec.context_length, len(spec.features)))
    time_indexes = times_of(spec, len(contexts))
    check_reopened(network, reopened, Examples(contexts, time_indexes, None))
    spoil(network)
    with pytest.raises(DisagreementError, match="the reopened version answers"):
        check_reopened(network, reopened, Examples(contexts, time_indexes, None))
