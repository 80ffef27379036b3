"""Opening versions, whole and broken in every way that a disk knows."""

import errno
import json
import os
import shutil
import tracemalloc
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.faults.odd_graphs import odd_graphs
from models.errors import RefusedVersion
from models.inference.forecaster import Forecaster
from models.intervals.conformal import Intervals
from models.registry.folder_storage import FolderStorage
from models.registry.loader import file_record, open_version
from models.registry.registry import Registry
from models.spec.blend import Blend, LinearForecast
from models.spec.manifest import Manifest
from models.spec.manifest_seal import sealed
from tests.support.oracle import VARIED
from tests.support.tiny import graph_of, publish_tiny, tiny_spec


@pytest.fixture
def version(registry_path: Path, tmp_path: Path) -> Path:
    """A copy of one whole version, to be broken."""
    return Path(shutil.copytree(registry_path / "tiny" / "1", tmp_path / "tiny" / "1"))


@pytest.fixture
def carrying(tmp_path: Path) -> Path:
    """A version whose rollout carries its states, to be broken."""
    publish_tiny(Registry.at(tmp_path), "carrying", tiny_spec(rollout="state"))
    return tmp_path / "carrying" / "1"


def rewrite(version: Path, change: Callable[[dict[str, Any]], object]) -> None:
    path = version / "manifest.json"
    document = json.loads(path.read_text())
    change(document)
    path.write_bytes(sealed(document))


def swap_graph(version: Path, graph: bytes) -> None:
    """Another graph, with a manifest that vouches for it."""
    (version / "model.onnx").write_bytes(graph)
    rewrite(version, lambda document: document["files"].update({"model.onnx": file_record(graph).model_dump()}))


def test_a_whole_version_opens_and_forecasts(version: Path) -> None:
    manifest, forecaster = opened(version)
    assert (manifest.name, manifest.version) == ("tiny", 1)
    assert forecaster.forecast([[1.0, 2, 3, 4]], 3).shape == (1, 3, 1)


def test_a_blend_of_before_its_linear_forecast_could_see_covariates_forecasts_as_it_did(tmp_path: Path) -> None:
    linear = LinearForecast(weights=(0.5,), intercept=1.0, shift=0.0, spread=1.0)
    blend = Blend(seasons=(1,), linear=(linear,), weights=((0.5, 0.25, 0.25),))
    publish_tiny(Registry.at(tmp_path), "blended", tiny_spec(blend=blend))
    version = tmp_path / "blended" / "1"
    _, forecaster = opened(version)
    rewrite(version, lambda document: document["blend"]["linear"][0].pop("covariates"))
    assert "covariates" not in (version / "manifest.json").read_text()
    manifest, older = opened(version)
    assert manifest.spec.blend == blend
    assert older.forecast([[1.0, 2, 3, 4]], 3).tolist() == forecaster.forecast([[1.0, 2, 3, 4]], 3).tolist()


def opened(version: Path) -> tuple[Manifest, Forecaster]:
    return open_version(partial(FolderStorage(version.parent).read, version.name))


def refused(version: Path) -> str:
    with pytest.raises(RefusedVersion) as caught:
        opened(version)
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
    swap_graph(version, graph_of(tiny_spec(), seed=5))
    assert "golden 0 replays" in refused(version)
    assert "at most 1e-04 is allowed" in refused(version)


def test_a_scaler_that_was_tampered_with_is_noticed_by_the_goldens(version: Path) -> None:
    rewrite(version, lambda document: document["scaler"].update(mean=[1.01]))
    assert "golden 0 replays" in refused(version)


def test_a_graph_of_other_columns_is_refused(version: Path) -> None:
    swap_graph(version, graph_of(tiny_spec(features=("a", "b"))))
    assert refused(version) == "model.onnx takes 2 columns and gives 2; the manifest says 1 and 1"


