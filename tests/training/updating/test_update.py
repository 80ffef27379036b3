"""Updates of a small trained model: what is published, and when nothing is."""

import shutil
from datetime import UTC, datetime
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np
import pytest

from models.registry.registry import Registry
from models.spec.manifest import Manifest, UpdateRecord
from tests.support.newer_files import HORIZON, TRAINED_ROWS, write_hours
from training.errors import SeriesError
from training.networks.fit import FittedNetwork
from training.pipeline import train
from training.recipes.recipe import Recipe
from training.updating import update as module
from training.updating.update import Outcome, update


def updated(registry: Registry, csv: Path, version: int = 1, **more: Any) -> Outcome:
    return update(registry, "load", version, {"csv": str(csv), **more.pop("values", {})}, progress=False, **more)


@pytest.fixture(scope="module")
def newer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_hours(tmp_path_factory.mktemp("newer") / "newer.csv", 0, TRAINED_ROWS + 60)


@pytest.fixture(scope="module")
def once_updated(
    load_path: Path, newer: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Registry, Manifest, UpdateRecord]:
    """A registry with load@1 and its update, which is not to be changed."""
    path = tmp_path_factory.mktemp("updated")
    shutil.copytree(load_path, path, dirs_exist_ok=True)
    registry = Registry.at(path)
    _, published, record = updated(registry, newer)
    assert published is not None
    assert record is not None
    return registry, published, record


def test_an_update_is_published_with_both_scores(once_updated: tuple[Registry, Manifest, UpdateRecord]) -> None:
    registry, manifest, record = once_updated
    assert (manifest.title, manifest.training.update) == ("load@2", record)
    # A tenth of 240 rows are 4 whole horizons.
    assert (record.from_version, record.new_rows, record.held_back_rows, record.measure) == (1, 60, 20, "MAE")
    assert record.ratio == pytest.approx(record.updated_error / record.published_error)
    assert 0.5 < record.ratio <= 1.02
    before, published = registry.open("load", 1)
    opened, forecaster = registry.open("load", 2)
    assert opened == manifest
    assert opened.files["model.onnx"] != before.files["model.onnx"]
    assert opened.spec.scaler == before.spec.scaler
    assert (manifest.data.source, manifest.data.rows, manifest.data.train_rows) == ("newer.csv", 240, 240)
    assert manifest.data.last_at == datetime(2024, 1, 10, 23, tzinfo=UTC)
    assert manifest.training.recipe["series"]["csv"] == "newer.csv"
    # What was measured is of the candidate, on the rows that it had not seen.
    assert manifest.backtest is not None
    assert fmean(manifest.backtest.model.mae) == pytest.approx(record.updated_error)
    assert manifest.metrics.tested_on == "the last 20 of 240 rows"
    assert published.intervals is not None
    assert forecaster.intervals is not None
    assert forecaster.intervals.count == 16 + published.intervals.count
    assert manifest.calibration is not None
    assert manifest.calibration.calibrated_on == (
        "the last 20 of 240 rows of newer.csv, before the network learned from them, and 14 of the errors that load@1 "
        "was calibrated on"
    )
    card = (Path(registry.storage.locate("load/2")) / "card.md").read_text()
    assert "## Update\n\nVersion 1 has learned on from a newer file, with 60 new rows." in card
    assert set(manifest.files) >= {"model.keras", "calibration.npy", "plots/error-by-step.png", "plots/forecasts.png"}


def test_a_clock_that_is_over_cuts_and_so_many_epochs_are_the_same_network(
    load_registry: Registry, newer: Path, once_updated: tuple[Registry, Manifest, UpdateRecord]
) -> None:
    cut = updated(load_registry, newer, minutes=1e-6, values={"learn_on": 12}).published
    assert cut is not None
    assert cut.training.cut_by_clock
    assert cut.files["model.onnx"] == once_updated[1].files["model.onnx"]


def test_the_next_update_goes_on_where_this_one_ended(
    once_updated: tuple[Registry, Manifest, UpdateRecord], tmp_path: Path
) -> None:
    shutil.copytree(once_updated[0].storage.location, tmp_path / "registry")
    csv = write_hours(tmp_path / "newest.csv", TRAINED_ROWS, TRAINED_ROWS + 80)
    record = updated(Registry.at(tmp_path / "registry"), csv, version=2).record
    assert record is not None
    assert (record.from_version, record.new_rows, record.held_back_rows) == (2, 20, 15)


