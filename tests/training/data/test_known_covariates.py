"""Covariates that are read anew, in the codes of the training."""

from pathlib import Path

import numpy as np
import pytest

from models.registry.registry import Registry
from models.spec.covariate import Covariate, Covariates
from models.spec.manifest import Manifest
from tests.support.tiny import publish_tiny
from training.data.known_covariates import in_known_codes
from training.errors import SeriesError
from training.reading.series import Series

WARMTH = Covariate(name="warmth", mean=20, scale=4)
OTHER = Covariate(name="other")
KIND = Covariate(name="kind", categories=("busy", "calm"))


@pytest.fixture
def manifest(tmp_path: Path) -> Manifest:
    made = publish_tiny(Registry.at(tmp_path), "tiny")
    return made.model_copy(update={"spec": made.spec.model_copy(update={"future": (WARMTH, KIND)})})


def series(*covariates: Covariate) -> Series:
    codes = np.array([[0.0, 10, 1], [1, 11, 1], [2, 12, 1]])[:, : len(covariates)]
    return Series(np.zeros((3, 1)), ("value",), "new.csv", codes=codes, covariates=Covariates(future=covariates))


def test_categories_keep_the_numbers_of_training_and_new_ones_have_none(manifest: Manifest) -> None:
    found = in_known_codes(
        manifest,
        series(Covariate(name="kind", categories=("away", "busy", "calm")), Covariate(name="warmth"), OTHER),
    )
    assert found.covariates == Covariates((WARMTH, KIND))
    assert found.codes is not None
    assert found.codes.tolist() == [[10, -1], [11, 0], [12, 1]]


@pytest.mark.parametrize(
    ("covariates", "message"),
    [
        ((KIND,), "tiny@1 takes in warmth, but new.csv is read without it"),
        ((Covariate(name="kind"), WARMTH), "tiny@1 knows kind as texts such as 'busy', but here are numbers: bring"),
        ((KIND, KIND.model_copy(update={"name": "warmth"})), "knows warmth as numbers, but here are texts such as"),
    ],
)
def test_what_is_not_known_so_is_told(manifest: Manifest, covariates: tuple[Covariate, ...], message: str) -> None:
    with pytest.raises(SeriesError, match=message):
        in_known_codes(manifest, series(*covariates))


def test_a_model_without_covariates_reads_none(manifest: Manifest) -> None:
    plain = manifest.model_copy(update={"spec": manifest.spec.model_copy(update={"future": ()})})
    assert in_known_codes(plain, series(KIND)).codes is None
