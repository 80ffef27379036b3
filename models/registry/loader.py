"""Opening a version: checking its files against its manifest, and its answers against its goldens."""

import hashlib
import os
from pathlib import Path

import numpy as np
from pydantic import ValidationError

from models.errors import InvalidRequest, RefusedVersion
from models.inference.conformal import Intervals
from models.inference.forecaster import Forecaster
from models.inference.onnx_network import OnnxNetwork
from models.registry.safe_read import open_regular, read_document
from models.spec.manifest import FileRecord, Manifest
from models.spec.model_spec import Kind
from models.text import printable
from models.timeseries.frequency import parse_frequency
from models.timeseries.time_index import TimeIndex

MANIFEST, MODEL, CALIBRATION = "manifest.json", "model.onnx", "calibration.npy"

# Goldens are replayed on other processors and library versions than those that wrote them, and a closed
# loop amplifies rounding, so they agree within this and never exactly. In the network's own units.
GOLDEN_TOLERANCE = 1e-4

# How many states a layer of each kind carries.
STATES: dict[Kind, int] = {"gru": 1, "lstm": 2, "simple_rnn": 1}


def read_manifest(directory: Path) -> Manifest:
    """Read a version's manifest.

    Raises RefusedVersion where it is unreadable, malformed, or names another version than its folder.
    """
    try:
        return Manifest.model_validate_json(read_document(directory / MANIFEST))
    except OSError as error:
        raise RefusedVersion(f"{MANIFEST} can't be read: {error.strerror}") from error
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = printable(".".join(map(str, first["loc"])) or "the whole")
        raise RefusedVersion(f"{MANIFEST} is not valid at {where}: {first['msg']}") from error


def open_version(directory: Path) -> tuple[Manifest, Forecaster]:
    """Open a version's folder, as serving does.

    Every file must have the size and hash that the manifest says, the graph the columns, the outputs and the states,
    and the goldens must replay within `GOLDEN_TOLERANCE`. Raises RefusedVersion with the first reason found.
    """
    manifest = read_manifest(directory)
    if MODEL not in manifest.files:
        raise RefusedVersion(f"{MANIFEST} lists no {MODEL}")
    contents = {name: _verified(directory, name, record) for name, record in manifest.files.items()}
    # The bytes that were hashed are the bytes that run: the file is not read again.
    network = OnnxNetwork(contents[MODEL])
    expected = (manifest.channels, len(manifest.targets) * manifest.outputs)
    if (network.channels, network.outputs) != expected:
        raise RefusedVersion(
            f"{MODEL} takes {network.channels} columns and gives {network.outputs}; "
            f"the manifest says {expected[0]} and {expected[1]}"
        )
    states = tuple(size for size in manifest.units for _ in range(STATES[manifest.kind])) * manifest.members
    if network.units != states:
        raise RefusedVersion(
            f"{MODEL} has states of the sizes {printable(str(network.units))}; "
            f"the manifest's {manifest.kind} of {printable(str(manifest.units))} units has {printable(str(states))}"
        )
    intervals = None
    if manifest.calibration is not None:
        if CALIBRATION not in contents:
            raise RefusedVersion(f"{MANIFEST} lists no {CALIBRATION}, but tells of a calibration")
        known = manifest.calibration
        intervals = Intervals.from_bytes(contents[CALIBRATION], known.horizon, len(manifest.targets), known.count)
    title = f"{manifest.name}@{manifest.version}"
    forecaster = Forecaster(manifest, network, title, intervals)
    replay(manifest, forecaster)
    return manifest, forecaster


def replay(manifest: Manifest, forecaster: Forecaster) -> None:
    """Raise RefusedVersion unless the model still gives its goldens' answers."""
    frequency = parse_frequency(manifest.frequency or "1d")
    for number, golden in enumerate(manifest.goldens):
        try:
            expected = np.array(golden.predictions)
        except ValueError as error:
            raise RefusedVersion(f"golden {number} can't be replayed: its predictions differ in length") from error
        axes = None if golden.end is None else [TimeIndex(golden.end, frequency)]
        try:
            prepared = forecaster.prepare([golden.window], len(expected), axes)
            came = forecaster.forecast([golden.window], len(expected), axes=axes)[0]
        except InvalidRequest as error:
            raise RefusedVersion(f"golden {number} can't be replayed: {printable(str(error), 400)}") from error
        except Exception as error:  # a graph that loads can still fail to run, in ONNX Runtime's own ways
            raise RefusedVersion(f"golden {number} can't be replayed: {MODEL} does not run") from error
        if came.shape != expected.shape:
            raise RefusedVersion(f"golden {number} has shape {expected.shape}, but {came.shape} came")
        now, then = (forecaster.to_network_units(prepared, each[None]) for each in (came, expected))
        off, bound = np.abs(now - then), GOLDEN_TOLERANCE * np.maximum(1, np.abs(now))
        if (off > bound).any():
            raise RefusedVersion(f"golden {number} replays {off.max():.1e} off; at most {bound.max():.0e} is allowed")


def file_record(content: bytes) -> FileRecord:
    """The size and hash of a file's content."""
    return FileRecord(size_bytes=len(content), sha256=hashlib.sha256(content).hexdigest())


def _verified(directory: Path, name: str, record: FileRecord) -> bytes:
    path, title = directory / name, printable(name)
    try:
        # Not resolve(), which fails in its own way on links that lead in a circle.
        if not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(directory)):
            raise RefusedVersion(f"{title} is a link or lies outside its version's folder")
        with open_regular(path) as (file, size):
            if size != record.size_bytes:
                raise RefusedVersion(f"{title} has {size} bytes; the manifest says {record.size_bytes}")
            content = file.read()
    except OSError as error:
        raise RefusedVersion(f"{title} can't be read: {error.strerror}") from error
    except ValueError as error:  # a name that no file can have
        raise RefusedVersion(f"{title} can't be read: {error}") from error
    if file_record(content) != record:
        raise RefusedVersion(f"{title} is not the file that was published: its SHA-256 differs")
    return content
