"""The steps of a pretraining: one that was ended and goes on is the same as one that ran through."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.spec.model_spec import Decoder
from tests.support.any_series.recipe import pretraining_recipe
from tests.support.any_series.tiny import any_spec
from training.keras_backend import load_keras
from training.networks.build import Architecture, build_network
from training.networks.fit import FittedNetwork
from training.pretraining import loop as module
from training.pretraining import pool as pool_module
from training.pretraining.checkpoint import Checkpoint
from training.pretraining.examples import Examples
from training.pretraining.loop import pretrain_network, weighted_quantile_loss
from training.pretraining.pool import Pool

SPEC = any_spec(window=16, outputs=8, units=(6,), decoder=Decoder(patch=4, units=8))
RECIPE = pretraining_recipe(epochs=4, batches=5, seed=3)


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"CHUNK": 200, "CHUNKS": 3, "USES": 1, "SYNTHETIC_ROWS": 40}.items():
        monkeypatch.setattr(pool_module, name, value)


def network(seed: int = 0) -> Any:
    """A network whose steps are neither traced nor compiled by XLA, which would take seconds each time."""
    load_keras().utils.set_random_seed(seed)
    built = build_network(
        Architecture(SPEC.kind, SPEC.channels, SPEC.outputs * 3, SPEC.units, window=SPEC.window, decoder=SPEC.decoder)
    )
    compile_ = built.compile
    built.compile = lambda **options: compile_(**{**options, "jit_compile": False}, run_eagerly=True)
    return built


class Ended(Exception):
    """A training that somebody ends."""


class EndingPool(Pool):
    """A pool that ends the training when a step is asked for."""

    end = -1

    def batch(self, step: int, size: int) -> Examples:
        if step == self.end:
            raise Ended
        return super().batch(step, size)


def pretrained(checkpoint: Checkpoint, end: int = -1) -> FittedNetwork:
    pool = EndingPool(SPEC, None, 0.0, RECIPE.fit.seed)
    pool.end = end
    return pretrain_network(network(), pool, RECIPE, checkpoint, None)


def test_a_training_that_was_ended_goes_on_as_if_it_had_not_been(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "CHECKPOINT_EVERY_S", 0.0)
    done, checkpoint = Checkpoint(tmp_path / "whole.npz"), Checkpoint(tmp_path / "ended.npz")
    whole = pretrained(done)
    for end in (2, 5, 12, 19):
        with pytest.raises(Ended):
            pretrained(checkpoint, end)
        assert checkpoint.path.exists() == (end >= 5)  # a checkpoint ends with an epoch
    after = pretrained(checkpoint)
    assert len(after.loss) == 4
    for one, other in zip(whole.network.get_weights(), after.network.get_weights(), strict=True):
        assert np.allclose(one, other, rtol=1e-5, atol=1e-7)
    assert np.allclose(after.loss, whole.loss, rtol=1e-5)
    # One that was done, but was ended before it was published, asks for no batch any more.
    again = pretrained(done, end=0)
    for one, other in zip(whole.network.get_weights(), again.network.get_weights(), strict=True):
        assert np.array_equal(one, other)
    assert again.loss == whole.loss


def test_it_learns_and_keeps_an_average_of_its_weights(tmp_path: Path) -> None:
    recipe = RECIPE.with_values({"epochs": 2, "batches": 20, "learning_rate": 0.02})
    pool = Pool(SPEC, None, 0.0, 0)
    seen, loss = pool.batch(0, 500), weighted_quantile_loss()
    truth = np.stack([seen.targets, seen.weights], axis=-1)
    before = float(loss(truth, network()(seen.inputs())))
    fitted = pretrain_network(network(), pool, recipe, Checkpoint(tmp_path / "c.npz"), None)
    assert float(loss(truth, fitted.network(seen.inputs()))) < 0.95 * before
    assert len(fitted.loss) == 2
    assert (tmp_path / "c.npz").exists()  # until the whole model is published
    averages = [np.asarray(each) for each in fitted.network.optimizer._model_variables_moving_average]
    for weights, average in zip(fitted.network.trainable_variables, averages, strict=True):
        assert np.array_equal(np.asarray(weights), average)
    levels = fitted.network.get_layer("levels").get_weights()[0]
    assert np.array_equal(levels, network().get_layer("levels").get_weights()[0])  # not learned


def test_the_loss_counts_what_is_known_by_its_weight() -> None:
    loss = weighted_quantile_loss()
    truth = np.array([[[1.0, 2.0], [np.nan, 1.0]], [[0.0, 1.0], [5.0, 0.5]]], np.float32)
    predicted = np.zeros((2, 6), np.float32)
    predicted[1, 0:3] = 1, -1, 2  # a value too high by 1, an interval that holds the target
    predicted[1, 3:6] = 5, 5, 5
    # 1 is above all three: 2 x 0.5 + 0.1 + 0.9 = 2, twice; then 2 x 0.5 + 0.1 x 1 + 0.1 x 2 = 1.3; then none.
    assert float(loss(truth, predicted)) == pytest.approx((2 * 2 + 1.3 + 0) / 3)
    assert float(loss(np.full((1, 2, 2), np.nan, np.float32), np.zeros((1, 6), np.float32))) == 0
