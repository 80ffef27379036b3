"""Which rows are new: by time, or after the same beginning."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.registry.registry import Registry
from models.spec.manifest import Manifest, UpdateRecord
from tests.support.tiny import publish_tiny
from training.data.held_out import HeldOut
from training.errors import RecipeError, SeriesError
from training.evaluation.backtest import BacktestData
from training.reading.series import Series, sha256
from training.recipes.recipe import Recipe
from training.updating.newer_rows import first_new_rows, learned_rows, read_newer_rows
from training.updating.reload_data import ReloadedData

VALUES = np.arange(10.0)[:, None]
UPDATE = UpdateRecord(
    from_version=1, new_rows=4, held_back_rows=2, measure="MAE", published_error=2, updated_error=1, ratio=0.5
)


def manifest(tmp_path: Path, recipe: dict[str, Any] | None = None, **data: Any) -> Manifest:
    made = publish_tiny(Registry.at(tmp_path / "registry"), "tiny")
    training = made.training.model_copy(update={"recipe": recipe or {"series": {"csv": "old.csv"}}})
    return made.model_copy(update={"training": training, "data": made.data.model_copy(update=data)})


def series(first: str, rows: int = 10, frequency: str = "1d", id_: str = "") -> Series:
    unit = "M8[M]" if frequency == "1mo" else "M8[D]"
    times = np.arange(first, rows, dtype=unit).astype("M8[us]")
    return Series(VALUES[:rows], ("value",), "new.csv", id_, times, frequency)


def test_rows_after_the_last_time_are_new(tmp_path: Path) -> None:
    known = manifest(tmp_path, last_at=datetime(2024, 1, 6, tzinfo=UTC))
    assert first_new_rows(known, [series("2024-01-01")]) == (6,)
    assert first_new_rows(known, [series("2024-01-07")]) == (0,)  # it continues right there
    assert first_new_rows(known, [series("2024-01-01", rows=3)]) == (3,)  # and all of these are known
    panel = [series("2024-01-01", rows=4, id_="ended"), series("2024-01-03", id_="goes on"), series("2024-01-09")]
    assert first_new_rows(known, panel) == (4, 4, 0)


def test_a_gap_is_told(tmp_path: Path) -> None:
    known = manifest(tmp_path, last_at=datetime(2024, 1, 6, tzinfo=UTC))
    with pytest.raises(SeriesError, match=r"new.csv begins at 2024-01-08T00:00:00, but tiny@1 .* up to 2024-01-06T00"):
        first_new_rows(known, [series("2024-01-08")])


def test_months_are_counted_whatever_their_last_day(tmp_path: Path) -> None:
    known = manifest(tmp_path, last_at=datetime(2024, 2, 29, tzinfo=UTC))
    ends = series("2024-03", frequency="1mo")
    assert ends.times is not None
    assert first_new_rows(known, [replace(ends, times=ends.times + np.timedelta64(30, "D"))]) == (0,)
    with pytest.raises(SeriesError, match="no overlap"):
        first_new_rows(known, [series("2024-04", frequency="1mo")])


def test_without_times_the_file_must_begin_with_the_same_rows(tmp_path: Path) -> None:
    plain = Series(VALUES, ("value",), "new.csv")
    known = manifest(tmp_path, rows=7, sha256=sha256([replace(plain, values=VALUES[:7])]))
    assert first_new_rows(known, [plain]) == (7,)
    for other in (VALUES[1:], VALUES[:5]):
        with pytest.raises(SeriesError, match="does not begin with the 7 rows that tiny@1 was trained on, and"):
            first_new_rows(known, [replace(plain, values=other)])


def test_several_series_without_times_must_all_have_begun_with_as_many(tmp_path: Path) -> None:
    panel = [Series(sign * VALUES, ("value",), "new.csv", name) for name, sign in (("a", 1), ("b", -1), ("c", 2))]
    beginnings = [replace(each, values=each.values[:4]) for each in panel[:2]]
    known = manifest(tmp_path, series=2, rows=8, sha256=sha256(beginnings))
    assert first_new_rows(known, panel) == (4, 4, 0)  # the third one is new as a whole
    with pytest.raises(SeriesError, match="as many in each"):
        first_new_rows(manifest(tmp_path, series=2, rows=9), panel)


def test_a_file_is_read_by_the_model_s_own_recipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("new.csv").write_text("value,x\n" + "".join(f"{row},0\n" for row in range(10)))
    known = manifest(
        tmp_path,
        {"series": {"csv": "old.csv"}, "evaluation": {"horizon": 3}},
        rows=7,
        sha256=sha256([Series(VALUES[:7], ("value",), "")]),
    )
    newer = read_newer_rows(known, {"csv": "new.csv"})
    assert (newer.parts, newer.most, newer.horizon) == ((range(7, 10),), 3, 3)
    assert newer.described(newer.parts) == "the last 3 of 10 rows of new.csv"
    with pytest.raises(SeriesError, match='no column "sold"'):
        read_newer_rows(known, {"csv": "new.csv", "column": ["sold"]})


def test_no_file_goes_on_a_generator(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="tiny@1 was trained on the generator sine, which no file goes on"):
        read_newer_rows(manifest(tmp_path, {"series": {"generator": "sine"}}), {"csv": "new.csv"})


def test_an_updated_version_has_learned_from_all_rows_of_its_file(tmp_path: Path) -> None:
    known = manifest(tmp_path, last_at=datetime(2024, 1, 6, tzinfo=UTC))
    tested = series("2024-01-01")
    data = BacktestData((), (HeldOut.of(tested, range(4, 10)),), "the end")
    reloaded = ReloadedData(Recipe(), (tested,), data, same_values=False)
    assert learned_rows(known, reloaded) == 0
    updated = known.model_copy(update={"training": known.training.model_copy(update={"update": UPDATE})})
    assert learned_rows(updated, reloaded) == 2
    later = series("2025-01-01")
    assert learned_rows(updated, reloaded._replace(series=(later,))) == 0  # nothing says that they are its own
