"""The exported graph against Keras called step by step, with random weights."""

from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray

from models.graphs.onnx_network import OnnxNetwork
from models.inference.rollout import rollout
from models.spec.model_spec import ModelSpec, RolloutMode
from tests.support.tiny import tiny_spec
from training.export.from_keras import to_onnx
from training.keras_backend import load_keras
from training.networks.build import Architecture, build_network, ensemble_of
from training.networks.cells import CELLS
from training.recipes.sections import Kind

Array = NDArray[np.float32]
WINDOW, BATCH = 4, 3
CASES = list(product(CELLS, ((5,), (5, 4)), (1, 3)))


def random_network(
    kind: Kind, features: int, units: tuple[int, ...], outputs: int | None = None, seed: int = 0, residual: int = 0
) -> Any:
    """A network in which no two weights are the same, biases included."""
    network = build_network(Architecture(kind, features, outputs or features, units, residual=residual))
    random = np.random.default_rng(seed)
    for variable in network.trainable_variables:
        variable.assign(random.uniform(-0.7, 0.7, variable.shape))
    return network


def spec_of(kind: Kind, units: tuple[int, ...], features: int, lead: int, rollout: RolloutMode = "window") -> ModelSpec:
    names = [f"f{number}" for number in range(features)]
    return tiny_spec(kind, names, window=WINDOW, lead=lead, units=units, rollout=rollout)


def keras_of(network: Any) -> Callable[[Array], Array]:
    return lambda windows: np.asarray(network(windows, training=False))


def stateful(network: Any) -> Callable[[Array], Array]:
    """Keras with the weights of a network. Each call takes in one value and keeps the states for the next call."""
    keras = load_keras()
    _, *recurrent, output = network.layers
    model = keras.Sequential([keras.Input(batch_shape=(BATCH, 1, network.input_shape[-1]))])
    for layer in recurrent:
        model.add(type(layer).from_config({**layer.get_config(), "stateful": True}))
    model.add(keras.layers.Dense(output.units))
    for variable, weights in zip(model.trainable_variables, network.get_weights(), strict=True):
        variable.assign(weights)
    return lambda values: np.asarray(model(values[:, None], training=False))


@pytest.mark.parametrize(("kind", "units", "features"), CASES)
def test_every_step_agrees_with_keras_from_carried_states(kind: Kind, units: tuple[int, ...], features: int) -> None:
    network = random_network(kind, features, units)
    exported = OnnxNetwork(to_onnx(spec_of(kind, units, features, 1, "state"), network))
    keras = keras_of(network)
    inputs = np.random.default_rng(1).normal(size=(BATCH, 2 * WINDOW, features)).astype(np.float32)
    states = exported.zero_states(BATCH)
    for step in range(2 * WINDOW):
        outputs, states = exported(inputs[:, step : step + 1].transpose(1, 0, 2), states)
        expected = keras(inputs[:, : step + 1])
        assert (np.abs(outputs[0] - expected) <= 1e-5 * np.maximum(1, np.abs(expected))).all()


@pytest.mark.parametrize(("kind", "units", "features"), CASES)
def test_windows_of_other_lengths_agree_as_well(kind: Kind, units: tuple[int, ...], features: int) -> None:
    network = random_network(kind, features, units)
    exported, keras = OnnxNetwork(to_onnx(spec_of(kind, units, features, 1), network)), keras_of(network)
    inputs = np.random.default_rng(1).normal(size=(BATCH, WINDOW, features)).astype(np.float32)
    for length in (2, WINDOW, 1):
        output = exported(inputs[:, :length].transpose(1, 0, 2)).outputs[0]
        assert np.abs(output - keras(inputs[:, :length])).max() <= 1e-5


@pytest.mark.parametrize("lead", [1, 2])
@pytest.mark.parametrize(("kind", "units", "features"), CASES)
def test_fifty_steps_agree_with_keras(kind: Kind, units: tuple[int, ...], features: int, lead: int) -> None:
    network = random_network(kind, features, units)
    spec = spec_of(kind, units, features, lead)
    exported, keras = OnnxNetwork(to_onnx(spec, network)), keras_of(network)
    context = WINDOW + lead - 1
    values = np.random.default_rng(1).normal(size=(BATCH, context, features)).astype(np.float32)
    actual = rollout(exported, spec, values, 50)
    for step in range(50):
        output = keras(values[:, step : step + WINDOW])
        values = np.concatenate([values, output[:, None]], axis=1)
    expected = values[:, context:]
    assert (np.abs(actual - expected) <= 1e-4 * np.maximum(1, np.abs(expected))).all()


