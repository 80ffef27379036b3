"""How versions are opened and asked for a forecast."""

import json
from pathlib import Path

from models.registry.registry import Registry
from rollcast.doctor.check import Check
from rollcast.doctor.registry import registry_checks
from service.settings import Settings
from tests.support.tiny import publish_tiny, timed_registry


def looked_at(path: Path) -> dict[str, Check]:
    return {check.name: check for check in registry_checks(Settings(registry=path))}


def test_each_version_is_opened_and_forecasts_its_example(tmp_path: Path) -> None:
    timed_registry(tmp_path)
    checks = looked_at(tmp_path)
    assert list(checks) == ["registry", "clock@1", "monthly@1", "wide@1"]
    assert {check.state for check in checks.values()} == {"good"}
    assert "3 steps forecast in " in checks["clock@1"].found


def test_what_is_wrong_is_a_problem_of_its_own_and_what_may_be_a_warning(tmp_path: Path) -> None:
    for name in ("bad", "good", "old"):
        publish_tiny(Registry.at(tmp_path), name)
    (tmp_path / "bad" / "1" / "model.onnx").write_bytes(b"")
    (tmp_path / "good" / "aliases.json").write_text("[]")
    manifest = json.loads((tmp_path / "old" / "1" / "manifest.json").read_text())
    del manifest["sha256"]
    (tmp_path / "old" / "1" / "manifest.json").write_text(json.dumps(manifest))
    checks = looked_at(tmp_path)
    states = {name: check.state for name, check in checks.items()}
    assert states == {"registry": "good", "bad@1": "problem", "good": "problem", "good@1": "good", "old@1": "warning"}
    assert checks["bad@1"].found.startswith("model.onnx has 0 bytes")
    assert checks["old@1"].advice.startswith("its manifest has no hash of its own")


def test_an_empty_registry_is_a_warning_and_one_that_is_none_a_problem(tmp_path: Path) -> None:
    assert looked_at(tmp_path)["registry"].state == "warning"
    (tmp_path / "file").write_text("")
    assert "can't be listed: Not a directory" in looked_at(tmp_path / "file")["registry"].found
    assert looked_at(tmp_path / "none")["registry"].found == f"there is none at {tmp_path / 'none'}"