def test_bytes_that_are_no_graph_are_refused_though_the_manifest_vouches_for_them(version: Path) -> None:
    swap_graph(version, b"no graph")
    assert refused(version) == "model.onnx has an unknown field 13 in its model: not rollcast's graph"


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
    assert "model.onnx can't be read: it is a link" in refused(version)


def test_a_version_in_another_ones_place_is_refused(version: Path) -> None:
    version.rename(version.parent / "2")
    with pytest.raises(RefusedVersion, match=r"the manifest is that of tiny@1, but it lies in tiny/2"):
        Registry.at(version.parent.parent).open("tiny", 2)
    with pytest.raises(RefusedVersion, match=r"it lies in tiny/2"):
        Registry.at(version.parent.parent).manifest("tiny", 2)


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


@pytest.mark.parametrize("sizes", [[], [3], [3, 7], [3, 3, 3, 3]])
def test_states_that_the_graph_does_not_have_are_refused(carrying: Path, sizes: list[int]) -> None:
    rewrite(carrying, lambda document: document.update(state_sizes=sizes))
    assert refused(carrying) == f"model.onnx has states of the sizes (3, 3); the manifest says {tuple(sizes)}"


def test_a_window_that_slides_has_no_states(version: Path) -> None:
    assert opened(version)[1].network.state_sizes == ()
    rewrite(version, lambda document: document.update(state_sizes=[3, 3]))
    assert refused(version) == "model.onnx has states of the sizes (); the manifest says (3, 3)"


def test_a_version_of_before_its_states_were_told_opens_by_its_goldens(carrying: Path) -> None:
    rewrite(carrying, lambda document: document.pop("state_sizes"))
    manifest, forecaster = opened(carrying)
    assert manifest.spec.state_sizes is None
    assert forecaster.network.state_sizes == (3, 3)


def test_what_nobody_foresaw_is_a_refusal_too(version: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise MemoryError("/srv/secret/place")

    monkeypatch.setattr("models.registry.loader.replay", fail)
    with pytest.raises(RefusedVersion, match=r"not foreseen: MemoryError$") as caught:
        Registry.at(version.parent.parent).open("tiny", 1)
    assert isinstance(caught.value.__cause__, MemoryError)


@pytest.mark.parametrize("name", VARIED)
def test_a_model_with_any_option_opens_and_repeats_its_goldens(name: str, tmp_path: Path) -> None:
    registry = Registry.at(tmp_path)
    published = publish_tiny(registry, "varied", VARIED[name])
    manifest, forecaster = opened(tmp_path / "varied" / "1")
    assert manifest == published
    assert forecaster.spec == VARIED[name].model_copy(update={"state_sizes": forecaster.network.state_sizes})


def calibrated(root: Path) -> Path:
    """A version with intervals for two steps, of five errors each."""
    publish_tiny(Registry.at(root), "tiny", intervals=Intervals(np.arange(1.0, 11).reshape(2, 1, 5)))
    return root / "tiny" / "1"


def test_a_calibrated_version_opens_with_its_intervals(tmp_path: Path) -> None:
    _, forecaster = opened(calibrated(tmp_path))
    assert forecaster.error_bounds(50, 2).upper.tolist() == [[3], [8]]  # the third of five


def test_a_calibration_without_its_file_is_refused(tmp_path: Path) -> None:
    version = calibrated(tmp_path)
    rewrite(version, lambda document: document["files"].pop("calibration.npy"))
    assert refused(version) == "manifest.json lists no calibration.npy, but tells of a calibration"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"horizon": 3}, "calibration.npy must hold 3 steps of 1 targets with 5 errors each, all finite"),
        ({"count": 6}, "calibration.npy must hold 2 steps of 1 targets with 6 errors each, all finite"),
    ],
)
def test_a_calibration_of_another_size_is_refused(tmp_path: Path, change: dict[str, int], reason: str) -> None:
    version = calibrated(tmp_path)
    rewrite(version, lambda document: document["calibration"].update(change))
    assert refused(version) == reason


