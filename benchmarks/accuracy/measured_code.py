"""Which code is measured: the release, and the commit that last changed how models are trained and forecast."""

import hashlib
import subprocess
from pathlib import Path
from typing import NamedTuple

import rollcast

ROOT = Path(__file__).parents[2]
PARTS = ("training", "models", ":!models/artifacts")


class Code(NamedTuple):
    """The release, and a commit; with a hash of what was changed since, where something was."""

    version: str
    commit: str


def measured_code() -> Code:
    """The code of this checkout; its commit is empty where there is no git.

    What changes the service alone, or a page, leaves results as they are.
    """
    commit = _git("log", "-1", "--format=%h", "--abbrev=12", "--", *PARTS).decode().strip()
    changes = _git("diff", "HEAD", "--", *PARTS)
    since = f"+{hashlib.sha256(changes).hexdigest()[:8]}" if changes else ""
    return Code(rollcast.__version__, commit + since)


def _git(*arguments: str) -> bytes:
    try:
        return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return b""
