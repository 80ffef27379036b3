"""The code that results are of: a commit, and what was changed since."""

import subprocess
from pathlib import Path

import pytest

import rollcast
from benchmarks.accuracy import measured_code as module
from benchmarks.accuracy.measured_code import measured_code


def git(folder: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


def test_only_what_trains_and_forecasts_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ROOT", tmp_path)
    for folder in ("training", "models/artifacts", "docs"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "a.txt").write_text("1")
    git(tmp_path, "init")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--message", "first")
    first = measured_code()
    assert (first.version, len(first.commit)) == (rollcast.__version__, 12)
    for folder in ("models/artifacts", "docs"):
        (tmp_path / folder / "a.txt").write_text("2")
    git(tmp_path, "commit", "--all", "--message", "second")
    assert measured_code() == first
    (tmp_path / "training" / "a.txt").write_text("2")
    changed = measured_code()
    assert changed.commit.startswith(f"{first.commit}+")
    (tmp_path / "training" / "a.txt").write_text("3")
    assert measured_code() not in (first, changed)
    git(tmp_path, "commit", "--all", "--message", "third")
    assert len(measured_code().commit) == 12
    assert measured_code() != first


def test_without_git_there_is_no_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert measured_code().commit == ""
