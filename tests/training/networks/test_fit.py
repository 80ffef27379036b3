"""Fitting: repeatable, watched, stopped early; through time, in free running, and as an ensemble."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from training.data.dataset import Dataset, build_dataset, load_series
from training.networks.build import members_of
from training.networks.cells import CELLS
from training.networks.fit import MEMBER_SEED_STEP, fit, learn_on
from training.networks.training_arrays import TRUE_STEPS_WEIGHT
from training.reading.series import Series
from training.recipes.recipe import Recipe

TINY = Recipe().with_values(
    {"generator": "noisy-sine", "window": 5, "units": 4, "epochs": 3, "scaler": "none", "patience": 0}
)


def dataset(recipe: Recipe = TINY) -> Dataset:
    return build_dataset(recipe, load_series(recipe))


@pytest.mark.parametrize("kind", CELLS)
def test_one_seed_gives_the_same_weights_bit_for_bit(kind: str) -> None:
    recipe = TINY.with_values({"kind": kind, "units": (4, 3), "dropout": 0.2})
    first, second = (fit(recipe, dataset()) for _ in range(2))
    weights, again = (each.network.get_weights() for each in (first, second))
    assert all(np.array_equal(one, two) for one, two in zip(weights, again, strict=True))
    assert (first.loss, first.validation_loss) == (second.loss, second.validation_loss)


@pytest.mark.parametrize("kind", ["lstm", "simple_rnn"])
def test_training_through_time_is_repeatable_and_gives_the_outputs_of_the_last_step(kind: str) -> None:
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
    outputs = np.stack(
        [np.asarray(fitted.network(np.ascontiguousarray(data.train.windows[:, :steps]))) for steps in range(5, 9)],
        axis=1,
    )
    assert fitted.loss[0] == pytest.approx(np.mean((outputs - data.train.targets) ** 2), rel=1e-4)


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
    targets = targets.reshape(len(targets), -1)
    outputs = np.asarray(fitted.network(np.ascontiguousarray(windows)))
    assert np.mean((outputs - targets) ** 2) == pytest.approx(min(fitted.validation_loss), rel=1e-3)


def test_without_a_validation_part_there_is_no_validation_loss() -> None:
    recipe = TINY.with_values({"validation_share": 0, "patience": 5})
    assert fit(recipe, dataset(recipe)).validation_loss is None


FREE_RUNNING = {"rollout": "state", "feedback": 4, "burn_in": 3, "lag": 9, "feedback_epochs": 2, "residual": True}


def test_free_running_is_repeatable_and_goes_on_from_training_through_time() -> None:
    recipe = TINY.with_values(
        {**FREE_RUNNING, "batches": 2, "batch_size": 8, "decay": "cosine", "clip": 1.0, "loss": "mae"}
    )
    first, second = (fit(recipe, dataset(recipe)) for _ in range(2))
    weights, again = (each.network.get_weights() for each in (first, second))
    assert all(np.array_equal(one, two) for one, two in zip(weights, again, strict=True))
    assert len(first.loss) == 3 + 2
    assert first.validation_loss is not None
    assert len(first.validation_loss) == 3 + 2
    assert first.network(np.zeros((2, 5, 2), np.float32)).shape == (2, 1)


def test_free_running_begins_with_the_weights_of_before_and_leaves_its_own() -> None:
    def weights(**values: object) -> list[np.ndarray[Any, np.dtype[np.float32]]]:
        recipe = TINY.with_values({**FREE_RUNNING, "epochs": 2, "patience": 0, **values})
        return [np.asarray(each) for each in fit(recipe, dataset(recipe)).network.get_weights()]

    without = weights(feedback=0, sequence=8)
    still = weights(feedback_epochs=1, learning_rate=0.001, sequence=8)
    assert all(np.allclose(one, two, atol=0.05) for one, two in zip(without, still, strict=True))
    assert not all(np.array_equal(one, two) for one, two in zip(without, still, strict=True))


def test_in_free_running_the_last_steps_take_in_the_networks_own_predictions() -> None:
    recipe = TINY.with_values(
        {**FREE_RUNNING, "learning_rate": 1e-30, "feedback_epochs": 1, "epochs": 1, "loss": "mae"}
    )
    data = dataset(recipe)
    fitted = fit(recipe, data)
    # By hand: the window is true, then each prediction replaces the latest value. The lag stays true.
    sequences = np.array(data.train.windows)
    outputs = []
    for step in range(2, 8):
        output = np.asarray(fitted.network(np.ascontiguousarray(sequences[:, : step + 1])))
        outputs.append(output)
        if 4 <= step < 7:
            sequences[:, step + 1, 0] = output[:, 0]
    errors = np.abs(np.stack(outputs, axis=1) - data.train.targets)[..., 0]
    weights = np.array([TRUE_STEPS_WEIGHT / 3] * 3 + [1 / 3] * 3)
    assert fitted.loss[-1] == pytest.approx(np.mean(errors * weights / weights.mean()), rel=1e-4)


def test_an_ensemble_is_the_mean_of_networks_of_different_seeds() -> None:
    alone, several = (fit(TINY.with_values({"members": members}), dataset()) for members in (1, 3))
    windows = np.ascontiguousarray(dataset().validation.windows)
    members = members_of(several.network)
    outputs = [np.asarray(member(windows)) for member in members]
    assert len(members) == 3
    assert np.array_equal(outputs[0], np.asarray(alone.network(windows)))
    assert not np.allclose(outputs[0], outputs[1])
    assert not np.allclose(outputs[1], outputs[2])
    assert np.allclose(several.network(windows), np.mean(outputs, axis=0), atol=1e-6)
    assert several.loss == alone.loss


def test_a_cosine_ends_with_steps_of_no_length() -> None:
    weights = []
    recipe = TINY.with_values({"decay": "cosine", "epochs": 20, "batches": 1})
    fit(recipe, dataset(), watch=lambda _, network: weights.append(network.get_weights()[0]))
    steps = [np.abs(after - before).max() for before, after in pairwise(weights)]
    assert steps[0] > 1e-4
    assert steps[-1] < steps[0] / 20


def test_an_epoch_of_few_batches_learns_less_than_a_pass_over_all_samples() -> None:
    few, all_samples = (fit(TINY.with_values({"epochs": 1, **values}), dataset()) for values in ({"batches": 1}, {}))
    assert len(few.loss) == 1
    assert few.validation_loss is not None
    assert all_samples.validation_loss is not None
    assert few.validation_loss > all_samples.validation_loss


def test_targets_beyond_the_end_of_the_training_rows_are_not_learned_from() -> None:
    recipe = TINY.with_values({"outputs": 4, "learning_rate": 1e-30, "epochs": 1, "loss": "mae"})
    data = dataset(recipe)
    fitted = fit(recipe, data)
    assert np.isnan(data.train.targets).sum() == 3 + 2 + 1
    errors = np.abs(np.asarray(fitted.network(np.ascontiguousarray(data.train.windows))) - data.train.targets)
    assert fitted.loss[0] == pytest.approx(np.nan_to_num(errors).mean(), rel=1e-4)


def test_a_member_that_leaves_rows_out_does_not_learn_from_them_before_it_learns_on() -> None:
    recipe = TINY.with_values({"csv": "x", "epochs": 1, "horizon": 2, "learn_on": 1})
    data = build_dataset(recipe, [Series(np.sin(np.arange(120.0))[:, None], ("y",), "x")])
    leaving = recipe.with_values({"members": 2, "leave_out": True})
    fitted = fit(leaving, data)
    own = [block for block in fitted.left_out if block.member == 1]
    assert len(own) >= 3
    alone = fit(recipe.with_values({"seed": MEMBER_SEED_STEP}), data.without(leaving, own)).network
    second = members_of(fitted.network)[1]
    assert all(np.array_equal(*pair) for pair in zip(second.get_weights(), alone.get_weights(), strict=True))
    assert learn_on(leaving, data, fitted, None).left_out == ()
