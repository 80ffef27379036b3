"""What a spec tells of its network, and what it refuses by itself."""

from typing import Any

import pytest
from pydantic import ValidationError

from models.spec.blend import Blend, LinearForecast
from models.spec.covariate import Covariate
from models.spec.model_spec import Extension, ModelSpec, TrainingRange
from models.timeseries.calendar_features import Cycle
from models.timeseries.scaling import Scaler
from tests.support.any_series.tiny import any_spec
from tests.support.tiny import tiny_spec

PAIR = tiny_spec(features=("a", "b"), window=3, lead=2)


@pytest.mark.parametrize(
    ("calendar", "channels"),
    [((), 0), (("day",), 4), (("week",), 6), (("year",), 2), (("weekday",), 7), (("weekday", "day", "year"), 13)],
)
def test_what_is_known_of_the_future_is_the_calendar(calendar: tuple[Cycle, ...], channels: int) -> None:
    spec = tiny_spec(features=("a", "b"), lags=(1, 3), calendar=calendar, frequency="1h")
    assert spec.known_future_channels == channels
    assert spec.channels == 2 * 3 + channels


def test_what_is_known_of_a_target_at_every_step_is_in_its_place_among_the_channels() -> None:
    region = Covariate(name="region", categories=("north", "south"))
    spec = tiny_spec(
        outputs=3,
        holidays="AU",
        frequency="1d",
        future=(Covariate(name="x"), region),
        past=(Covariate(name="y"),),
        static=(Covariate(name="z"),),
        masked=True,
    )
    # Holidays; x and region of the first output's target, not of the two others'; not y; z; not the mask.
    assert spec.known_of_target == (0, 1, 2, 3, 11)
    assert spec.known_future_channels == 1 + 3 * 3 + 1 + 1 + 1
    assert tiny_spec(past=(Covariate(name="y"),), masked=True).known_of_target == ()


def test_a_blend_s_linear_forecast_has_a_weight_for_all_that_is_known_of_a_target_or_for_nothing() -> None:
    linear = LinearForecast(weights=(1.0,), intercept=0.0, shift=0.0)
    for covariates in ((), (0.5,) * 4):
        blend = Blend(seasons=(), linear=(linear.model_copy(update={"covariates": covariates}),), weights=((0.5, 0.5),))
        assert tiny_spec(calendar=("day",), frequency="1h", blend=blend).blend == blend
    with pytest.raises(ValidationError, match=r"a weight for each of the 2 channels .* or none, not 4"):
        tiny_spec(calendar=("year",), frequency="1h", blend=blend)


def test_the_calendar_does_not_end_a_rollout_as_it_is_no_feature() -> None:
    assert tiny_spec(features=("a", "b"), calendar=("day", "week"), frequency="1h").rolls_out
    assert not tiny_spec(features=("a", "b"), targets=("a",), calendar=("day", "week"), frequency="1h").rolls_out


def test_a_lag_may_reach_as_near_as_the_lead() -> None:
    assert tiny_spec(window=3, lead=2, lags=(2,)).input_length == 4
    with pytest.raises(ValidationError, match="every lag must be at least the lead of 2: the value 1 steps before"):
        tiny_spec(window=3, lead=2, lags=(4, 1))


def test_intervals_may_be_as_wide_as_the_longest_change_that_a_window_shows() -> None:
    assert tiny_spec(window=3, lead=2, interval_season=3).interval_season == 3
    with pytest.raises(ValidationError, match="as wide as changes over 4 steps: windows have 4"):
        tiny_spec(window=3, lead=2, interval_season=4)


def test_a_window_with_differences_shows_no_longer_changes_to_intervals() -> None:
    with pytest.raises(ValidationError, match="as wide as changes over 4 steps: windows have 4"):
        tiny_spec(window=4, difference=12, interval_season=4)


def test_a_rollout_of_states_may_give_as_many_outputs_as_its_window_has_values() -> None:
    assert tiny_spec(window=3, outputs=3, rollout="state").outputs == 3
    assert tiny_spec(window=2, outputs=3).outputs == 3
    with pytest.raises(ValidationError, match="a rollout of states needs a window at least as long as the outputs"):
        tiny_spec(window=2, outputs=3, rollout="state")


