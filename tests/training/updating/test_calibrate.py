"""Intervals renewed from newer rows, by hand, and the version that has them."""

from pathlib import Path

import numpy as np
import pytest

from models.intervals.conformal import Intervals
from models.registry.registry import Registry
from tests.support.constant import constant, plain_spec
from tests.support.newer_files import TRAINED_ROWS, write_hours
from tests.support.tiny import publish_tiny
from training.errors import SeriesError
from training.evaluation.evaluate import interval_warnings
from training.reading.series import Series
from training.recipes.recipe import Recipe
from training.updating import calibrate as module
from training.updating.calibrate import recalibrate, renew_intervals
from training.updating.newer_rows import NewerRows, read_newer_rows

MODEL = constant(0, plain_spec(("value",)))  # forecasts 0, so that values are errors


def newer(tmp_path: Path, first_new: int, rows: int = 12, horizon: int = 1) -> NewerRows:
    made = publish_tiny(Registry.at(tmp_path / "registry"), "tiny")
    series = Series(np.arange(float(rows))[:, None], ("value",), "new.csv")
    recipe = Recipe().with_values({"window": 2, "horizon": horizon})
    return NewerRows(made.model_copy(update={"spec": MODEL.spec}), recipe, (series,), (first_new,))


def test_all_new_rows_calibrate_and_the_newest_quarter_measures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LEAST_MEASURED", 2)
    rows = newer(tmp_path, 4)
    intervals, record = renew_intervals(rows, MODEL, rows.parts, None)
    assert intervals.errors.tolist() == [[[4, 5, 6, 7, 8, 9, 10, 11]]]
    assert (record.calibrated_on, record.count, record.horizon) == ("the last 8 of 12 rows of new.csv", 8, 1)
    assert record.tested_on == "the newest 2 of these rows, by intervals from the others"
    assert record.coverage == {"50": (0,), "80": (0,)}  # 10 and 11 lie beyond all of 4 to 9


def test_few_forecasts_measure_nothing(tmp_path: Path) -> None:
    rows = newer(tmp_path, 4)
    _, record = renew_intervals(rows, MODEL, rows.parts, None)
    assert (record.tested_on, record.coverage) == (None, {})


def test_some_errors_of_before_are_kept_where_there_are_few_new_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "ENOUGH_ERRORS", 8)
    rows = newer(tmp_path, 7)
    before = Intervals(np.arange(100.0, 109)[None, None])
    intervals, record = renew_intervals(rows, MODEL, rows.parts, before)
    assert intervals.errors.tolist() == [[[7, 8, 9, 10, 11, 101, 104, 107]]]
    assert record.calibrated_on == (
        "the last 5 of 12 rows of new.csv, and 3 of the errors that tiny@1 was calibrated on"
    )
    other_horizon = Intervals(np.ones((2, 1, 9)))
    assert renew_intervals(rows, MODEL, rows.parts, other_horizon).intervals.count == 5
    monkeypatch.setattr(module, "ENOUGH_ERRORS", 5)
    assert renew_intervals(rows, MODEL, rows.parts, before).intervals.count == 5


def test_series_with_too_few_new_rows_are_named_unless_errors_of_before_are_kept(tmp_path: Path) -> None:
    values = np.arange(12.0)[:, None]
    series = Series(values, ("value",), "new.csv", "a"), Series(values[:5], ("value",), "new.csv", "b")
    rows = newer(tmp_path, 4, horizon=2)._replace(series=series, first_new=(4, 4))
    record = renew_intervals(rows, MODEL, rows.parts, None).record
    assert record.left_out is not None
    assert (record.left_out.names, record.left_out.of) == (("b",), 2)
    (warning,) = interval_warnings(record, 2, expected=True)[1:]
    assert warning == "has intervals from errors of 1 of 2 series: b has too few rows to calibrate on"
    kept = renew_intervals(rows, MODEL, rows.parts, Intervals(np.ones((2, 1, 9))))
    assert kept.record.left_out is None


def test_it_takes_a_horizon_of_new_rows(tmp_path: Path) -> None:
    for first_new, message in (
        (12, "none of the rows of new.csv came after"),
        (10, "the last 2 of 12 rows of new.csv"),
    ):
        rows = newer(tmp_path, first_new, horizon=3)
        with pytest.raises(SeriesError, match=f"{message}.* a whole horizon of 3 new rows, and a context of 2"):
            renew_intervals(rows, MODEL, rows.parts, None)


def test_the_next_version_has_the_same_network_and_new_intervals(load_registry: Registry, tmp_path: Path) -> None:
    csv = write_hours(tmp_path / "newer.csv", 100, TRAINED_ROWS + 120)
    before, forecaster = load_registry.open("load", 1)
    published = recalibrate(load_registry, read_newer_rows(before, {"csv": str(csv)}), forecaster)
    after, opened = load_registry.open("load", 2)
    assert after == published
    for name in ("model.onnx", "model.keras", "plots/loss.png", "plots/error-by-step.png"):
        assert after.files[name] == before.files[name]
    assert after.files["calibration.npy"] != before.files["calibration.npy"]
    assert not {"plots/coverage.png", "plots/forecasts.png"} & set(after.files)
    assert (after.spec, after.data, after.metrics, after.backtest) == (
        before.spec,
        before.data,
        before.metrics,
        before.backtest,
    )
    assert opened.intervals is not None
    assert forecaster.intervals is not None
    assert opened.intervals.count == 116 + forecaster.intervals.count
    assert after.calibration is not None
    assert after.calibration.tested_on == "the newest 30 of these rows, by intervals from the others"
    # It had too few errors for a level of 95 percent, which was warned of.
    assert any("intervals from only" in warning for warning in before.warnings)
    assert not any("intervals" in warning for warning in after.warnings)
    card = (Path(load_registry.storage.locate("load/2")) / "card.md").read_text()
    assert card.startswith("# load@2\n")
    assert "on the last 120 of 200 rows of newer.csv, and 14 of the errors that load@1 was calibrated on" in card
    assert "coverage.png" not in card