@pytest.mark.parametrize("lead", [1, 2])
@pytest.mark.parametrize(("kind", "units", "features"), CASES)
def test_fifty_steps_from_carried_states_agree_with_stateful_keras(
    kind: Kind, units: tuple[int, ...], features: int, lead: int
) -> None:
    network = random_network(kind, features, units)
    context = WINDOW + lead - 1
    values = np.random.default_rng(1).normal(size=(BATCH, context, features)).astype(np.float32)
    spec = spec_of(kind, units, features, lead, "state")
    actual = rollout(OnnxNetwork(to_onnx(spec, network)), spec, values, 50)
    step = stateful(network)
    output = [step(values[:, number]) for number in range(WINDOW)][-1]
    for number in range(50):
        values = np.concatenate([values, output[:, None]], axis=1)
        output = step(values[:, WINDOW + number])
    expected = values[:, context:]
    assert (np.abs(actual - expected) <= 1e-4 * np.maximum(1, np.abs(expected))).all()


@pytest.mark.parametrize(("kind", "units", "features"), CASES)
def test_members_agree_with_the_mean_of_keras_at_every_step(kind: Kind, units: tuple[int, ...], features: int) -> None:
    names = [f"f{number}" for number in range(features)]
    spec = tiny_spec(kind, names, window=WINDOW, units=units, members=3, rollout="state", outputs=4 // features)
    members = [random_network(kind, features, units, outputs=spec.outputs * features, seed=seed) for seed in range(3)]
    exported = OnnxNetwork(to_onnx(spec, ensemble_of(members)))
    inputs = np.random.default_rng(1).normal(size=(BATCH, WINDOW, features)).astype(np.float32)
    states = exported.zero_states(BATCH)
    for step in range(WINDOW):
        outputs, states = exported(inputs[:, step : step + 1].transpose(1, 0, 2), states)
        expected = np.mean([keras_of(member)(inputs[:, : step + 1]) for member in members], axis=0)
        assert (np.abs(outputs[0] - expected) <= 1e-5 * np.maximum(1, np.abs(expected))).all()


@pytest.mark.parametrize("residual", [1, 2])
@pytest.mark.parametrize("members", [1, 2])
@pytest.mark.parametrize("kind", CELLS)
def test_a_residual_agrees_with_keras_for_windows_of_any_length(kind: Kind, members: int, residual: int) -> None:
    network = ensemble_of(
        [random_network(kind, 3, (5, 4), outputs=4, seed=seed, residual=residual) for seed in range(members)]
    )
    keras = keras_of(network)
    spec = tiny_spec(kind, window=WINDOW, lags=(1, 2), outputs=4, units=(5, 4), members=members)
    exported = OnnxNetwork(to_onnx(spec, network))
    inputs = np.random.default_rng(1).normal(size=(BATCH, WINDOW, 3)).astype(np.float32)
    for length in (2, WINDOW, 1):
        output = exported(inputs[:, :length].transpose(1, 0, 2)).outputs[0]
        assert np.abs(output - keras(inputs[:, :length])).max() <= 1e-5


@pytest.mark.parametrize("mode", ["window", "state"])
@pytest.mark.parametrize("kind", CELLS)
def test_several_outputs_of_an_ensemble_roll_out_as_keras_does(kind: Kind, mode: RolloutMode) -> None:
    members = [random_network(kind, 2, (5, 4), outputs=6, seed=seed) for seed in range(2)]
    spec = tiny_spec(kind, ("a", "b"), window=WINDOW, outputs=3, units=(5, 4), rollout=mode, members=2)
    values = np.random.default_rng(1).normal(size=(BATCH, WINDOW, 2)).astype(np.float32)
    actual = rollout(OnnxNetwork(to_onnx(spec, ensemble_of(members))), spec, values, 20)
    for start in range(0, 20, 3):
        # When the state is kept, a network has taken in all values before.
        taken_in = values if mode == "state" else values[:, start:]
        block = np.mean([keras_of(member)(taken_in) for member in members], axis=0).reshape(BATCH, 3, 2)
        values = np.concatenate([values, block], axis=1)
    expected = values[:, WINDOW : WINDOW + 20]
    assert (np.abs(actual - expected) <= 1e-4 * np.maximum(1, np.abs(expected))).all()


def test_the_states_of_all_members_and_layers_have_different_names() -> None:
    members = [random_network("lstm", 1, (3, 2), seed=seed) for seed in range(2)]
    spec = tiny_spec(units=(3, 2), members=2, rollout="state")
    model = onnx.load_from_string(to_onnx(spec, ensemble_of(members)))
    names = [f"state_m{member}_{layer}_{state}" for member in (0, 1) for layer in (0, 1) for state in "hc"]
    assert [each.name for each in model.graph.input] == ["input", "further_steps", *names]
    finals = [f"final_{name}" for name in names]
    assert [each.name for each in model.graph.output] == ["output", "further_outputs", *finals]


def test_the_graph_is_one_that_older_runtimes_read() -> None:
    model = onnx.load_from_string(to_onnx(tiny_spec(), random_network("lstm", 1, (3,))))
    assert (model.opset_import[0].version, model.ir_version) == (17, 8)