def test_a_calibration_that_is_no_array_is_refused(tmp_path: Path) -> None:
    version = calibrated(tmp_path)
    (version / "calibration.npy").write_bytes(b"no array")
    rewrite(version, vouch("calibration.npy", b"no array"))
    assert refused(version) == "calibration.npy can't be read: it is no array of numbers"


@pytest.mark.parametrize(
    ("graph", "reason"),
    [
        (
            graph_of(tiny_spec(features=("a", "b"), targets=("b",))),
            "model.onnx takes 2 columns and gives 1; the manifest says 1 and 1",
        ),
        (graph_of(tiny_spec(outputs=2)), "model.onnx takes 1 columns and gives 2; the manifest says 1 and 1"),
        (graph_of(tiny_spec(rollout="state")), "model.onnx has states of the sizes (3, 3); the manifest says ()"),
    ],
)
def test_a_graph_of_another_shape_is_refused(version: Path, graph: bytes, reason: str) -> None:
    swap_graph(version, graph)
    assert refused(version) == reason


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"lags": [2, 5]}, "model.onnx takes 1 columns and gives 1; the manifest says 3 and 1"),
        ({"outputs": 3}, "model.onnx takes 1 columns and gives 1; the manifest says 1 and 3"),
        (
            {"calendar": ["weekday"], "frequency": "1d"},
            "model.onnx takes 1 columns and gives 1; the manifest says 8 and 1",
        ),
        ({"difference": 1}, "golden 0 can't be replayed: the window has 4 values; tiny@1 needs at least 5"),
        (
            {"lead": 2},
            "model.onnx has inputs ['input', 'further_steps'] and outputs ['output', 'further_outputs']: "
            "not rollcast's graph",
        ),
        ({"window": 3}, "model.onnx does not end with the loop that feeds its predictions back: not rollcast's graph"),
    ],
)
def test_an_option_that_the_graph_does_not_have_is_refused(version: Path, change: dict[str, Any], reason: str) -> None:
    rewrite(version, lambda document: document.update(change))
    assert refused(version) == reason


def clock(root: Path) -> Path:
    calendar = ("day", "year")
    spec = tiny_spec(calendar=calendar, frequency="6h", timezone="Australia/Melbourne", rollout="state")
    publish_tiny(Registry.at(root), "clock", spec)
    return root / "clock" / "1"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"timezone": "UTC"}, "golden 0 replays"),
        ({"frequency": "1h"}, "golden 0 replays"),
        ({"calendar": ["year", "day"]}, "golden 0 replays"),
        (
            {"frequency": None},
            "manifest.json is not valid at the whole: Value error, calendar inputs need the frequency",
        ),
    ],
)
def test_another_calendar_is_noticed(tmp_path: Path, change: dict[str, Any], reason: str) -> None:
    version = clock(tmp_path)
    rewrite(version, lambda document: document.update(change))
    assert refused(version).startswith(reason)


@pytest.mark.parametrize(
    ("end", "reason"),
    [
        (None, "golden 1 can't be replayed: clock@1 takes in the day, year of each value"),
        ("2024-02-29T22:30:00Z", "golden 1 replays"),
        ("9999-12-31T22:30:00Z", "golden 1 can't be replayed: the times of the window and of its forecast must lie"),
    ],
)
def test_a_golden_of_another_time_is_noticed(tmp_path: Path, end: str | None, reason: str) -> None:
    version = clock(tmp_path)
    rewrite(version, lambda document: document["goldens"][1].update(end=end))
    assert refused(version).startswith(reason)


@pytest.mark.parametrize("change", [{"lags": [2, 9]}, {"lags": [3, 8]}, {"scaler": {"kind": "none"}}])
def test_lags_and_scaling_are_judged_by_the_goldens(tmp_path: Path, change: dict[str, Any]) -> None:
    publish_tiny(Registry.at(tmp_path), "it", tiny_spec(lags=(2, 8), scaler="context"))
    scaler = {"kind": "context", "mean": [1], "scale": [2]}
    rewrite(
        tmp_path / "it" / "1",
        lambda document: document.update({**change, "scaler": scaler | change.get("scaler", {})}),
    )
    assert refused(tmp_path / "it" / "1").startswith("golden 0 ")


