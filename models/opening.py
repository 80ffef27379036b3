"""Opening a version: checking its files against its manifest, and its answers against its goldens."""

import hashlib
from pathlib import Path

import numpy as np
from pydantic import ValidationError

from models.errors import InvalidRequest, RefusedVersion
from models.forecaster import Forecaster
from models.manifest import FileRecord, Manifest
from models.network import Network

MANIFEST, MODEL = "manifest.json", "model.onnx"

# Goldens are replayed on other processors and library versions than those that wrote them, and a closed
# loop amplifies rounding, so they agree within this and never exactly. In the network's own units.
GOLDEN_TOLERANCE = 1e-4


def read_manifest(directory: Path) -> Manifest:
    """Read a version's manifest.

    Raises RefusedVersion where it is unreadable, malformed, or names another version than its folder.
    """
    try:
        manifest = Manifest.model_validate_json((directory / MANIFEST).read_bytes())
    except OSError as error:
        raise RefusedVersion(f"{MANIFEST} can't be read: {error.strerror}") from error
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"])) or "the whole"
        raise RefusedVersion(f"{MANIFEST} is not valid at {where}: {first['msg']}") from error
    return manifest


def open_version(directory: Path) -> tuple[Manifest, Forecaster]:
    """Open a version's folder, as serving does.

    Every file must have the size and hash that the manifest says, the graph the columns, and the goldens
    must replay within `GOLDEN_TOLERANCE`. Raises RefusedVersion with the first reason found.
    """
    manifest = read_manifest(directory)
    if MODEL not in manifest.files:
        raise RefusedVersion(f"{MANIFEST} lists no {MODEL}")
    contents = {name: _verified(directory, name, record) for name, record in manifest.files.items()}
    # The bytes that were hashed are the bytes that run: the file is not read again.
    network = Network(contents[MODEL])
    if (network.features, network.targets) != (len(manifest.features), len(manifest.targets)):
        raise RefusedVersion(
            f"{MODEL} takes {network.features} columns and gives {network.targets}; "
            f"the manifest says {len(manifest.features)} and {len(manifest.targets)}"
        )
    forecaster = Forecaster(manifest, network, title=f"{manifest.name}@{manifest.version}")
    replay(manifest, forecaster)
    return manifest, forecaster


def replay(manifest: Manifest, forecaster: Forecaster) -> None:
    """Raise RefusedVersion unless the model still gives its goldens' answers."""
    for number, golden in enumerate(manifest.goldens):
        expected = np.array(golden.predictions)
        try:
            came = forecaster.forecast([golden.window], horizon=len(expected))[0]
        except InvalidRequest as error:
            raise RefusedVersion(f"golden {number} can't be replayed: {error}") from error
        except Exception as error:  # a graph that loads can still fail to run, in ONNX Runtime's own ways
            raise RefusedVersion(f"golden {number} can't be replayed: {MODEL} does not run") from error
        if came.shape != expected.shape:
            raise RefusedVersion(f"golden {number} has shape {expected.shape}, but {came.shape} came")
        scale = np.array(manifest.scaler.scale)[list(manifest.target_columns)]
        mean = np.array(manifest.scaler.mean)[list(manifest.target_columns)]
        bound = GOLDEN_TOLERANCE * np.maximum(1, np.abs(expected - mean) / scale)
        off = np.abs(came - expected) / scale
        if (off > bound).any():
            raise RefusedVersion(f"golden {number} replays {off.max():.1e} off; at most {bound.max():.0e} is allowed")


def file_record(content: bytes) -> FileRecord:
    """The size and hash of a file's content."""
    return FileRecord(size_bytes=len(content), sha256=hashlib.sha256(content).hexdigest())


def _verified(directory: Path, name: str, record: FileRecord) -> bytes:
    path = directory / name
    if path.is_symlink() or not path.resolve().is_relative_to(directory.resolve()):
        raise RefusedVersion(f"{name} is a link or lies outside its version's folder")
    try:
        if path.stat().st_size != record.size_bytes:
            raise RefusedVersion(f"{name} has {path.stat().st_size} bytes; the manifest says {record.size_bytes}")
        content = path.read_bytes()
    except OSError as error:
        raise RefusedVersion(f"{name} can't be read: {error.strerror}") from error
    if file_record(content) != record:
        raise RefusedVersion(f"{name} is not the file that was published: its SHA-256 differs")
    return content
