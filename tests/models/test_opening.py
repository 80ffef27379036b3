"""Opening versions, whole and broken in every way that a disk knows."""

import errno
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from models.errors import RefusedVersion
from models.opening import STATES, file_record, open_version
from models.registry import Registry
from tests.support.tiny import tiny_graph
from training.graph import OPERATORS


@pytest.fixture
def version(registry_path: Path, tmp_path: Path) -> Path:
    """A copy of one whole version, to be broken."""
    return Path(shutil.copytree(registry_path / "tiny" / "1", tmp_path / "tiny" / "1"))


def rewrite(version: Path, change: Callable[[dict[str, Any]], object]) -> None:
    path = version / "manifest.json"
    document = json.loads(path.read_text())
    change(document)
    path.write_text(json.dumps(document))


def swap_graph(version: Path, graph: bytes) -> None:
    """Another graph, with a manifest that vouches for it."""
    (version / "model.onnx").write_bytes(graph)
    rewrite(version, lambda document: document["files"].update({"model.onnx": file_record(graph).model_dump()}))


def test_a_whole_version_opens_and_forecasts(version: Path) -> None:
    manifest, forecaster = open_version(version)
    assert (manifest.name, manifest.version) == ("tiny", 1)
    assert forecaster.forecast([[1.0, 2, 3, 4]], 3).shape == (1, 3, 1)


def refused(version: Path) -> str:
    with pytest.raises(RefusedVersion) as caught:
        open_version(version)
    return str(caught.value)


def test_any_flipped_byte_of_the_graph_is_noticed(version: Path) -> None:
    path = version / "model.onnx"
    whole = path.read_bytes()
    for place in range(len(whole)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        assert "its SHA-256 differs" in refused(version)


@pytest.mark.parametrize("name", ["model.onnx", "plots/loss.png"])
def test_a_truncated_file_is_noticed(version: Path, name: str) -> None:
    content = (version / name).read_bytes()
    (version / name).write_bytes(content[:-1])
    assert refused(version) == f"{name} has {len(content) - 1} bytes; the manifest says {len(content)}"


@pytest.mark.parametrize("name", ["model.onnx", "plots/loss.png"])
def test_a_missing_file_is_noticed(version: Path, name: str) -> None:
    (version / name).unlink()
    assert refused(version) == f"{name} can't be read: No such file or directory"


def test_a_missing_manifest_is_noticed(version: Path) -> None:
    (version / "manifest.json").unlink()
    assert refused(version) == "manifest.json can't be read: No such file or directory"


def test_a_manifest_cut_anywhere_is_refused(version: Path) -> None:
    path = version / "manifest.json"
    whole = path.read_bytes().rstrip()
    for end in range(0, len(whole), 50):
        path.write_bytes(whole[:end])
        assert "manifest.json is not valid" in refused(version)


def test_a_value_that_makes_no_sense_is_named(version: Path) -> None:
    rewrite(version, lambda document: document.update(window=0))
    assert refused(version) == "manifest.json is not valid at window: Input should be greater than or equal to 1"


def test_a_graph_whose_answers_differ_is_refused(version: Path) -> None:
    swap_graph(version, tiny_graph("lstm", 1, 1, seed=5))
    assert "golden 0 replays" in refused(version)
    assert "at most 1e-04 is allowed" in refused(version)


def test_a_scaler_that_was_tampered_with_is_noticed_by_the_goldens(version: Path) -> None:
    rewrite(version, lambda document: document["scaler"].update(mean=[1.01]))
    assert "golden 0 replays" in refused(version)


def test_a_graph_of_other_columns_is_refused(version: Path) -> None:
    swap_graph(version, tiny_graph("lstm", 2, 2))
    assert refused(version) == "model.onnx takes 2 columns and gives 2; the manifest says 1 and 1"


def test_bytes_that_are_no_graph_are_refused_though_the_manifest_vouches_for_them(version: Path) -> None:
    swap_graph(version, b"no graph")
    assert "not a graph that ONNX Runtime can load" in refused(version)


def test_a_manifest_without_a_graph_is_refused(version: Path) -> None:
    rewrite(version, lambda document: document["files"].pop("model.onnx"))
    assert refused(version) == "manifest.json lists no model.onnx"


def test_goldens_that_do_not_fit_are_refused(version: Path) -> None:
    rewrite(version, lambda document: document["goldens"][1]["window"].pop())
    assert refused(version) == "golden 1 can't be replayed: the window has 3 values; tiny@1 needs at least 4"


def test_golden_answers_of_another_shape_are_refused(version: Path) -> None:
    rewrite(version, lambda document: document["goldens"][0].update(predictions=[[1, 2]]))
    assert refused(version) == "golden 0 has shape (1, 2), but (1, 1) came"


def test_a_file_outside_the_version_is_never_read(version: Path) -> None:
    (version.parent / "outside").write_bytes(b"x")
    record = file_record(b"x").model_dump()
    rewrite(version, lambda document: document["files"].update({"../outside": record}))
    assert "lies outside its version's folder" in refused(version)


def test_a_link_is_never_followed(version: Path, tmp_path: Path) -> None:
    graph = version / "model.onnx"
    elsewhere = tmp_path / "elsewhere.onnx"
    graph.rename(elsewhere)
    graph.symlink_to(elsewhere)
    assert "model.onnx is a link" in refused(version)


def test_a_version_in_another_ones_place_is_refused(version: Path) -> None:
    version.rename(version.parent / "2")
    with pytest.raises(RefusedVersion, match=r"the manifest is that of tiny@1, but it lies in tiny/2"):
        Registry(version.parent.parent).open("tiny", 2)
    with pytest.raises(RefusedVersion, match=r"it lies in tiny/2"):
        Registry(version.parent.parent).manifest("tiny", 2)


def vouch(name: str, content: bytes = b"") -> Callable[[dict[str, Any]], object]:
    """The manifest lists one more file."""
    return lambda document: document["files"].update({name: file_record(content).model_dump()})


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("a\0b", r"'a\x00b' can't be read: embedded null byte"),
        ("a" * 300, "a" * 80 + "… can't be read: File name too long"),
        ("loop/x", "loop/x can't be read: Too many levels of symbolic links"),
        ("plots", "plots can't be read: Is a directory"),
        ("pipe", "pipe can't be read: it is not a regular file"),
        ("inner", "inner can't be read: it is a link"),
        ("model.onnx/x", "model.onnx/x can't be read: Not a directory"),
        ("a\nERROR: forged", r"'a\nERROR: forged' can't be read: No such file or directory"),
    ],
)
def test_a_name_or_a_thing_that_is_no_file_is_refused(version: Path, name: str, reason: str) -> None:
    (version / "loop").symlink_to("loop")
    (version / "inner").symlink_to("manifest.json")
    os.mkfifo(version / "pipe")
    rewrite(version, vouch(name))
    assert refused(version).startswith(reason)


