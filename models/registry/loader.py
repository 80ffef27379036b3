"""Opening a version: checking its files against its manifest, and its answers against its goldens."""

import hashlib

import numpy as np
from pydantic import ValidationError

from models.errors import InvalidRequest, RefusedVersion
from models.graphs.graph_check import check_graph
from models.graphs.onnx_network import OnnxNetwork
from models.inference.covariates import Codes
from models.inference.forecaster import Forecaster
from models.inference.sent_covariates import SentCovariates
from models.intervals.conformal import Intervals
from models.registry.storage import MAX_DOCUMENT_BYTES, OversizedFile, ReadFile, StorageError
from models.spec.manifest import FileRecord, Golden, Manifest
from models.spec.manifest_seal import is_sealed
from models.text import printable
from models.timeseries.frequency import parse_frequency
from models.timeseries.time_index import TimeIndex

MANIFEST, MODEL, CALIBRATION = "manifest.json", "model.onnx", "calibration.npy"

# Goldens are replayed on other processors and library versions than those that wrote them, and a closed
# loop amplifies rounding, so they agree within this and never exactly. In the network's own units.
GOLDEN_TOLERANCE = 1e-4
OPEN_TIMEOUT_S = 4.0  # for the goldens, which take some hundredths of a second

# Far above any version: LSTM(2,000) has a graph of 64 MB.
MAX_GRAPH_BYTES, MAX_FILES, MAX_VERSION_BYTES = 256 << 20, 1000, 1 << 30
MAX_GOLDEN_STEPS = 10_000
# Multiplications in one call for one window, which no deadline can end midway: about a second.
MAX_CALL_WORK = 20_000_000_000


def read_manifest(read: ReadFile) -> Manifest:
    """Read a version's manifest. Raises RefusedVersion where it can't be read or is malformed."""
    try:
        content = read(MANIFEST, MAX_DOCUMENT_BYTES)
        manifest = Manifest.model_validate_json(content)
    except StorageError as error:
        raise RefusedVersion(f"{MANIFEST} can't be read: {error}") from error
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        path = [str(part) for part in first["loc"] if part != "spec"]  # in the file the spec has no name of its own
        where = printable(".".join(path) or "the whole")
        raise RefusedVersion(f"{MANIFEST} is not valid at {where}: {first['msg']}") from error
    # A version of before manifests had a hash has none; whoever opens it says so.
    if manifest.sha256 is not None and not is_sealed(content):
        raise RefusedVersion(f"{MANIFEST} is not the file that was published: its SHA-256 or its form differs")
    return manifest


def open_version(read: ReadFile, timeout_s: float = OPEN_TIMEOUT_S) -> tuple[Manifest, Forecaster]:
    """Open a version, as serving does; `read` reads its files.

    Every file must have the size and hash that the manifest says; the graph must be one that training writes, of the
    manifest's sizes; and the goldens must replay within `GOLDEN_TOLERANCE` and `timeout_s`. Raises RefusedVersion with
    the first reason found.
    """
    # 1. The files are those that were published.
    manifest = read_manifest(read)
    check_bounds(manifest)
    contents = {}
    for name, record in manifest.files.items():
        content = verified(read, name, record)
        if name in (MODEL, CALIBRATION):  # of the others there may be a gigabyte
            contents[name] = content
    # 2. They are what the manifest tells. The bytes that were hashed are the bytes that run: no file is read again.
    check_graph(contents[MODEL], manifest.spec, manifest.format_version)
    network = OnnxNetwork(contents[MODEL])
    intervals = None
    if manifest.calibration is not None:
        if CALIBRATION not in contents:
            raise RefusedVersion(f"{MANIFEST} lists no {CALIBRATION}, but tells of a calibration")
        known = manifest.calibration
        shape = (known.horizon, len(manifest.spec.targets), known.count)
        intervals = Intervals.from_bytes(contents[CALIBRATION], shape, joint=known.joint)
    # 3. They still give the answers that they gave.
    forecaster = Forecaster(manifest.spec, network, manifest.title, intervals)
    with network.ending_after(timeout_s):
        replay(manifest, forecaster)
    return manifest, forecaster