def worse(*arguments: Any) -> FittedNetwork:
    """What has unlearned all, in place of `learn_on`."""
    fitted: FittedNetwork = arguments[2]
    fitted.network.set_weights([10 * np.ones_like(each) for each in fitted.network.get_weights()])
    return fitted


def test_a_candidate_that_is_worse_publishes_nothing(
    load_registry: Registry, newer: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "learn_on", worse)
    outcome = updated(load_registry, newer)
    assert outcome.published is None
    assert outcome.record is not None
    assert outcome.record.ratio > 1.02
    assert load_registry.listing()["load"].versions == (1,)


def test_too_few_new_rows_renew_the_intervals_alone(load_registry: Registry, tmp_path: Path) -> None:
    outcome = updated(load_registry, write_hours(tmp_path / "few.csv", 100, TRAINED_ROWS + 3 * HORIZON - 1))
    assert outcome.record is None
    assert outcome.published is not None
    before = load_registry.manifest("load", 1)
    assert outcome.published.files["model.onnx"] == before.files["model.onnx"]
    assert outcome.published.files["calibration.npy"] != before.files["calibration.npy"]


@pytest.mark.parametrize(
    ("start", "stop", "heading", "message"),
    [
        (TRAINED_ROWS + 1, TRAINED_ROWS + 60, "load", "no overlap, and the rows between"),
        (0, TRAINED_ROWS + 60, "lod", 'has no column "load"; did you mean lod?'),
        (
            TRAINED_ROWS,
            TRAINED_ROWS + 17,
            "load",
            "has 2 rows before the newest 15, .* reaches further back",
        ),
        (100, TRAINED_ROWS + 4, "load", "intervals take a whole horizon of 5 new rows"),
        (0, TRAINED_ROWS, "load", "none of the rows of new.csv came after those"),
    ],
)
def test_a_file_that_does_not_go_on_is_told(
    load_registry: Registry, tmp_path: Path, start: int, stop: int, heading: str, message: str
) -> None:
    with pytest.raises(SeriesError, match=message):
        updated(load_registry, write_hours(tmp_path / "new.csv", start, stop, heading))
    assert load_registry.listing()["load"].versions == (1,)


def test_a_panel_with_covariates_learns_on_and_what_it_never_saw_is_none_of_the_known(tmp_path: Path) -> None:
    def write(name: str, days: int, kinds: str) -> str:
        lines = ["shop,day,sold,kind"]
        times = np.arange("2024-01-01", days, dtype="M8[D]")
        for shop, level in (("A", 10.0), ("B", 400.0), ("C", 0.0)):
            for row in range(days if shop != "C" else 12):
                kind = kinds[row % len(kinds)] if row > 80 else "bc"[row % 2]
                lines.append(f"{shop},{times[row]},{level * (2 + row % 7 + 3 * (kind == 'b')):.3f},{kind}")
        path = tmp_path / name
        path.write_text("\n".join(lines) + "\n")
        return str(path)

    values = {
        "name": "load",
        "csv": write("old.csv", 80, "bc"),
        "column": ["sold"],
        "id": "shop",
        "time": "day",
        "future": ["kind"],
        "calendar": ["week"],
        "window": 7,
        "outputs": 3,
        "kind": "simple_rnn",
        "units": 4,
        "epochs": 1,
        "test_rows": 3,
        "calibration_rows": 3,
        "season": 7,
        "blend": True,
        "nonnegative": True,
        "horizon": 3,
        "members": 2,
        "leave_out": True,
    }
    registry = Registry.at(tmp_path / "registry")
    before = train(Recipe().with_values(values), registry, progress=False)
    assert before.calibration is not None
    assert len(before.calibration.candidates) == 2  # members left rows out, which an update learns from
    outcome = updated(registry, Path(write("new.csv", 110, "abc")))
    assert outcome.published is not None, outcome.record
    assert outcome.record is not None
    # 110 rows hold three horizons back of each series that has new ones.
    assert (outcome.record.measure, outcome.record.held_back_rows, outcome.record.new_rows) == ("MASE", 18, 60)
    assert outcome.published.spec.future == before.spec.future
    assert outcome.published.spec.blend == before.spec.blend
    assert registry.open("load", 2)[0] == outcome.published
    assert outcome.published.calibration is not None
    assert outcome.published.calibration.candidates == ()
