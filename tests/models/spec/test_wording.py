"""What a version is, in words."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from models.registry.registry import Registry
from models.spec.blend import Blend, LinearForecast
from models.spec.manifest import DataRecord, Description, TrainingRecord, UpdateRecord
from models.spec.metrics import Calibration
from models.spec.model_spec import ModelSpec, RolloutMode
from models.spec.wording import Fact, data_facts, model_facts, network_name, score_facts, update_text
from tests.support.tiny import graph_of, tiny_description, tiny_spec


def described(spec: ModelSpec) -> Description:
    return tiny_description(spec, graph_of(spec))


@pytest.fixture(scope="module")
def plain() -> Description:
    """Of one column, with nothing that is not needed."""
    return described(tiny_spec(lead=2))


@pytest.fixture(scope="module")
def rich() -> Description:
    """With everything that can be told."""
    spec = tiny_spec(
        "gru",
        ("load", "price"),
        window=5,
        units=(3, 2),
        members=3,
        outputs=2,
        lags=(8, 12),
        difference=6,
        calendar=("day", "weekday"),
        timezone="Australia/Melbourne",
        frequency="30m",
        rollout="state",
        interval_season=4,
    )
    training = TrainingRecord(recipe={}, duration_s=61.5, parameters=12345, loss=(0.5, 0.25, 0.125))
    data = DataRecord(
        source="demand.csv",
        series=1200,
        rows=1234567,
        train_rows=1000000,
        validation_rows=34567,
        calibration_rows=100000,
        test_rows=100000,
        filled_rows=1001,
        first_at=datetime(2020, 1, 1, tzinfo=UTC),
        last_at=datetime(2020, 2, 1, 0, 30, tzinfo=UTC),
        minimum=(2858.4375, -1e-7),
        maximum=(9345.0, 1234567.0),
        sha256="0" * 64,
    )
    calibration = Calibration(calibrated_on="the middle", horizon=2, count=40)
    return described(spec).model_copy(update={"training": training, "data": data, "calibration": calibration})


def test_a_plain_model_is_told_in_few_words(plain: Description) -> None:
    assert model_facts(plain) == [
        ("network", "lstm(3), 1 parameters, trained in 0 s"),
        ("context", "a request brings at least 5 values (window 4, lead 2)"),
        ("features", "value"),
        ("targets", "value"),
        ("rollout", "the window slides over what was forecast"),
        ("epochs", "1"),
    ]


def test_the_data_of_a_plain_model_is_told_in_few_words(plain: Description) -> None:
    assert data_facts(plain) == [
        ("source", "made up"),
        ("rows", "10: 8 to train on, 2 to test on"),
        ("range", "value 0 to 0"),
    ]


def test_everything_of_a_rich_model_is_told_under_its_field_s_name(rich: Description) -> None:
    assert model_facts(rich) == [
        ("network", "3 x gru(3, 2), 12,345 parameters, trained in 62 s"),
        ("context", "a request brings at least 22 values, with their times (window 5, lead 1)"),
        ("features", "load, price"),
        ("targets", "load, price, 2 values at once"),
        ("lags", "the value 8 steps before the target; the value 12 steps before the target"),
        ("difference", "works on each value's change from the value 6 steps before"),
        ("calendar", "the target's time of day; the target's weekday (Australia/Melbourne)"),
        ("rollout", "the network's state is carried on"),
        ("intervals", "as wide as the window's mean change over 4 steps"),
        ("epochs", "3"),
    ]


def test_everything_of_a_rich_model_s_data_is_told(rich: Description) -> None:
    assert data_facts(rich) == [
        ("source", "demand.csv"),
        (
            "rows",
            "1,234,567 of 1,200 series: 1,000,000 to train on, 34,567 to stop training by, 100,000 to calibrate "
            "intervals on, 100,000 to test on",
        ),
        ("times", "2020-01-01T00:00:00+00:00 to 2020-02-01T00:30:00+00:00"),
        ("frequency", "30m"),
        ("filled", "1,001 rows that were missing or had empty cells"),
        ("range", "load 2858.44 to 9345; price -1e-07 to 1.23457e+06"),
    ]


def test_no_text_is_empty_also_where_the_manifest_tells_nothing(plain: Description, rich: Description) -> None:
    nameless = plain.model_copy(update={"data": plain.data.model_copy(update={"source": ""})})
    for of in (plain, rich, nameless):
        facts = [*model_facts(of), *data_facts(of)]
        assert all(fact.text for fact in facts)
        assert len({fact.label for fact in facts}) == len(facts)
    assert "source" not in {label for label, _ in data_facts(nameless)}


@pytest.mark.parametrize("rollout", ["window", "state"])
def test_a_model_whose_answers_can_not_be_fed_back_says_so_whatever_its_rollout(rollout: RolloutMode) -> None:
    of = described(tiny_spec(features=("a", "b"), targets=("b",), rollout=rollout))
    expected = "next values only, as it does not forecast all that it forecasts from"
    assert Fact("rollout", expected) in model_facts(of)


def test_every_cycle_of_the_calendar_has_a_word() -> None:
    of = described(tiny_spec(calendar=("week", "year", "weekday", "day"), frequency="1h"))
    (told,) = (text for label, text in model_facts(of) if label == "calendar")
    assert (
        told
        == "the target's time of week; the target's time of year; the target's weekday; the target's time of day (UTC)"
    )


def test_a_request_brings_times_only_where_the_model_takes_in_the_calendar() -> None:
    for spec, times in (
        (tiny_spec(lags=(6,)), ""),
        (tiny_spec(calendar=("day",), frequency="1h"), ", with their times"),
    ):
        told = dict(model_facts(described(spec)))["context"]
        assert told == f"a request brings at least {spec.context_length} values{times} (window 4, lead 1)"


def test_times_are_told_only_where_both_ends_are_known(rich: Description) -> None:
    for name in ("first_at", "last_at"):
        half = rich.model_copy(update={"data": rich.data.model_copy(update={name: None})})
        assert "times" not in {label for label, _ in data_facts(half)}


def test_a_network_is_named_by_its_kind_its_sizes_and_how_many_it_is_the_mean_of() -> None:
    assert network_name(tiny_spec("simple_rnn", units=(64,))) == "simple_rnn(64)"
    assert network_name(tiny_spec(units=(64, 32), members=2)) == "2 x lstm(64, 32)"


def test_the_width_of_intervals_is_told_where_there_are_any(rich: Description) -> None:
    assert "intervals" in dict(model_facts(rich))
    assert "intervals" not in dict(model_facts(rich.model_copy(update={"calibration": None})))


def test_an_update_is_told_beside_the_version_before(plain: Description) -> None:
    update = UpdateRecord(
        from_version=3,
        new_rows=90,
        held_back_rows=1,
        measure="MAE",
        published_error=0.5,
        updated_error=0.25,
        ratio=0.5,
        p_value=0.0312,
    )
    told = "on the newest 1 row MAE 0.25, that of version 3 0.5 (ratio 0.5, p 0.031)"
    assert Fact("update", told) in score_facts(plain.with_update(update))
    assert update_text(update.model_copy(update={"p_value": None})).endswith("(ratio 0.5)")
    assert "update" not in dict(score_facts(plain))


def test_what_a_blend_s_linear_forecast_rests_on_is_told() -> None:
    linear = LinearForecast(weights=(0.5, 0.5), intercept=0.0, shift=0.0, covariates=(0.0, 0.1))
    spec = tiny_spec(calendar=("year",), frequency="1mo", blend=Blend(seasons=(), linear=(linear,), weights=((1, 0),)))
    facts = dict(model_facts(described(spec)))
    assert facts["blend"].startswith("a linear forecast of 2 lags and 2 known inputs have a share in it")


def test_a_model_for_any_series_tells_how_long_windows_may_be(any_series_path: Path) -> None:
    facts = dict(model_facts(Registry.at(any_series_path).manifest("any-series", 1)))
    assert facts["context"] == (
        "a request brings 8 to 1,024 values of any season (the network sees the newest 16, seasonally adjusted)"
    )
    assert facts["missing values"] == "may be null: the values around them and the season stand in for them"
