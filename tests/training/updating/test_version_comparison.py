"""Two published models on the same rows."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.registry.registry import Registry
from models.spec.covariate import Covariate
from models.spec.manifest import Manifest
from tests.support.constant import constant, plain_spec
from tests.support.tiny import publish_tiny
from training.errors import SeriesError
from training.updating.version_comparison import OpenModel, compare_versions

RECIPE = {"series": {"csv": "load.csv", "column": ["a"]}, "windows": {"window": 2}, "split": {"train_share": 0.5}}


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("load.csv").write_text("a,price\n" + "".join(f"{row % 4},{row % 3}\n" for row in range(40)))


def model(answer: float, horizon: int = 2, **spec: Any) -> OpenModel:
    """A model that always forecasts one number."""
    shape = plain_spec(**spec)
    made: Manifest = publish_tiny(Registry.at(Path("registry")), "tiny")
    recipe = {**RECIPE, "evaluation": {"horizon": horizon}}
    training = made.training.model_copy(update={"recipe": recipe})
    return OpenModel(made.model_copy(update={"spec": shape, "training": training}), constant(answer, shape))


def test_the_better_one_is_told_with_a_test() -> None:
    reloaded, compared = compare_versions(model(1.5), model(3.5), {})
    assert reloaded.data.tested_on == "the last 16 of 40 rows of load.csv"
    assert (compared.horizon, compared.origins, compared.measure) == (2, 15, "MAE")
    assert (compared.error, compared.other_error) == pytest.approx((1.0, 2.0), rel=0.05)
    assert compared.comparison.p_value is not None
    assert compared.comparison.p_value < 0.05
    assert compared.verdict("x@1", "x@2").startswith("x@1 is better: its error is 5")
    _, turned = compare_versions(model(3.5), model(1.5), {})
    assert turned.comparison.error_ratio == pytest.approx(1 / compared.comparison.error_ratio)
    assert turned.verdict("x@1", "x@2") == compared.verdict("x@2", "x@1")


def test_a_model_is_as_good_as_itself() -> None:
    _, compared = compare_versions(model(1.5), model(1.5), {})
    assert (compared.comparison.error_ratio, compared.comparison.p_value) == (1, None)
    assert compared.verdict("x@1", "x@2") == "x@1 and x@2 can't be told apart"


def test_both_reach_the_horizon_and_the_longer_context_counts() -> None:
    short, long = model(1, horizon=2), model(2, horizon=5, window=30)
    for first, second in ((short, long), (long, short)):
        _, compared = compare_versions(first, second, {})
        assert (compared.horizon, compared.origins) == (2, 9)
    assert compare_versions(short, long, {"horizon": 4})[1].horizon == 4


def test_a_model_may_take_in_what_the_other_does_not() -> None:
    priced = model(2, future=(Covariate(name="price"),))
    expected = compare_versions(model(1), model(2), {})[1]
    assert compare_versions(model(1), priced, {})[1] == expected
    assert compare_versions(priced, model(1), {"future": ["price"]})[1].error == expected.other_error


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ({"features": ("b",)}, "tiny@1 has the features a, but tiny@2 b: only models of the same features"),
        ({"window": 40}, "have no room for a forecast: tiny@1 and tiny@2 need a context of 40 values and all 2 steps"),
    ],
)
def test_what_can_not_be_compared_is_told(spec: dict[str, Any], message: str) -> None:
    with pytest.raises(SeriesError, match=message):
        compare_versions(model(1), model(1, **spec), {})


def test_a_stride_may_be_given() -> None:
    _, compared = compare_versions(model(1.5), model(1), {"stride": 3})
    assert (compared.stride, compared.origins) == (3, 5)
    assert np.isfinite(compared.error)
