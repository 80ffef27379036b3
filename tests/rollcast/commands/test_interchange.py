"""`rollcast models export` and `import`."""

import json
import os
from pathlib import Path

import pytest

from models.registry.registry import Registry
from tests.rollcast.conftest import Command
from tests.support.reference import ARTIFACTS
from tests.support.tiny import publish_tiny


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A registry with tiny@1 and tiny@2."""
    for seed in (1, 2):
        publish_tiny(Registry.at(tmp_path / "registry"), "tiny", seed=seed)
    return tmp_path / "registry"


def test_a_version_goes_from_one_registry_to_another(rollcast: Command, root: Path, tmp_path: Path) -> None:
    file, other = tmp_path / "tiny.zip", tmp_path / "other"
    assert rollcast("models", "export", "tiny", file, "--registry", root).out == f"exported tiny@2 into {file}\n"
    assert file.stat().st_mode & 0o777 == 0o644
    first = rollcast("models", "import", file, "--registry", other)
    assert (first.status, first.out) == (0, f"imported tiny@2 in {other / 'tiny' / '2'}\n")
    again = rollcast("models", "import", file, "--registry", other)
    assert (again.status, again.out) == (0, "tiny@2 is there already, the very same: nothing was imported\n")
    assert rollcast("models", "verify", "--registry", other).out == "tiny@2  good\n"


def test_json_tells_where_a_version_went(rollcast: Command, root: Path, tmp_path: Path) -> None:
    file, other = tmp_path / "tiny.zip", tmp_path / "other"
    exported = rollcast("models", "export", "tiny", file, "--registry", root, "--json")
    assert json.loads(exported.out) == {"model": "tiny", "version": 2, "file": str(file)}
    told = [json.loads(rollcast("models", "import", file, "--registry", other, "--json").out) for _ in range(2)]
    assert [(each["model"], each["version"], each["served"], each["added"]) for each in told] == [
        ("tiny", 2, 2, True),
        ("tiny", 2, 2, False),
    ]
    assert told[0]["location"] == str(other / "tiny" / "2")


def test_an_export_is_the_same_each_time(
    rollcast: Command, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert rollcast("models", "export", "tiny@1", "--registry", root).out == "exported tiny@1 into tiny-1.zip\n"
    first = (tmp_path / "tiny-1.zip").read_bytes()
    for path in root.rglob("*"):
        os.utime(path, (0, 0))
    assert rollcast("models", "export", "tiny@1", "again.zip", "--registry", root).status == 0
    assert (tmp_path / "again.zip").read_bytes() == first


def test_a_taken_number_is_said_and_the_card_tells_the_new_one(rollcast: Command, tmp_path: Path) -> None:
    file = tmp_path / "sine.zip"
    assert rollcast("models", "export", "sine-lstm@3", file, "--registry", ARTIFACTS).status == 0
    for name in ("a", "b"):
        registry = Registry.at(tmp_path / name)
        publish_tiny(registry, "sine-lstm")
    for _ in range(2):
        publish_tiny(registry, "sine-lstm")
    registry.promote("sine-lstm", 1)
    kept = rollcast("models", "import", file, "--registry", tmp_path / "a")
    assert kept.out == f"imported sine-lstm@3 in {tmp_path / 'a' / 'sine-lstm' / '3'}\n"
    moved = rollcast("models", "import", file, "--registry", tmp_path / "b").out.splitlines()
    assert moved == [
        f"imported sine-lstm@4 in {tmp_path / 'b' / 'sine-lstm' / '4'}",
        "sine-lstm has had a version 3 here, or a higher one: this is 4",
        "sine-lstm still means version 1, its champion; to serve this one: rollcast models promote sine-lstm 4",
    ]
    card = (tmp_path / "b" / "sine-lstm" / "4" / "card.md").read_text()
    assert card.startswith("# sine-lstm@4\n")
    assert "(plots/forecasts.png)" in card


def test_what_can_not_be_read_or_written_is_one_line(rollcast: Command, root: Path, tmp_path: Path) -> None:
    (tmp_path / "junk.zip").write_bytes(b"junk")
    os.mkfifo(tmp_path / "pipe")
    for arguments, message in (
        (("export", "tiny", tmp_path / "no" / "x.zip"), "can't be written: No such file or directory"),
        (("export", "tinny"), 'no model is named "tinny"; did you mean tiny?'),
        (("import", tmp_path / "none.zip"), "none.zip can't be read: No such file or directory"),
        (("import", tmp_path / "pipe"), "pipe can't be read: it is not a regular file"),
        (("import", tmp_path / "junk.zip"), "this is no archive that can be read: File is not a zip file"),
    ):
        result = rollcast("models", *arguments, "--registry", root)
        assert (result.status, result.out) == (1, "")
        assert message in result.err


def test_a_broken_version_is_not_exported(rollcast: Command, root: Path, tmp_path: Path) -> None:
    (root / "tiny" / "2" / "plots" / "loss.png").write_bytes(b"GIF")
    result = rollcast("models", "export", "tiny", tmp_path / "x.zip", "--registry", root)
    assert result.err == "error: plots/loss.png is not the file that was published: its SHA-256 differs\n"
    assert not (tmp_path / "x.zip").exists()


def test_a_file_too_large_is_not_read(rollcast: Command, root: Path, tmp_path: Path) -> None:
    with (tmp_path / "huge.zip").open("wb") as file:
        file.truncate(2 << 30)
    result = rollcast("models", "import", tmp_path / "huge.zip", "--registry", root)
    assert "has 2147483648 bytes; at most" in result.err


def test_without_mlflow_its_extra_is_named(rollcast: Command, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rollcast.interchange.mlflow_server.find_spec", lambda _: None)
    for arguments in (("log", "tiny"), ("fetch", "models:/tiny/1")):
        result = rollcast("models", *arguments, "--tracking-uri", "http://127.0.0.1:1", "--registry", root)
        assert result.err == "error: mlflow must be installed for this: pip install 'rollcast[mlflow]'\n"
