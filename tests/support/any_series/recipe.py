"""A recipe that pretrains within seconds."""

from typing import Any

from training.recipes.loader import load_recipe
from training.recipes.recipe import Recipe


def pretraining_recipe(**values: Any) -> Recipe:
    """The recipe of any-series, so small that it takes seconds."""
    tiny = {
        "units": [8],
        "decoder_units": 8,
        "window": 16,
        "outputs": 8,
        "epochs": 1,
        "batches": 3,
        "batch_size": 32,
        "sources": ["us-change"],
    }
    return load_recipe("any-series").with_values({**tiny, **values})
