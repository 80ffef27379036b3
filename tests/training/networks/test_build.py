import numpy as np
import pytest

from training.errors import RecipeError
from training.networks.build import Architecture, build_network, copy_weights, ensemble_of, members_of
from training.recipes.sections import Kind


@pytest.mark.parametrize(
    ("kind", "units", "dropout", "names"),
    [
        ("lstm", (3,), 0.0, ["recurrent_0", "output"]),
        ("simple_rnn", (3, 2), 0.0, ["recurrent_0", "recurrent_1", "output"]),
        ("gru", (3,), 0.0, ["recurrent_0", "output"]),
        ("lstm", (3, 2), 0.5, ["recurrent_0", "dropout_0", "recurrent_1", "dropout_1", "output"]),
    ],
)
def test_layers_are_stacked_below_a_linear_one(
    kind: Kind, units: tuple[int, ...], dropout: float, names: list[str]
) -> None:
    network = build_network(Architecture(kind, channels=2, outputs=1, units=units, dropout=dropout))
    assert [layer.name for layer in network.layers[1:]] == names
    assert network.layers[-1].activation.__name__ == "linear"
    assert network(np.zeros((4, 5, 2), np.float32)).shape == (4, 1)


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(RecipeError, match='of the kind "lstn"; did you mean lstm'):
        build_network(Architecture("lstn", channels=1, outputs=1, units=(3,)))


@pytest.mark.parametrize("first", [0, 3])
def test_a_network_can_give_the_outputs_of_every_step_from_one_on(first: int) -> None:
    architecture = Architecture("lstm", channels=2, outputs=1, units=(3, 2))
    last, every = build_network(architecture), build_network(architecture, first_output_step=first)
    every.set_weights(last.get_weights())
    values = np.random.default_rng(0).normal(size=(4, 5, 2)).astype(np.float32)
    outputs = np.asarray(every(values))
    assert outputs.shape == (4, 5 - first, 1)
    for step in range(first, 5):
        assert np.allclose(outputs[:, step - first], last(values[:, : step + 1]), atol=1e-6)


def test_the_output_of_an_ensemble_is_the_mean_of_its_members() -> None:
    members = [build_network(Architecture("gru", channels=2, outputs=3, units=(4,))) for _ in range(3)]
    ensemble = ensemble_of(members)
    values = np.random.default_rng(0).normal(size=(4, 5, 2)).astype(np.float32)
    expected = np.mean([np.asarray(member(values)) for member in members], axis=0)
    assert np.allclose(ensemble(values), expected, atol=1e-6)
    assert members_of(ensemble) == members
    assert ensemble.count_params() == 3 * members[0].count_params()


def test_an_ensemble_of_one_is_that_network() -> None:
    alone = build_network(Architecture("lstm", channels=1, outputs=1, units=(3,)))
    assert ensemble_of([alone]) is alone
    assert members_of(alone) == [alone]


@pytest.mark.parametrize(("residual", "outputs"), [(1, 1), (2, 2), (2, 6)])
def test_with_a_residual_the_latest_values_are_added_to_every_group_of_outputs(residual: int, outputs: int) -> None:
    architecture = Architecture("lstm", channels=3, outputs=outputs, units=(4,))
    plain, added = build_network(architecture), build_network(architecture._replace(residual=residual))
    copy_weights(plain, added)
    values = np.random.default_rng(0).normal(size=(2, 5, 3)).astype(np.float32)
    latest = np.tile(values[:, -1, :residual], outputs // residual)
    assert np.allclose(added(values), np.asarray(plain(values)) + latest, atol=1e-6)
    assert len(added.trainable_variables) == len(plain.trainable_variables)


def test_a_residual_is_added_in_each_step_that_has_an_output() -> None:
    architecture = Architecture("lstm", channels=2, outputs=2, units=(3,), residual=1)
    last, every = build_network(architecture), build_network(architecture, first_output_step=2)
    copy_weights(last, every)
    values = np.random.default_rng(0).normal(size=(4, 5, 2)).astype(np.float32)
    outputs = np.asarray(every(values))
    for step in range(2, 5):
        assert np.allclose(outputs[:, step - 2], last(values[:, : step + 1]), atol=1e-6)
