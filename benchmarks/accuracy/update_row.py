"""What `rollcast update` makes of new rows: how long it takes, and whether later rows say that it did harm."""

import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.accuracy.cut import cut_values
from benchmarks.accuracy.record import UpdateResult
from models.registry.registry import Registry
from models.spec.manifest import Manifest
from training.errors import SeriesError
from training.updating.version_comparison import OpenModel, compare_versions

MAX_SECONDS = 900


def update_result(
    registry: Registry, folder: Path, manifest: Manifest, values: Mapping[str, Any], new_rows: int
) -> UpdateResult:
    """Update a model that has not seen the last `2 * new_rows` rows of a file with the first half of these.

    Both versions then forecast the second half. Raises SeriesError where the update ends badly, and RollcastError.
    """
    newer = cut_values(values, slice(None, -new_rows), folder / "newer.csv")["csv"]
    command = [sys.executable, "-m", "rollcast", "update", manifest.name, "--csv", newer, "--quiet"]
    begun = time.perf_counter()
    done = subprocess.run(
        [*command, "--registry", str(registry.storage.location)],
        check=False,
        capture_output=True,
        text=True,
        timeout=MAX_SECONDS,
    )
    seconds = time.perf_counter() - begun
    if done.returncode:
        raise SeriesError(f"rollcast update ended with status {done.returncode}: {done.stderr.strip()[-500:]}")
    before = OpenModel(*registry.open(manifest.name, manifest.version))
    newest = max(registry.listing()[manifest.name].versions)
    after = OpenModel(*registry.open(manifest.name, newest))
    whole = cut_values(values, slice(None), folder / "whole.csv")["csv"]
    _, compared = compare_versions(after, before, {"csv": whole, "test_rows": new_rows})
    return UpdateResult(
        new_rows=new_rows,
        seconds=round(seconds, 1),
        published=newest > manifest.version,
        error=compared.error,
        error_before=compared.other_error,
        ratio=compared.comparison.error_ratio,
    )
