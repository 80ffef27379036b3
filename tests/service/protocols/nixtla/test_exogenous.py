"""Which row of exogenous features is which covariate, numbers and categories mixed."""

from pathlib import Path
from typing import Any

import pytest

from models.errors import InvalidRequest
from models.registry.registry import Registry
from models.spec.covariate import Covariate
from models.spec.manifest import Manifest
from service.protocols.nixtla.cuts import Cut
from service.protocols.nixtla.examples import example_bodies
from service.protocols.nixtla.exogenous import Exogenous
from service.protocols.nixtla.schemas import NixtlaForecastRequest, Series
from tests.support.tiny import publish_tiny, tiny_spec

KIND = Covariate(name="kind", categories=("a", "b"))
DAY = Covariate(name="day", categories=("sun", "mon"))


@pytest.fixture
def manifest(tmp_path: Path) -> Manifest:
    """Of a model that takes in every kind of covariate, and a golden that has them."""
    found = publish_tiny(Registry.at(tmp_path), "mixed")
    future, past = (DAY, Covariate(name="heat")), (KIND, Covariate(name="rain"))
    spec = found.spec.model_copy(update={"future": future, "past": past, "static": (Covariate(name="size"),)})
    values = {"day": ("sun",) * 9, "heat": (1.0,) * 9}
    golden = found.goldens[0].model_copy(
        update={"future": values, "past": {"kind": ("a",) * 4, "rain": (0.5,) * 4}, "static": {"size": 2.0}}
    )
    return found.model_copy(update={"spec": spec, "goldens": (golden,)})


def test_numbers_stand_before_categories_and_what_is_known_ahead_before_all(manifest: Manifest) -> None:
    rows: list[list[Any]] = [[1.0, 2.0, 3.0], ["sun", "mon", "sun"], [0.1, 0.2, 0.3], [7.0] * 3, ["a", "b", "a"]]
    series = Series(y=[1.0, 2.0, 3.0], sizes=[3], X=rows, X_future=[[4.0], ["mon"]], categorical_exog=[1, 4])
    found = Exogenous.of(series, manifest, None, ahead=True).covariates(manifest, [Cut(0, 1, 3)], 1)
    assert found.future == [{"day": ["mon", "sun", "mon"], "heat": [2.0, 3.0, 4.0]}]
    assert found.past == [{"kind": ["b", "a"], "rain": [0.2, 0.3]}]
    assert found.static == [{"size": 7.0}]


def test_where_all_is_known_categories_come_last(manifest: Manifest) -> None:
    rows: list[list[Any]] = [[1.0, 2.0, 3.0], [0.1, 0.2, 0.3], [7.0] * 3, ["sun", "mon", "sun"], ["a", "b", "a"]]
    series = Series(y=[1.0, 2.0, 3.0], sizes=[3], X=rows, categorical_exog=[3, 4])
    exogenous = Exogenous.of(series, manifest, [1, 2], ahead=False)
    found = exogenous.covariates(manifest, [Cut(0, 0, 2)], 1)
    assert found.future == [{"day": ["sun", "mon", "sun"], "heat": [1.0, 2.0, 3.0]}]
    assert found.past == [{"kind": ["a", "b"], "rain": [0.1, 0.2]}]
    assert Exogenous.of(series, manifest, None, ahead=False) == exogenous


def test_categories_must_be_named(manifest: Manifest) -> None:
    series = Series(y=[1.0], sizes=[1], X=[[1.0]] * 5, X_future=[[1.0]] * 2)
    with pytest.raises(InvalidRequest) as caught:
        Exogenous.of(series, manifest, None, ahead=True)
    assert str(caught.value) == (
        "mixed@1 takes in day (categorical_exog_list) and heat, in this order, as columns of df and X_df; and kind "
        "(categorical_exog_list), rain and size, in this order, as columns of df in hist_exog_list; and no other "
        "exogenous features"
    )


def test_a_small_body_does_not_ask_for_any_number_of_values(manifest: Manifest) -> None:
    series = Series(y=[1.0] * 999, sizes=[999], X=[[1.0] * 999] * 5, categorical_exog=[3, 4])
    exogenous = Exogenous.of(series, manifest, None, ahead=False)
    with pytest.raises(InvalidRequest, match="but 1001000 came: ask for fewer n_windows"):
        exogenous.covariates(manifest, [Cut(0, 0, 199)] * 1001, 1)


def test_examples_bring_all_of_them(manifest: Manifest) -> None:
    sent = example_bodies(manifest)
    forecast = NixtlaForecastRequest.model_validate(sent["NixtlaForecastRequest"])
    assert forecast.series.X == [[1.0] * 4, ["sun"] * 4, [0.5] * 4, [2.0] * 4, ["a"] * 4]
    assert forecast.series.X_future == [[1.0] * forecast.h, ["sun"] * forecast.h]
    assert forecast.series.categorical_exog == [1, 4]
    crossed = sent["NixtlaCrossValidationRequest"]["series"]
    assert (crossed["categorical_exog"], [len(row) for row in crossed["X"]]) == ([3, 4], [5] * 5)
    assert "X_future" not in crossed


def test_of_several_columns_there_is_no_example(tmp_path: Path) -> None:
    assert example_bodies(publish_tiny(Registry.at(tmp_path), "pair", tiny_spec(features=("a", "b")))) == {}
