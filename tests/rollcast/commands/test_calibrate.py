"""`rollcast calibrate`: new intervals around the same network."""

import json
from pathlib import Path

from models.registry.registry import Registry
from tests.rollcast.conftest import Command
from tests.support.newer_files import TRAINED_ROWS, write_hours


def test_the_next_version_is_published_and_its_intervals_told(
    rollcast: Command, load_registry: Registry, tmp_path: Path
) -> None:
    csv = write_hours(tmp_path / "newer.csv", 100, TRAINED_ROWS + 120, heading="demand")
    folder = load_registry.storage.location
    result = rollcast("calibrate", "load", "--csv", csv, "--column", "demand", "--registry", folder)
    assert result.status == 0, result.err
    published, calibrated, covered = result.out.splitlines()
    assert published == f"published load@2 in {Path(folder) / 'load' / '2'}"
    assert calibrated == (
        "intervals from 130 errors at each of 5 steps on the last 120 of 200 rows of newer.csv, and 14 of the errors "
        "that load@1 was calibrated on"
    )
    assert covered.startswith("on the newest 30 of these rows, by intervals from the others: intervals covered, of")
    first, second = (load_registry.manifest("load", version) for version in (1, 2))
    assert first.files["model.onnx"] == second.files["model.onnx"]
    assert first.files["calibration.npy"] != second.files["calibration.npy"]


def test_a_file_without_new_rows_is_told(rollcast: Command, load_registry: Registry, tmp_path: Path) -> None:
    csv = write_hours(tmp_path / "old.csv", 0, TRAINED_ROWS)
    result = rollcast("calibrate", "load", "--csv", csv, "--registry", load_registry.storage.location)
    assert (result.status, result.out) == (1, "")
    assert result.err.startswith("error: none of the rows of old.csv came after those that load@1 was trained on")


def test_json_tells_what_was_published(rollcast: Command, load_registry: Registry, tmp_path: Path) -> None:
    csv = write_hours(tmp_path / "newer.csv", 100, TRAINED_ROWS + 120)
    load_registry.promote("load", 1)
    folder = load_registry.storage.location
    result = rollcast("calibrate", "load", "--csv", csv, "--json", "--registry", folder)
    document = json.loads(result.out)
    assert (document["model"], document["version"], document["served"]) == ("load", 2, 1)
    assert document["location"] == str(Path(folder) / "load" / "2")
    assert document["calibration"]["count"] == 130
    for warning in document["warnings"]:
        assert f"warning: load@2 {warning}\n" in result.err