def replay(manifest: Manifest, forecaster: Forecaster) -> None:
    """Raise RefusedVersion unless the model still gives its goldens' answers."""
    frequency = parse_frequency(manifest.spec.frequency or "1d")
    for number, golden in enumerate(manifest.goldens):
        try:
            expected = np.array(golden.predictions)
        except ValueError as error:
            raise RefusedVersion(f"golden {number} can't be replayed: its predictions differ in length") from error
        times = None if golden.end is None else [TimeIndex(golden.end, frequency)]
        try:
            codes = _golden_codes(manifest, golden)
            seasons = None if golden.seasons is None else [golden.seasons]
            inputs = forecaster.prepare([golden.window], len(expected), times, codes, seasons)
            actual = forecaster.forecast([golden.window], len(expected), times=times, codes=codes, seasons=seasons)[0]
        except InvalidRequest as error:
            raise RefusedVersion(f"golden {number} can't be replayed: {printable(str(error), 400)}") from error
        except Exception as error:  # a graph that loads can still fail to run, in ONNX Runtime's own ways
            raise RefusedVersion(f"golden {number} can't be replayed: {MODEL} does not run") from error
        if actual.shape != expected.shape:
            raise RefusedVersion(f"golden {number} has shape {expected.shape}, but {actual.shape} came")
        now, then = (forecaster.to_network_units(inputs, each[None]) for each in (actual, expected))
        off, bound = np.abs(now - then), GOLDEN_TOLERANCE * np.maximum(1, np.abs(now))
        if (off > bound).any():
            raise RefusedVersion(f"golden {number} replays {off.max():.1e} off; at most {bound.max():.0e} is allowed")


def _golden_codes(manifest: Manifest, golden: Golden) -> Codes | None:
    """The codes of a golden's covariates. Raises InvalidRequest."""
    sent = SentCovariates(
        future=[golden.future] if golden.future else None,
        past=[golden.past] if golden.past else None,
        static=[golden.static] if golden.static else None,
    )
    return sent.codes(manifest.spec, manifest.title, [len(golden.window)], len(golden.predictions))[0]


def file_record(content: bytes) -> FileRecord:
    """The size and hash of a file's content."""
    return FileRecord(size_bytes=len(content), sha256=hashlib.sha256(content).hexdigest())


def check_bounds(manifest: Manifest) -> None:
    """Raise RefusedVersion, before a file is read or anything is run, where there is no graph, or too much of it."""
    if MODEL not in manifest.files:
        raise RefusedVersion(f"{MANIFEST} lists no {MODEL}")
    sizes = {name: record.size_bytes for name, record in manifest.files.items()}
    steps = max(len(golden.predictions) for golden in manifest.goldens)
    for what, actual, most in (
        ("files", len(sizes), MAX_FILES),
        ("bytes in all files", sum(sizes.values()), MAX_VERSION_BYTES),
        (f"bytes of {MODEL}", sizes[MODEL], MAX_GRAPH_BYTES),
        ("multiplications for one window", manifest.spec.window * sizes[MODEL] // 4, MAX_CALL_WORK),
        ("steps of a golden", steps, MAX_GOLDEN_STEPS),
    ):
        if actual > most:
            raise RefusedVersion(f"{MANIFEST} tells of {actual} {what}; at most {most} are opened")


def verified(read: ReadFile, name: str, record: FileRecord) -> bytes:
    """A file's content, which is the one that the manifest tells. Raises RefusedVersion."""
    title = printable(name)
    try:
        content = read(name, record.size_bytes)
        size_bytes = len(content)
    except OversizedFile as error:
        content, size_bytes = b"", error.size_bytes
    except StorageError as error:
        raise RefusedVersion(f"{title} can't be read: {error}") from error
    if size_bytes != record.size_bytes:
        raise RefusedVersion(f"{title} has {size_bytes} bytes; the manifest says {record.size_bytes}")
    if file_record(content) != record:
        raise RefusedVersion(f"{title} is not the file that was published: its SHA-256 differs")
    return content