@pytest.mark.parametrize("more", [{"difference": 3}, {"outputs": 2}])
def test_differences_and_several_outputs_need_every_feature_in_its_place(more: dict[str, Any]) -> None:
    assert tiny_spec(features=("a", "b"), targets=("a", "b"), **more).rolls_out
    for targets in (("a",), ("b", "a")):
        with pytest.raises(ValidationError, match="differences and several outputs need every feature to be a target"):
            tiny_spec(features=("a", "b"), targets=targets, **more)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"features": ("a", "b", "a")}, "features must differ from each other"),
        ({"features": ()}, "at least 1 item"),
        ({"targets": ()}, "at least 1 item"),
        ({"targets": ("a", "c")}, "every target must be one of the features"),
        ({"features": ("a",), "targets": ("a",)}, "the scaler is for 2 columns, not 1"),
        ({"seen": TrainingRange(minimum=(0.0, 0.0), maximum=(1.0,))}, "the range seen must be of 2 columns"),
        ({"seen": TrainingRange(minimum=(0.0, 2.0), maximum=(1.0, 1.0))}, "must begin with the minimum"),
        ({"outputs": 2}, "several outputs begin with the next value: the lead must be 1"),
        ({"calendar": ("day",)}, "calendar inputs need the frequency: the time between values"),
        ({"interval_season": 0}, "greater than or equal to 1"),
        ({"units": (3, 0)}, "greater than or equal to 1"),
        ({"members": 33}, "less than or equal to 32"),
        ({"kind": "2lstm"}, "should match pattern"),
        ({"kind": "lstm\n"}, "should match pattern"),
        ({"frequency": "1mo1d"}, "a frequency is a duration such as 30m"),
        ({"timezone": ""}, "a timezone is an IANA name"),
        ({"surprise": 1}, "Extra inputs are not permitted"),
    ],
)
def test_a_value_that_makes_no_sense_is_refused_with_the_reason(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message) as caught:
        ModelSpec(**{**dict(PAIR), **change})
    assert caught.value.error_count() == 1


def test_a_range_of_one_value_was_seen_where_a_column_never_changed() -> None:
    seen = TrainingRange(minimum=(0.0, 1.0), maximum=(0.0, 1.0))
    assert ModelSpec(**{**dict(PAIR), "seen": seen}).seen == seen


def test_a_scaler_has_as_many_means_as_scales() -> None:
    with pytest.raises(ValidationError, match="a scaler needs as many means as scales, not 2 and 1"):
        Scaler(kind="standard", mean=(0.0, 0.0), scale=(1.0,))


def test_a_spec_never_changes() -> None:
    with pytest.raises(ValidationError, match="Instance is frozen"):
        PAIR.window = 4  # type: ignore[misc]


def test_a_spec_survives_its_json() -> None:
    spec = tiny_spec(
        "gru",
        ("a", "b"),
        window=5,
        lags=(2, 8),
        difference=3,
        calendar=("day", "weekday"),
        timezone="Australia/Melbourne",
        frequency="6h",
        seen=TrainingRange(minimum=(0.1, -1e300), maximum=(0.30000000000000004, 1e300)),
        interval_season=4,
        state_sizes=(3,),
    )
    assert ModelSpec.model_validate_json(spec.model_dump_json()) == spec


def test_a_target_is_named_once() -> None:
    with pytest.raises(ValidationError):
        tiny_spec(features=("a", "b"), targets=("b", "b"))


def test_a_decoder_makes_a_model_of_windows_of_any_length() -> None:
    spec = any_spec(window=12, outputs=6, patch=3)
    assert spec.any_length
    assert (spec.least_context, spec.training_context, spec.context_length) == (8, 8, 1024)
    assert spec.channels == 1 + spec.known_future_channels == 20
    assert spec.output_columns == 3
    assert spec.max_horizon is None
    assert not tiny_spec().any_length
    assert tiny_spec(window=5).training_context == 5


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"decoder": None}, "a decoder goes with a scaler of the kind seasonal, and only with it"),
        ({"scaler": "context"}, "a decoder goes with a scaler of the kind seasonal, and only with it"),
        ({"patch": 3}, "a multiple of its patch, at least 2 and as long as the outputs"),
        ({"outputs": 9}, "a multiple of its patch, at least 2 and as long as the outputs"),
        ({"window": 1, "patch": 1, "outputs": 1}, "a multiple of its patch, at least 2 and as long as the outputs"),
        ({"patch": 0}, "greater than or equal to 1"),
        ({"units": (3, 3)}, "one column, one recurrent layer and quantiles"),
        ({"quantiles": None, "interval_scale": "scale"}, "one column, one recurrent layer and quantiles"),
        ({"features": ("a", "b")}, "one column, one recurrent layer and quantiles"),
        ({"rollout": "state"}, "leave rollout out"),
        ({"outputs": 1, "lead": 2}, "leave lead out"),
        ({"outputs": 1, "lags": (3,)}, "leave lags out"),
        ({"difference": 1}, "leave difference out"),
        ({"calendar": ("day",), "frequency": "1h"}, "leave calendar out"),
        ({"holidays": "DE", "frequency": "1d"}, "leave holidays out"),
        ({"masked": True}, "leave masked out"),
        ({"extension": Extension(least=2, season=1)}, "leave extension out"),
        ({"nonnegative": ("value",)}, "leave nonnegative out"),
        ({"seen": TrainingRange(minimum=(0,), maximum=(1,))}, "leave seen out"),
        ({"future": (Covariate(name="x"),)}, "leave future out"),
        ({"past": (Covariate(name="x"),)}, "leave past out"),
        ({"static": (Covariate(name="x"),)}, "leave static out"),
    ],
)
def test_a_decoder_is_for_windows_adjusted_by_themselves_and_nothing_beside(
    change: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValidationError, match=message):
        any_spec(**change)
