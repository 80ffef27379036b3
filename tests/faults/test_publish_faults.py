"""A small version of the drill `publish_faults`, and that it would see what it looks for."""

import shutil
import signal
import time
from pathlib import Path

import pytest

from benchmarks.faults.publish_faults import KILLED, SPEC, Reader, check, publish_faults, publishing
from benchmarks.harness.forked_publisher import GIVEN_UP, NAME
from benchmarks.harness.published import publish_random
from models.registry.registry import Registry


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is missing")
def test_publishing_survives_what_its_system_calls_come_to() -> None:
    bars = list(publish_faults(True))
    assert [bar for bar in bars if not bar.met] == []
    assert len(bars) == 7


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    publish_random(Registry.at(tmp_path), NAME, SPEC)
    return Registry.at(tmp_path)


def half(root: Path) -> None:
    """A version that was not written to its end."""
    version = Path(shutil.copytree(root / NAME / "1", root / NAME / "2"))
    (version / "model.onnx").write_bytes(b"half")


def test_a_half_version_is_seen(registry: Registry, tmp_path: Path) -> None:
    half(tmp_path)
    (problem,) = check(registry, KILLED, publishing(tmp_path), verified=True)
    assert problem.startswith("version 2: model.onnx has 4 bytes")


@pytest.mark.parametrize(
    ("status", "problem"),
    [
        (0, "versions (1,) after status 0"),
        (1, "a publisher ended with 1"),
        (-signal.SIGSEGV, f"a publisher ended with {-signal.SIGSEGV}"),
    ],
)
def test_an_end_that_does_not_fit_is_seen(registry: Registry, tmp_path: Path, status: int, problem: str) -> None:
    assert check(registry, status, publishing(tmp_path), verified=False) == [problem]


def test_a_version_that_was_said_not_to_be_published_is_seen(registry: Registry, tmp_path: Path) -> None:
    publish_random(registry, NAME, SPEC)
    assert check(registry, GIVEN_UP, publishing(tmp_path), verified=True) == [
        f"versions (1, 2) after status {GIVEN_UP}"
    ]


def test_a_leftover_that_is_not_removed_is_seen(
    registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / NAME / ".staging-x").mkdir()
    monkeypatch.setattr(Registry, "remove_leftovers", lambda _: [])
    assert check(registry, GIVEN_UP, publishing(tmp_path), verified=True) == [".staging-x is left"]


def test_a_reader_tells_what_it_could_not_read(registry: Registry, tmp_path: Path) -> None:
    half(tmp_path)
    with Reader(Path(registry.storage.location)).running() as reader:
        while not reader.reads:
            time.sleep(0.001)
    assert reader.problems[0].startswith("the reader: model.onnx has 4 bytes")
