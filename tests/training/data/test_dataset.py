"""What a recipe makes of series, on series small enough to check by eye."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from models.spec.model_spec import Decoder
from models.timeseries.frequency import Frequency
from models.timeseries.time_index import TimeIndex
from tests.support.any_series.tiny import any_forecaster, seasonal_values
from training.data import dataset as module
from training.data.dataset import build_dataset, load_series, untrained_dataset
from training.data.splits import split_rows
from training.errors import RecipeError, SeriesError
from training.reading.series import Series
from training.recipes.recipe import Recipe

SMALL = Recipe().with_values({"window": 3, "train_share": 0.6, "validation_share": 0.2})


def series(*columns: list[float], name: str = "", timed: bool = False) -> Series:
    values = np.array(columns, np.float64).T
    times = np.datetime64("2020-01-01", "us") + np.arange(len(values)) * np.timedelta64(1, "D") if timed else None
    return Series(values, tuple("abc"[: len(columns)]), "load.csv", name, times, "1d" if timed else None)


def test_parts_samples_and_scaling_follow_the_order_of_time() -> None:
    dataset = build_dataset(SMALL, [series([0, 2, 0, 2, 0, 2, 5, 6, 7, 8])])
    assert dataset.parts == ((range(6), range(6, 8), range(8, 8), range(8, 10)),)
    assert (dataset.spec.scaler.mean, dataset.spec.scaler.scale) == ((1.0,), (1.0,))
    assert dataset.spec.seen is not None
    assert (dataset.spec.seen.minimum, dataset.spec.seen.maximum) == ((-1,), (1,))
    assert dataset.train.windows[:, :, 0].tolist() == [[-1, 1, -1], [1, -1, 1], [-1, 1, -1]]
    assert dataset.train.targets.tolist() == [[1], [-1], [1]]
    assert dataset.validation.targets.tolist() == [[4], [5]]
    assert dataset.held_out[0].part == range(8, 10)
    assert (dataset.tested_on, dataset.calibrated_on) == ("the last 2 of 10 rows", "")
    assert dataset.calibration == ()
    windows, time_indexes = np.asarray(dataset.examples(1).contexts), dataset.examples(1).times
    assert windows[:, :, 0].tolist() == [[2, 5, 6], [5, 6, 7]]
    assert time_indexes is None


def test_so_many_training_samples_are_evenly_spaced() -> None:
    dataset = build_dataset(SMALL.with_values({"training_samples": 2}), [series([0, 2, 0, 2, 0, 2, 5, 6, 7, 8])])
    assert dataset.train.targets.tolist() == [[1], [1]]
    assert len(dataset.validation.targets) == 2


def test_windows_of_any_length_are_as_many_and_are_told_the_recipe_s_seasons() -> None:
    values = {"scaler": "seasonal", "window": 8, "outputs": 4, "season": 4, "training_samples": 3, "horizon": 2}
    rows = [float(row + 5 * (row % 4)) for row in range(40)]
    dataset = build_dataset(Recipe().with_values(values), [series(rows)])
    assert dataset.train.windows.shape == (3, 8, dataset.spec.channels)
    assert dataset.series[0].seasons == dataset.held_out[0].seasons == (4,)


def test_calibration_rows_lie_before_the_test_rows_and_know_nothing_of_them() -> None:
    recipe = SMALL.with_values({"validation_share": 0.1, "calibration_share": 0.2})
    dataset = build_dataset(recipe, [series([0, 2, 0, 2, 0, 2, 5, 6, 7, 8], timed=True)])
    assert dataset.parts == ((range(6), range(6, 7), range(7, 9), range(9, 10)),)
    (calibration,) = dataset.calibration
    assert calibration.values[:, 0].tolist() == [0, 2, 0, 2, 0, 2, 5, 6, 7]
    assert calibration.part == range(7, 9)
    assert calibration.times is not None
    assert len(calibration.times) == 9
    assert dataset.calibrated_on == "the 2 rows before the last 1 of 10 rows"
    assert dataset.spec.frequency == "1d"


def test_contexts_have_the_time_of_their_last_row() -> None:
    examples = build_dataset(SMALL, [series([*range(10)], timed=True)]).examples(1)
    windows, time_indexes = np.asarray(examples.contexts), examples.times
    assert windows[:, -1, 0].tolist() == [7, 8]
    day = Frequency(0, 86_400_000_000)
    assert time_indexes == [TimeIndex(datetime(2020, 1, end, tzinfo=UTC), day) for end in (8, 9)]


def test_contexts_are_evenly_spaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_CONTEXTS", 3)
    dataset = build_dataset(SMALL.with_values({"train_share": 0.4, "validation_share": 0}), [series([*range(10)])])
    assert np.asarray(dataset.examples(1).contexts)[:, -1, 0].tolist() == [3, 5, 7]


def test_fewer_targets_than_columns_are_possible() -> None:
    dataset = build_dataset(SMALL.with_values({"csv": "x", "target": ["b"]}), [series([*range(10)], [*range(10, 20)])])
    assert dataset.spec.target_columns == (1,)
    assert dataset.train.windows.shape == (3, 3, 2)
    assert dataset.train.targets.shape == (3, 1)


def test_a_rollout_of_states_learns_from_sequences_and_is_validated_on_windows() -> None:
    recipe = SMALL.with_values({"csv": "x", "target": ["b"], "rollout": "state", "sequence": 4, "lead": 2})
    dataset = build_dataset(recipe.with_values({"scaler": "none"}), [series([*range(10)], [*range(0, 100, 10)])])
    assert dataset.spec.rollout == "state"
    assert dataset.train.windows.tolist() == [[[0, 0], [1, 10], [2, 20], [3, 30]]]
    assert dataset.train.targets.tolist() == [[[40], [50]]]
    assert dataset.validation.windows[:, :, 0].tolist() == [[2, 3, 4], [3, 4, 5]]
    assert dataset.validation.targets.tolist() == [[[60]], [[70]]]


def test_training_through_the_rollout_is_validated_through_it() -> None:
    recipe = SMALL.with_values({"rollout": "state", "feedback": 2, "scaler": "none"})
    dataset = build_dataset(recipe, [series([*range(10)])])
    assert dataset.train.windows[:, :, 0].tolist() == [[0, 1, 2, 3], [1, 2, 3, 4]]
    assert dataset.validation.windows[:, :, 0].tolist() == [[3, 4, 5, 6]]
    assert dataset.validation.targets.tolist() == [[[6], [7]]]


def test_a_short_validation_part_is_validated_on_as_many_steps_as_it_has() -> None:
    recipe = SMALL.with_values({"rollout": "state", "burn_in": 1, "sequence": 5, "scaler": "none"})
    dataset = build_dataset(recipe, [series([*range(10)])])
    assert dataset.train.windows[:, :, 0].tolist() == [[0, 1, 2, 3, 4]]
    assert dataset.validation.windows[:, :, 0].tolist() == [[5, 6]]
    assert dataset.validation.targets.tolist() == [[[6], [7]]]


def test_the_spec_has_what_the_recipe_says() -> None:
    values = {"lag": [2, 4], "difference": 2, "calendar": ["day"], "timezone": "Europe/Berlin", "members": 2}
    recipe = SMALL.with_values({"csv": "x", "time": "t", "units": [4, 2], "kind": "gru", **values})
    spec = build_dataset(recipe, [series([float(row**2 % 7) for row in range(40)], timed=True)]).spec
    assert (spec.kind, spec.units, spec.members, spec.lags, spec.difference) == ("gru", (4, 2), 2, (2, 4), 2)
    assert (spec.calendar, spec.timezone, spec.frequency) == (("day",), "Europe/Berlin", "1d")
    assert spec.context_length == 8


def test_a_standard_scaler_is_fitted_on_differences_where_they_are_taken() -> None:
    dataset = build_dataset(SMALL.with_values({"difference": 1}), [series([0, 1, 3, 4, 6, 7, 9, 9, 9, 9])])
    assert dataset.spec.scaler.mean + dataset.spec.scaler.scale == pytest.approx((1.4, 0.24**0.5))


PANEL = SMALL.with_values({"csv": "x", "id": "id", "test_rows": 2, "calibration_rows": 1, "validation_rows": 1})


def test_series_of_a_panel_have_their_parts_counted_from_their_ends() -> None:
    many = [
        series([1, 2, 3, 5, 8, 13, 21, 34], name="A"),
        series([5, 4, 3, 2, 1], name="B"),
        series([1, 1, 1, 1, 1, 1, 1, 9, 9], name="C"),
    ]
    dataset = build_dataset(PANEL, many)
    assert dataset.parts == split_rows(PANEL, many)
    assert dataset.parts[0] == (range(4), range(4, 5), range(5, 6), range(6, 8))
    assert dataset.spec.scaler.kind == "context"
    # B can be forecast, but has no rows to train on.
    assert dataset.train.windows[:, :, 0].tolist() == [pytest.approx([-(1.5**0.5), 0, 1.5**0.5]), [0, 0, 0], [0, 0, 0]]
    assert dataset.train.targets[0] == pytest.approx(3 * 1.5**0.5)
    assert [each.id for each in dataset.held_out] == ["A", "B", "C"]
    assert [each.id for each in dataset.calibration] == ["A", "C"]
    assert dataset.tested_on == "the last 2 rows of each of 3 series"
    assert np.asarray(dataset.examples(1).contexts).shape == (6, 3, 1)


def test_a_panel_may_be_split_by_shares() -> None:
    recipe = SMALL.with_values({"csv": "x", "id": "id", "calibration_share": 0.1})
    many = [series([1, 2, 3, 5, 8, 13, 21, 34, 4, 4], name="A"), series([*range(20)], name="B")]
    dataset = build_dataset(recipe, many)
    assert dataset.tested_on == "the last 3 of 30 rows in 2 series"
    assert dataset.calibrated_on == "the 3 rows before the last 3 of 30 rows in 2 series"


def test_a_noisy_sine_is_tested_on_fresh_series() -> None:
    recipe = Recipe().with_values({"generator": "noisy-sine", "train_share": 0.9})
    dataset = build_dataset(recipe, load_series(recipe))
    assert dataset.tested_on == "3 fresh series of 503 rows each"
    assert [len(each.part) for each in dataset.held_out] == [503] * 3
    assert np.asarray(dataset.examples(1).contexts).shape == (240, 24, 1)


def test_the_recipe_says_how_its_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "panel.csv"
    path.write_text("y,who,when\n1,A,2020-01-01\n,A,2020-01-02\n3,A,2020-01-04\n5,B,2020-01-01\n")
    values = {"csv": str(path), "id": "who", "time": "when", "fill": "linear", "frequency": "1d"}
    one, other = load_series(Recipe().with_values(values))
    assert one.values[:, 0].tolist() == pytest.approx([1, 5 / 3, 7 / 3, 3])
    assert (one.id, one.filled_rows, other.values.tolist()) == ("A", 2, [[5]])


def test_a_recipe_without_a_series_is_refused() -> None:
    with pytest.raises(RecipeError, match="names no series: give a file with --csv"):
        load_series(Recipe())


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"csv": "x", "target": ["b"]}, "the targets b must be among the columns a"),
        (
            {"lag": [3], "lead": 4},
            "the recipe can't be followed: every lag must be at least the lead of 4: the value 3",
        ),
        ({"csv": "x", "time": "t", "calendar": ["day"]}, "calendar inputs need each row's time, but load.csv has none"),
    ],
)
def test_what_does_not_go_together_is_refused(values: dict[str, object], message: str) -> None:
    with pytest.raises(RecipeError, match=message):
        build_dataset(SMALL.with_values(values), [series([*range(10)])])


@pytest.mark.parametrize("values", [{"residual": True}, {"rollout": "state", "feedback": 2}])
@pytest.mark.parametrize("target", ["b", ["b", "a"]])
def test_what_is_fed_back_needs_every_column_in_order(values: dict[str, object], target: object) -> None:
    recipe = SMALL.with_values({"csv": "x", "column": ["a", "b"], "target": target, **values})
    with pytest.raises(RecipeError, match="needs every column to be a target, in their order"):
        build_dataset(recipe, [series([*range(10)], [*range(5, 15)])])


ANY = SMALL.with_values({"scaler": "seasonal", "window": 8, "outputs": 4, "patch": 4, "season": (4, 2)})


def seasonal(length: int) -> Series:
    return replace(series(seasonal_values(length, 4, noise=1)), seasons=(4, 2))


def test_a_model_of_any_length_has_a_decoder_and_no_scale_of_its_own() -> None:
    dataset = build_dataset(ANY, [seasonal(60)])
    assert dataset.spec.decoder == Decoder(patch=4, units=64)
    assert (dataset.spec.quantiles, dataset.spec.seen) == ((0.1, 0.9), None)
    assert len(dataset.train.windows) == 36 - 8  # from the least window on
    assert len(dataset.validation.windows) == 12
    assert dataset.train.windows.shape[1:] == (8, dataset.spec.channels)


def test_examples_of_any_length_are_all_rows_before_them_with_their_seasons() -> None:
    dataset = build_dataset(ANY, [seasonal(60), seasonal(20)])
    examples = dataset.examples(4)
    assert [len(each) for each in examples.contexts] == [*range(48, 60), *range(16, 20)]
    assert examples.seasons == [(2, 4)] * 16
    some = examples.chosen(np.array([13, 0]))
    assert [len(each) for each in some.contexts] == [17, 48]
    prepared = some.prepared(any_forecaster(dataset.spec), 4)
    assert prepared.contexts.shape == (2, 8, 1)
    assert prepared.found == (None, None)


def test_a_model_of_any_length_learns_from_one_row_more_than_a_window() -> None:
    recipe = ANY.with_values({"train_share": 0.9, "validation_share": 0.0})
    assert len(build_dataset(recipe, [seasonal(10)]).train.windows) == 1
    with pytest.raises(SeriesError, match="8 of them to train on"):
        build_dataset(recipe, [seasonal(9)])


def test_an_untrained_dataset_holds_rows_to_test_on_alone() -> None:
    dataset = untrained_dataset(ANY, [seasonal(60), seasonal(8)])
    assert (len(dataset.train.windows), len(dataset.validation.windows), dataset.calibration) == (0, 0, ())
    assert [each.part for each in dataset.held_out] == [range(48, 60)]  # the other is too short to forecast
    assert dataset.spec.interval_scale == "quantiles"
    assert len(dataset.examples(4).contexts) == 12
    with pytest.raises(SeriesError, match=r"no row of load\.csv to test on has 8 rows before it"):
        untrained_dataset(ANY, [seasonal(8)])
    with pytest.raises(SeriesError, match=r"none of load\.csv's 60 rows is left to test on"):
        untrained_dataset(ANY.with_values({"train_share": 0.9, "validation_share": 0.1}), [seasonal(60)])


def test_a_decoder_takes_one_column() -> None:
    two = series([1.0, 2, 3, 4, 5, 6, 7, 8, 9, 0] * 4, [1.0, 2] * 20)
    with pytest.raises(RecipeError, match="a decoder is for one column"):
        build_dataset(ANY, [two])


def test_a_recipe_s_seasons_are_those_of_its_series() -> None:
    (one,) = load_series(Recipe().with_values({"generator": "noisy-sine", "season": (7, 3)}))
    assert one.seasons == (7, 3)
