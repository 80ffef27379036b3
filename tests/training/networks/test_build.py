import numpy as np
import pytest

from training.networks.build import averaged, build_network, copy_weights, members_of
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
    network = build_network(kind, channels=2, outputs=1, units=units, dropout=dropout)
    assert [layer.name for layer in network.layers[1:]] == names
    assert network.layers[-1].activation.__name__ == "linear"
    assert network(np.zeros((4, 5, 2), np.float32)).shape == (4, 1)


@pytest.mark.parametrize("first", [0, 3])
def test_a_network_can_answer_at_every_step_from_one_on(first: int) -> None:
    last = build_network("lstm", channels=2, outputs=1, units=(3, 2))
    every = build_network("lstm", channels=2, outputs=1, units=(3, 2), answers_from=first)
    every.set_weights(last.get_weights())
    values = np.random.default_rng(0).normal(size=(4, 5, 2)).astype(np.float32)
    came = np.asarray(every(values))
    assert came.shape == (4, 5 - first, 1)
    for step in range(first, 5):
        assert np.allclose(came[:, step - first], last(values[:, : step + 1]), atol=1e-6)


def test_several_networks_answer_with_their_mean() -> None:
    members = [build_network("gru", channels=2, outputs=3, units=(4,)) for _ in range(3)]
    together = averaged(members)
    values = np.random.default_rng(0).normal(size=(4, 5, 2)).astype(np.float32)
    expected = np.mean([np.asarray(member(values)) for member in members], axis=0)
    assert np.allclose(together(values), expected, atol=1e-6)
    assert members_of(together) == members
    assert together.count_params() == 3 * members[0].count_params()


def test_one_network_is_its_own_mean() -> None:
    alone = build_network("lstm", channels=1, outputs=1, units=(3,))
    assert averaged([alone]) is alone
    assert members_of(alone) == [alone]


@pytest.mark.parametrize(("residual", "outputs"), [(1, 1), (2, 2), (2, 6)])
def test_with_a_residual_the_newest_values_are_added_to_every_output_of_theirs(residual: int, outputs: int) -> None:
    plain = build_network("lstm", channels=3, outputs=outputs, units=(4,))
    added = build_network("lstm", channels=3, outputs=outputs, units=(4,), residual=residual)
    copy_weights(plain, added)
    values = np.random.default_rng(0).normal(size=(2, 5, 3)).astype(np.float32)
    newest = np.tile(values[:, -1, :residual], outputs // residual)
    assert np.allclose(added(values), np.asarray(plain(values)) + newest, atol=1e-6)
    assert len(added.trainable_variables) == len(plain.trainable_variables)


def test_a_residual_is_of_each_step_that_is_answered() -> None:
    last = build_network("lstm", channels=2, outputs=2, units=(3,), residual=1)
    every = build_network("lstm", channels=2, outputs=2, units=(3,), residual=1, answers_from=2)
    copy_weights(last, every)
    values = np.random.default_rng(0).normal(size=(4, 5, 2)).astype(np.float32)
    came = np.asarray(every(values))
    for step in range(2, 5):
        assert np.allclose(came[:, step - 2], last(values[:, : step + 1]), atol=1e-6)