@pytest.mark.parametrize("name", ["model.onnx", "plots/loss.png", "manifest.json"])
def test_a_file_that_may_not_be_read_is_refused(version: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def guarded(path: Any, *arguments: Any, **options: Any) -> int:
        if str(path) == str(version / name):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return os_open(path, *arguments, **options)

    os_open = os.open
    monkeypatch.setattr(os, "open", guarded)
    assert refused(version) == f"{name} can't be read: Permission denied"


def test_a_manifest_that_is_a_pipe_or_a_link_is_refused_at_once(version: Path, tmp_path: Path) -> None:
    path = version / "manifest.json"
    path.rename(tmp_path / "elsewhere.json")
    os.mkfifo(path)
    assert refused(version) == "manifest.json can't be read: it is not a regular file"
    path.unlink()
    path.symlink_to(tmp_path / "elsewhere.json")
    assert refused(version) == "manifest.json can't be read: it is a link"


def test_a_key_of_the_manifest_can_not_forge_a_line(version: Path) -> None:
    rewrite(version, lambda document: document.update({"x\nERROR: forged": 1}))
    assert refused(version) == r"manifest.json is not valid at 'x\nERROR: forged': Extra inputs are not permitted"


def test_a_column_can_not_forge_a_line_either(registry_path: Path, tmp_path: Path) -> None:
    def forge(document: dict[str, Any]) -> None:
        document.update(features=["a\nERROR: forged", "b"], targets=["a\nERROR: forged", "b"])
        document["goldens"][0]["window"][0] = [1]

    version = Path(shutil.copytree(registry_path / "pair" / "1", tmp_path / "1"))
    rewrite(version, forge)
    reason = refused(version)
    assert r"a\nERROR: forged" in reason
    assert "\n" not in reason


def test_golden_answers_that_differ_in_length_are_refused(version: Path) -> None:
    rewrite(version, lambda document: document["goldens"][0].update(predictions=[[0.1], [0.1, 0.2]]))
    assert refused(version) == "golden 0 can't be replayed: its predictions differ in length"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"kind": "simple_rnn"}, "sizes (3, 3); the manifest's simple_rnn of (3,) units has (3,)"),
        ({"units": [7]}, "sizes (3, 3); the manifest's lstm of (7,) units has (7, 7)"),
        ({"units": [3, 3]}, "sizes (3, 3); the manifest's lstm of (3, 3) units has (3, 3, 3, 3)"),
    ],
)
def test_a_kind_or_units_that_the_graph_does_not_have_are_refused(
    version: Path, change: dict[str, Any], reason: str
) -> None:
    rewrite(version, lambda document: document.update(change))
    assert refused(version) == f"model.onnx has states of the {reason}"


def test_every_kind_carries_the_states_that_training_gives_it() -> None:
    assert {kind: len(operator.states) for kind, operator in OPERATORS.items()} == STATES


def test_what_nobody_foresaw_is_a_refusal_too(version: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise MemoryError("/srv/secret/place")

    monkeypatch.setattr("models.opening.replay", fail)
    with pytest.raises(RefusedVersion, match=r"not foreseen: MemoryError$") as caught:
        Registry(version.parent.parent).open("tiny", 1)
    assert isinstance(caught.value.__cause__, MemoryError)
