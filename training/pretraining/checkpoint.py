"""Where a long training has come to, in a file, so that it goes on there once it was ended."""

import hashlib
import io
import os
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from models.registry.durable_write import replace_durably
from training.recipes.recipe import Recipe

STEPS, LOSSES, SECONDS = "steps", "losses", "seconds"


class Progress(NamedTuple):
    """How many steps of the optimizer are done, the mean loss of each epoch so far, and for how many seconds."""

    steps: int = 0
    losses: tuple[float, ...] = ()
    seconds: float = 0.0


class Checkpoint:
    """A file with all numbers of a network and of its optimizer, renewed as a whole."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def of(cls, recipe: Recipe, member: int) -> "Checkpoint":
        """That of one of a recipe's networks, in the user's cache folder; a recipe of other values has others."""
        cache = os.environ.get("XDG_CACHE_HOME")
        folder = Path(cache) if cache else Path.home() / ".cache"
        digest = hashlib.sha256(recipe.model_dump_json().encode()).hexdigest()[:12]
        return cls(folder / "rollcast" / "checkpoints" / f"{recipe.name}-{digest}-{member}.npz")

    def save(self, network: Any, progress: Progress) -> None:
        """Write where a compiled network's training has come to."""
        arrays = {f"v{number}": np.asarray(each) for number, each in enumerate(_variables(network))}
        arrays |= {STEPS: np.array(progress.steps), LOSSES: np.array(progress.losses, np.float64)}
        arrays[SECONDS] = np.array(progress.seconds)
        file = io.BytesIO()
        np.savez(file, allow_pickle=False, **arrays)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        replace_durably(self.path, file.getvalue())

    def restore(self, network: Any) -> Progress:
        """Give a compiled network the file's numbers; without a file, or with a damaged one, nothing was done yet."""
        try:
            with np.load(io.BytesIO(self.path.read_bytes()), allow_pickle=False) as arrays:
                variables = _variables(network)
                found = [arrays[f"v{number}"] for number in range(len(variables))]
                progress = Progress(int(arrays[STEPS]), tuple(arrays[LOSSES].tolist()), float(arrays[SECONDS]))
        except Exception:  # numpy's reader fails in many ways on bytes that are no arrays
            return Progress()
        if any(each.shape != tuple(variable.shape) for each, variable in zip(found, variables, strict=True)):
            return Progress()
        for variable, each in zip(variables, found, strict=True):
            variable.assign(each)
        return progress

    def remove(self) -> None:
        """Remove the file, once what it was for is done."""
        self.path.unlink(missing_ok=True)


def _variables(network: Any) -> list[Any]:
    return [*network.variables, *network.optimizer.variables]
