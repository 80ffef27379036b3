"""Damaged versions: flipped bytes, cut files and odd graphs, given to the loader, which must refuse each, and soon."""

import json
import random
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from benchmarks.faults.odd_graphs import odd_graphs
from benchmarks.harness.bars import Bar
from benchmarks.harness.published import SHAPES, publish_random
from models.errors import RefusedVersion
from models.registry.loader import MANIFEST, MODEL, file_record, open_version
from models.registry.registry import Registry
from models.registry.storage import OversizedFile
from models.spec.manifest_seal import sealed

Files = Mapping[str, bytes]

FLIPS = (0x01, 0x20, 0x80)  # a digit, the case of a letter, no text at all
GRAPH_STEP = 64
REFUSED_WITHIN_S = 5


def damaged_models(quick: bool) -> Iterable[Bar]:
    """Open a version with each kind of damage; the quick version takes a smaller network."""
    files = published("lstm-64" if quick else "lstm-300")
    open_files(files)  # whole, it opens
    for what, damaged in (
        (f"every byte of the manifest flipped, {len(FLIPS)} ways", flipped(files, MANIFEST, 1, FLIPS)),
        ("the manifest cut at every byte", cut(files, MANIFEST, 1)),
        (f"every {GRAPH_STEP}th byte of the graph flipped", flipped(files, MODEL, GRAPH_STEP, FLIPS[:1])),
        (f"the graph cut at every {GRAPH_STEP}th byte", cut(files, MODEL, GRAPH_STEP)),
    ):
        outcomes = [refused(each) for each in damaged]
        yield Bar(what, f"{sum(outcomes)} of {len(outcomes)} refused", "all", all(outcomes) and bool(outcomes))
    for what, graph in odd_graphs(files[MODEL]):
        begun = time.perf_counter()
        was_refused = refused(vouched(files, graph))
        took_s = time.perf_counter() - begun
        measured = f"{'refused' if was_refused else 'OPENED'} in {took_s:.2f} s"
        met = was_refused and took_s < REFUSED_WITHIN_S
        yield Bar(f"a graph of {what}", measured, f"refused in {REFUSED_WITHIN_S} s", met)
    yield mutated(files, 300 if quick else 5_000)


def mutated(files: Files, count: int) -> Bar:
    """Graphs with random bytes changed, vouched for by their manifests: each is refused, or answers its goldens."""
    draw, opened, slowest_s = random.Random(0), 0, 0.0
    for _ in range(count):
        graph = bytearray(files[MODEL])
        # Most of a graph is weights; what tells its form lies at its two ends.
        for _ in range(draw.randint(1, 4)):
            graph[draw.choice([draw.randrange(300), -1 - draw.randrange(500)])] = draw.randrange(256)
        begun = time.perf_counter()
        opened += not refused(vouched(files, bytes(graph)))
        slowest_s = max(slowest_s, time.perf_counter() - begun)
    return Bar(
        f"{count} graphs with some bytes changed, vouched for",
        f"{count - opened} refused, {opened} as before, the slowest in {slowest_s:.2f} s",
        f"refused or as before, in {REFUSED_WITHIN_S} s",
        slowest_s < REFUSED_WITHIN_S and opened < count,
    )


def published(name: str) -> dict[str, bytes]:
    """The files of a version of a network with random weights."""
    with tempfile.TemporaryDirectory() as folder:
        publish_random(Registry.at(Path(folder)), name, SHAPES[name])
        return {each: (Path(folder) / name / "1" / each).read_bytes() for each in (MANIFEST, MODEL)}


def flipped(files: Files, name: str, step: int, flips: Sequence[int]) -> Iterator[Files]:
    """The files with one byte of one of them flipped, at every place and in every way."""
    whole = files[name]
    for place in range(0, len(whole), step):
        for flip in flips:
            yield {**files, name: whole[:place] + bytes([whole[place] ^ flip]) + whole[place + 1 :]}


def cut(files: Files, name: str, step: int) -> Iterator[Files]:
    """The files with one of them cut at every place."""
    for end in range(0, len(files[name]), step):
        yield {**files, name: files[name][:end]}


def vouched(files: Files, graph: bytes) -> Files:
    """The files with another graph, and a manifest whose hashes say that it is the right one."""
    document = json.loads(files[MANIFEST])
    document["files"][MODEL] = file_record(graph).model_dump()
    return {**files, MODEL: graph, MANIFEST: sealed(document)}


def refused(files: Files) -> bool:
    """Whether the loader refuses a version; any other error ends the drill."""
    try:
        open_files(files)
    except RefusedVersion:
        return True
    return False


def open_files(files: Files) -> None:
    """Open a version that lies in memory."""
    open_version(_reader(files))


def _reader(files: Files) -> Callable[[str, int], bytes]:
    def read(name: str, max_bytes: int) -> bytes:
        if len(files[name]) > max_bytes:
            raise OversizedFile(len(files[name]), max_bytes)
        return files[name]

    return read
