"""The release before the closed loop went into the graph: its code, its Python and what it publishes.

It is a git worktree with a `.venv` of its own below build/, kept between runs: making it takes minutes once.
"""

import os
import subprocess
import sys
from pathlib import Path

from benchmarks.harness.processes import ROOT, Code
from benchmarks.harness.releases import Release

COMMIT = "3414573"
FOLDER = ROOT / "build" / f"before-{COMMIT}"
DEMAND_VERSION = 2  # of victoria-demand
PUBLISH = """
import sys
from pathlib import Path
from benchmarks.harness.published import publish_all
publish_all(Path(sys.argv[1]))
"""


def code_before() -> Code:
    """Its code and its Python, made where it is not there yet.

    Raises SystemExit where this clone lacks its commit, or its Makefile fails.
    """
    if not (FOLDER / ".git").exists():
        command = ["git", "worktree", "add", "--force", "--detach", str(FOLDER), COMMIT]
        if subprocess.run(command, cwd=ROOT, check=False).returncode:
            raise SystemExit(f"the benchmarks need commit {COMMIT}: in a shallow clone, git fetch --unshallow")
    # What is installed already is told by the stamps of its Makefile, which must not see how ours was called.
    ours = ("MAKE", "MFLAGS", "VIRTUAL_ENV", "PYTHON")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    command = ["make", "--silent", "setup", ".venv/.train", f"PYTHON={sys.executable}"]
    if subprocess.run(command, cwd=FOLDER, env=environment, check=False).returncode:
        raise SystemExit(f"the release before can't be installed: see what make said above, or remove {FOLDER}")
    return Code(FOLDER, str(FOLDER / ".venv/bin/python"))


def published_before(code: Code, registry: Path) -> Release:
    """The release, once its own code has published the measured networks, with the same weights as today's."""
    command = [code.python, "-c", PUBLISH, str(registry)]
    subprocess.run(command, cwd=code.root, env={**os.environ, **code.environment}, check=True)
    return Release(code, registry, DEMAND_VERSION)
