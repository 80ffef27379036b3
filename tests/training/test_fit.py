from typing import Any

import numpy as np
import pytest

from training.dataset import Dataset, load_series, prepare
from training.fit import fit
from training.recipe import Recipe

TINY = Recipe().with_values(
    {"generator": "noisy-sine", "window": 5, "units": 4, "epochs": 3, "scaler": "none", "patience": 0}
)


def dataset(recipe: Recipe = TINY) -> Dataset:
    return prepare(recipe, load_series(recipe))


@pytest.mark.parametrize("kind", ["lstm", "simple_rnn"])
def test_one_seed_gives_the_same_weights_bit_for_bit(kind: str) -> None:
    recipe = TINY.with_values({"kind": kind, "units": (4, 3), "dropout": 0.2})
    first, second = (fit(recipe, dataset()) for _ in range(2))
    weights, again = (each.network.get_weights() for each in (first, second))
    assert all(np.array_equal(one, two) for one, two in zip(weights, again, strict=True))
    assert (first.loss, first.validation_loss) == (second.loss, second.validation_loss)


@pytest.mark.parametrize("kind", ["lstm", "simple_rnn"])
def test_training_through_time_is_repeatable_and_answers_at_the_last_step(kind: str) -> None:
    recipe = TINY.with_values({"kind": kind, "units": (4, 3), "dropout": 0.2, "rollout": "state", "lead": 2})
    first, second = (fit(recipe, dataset(recipe)) for _ in range(2))
    weights, again = (each.network.get_weights() for each in (first, second))
    assert all(np.array_equal(one, two) for one, two in zip(weights, again, strict=True))
    assert (first.loss, first.validation_loss) == (second.loss, second.validation_loss)
    assert first.network(np.zeros((2, 5, 1), np.float32)).shape == (2, 1)


def test_the_loss_is_that_of_every_step_from_the_windows_last_on() -> None:
    recipe = TINY.with_values({"rollout": "state", "sequence": 8, "epochs": 1, "learning_rate": 1e-30})
    data = dataset(recipe)
    fitted = fit(recipe, data)
    answers = np.stack(
        [np.asarray(fitted.network(np.ascontiguousarray(data.train.windows[:, :steps]))) for steps in range(5, 9)],
        axis=1,
    )
    assert fitted.loss[0] == pytest.approx(np.mean((answers - data.train.targets) ** 2), rel=1e-4)


def test_watching_changes_nothing_and_sees_every_epoch() -> None:
    seen = []

    def watch(epochs: int, network: Any) -> None:
        seen.append((epochs, network.get_weights()[0]))

    watched, alone = fit(TINY, dataset(), watch=watch), fit(TINY, dataset())
    assert [epochs for epochs, _ in seen] == [0, 1, 2, 3]
    assert not np.array_equal(seen[0][1], seen[1][1])
    assert np.array_equal(watched.network.get_weights()[0], alone.network.get_weights()[0])
    assert len(watched.loss) == 3
    assert watched.duration_s > 0


@pytest.mark.parametrize("rollout", ["window", "state"])
def test_training_stops_early_and_keeps_the_best(rollout: str) -> None:
    recipe = TINY.with_values({"patience": 1, "learning_rate": 1.0, "epochs": 50, "rollout": rollout})
    data = dataset(recipe)
    fitted = fit(recipe, data)
    assert fitted.validation_loss is not None
    assert len(fitted.loss) < 50
    windows, targets = data.validation
    answers = np.asarray(fitted.network(np.ascontiguousarray(windows)))
    assert np.mean((answers - targets) ** 2) == pytest.approx(min(fitted.validation_loss), rel=1e-3)


def test_without_a_validation_part_there_is_no_validation_loss() -> None:
    recipe = TINY.with_values({"validation_share": 0, "patience": 5})
    assert fit(recipe, dataset(recipe)).validation_loss is None