def test_goldens_of_differences_are_judged_by_the_changes(tmp_path: Path) -> None:
    """A thousandth of a change is noticed, whatever level the series has."""
    publish_tiny(Registry.at(tmp_path), "it", tiny_spec(difference=2))
    path = tmp_path / "it" / "1"

    def lift(document: dict[str, Any]) -> None:
        for golden in document["goldens"]:
            for rows in (golden["window"], golden["predictions"]):
                rows[:] = [[value + 1e6 for value in row] for row in rows]

    rewrite(path, lift)
    opened(path)  # changes are the same at any level
    rewrite(path, lambda document: document["goldens"][0]["predictions"][2].__setitem__(0, 1e6))
    assert "golden 0 replays" in refused(path)


def test_a_golden_answer_beyond_all_bounds_is_noticed(version: Path) -> None:
    rewrite(version, lambda document: document["goldens"][0]["predictions"][0].__setitem__(0, 1e300))
    assert refused(version).startswith("golden 0 replays inf off")


def test_an_option_that_is_not_told_has_its_old_meaning(version: Path) -> None:
    manifest, _ = opened(version)
    rewrite(version, lambda document: [document.pop(key) for key in ("lags", "outputs", "members", "calendar")])
    assert opened(version)[0].spec == manifest.spec


def test_a_manifest_of_before_its_hash_opens(version: Path) -> None:
    path = version / "manifest.json"
    document = json.loads(path.read_text())
    assert opened(version)[0].sha256 == document.pop("sha256")
    path.write_text(json.dumps(document))
    assert opened(version)[0].sha256 is None


def test_a_manifest_that_was_changed_is_refused(version: Path) -> None:
    path = version / "manifest.json"
    whole = path.read_text()
    for old, new in (("A tiny model.", "A tiny modem."), ('"window": 4', '"window":  4'), ("}\n", "}\n\n")):
        path.write_text(whole.replace(old, new))
        assert refused(version) == ("manifest.json is not the file that was published: its SHA-256 or its form differs")


def test_goldens_that_take_too_long_are_ended(version: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    endless = dict(odd_graphs((version / "model.onnx").read_bytes()))["an endless Loop"]
    swap_graph(version, endless)
    monkeypatch.setattr("models.registry.loader.check_graph", lambda *_: None)
    with pytest.raises(RefusedVersion, match=r"^its first answers took longer than 0\.2 s$"):
        open_version(partial(FolderStorage(version.parent).read, version.name), timeout_s=0.2)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (
            lambda document: document["files"]["model.onnx"].update(size_bytes=1 << 29),
            "536870912 bytes of model.onnx; at most 268435456",
        ),
        (
            lambda document: document["files"].update(more={"size_bytes": 1 << 31, "sha256": "0" * 64}),
            "bytes in all files",
        ),
        (
            lambda document: document["files"].update(
                {str(number): {"size_bytes": 0, "sha256": "0" * 64} for number in range(1000)}
            ),
            "1002 files",
        ),
        (lambda document: document.update(window=10**9), "multiplications for one window"),
        (
            lambda document: document["goldens"][0].update(predictions=[[0.0]] * 10_001),
            "10001 steps of a golden; at most 10000",
        ),
    ],
)
def test_what_would_be_too_much_is_refused_before_it_is_read(
    version: Path, change: Callable[[dict[str, Any]], object], reason: str
) -> None:
    rewrite(version, change)
    assert reason in refused(version)


def test_files_that_are_not_served_do_not_add_up_in_memory(version: Path) -> None:
    for number in range(4):
        content = bytes([number]) * 5_000_000
        (version / f"plots/{number}.png").write_bytes(content)
        rewrite(version, vouch(f"plots/{number}.png", content))
    tracemalloc.start()
    try:
        opened(version)
        _, most_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most_bytes < 15_000_000  # two of them, the last and the next one, but not all four
