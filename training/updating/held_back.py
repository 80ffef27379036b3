"""Holding back the newest rows of a newer file, to judge on what a network learns from the others."""

from dataclasses import replace

from models.spec.model_spec import ModelSpec, TrainingRange
from training.data.data_checks import rows_to_learn_from
from training.data.dataset import Dataset, cut_dataset
from training.data.splits import Parts
from training.errors import SeriesError
from training.updating.newer_rows import NewerRows

LEAST_HORIZONS = 3  # that are held back: with fewer new rows nothing can be judged
MOST_SHARE = 0.1  # of the rows, where these are more horizons


def can_be_judged(newer: NewerRows) -> bool:
    """Whether there are new rows enough to hold some back."""
    return newer.most >= LEAST_HORIZONS * newer.horizon


def held_back_dataset(newer: NewerRows) -> Dataset:
    """A file's rows in the units of the published spec: all but those held back to train on, these to test on.

    Held back are the newest whole horizons, of each series as many: three at least, a tenth of the rows at most, and
    only new rows. Raises SeriesError where the others are too few.
    """
    horizon, spec = newer.horizon, newer.manifest.spec
    most = max(LEAST_HORIZONS, int(MOST_SHARE * max(len(each.values) for each in newer.series)) // horizon)
    count = horizon * min(newer.most // horizon, most)
    starts = [part.stop - min(count, len(part)) for part in newer.parts]
    parts = [
        Parts(range(start), range(start, start), range(start, start), range(start, part.stop))
        for start, part in zip(starts, newer.parts, strict=True)
    ]
    needed = rows_to_learn_from(newer.recipe, spec)
    if max(starts) < needed or not any(part.test and part.test.stop > spec.training_context for part in parts):
        raise SeriesError(
            f"{newer.source} has {max(starts)} rows before the newest {count}, which are held back to judge the update "
            f"on; {newer.manifest.title} takes at least {needed} to learn on from: bring a file that reaches further "
            "back"
        )
    return cut_dataset(newer.recipe, spec, newer.series, parts)


def whole_dataset(newer: NewerRows, held_back: Dataset) -> Dataset:
    """The same with all rows to train on, and a spec that is true of them; those held back stay to be tested on."""
    parts = [Parts(range(rows), *(range(rows, rows),) * 3) for rows in (len(each.values) for each in newer.series)]
    whole = cut_dataset(newer.recipe, newer.manifest.spec, newer.series, parts)
    return replace(
        whole,
        spec=_spec_of_all_rows(newer, whole.spec),
        held_out=held_back.held_out,
        tested_on=held_back.tested_on,
    )


def _spec_of_all_rows(newer: NewerRows, spec: ModelSpec) -> ModelSpec:
    """A spec with the range of the training's rows and of the file's, and the targets that were never negative."""
    before, now = newer.manifest.spec.seen, spec.seen
    seen = now
    if before is not None and now is not None:
        seen = TrainingRange(
            minimum=tuple(map(min, before.minimum, now.minimum)), maximum=tuple(map(max, before.maximum, now.maximum))
        )
    never_negative = tuple(
        target
        for target in spec.nonnegative
        if min(each.values[:, spec.features.index(target)].min() for each in newer.series) >= 0
    )
    return spec.model_copy(update={"seen": seen, "nonnegative": never_negative})
