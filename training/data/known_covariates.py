"""The covariates of a file in the codes that a published model knows them by."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from models.inference.covariates import UNSEEN
from models.spec.covariate import Covariate, Covariates
from models.spec.manifest import Manifest
from training.errors import SeriesError
from training.reading.series import Series


def in_known_codes(manifest: Manifest, series: Series) -> Series:
    """A series with the covariates of a model alone, in the model's codes.

    Reading a file numbers the categories that it finds; the model keeps the numbers of its training, and what it never
    saw is none of them. Raises SeriesError where the series lacks one of the covariates, or has texts where the model
    knows numbers, or the other way round.
    """
    known = manifest.spec.covariates
    if not known.all:
        return replace(series, codes=None, covariates=Covariates())
    read = {name: index for index, name in enumerate(series.covariates.names)}
    columns = []
    for covariate in known.all:
        if series.codes is None or covariate.name not in read:
            raise SeriesError(f"{manifest.title} takes in {covariate.name}, but {series.source} is read without it")
        index = read[covariate.name]
        found = series.covariates.all[index].categories
        if bool(found) != bool(covariate.categories):
            raise SeriesError(
                f"{series.source}: {manifest.title} knows {covariate.name} as {_kind(covariate.categories)}, but here "
                f"are {_kind(found)}: bring what it was trained on"
            )
        codes = series.codes[:, index]
        columns.append(_renumbered(codes, found, covariate) if found else codes)
    return replace(series, codes=np.stack(columns, axis=-1), covariates=known)


def _renumbered(codes: NDArray[np.float64], found: tuple[str, ...], covariate: Covariate) -> NDArray[np.float64]:
    """Indexes of the categories found as indexes of the covariate's own."""
    numbers = {category: float(number) for number, category in enumerate(covariate.categories)}
    return np.array([numbers.get(category, UNSEEN) for category in found])[codes.astype(np.int64)]


def _kind(categories: tuple[str, ...]) -> str:
    return f"texts such as {categories[0]!r}" if categories else "numbers"
