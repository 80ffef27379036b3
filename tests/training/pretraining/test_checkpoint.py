"""Where a training has come to, in a file: written, read again, or refused as a whole."""

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.support.any_series.recipe import pretraining_recipe
from training.keras_backend import load_keras
from training.pretraining.checkpoint import Checkpoint, Progress


def compiled(units: int = 3, seed: int = 0) -> Any:
    keras = load_keras()
    keras.utils.set_random_seed(seed)
    network = keras.Sequential([keras.Input((2,)), keras.layers.Dense(units), keras.layers.Dense(1)])
    optimizer = keras.optimizers.AdamW(0.01, use_ema=True, ema_momentum=0.9)
    network.compile(optimizer, "mse")
    optimizer.build(network.trainable_variables)
    return network


def numbers(network: Any) -> list[Any]:
    return [np.asarray(each) for each in (*network.variables, *network.optimizer.variables)]


def learn(network: Any, steps: int = 3) -> None:
    for step in range(steps):
        network.train_on_batch(np.full((4, 2), step + 1.0), np.ones((4, 1)))


@pytest.fixture
def saved(tmp_path: Path) -> tuple[Checkpoint, Any]:
    network, checkpoint = compiled(), Checkpoint(tmp_path / "deep" / "down" / "load.npz")
    learn(network)
    checkpoint.save(network, Progress(3, (0.5, 0.25), 12.5))
    return checkpoint, network


def test_all_numbers_come_back(saved: tuple[Checkpoint, Any]) -> None:
    checkpoint, network = saved
    other = compiled(seed=1)
    assert checkpoint.restore(other) == Progress(3, (0.5, 0.25), 12.5)
    for one, restored in zip(numbers(network), numbers(other), strict=True):
        assert np.array_equal(one, restored)
    for each in (network, other):
        learn(each, 5)  # moments, averages and the number of steps too
        each.optimizer.finalize_variable_values(each.trainable_variables)
    for one, restored in zip(numbers(network), numbers(other), strict=True):
        assert np.array_equal(one, restored)


def test_a_checkpoint_is_renewed_and_removed(saved: tuple[Checkpoint, Any]) -> None:
    checkpoint, network = saved
    checkpoint.save(network, Progress(6, (0.5, 0.25, 0.1), 20.0))
    assert checkpoint.restore(compiled()).steps == 6
    assert [each.name for each in checkpoint.path.parent.iterdir()] == ["load.npz"]
    for _ in range(2):
        checkpoint.remove()
        assert not checkpoint.path.exists()
    assert checkpoint.restore(compiled()) == Progress()


def nothing_came_of(checkpoint: Checkpoint, network: Any) -> bool:
    before = numbers(network)
    progress = checkpoint.restore(network)
    unchanged = all(np.array_equal(one, other) for one, other in zip(before, numbers(network), strict=True))
    return progress == Progress() and unchanged


def test_that_of_other_shapes_is_not_taken(saved: tuple[Checkpoint, Any]) -> None:
    assert nothing_came_of(saved[0], compiled(units=4))


@pytest.mark.parametrize("content", [b"", b"PK", b"\x93NUMPY", b"no archive at all", b"\0" * 10_000])
def test_a_file_of_something_else_is_not_taken(saved: tuple[Checkpoint, Any], content: bytes) -> None:
    saved[0].path.write_bytes(content)
    assert nothing_came_of(saved[0], compiled(seed=1))


def test_a_damaged_file_is_not_taken_or_is_read_as_it_was(saved: tuple[Checkpoint, Any]) -> None:
    """Wherever it ends, and whichever byte is another one."""
    checkpoint, network = saved
    whole, other, rng = checkpoint.path.read_bytes(), compiled(seed=1), np.random.default_rng(0)
    for length in rng.integers(0, len(whole), 20).tolist():
        checkpoint.path.write_bytes(whole[:length])
        assert nothing_came_of(checkpoint, other)
    for place in [*range(0, 40, 2), *rng.integers(0, len(whole), 80).tolist()]:
        checkpoint.path.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        if checkpoint.restore(other) != Progress():
            for one, restored in zip(numbers(network), numbers(other), strict=True):
                assert np.array_equal(one, restored)
            other = compiled(seed=1)


def test_arrays_that_are_none_of_a_network_are_not_taken(saved: tuple[Checkpoint, Any]) -> None:
    checkpoint = saved[0]
    with zipfile.ZipFile(checkpoint.path, "w") as archive:
        archive.writestr("v0.npy", b"no array")
    assert nothing_came_of(checkpoint, compiled(seed=1))
    np.savez(checkpoint.path, v0=np.array([{"an": "object"}], object))
    assert nothing_came_of(checkpoint, compiled(seed=1))
    network = compiled(seed=1)
    arrays = {f"v{number}": each for number, each in enumerate(numbers(network))}
    np.savez(checkpoint.path, **arrays, steps=np.array([1, 2]), losses=np.zeros(1), seconds=np.array(1.0))
    assert nothing_came_of(checkpoint, network)


def test_a_folder_in_its_place_is_no_checkpoint(tmp_path: Path) -> None:
    assert nothing_came_of(Checkpoint(tmp_path), compiled())


def test_each_recipe_has_a_file_of_its_own_in_the_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    recipe = pretraining_recipe()
    path = Checkpoint.of(recipe, 0).path
    assert path.parent == tmp_path / "rollcast" / "checkpoints"
    assert path.name.startswith("any-series-")
    assert path == Checkpoint.of(pretraining_recipe(), 0).path
    for other in (recipe.with_values({"seed": 1}), recipe.with_values({"epochs": 2})):
        assert Checkpoint.of(other, 0).path != path
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert Checkpoint.of(recipe, 0).path.parent == tmp_path / "home" / ".cache" / "rollcast" / "checkpoints"
