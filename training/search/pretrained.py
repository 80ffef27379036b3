"""The plan that goes on from a published model for any series: what it is, and how long it learns."""

from collections.abc import Mapping
from typing import Any

from training.fine_tuning.start import Start
from training.search.plans import Plan
from training.search.situation import Situation

# Chosen by the errors of validation rows.
EPOCHS, BATCHES, BATCH_SIZE = 8, 40, 64
MOST_PASSES = 60  # over the training samples
LEARNING_RATE = 0.0005
LEARN_ON = 2
SAMPLES = 4_000  # to learn from: making one takes as long as learning from it several times
STEP_S = 0.04  # of the optimizer, on the machine of the budget's table


def pretrained_plan(start: Start, of: Situation, given: Mapping[str, Any]) -> Plan:
    """The plan of a start, in which the user's own values hold. Raises RecipeError where they change its shape."""
    start.check_given(given)
    tuning: dict[str, Any] = {
        "season": [season.rows for season in of.seasons],
        "horizon": of.horizon,
        "loss": "mae",
        "clip": 1.0,
        "decay": "cosine",
        "window_intervals": True,
        "learning_rate": LEARNING_RATE,
        "epochs": EPOCHS,
        "patience": EPOCHS,
        "batch_size": BATCH_SIZE,
        "training_samples": SAMPLES,
    }
    description = f"{start.title}, which learned from very many other series, goes on to learn from this one"
    return Plan("pretrained", description, tuning | dict(given) | start.values)


def pretrained_schedule(seconds: float, samples: int, members: int, *, trial: bool) -> dict[str, int]:
    """The batches of an epoch that fit into so many seconds and samples, and the epochs on all rows at the end."""
    affordable = int(seconds / (STEP_S * members * (EPOCHS + LEARN_ON)))
    useful = MOST_PASSES * samples // (BATCH_SIZE * EPOCHS)
    return {"batches": max(1, min(BATCHES, useful, affordable)), "learn_on": 0 if trial else LEARN_ON}
