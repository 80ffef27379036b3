"""python -m benchmarks.first_run: from `git clone` to a forecast in the browser, as on a new machine; `make first-run`.

Everything is downloaded anew, with neither pip's cache nor npm's. `--quick` leaves out what it took before the page.
"""

import os
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from playwright.sync_api import sync_playwright

from benchmarks.harness.bars import Bar, run

ROOT = Path(__file__).parents[1]
BEFORE = "0cfe7e0"  # the last commit without a page
MOST_S, MOST_RATIO = 180.0, 2.0
GIVE_UP_S = 900.0
CHROMIUM = Path("/usr/bin/chromium")


def first_run(quick: bool) -> Iterator[Bar]:
    """Clone, `make serve`, and look at the page; then the same of a commit before there was one."""
    begun = time.perf_counter()
    with _cloned("HEAD") as folder:
        cloned = time.perf_counter()
        with _served(folder) as port:
            served = time.perf_counter()
            _wait_for_chart(port)
            seen = time.perf_counter()
    parts = f"clone {cloned - begun:.1f}, make serve {served - cloned:.1f}, browser and chart {seen - served:.1f}"
    whole = seen - begun
    yield Bar(
        "git clone to a forecast in the browser", f"{whole:.0f} s ({parts})", f"at most {MOST_S:g} s", whole <= MOST_S
    )
    if quick or not _known(BEFORE):
        yield Bar("make serve by that of before the page", "", f"at most {MOST_RATIO:g} x", met=True, skipped=True)
        return
    with _cloned(BEFORE) as folder:
        begun = time.perf_counter()
        with _served(folder):
            before = time.perf_counter() - begun
    ratio = (served - cloned) / before
    told = f"{ratio:.2f} x ({served - cloned:.1f} by {before:.1f} s)"
    yield Bar("make serve by that of before the page", told, f"at most {MOST_RATIO:g} x", ratio <= MOST_RATIO)


@contextmanager
def _cloned(commit: str) -> Iterator[Path]:
    """A clone of this repository at a commit."""
    with tempfile.TemporaryDirectory(prefix="rollcast-first-run-") as folder:
        clone = Path(folder) / "rollcast"
        subprocess.run(["git", "clone", "--quiet", ROOT, clone], check=True)
        if commit != "HEAD":
            subprocess.run(["git", "-C", clone, "checkout", "--quiet", commit], check=True)
        yield clone


@contextmanager
def _served(clone: Path) -> Iterator[int]:
    """`make serve` in a clone, once it answers; its port."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = int(found.getsockname()[1])
    command = ["make", "--silent", "serve", f"ARGS=--port {port}"]
    process = subprocess.Popen(command, cwd=clone, env=_new_machine(clone.parent), start_new_session=True)
    try:
        deadline = time.perf_counter() + GIVE_UP_S
        while not _ready(port):
            if process.poll() is not None or time.perf_counter() > deadline:
                raise SystemExit("make serve did not come to answer")
            time.sleep(0.05)
        yield port
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(60)


def _new_machine(folder: Path) -> Mapping[str, str]:
    """The environment without what earlier runs left behind."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "VIRTUAL_ENV", "PYTHON"))}
    return {**kept, "PIP_NO_CACHE_DIR": "1", "npm_config_cache": str(folder / "npm")}


def _ready(port: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


def _wait_for_chart(port: int) -> None:
    """Open the page as a newcomer does, until its first forecast is drawn."""
    if not CHROMIUM.exists():
        raise SystemExit("needs Debian's package chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        page = browser.new_page()
        page.goto(f"http://127.0.0.1:{port}/")
        page.locator("#legend li", has_text="@").first.wait_for(timeout=60_000)
        browser.close()


def _known(commit: str) -> bool:
    """Whether this clone holds a commit; a shallow one may not."""
    return subprocess.run(["git", "cat-file", "-e", f"{commit}^{{commit}}"], cwd=ROOT, check=False).returncode == 0


if __name__ == "__main__":
    run("benchmarks.first_run", {"first-run": first_run})
