"""Faults of the registry: versions that are damaged, vanish, or are no files at all, and aliases that mean nothing."""

import json
import os
import shutil
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from benchmarks.faults.damaged_models import REFUSED_WITHIN_S, vouched
from benchmarks.faults.kinds.stage import Stage, Unexpected
from benchmarks.faults.odd_graphs import CHANGES, odd_graphs
from models.registry.loader import MANIFEST, MODEL


def damaged(damage: Callable[[Path], None]) -> Callable[[Stage], None]:
    """A version 2 with this damage must be refused while version 1 serves on."""

    def fault(stage: Stage) -> None:
        target = stage.put(damage)
        begun = time.perf_counter()
        stage.until(lambda ready: [(each["model"], each["version"]) for each in ready["refused"]] == [("changing", 2)])
        if (took_s := time.perf_counter() - begun) > REFUSED_WITHIN_S:
            raise Unexpected(f"refused after {took_s:.1f} s")
        if stage.ready()["references"]["changing"] != 1:
            raise Unexpected("the bad version took the good one's place")
        stage.take_away(target)

    return fault


def aliased(content: bytes) -> Callable[[Stage], None]:
    """An alias document like this is told of, and the name serves on; without it nothing is told."""

    def fault(stage: Stage) -> None:
        path = stage.registry / "changing" / "aliases.json"
        path.with_name(".aside").write_bytes(content)
        path.with_name(".aside").rename(path)
        stage.until(lambda ready: any(each["model"] == "changing" for each in ready["refused"]))
        path.unlink()
        stage.until(lambda ready: not ready["refused"])

    return fault


def in_place_of(name: str, put: Callable[[Path], None]) -> Callable[[Path], None]:
    """Something else in the place of one of a version's files."""

    def damage(folder: Path) -> None:
        (folder / name).unlink()
        put(folder / name)

    return damage


def changed(name: str, change: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    """One of a version's files with another content."""

    def damage(folder: Path) -> None:
        (folder / name).write_bytes(change((folder / name).read_bytes()))

    return damage


def halved(content: bytes) -> bytes:
    """The first half."""
    return content[: len(content) // 2]


def flipped(content: bytes) -> bytes:
    """One bit changed in the middle."""
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


def other_number(content: bytes) -> bytes:
    """The manifest of another version."""
    return json.dumps({**json.loads(content), "version": 7}, indent=1).encode() + b"\n"


def of_odd_graph(title: str) -> Callable[[Path], None]:
    """A graph that ONNX knows and training never writes, with a manifest that vouches for it."""

    def damage(folder: Path) -> None:
        files = {name: (folder / name).read_bytes() for name in (MANIFEST, MODEL)}
        graph = next(graph for each, graph in odd_graphs(files[MODEL]) if each == title)
        for name, content in vouched(files, graph).items():
            (folder / name).write_bytes(content)

    return damage


def published(stage: Stage) -> None:
    """A good version comes and serves, and goes again."""
    target = stage.put(lambda _: None)
    stage.until(lambda ready: ready["references"]["changing"] == 2)
    stage.take_away(target)


def missing_for_a_moment(stage: Stage) -> None:
    """The only version of a name goes and comes back."""
    home = stage.registry / "changing" / "1"
    home.rename(home.with_name(".aside"))
    os.sync()
    home.with_name(".aside").rename(home)
    stage.until(lambda ready: ready["references"].get("changing") == 1 and not ready["refused"])


def registry_away(stage: Stage) -> None:
    """The whole registry goes and comes back: what is open serves on."""
    stage.registry.rename(stage.registry.with_name("away"))
    stage.until(lambda ready: "registry_problem" in ready)
    stage.registry.with_name("away").rename(stage.registry)
    stage.until(lambda ready: "registry_problem" not in ready)


def strange_folders(stage: Stage) -> None:
    """Folders and files that are no models."""
    odd = [stage.registry / name for name in (".hidden", "Upper", "a b", "empty", "öäü")]
    for folder in odd:
        folder.mkdir()
    (stage.registry / "file").write_bytes(b"x")
    stage.until(lambda ready: not ready["refused"] and set(ready["references"]) == {"steady", "changing"})
    for folder in odd:
        folder.rmdir()
    (stage.registry / "file").unlink()


def version_without_manifest(stage: Stage) -> None:
    """A folder that is no version yet."""
    target = stage.put(lambda folder: (folder / "manifest.json").unlink())
    stage.until(lambda ready: ready["references"]["changing"] == 1 and not ready["refused"])
    shutil.rmtree(target)


FAULTS: Mapping[str, Callable[[Stage], None]] = {
    "graph cut in half": damaged(changed("model.onnx", halved)),
    "graph with a flipped bit": damaged(changed("model.onnx", flipped)),
    "graph empty": damaged(changed("model.onnx", lambda _: b"")),
    "graph of 64 MB": damaged(changed("model.onnx", lambda content: content + bytes(64 << 20))),
    "graph missing": damaged(lambda folder: (folder / "model.onnx").unlink()),
    "graph a pipe": damaged(in_place_of("model.onnx", os.mkfifo)),
    "graph a link": damaged(in_place_of("model.onnx", lambda path: path.symlink_to("/etc/passwd"))),
    "graph a folder": damaged(in_place_of("model.onnx", Path.mkdir)),
    "manifest cut in half": damaged(changed("manifest.json", halved)),
    "manifest with a flipped bit": damaged(changed("manifest.json", flipped)),
    "manifest of another version": damaged(changed("manifest.json", other_number)),
    "manifest of 17 MB": damaged(changed("manifest.json", lambda content: content + b" " * (17 << 20))),
    **{f"graph with {title}": damaged(of_odd_graph(title)) for title in CHANGES},
    "version without a manifest": version_without_manifest,
    "aliases that are no JSON": aliased(b"{"),
    "aliases of something else": aliased(b'{"champion": "two"}'),
    "folders that are no models": strange_folders,
    "version missing for a moment": missing_for_a_moment,
    "registry away for a moment": registry_away,
    "version that comes and goes": published,
}
