"""The samples that a recipe makes of series: those to train on, those to validate on."""

from collections.abc import Sequence
from typing import NamedTuple

from models.spec.model_spec import ModelSpec, TrainingRange
from training.data.adjusted_samples import adjusted_samples
from training.data.hiding import with_hidden_values
from training.data.splits import Parts, Samples
from training.data.windowing import cut_samples, prepare_series, training_range
from training.reading.series import Series
from training.recipes.recipe import Recipe


class SampleShape(NamedTuple):
    """How training samples are cut: the spec that they are cut by, and how many of their last steps have targets."""

    spec: ModelSpec
    target_steps: int

    @classmethod
    def of(cls, recipe: Recipe, spec: ModelSpec) -> "SampleShape":
        """The shape of a recipe's training samples: windows or, for a rollout of states, longer sequences."""
        windows = recipe.windows
        if spec.rollout == "window":
            return cls(spec, 1)
        # A sequence begins with the values of the burn-in, which may be fewer than a window.
        cut = spec.model_copy(update={"window": windows.first_trained})
        return cls(cut, windows.sequence_length - windows.first_trained + 1)


def training_samples(
    recipe: Recipe, spec: ModelSpec, whole: Sequence[Series], rows: Sequence[Sequence[range]]
) -> Samples:
    """The samples with all their targets in one of each series' ranges of `rows`, as many as the recipe asks for.

    Where values may be missing, those with hidden values as well, the same ones whatever the ranges are.
    """
    most = recipe.fit.training_samples
    if spec.any_length:
        return adjusted_samples(spec, whole, rows, most)
    shape = SampleShape.of(recipe, spec)
    indexes = [index for index, ranges in enumerate(rows) for _ in ranges]
    parts = [part for ranges in rows for part in ranges]
    series = [prepare_series(spec, each) for each in whole]
    samples = cut_samples(shape.spec, [series[index] for index in indexes], parts, shape.target_steps)
    if spec.masked:
        hidden = [with_hidden_values(spec, each, recipe.fit.seed + index) for index, each in enumerate(whole)]
        hiding = cut_samples(shape.spec, [hidden[index] for index in indexes], parts, shape.target_steps)
        samples = samples.and_also(hiding)
    return samples if most is None else samples.evenly_spaced(most)


def validation_samples(
    recipe: Recipe, spec: ModelSpec, whole: Sequence[Series], validation: Sequence[range]
) -> Samples:
    """The samples of the validation rows: windows, or what a network is stopped by that is trained on longer ones."""
    windows, cut, steps = recipe.windows, spec, 1
    most = recipe.fit.validation_samples
    if spec.any_length:
        return adjusted_samples(spec, whole, [[each] for each in validation], most)
    if windows.feedback or windows.burn_in:
        # A network is stopped by what it was trained for: as many steps, or as many as the longest part has.
        cut, target_steps = SampleShape.of(recipe, spec)
        steps = max(1, windows.feedback, min(target_steps, max(map(len, validation), default=0)))
    samples = cut_samples(cut, [prepare_series(spec, each) for each in whole], validation, steps)
    return samples if most is None else samples.evenly_spaced(most)


def learned_range(recipe: Recipe, spec: ModelSpec, whole: Sequence[Series], parts: Sequence[Parts]) -> TrainingRange:
    """The range of the values in the training samples."""
    shape, series = SampleShape.of(recipe, spec), [prepare_series(spec, each) for each in whole]
    return training_range(shape.spec, series, [each.train for each in parts], shape.target_steps)
