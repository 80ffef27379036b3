"""A program on a real terminal, and in a pipe."""

import os
import pty
import select
import subprocess
import sys
import time
from codecs import getincrementaldecoder
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROLLCAST = (sys.executable, "-m", "rollcast")
TIMEOUT_S = 120.0

# Makes the terminal that is standard input its own, so that Ctrl-C there reaches it.
_TAKE_TERMINAL = """
import fcntl, os, sys, termios
os.setsid()
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execvp(sys.argv[1], sys.argv[1:])
"""


class Terminal:
    """A terminal of 80 columns with a program on it: what it shows, and what is typed."""

    def __init__(self, descriptor: int, process: subprocess.Popen[bytes]) -> None:
        self._descriptor, self._process = descriptor, process
        self._decoder = getincrementaldecoder("utf-8")()  # a character may come in two parts
        self.shown = ""

    def type(self, text: str) -> None:
        """Type keys; "\\x03" is Ctrl-C, "\\t" is TAB."""
        os.write(self._descriptor, text.encode())

    def wait_for(self, text: str, after: int = 0) -> None:
        """Wait until the terminal has shown a text, behind so many characters."""
        deadline = time.monotonic() + TIMEOUT_S
        while text not in self.shown[after:]:
            assert time.monotonic() < deadline, self.shown
            assert self._read(), self.shown

    def end(self) -> int:
        """Read to the end; the program's exit status."""
        deadline = time.monotonic() + TIMEOUT_S
        while self._read():
            assert time.monotonic() < deadline, self.shown
        return self._process.wait(TIMEOUT_S)

    def _read(self) -> bool:
        """Read some; False at the end."""
        if select.select([self._descriptor], [], [], 1)[0]:
            try:
                self.shown += self._decoder.decode(os.read(self._descriptor, 1 << 16))
            except OSError:  # Linux's way to tell that nobody is left on the terminal
                return False
        return True


@contextmanager
def on_terminal(command: Sequence[object], **environment: str) -> Iterator[Terminal]:
    """Run a program on a terminal until the block ends."""
    mine, its = pty.openpty()
    words = [sys.executable, "-c", _TAKE_TERMINAL, *map(str, command)]
    with subprocess.Popen(words, stdin=its, stdout=its, stderr=its, cwd=ROOT, env=_environment(environment)) as process:
        os.close(its)
        try:
            yield Terminal(mine, process)
        finally:
            process.kill()
            os.close(mine)


def in_pipe(command: Sequence[object], **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a program whose output goes into pipes, to its end."""
    return subprocess.run(
        list(map(str, command)),
        cwd=ROOT,
        env=_environment(environment),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )


def _environment(given: Mapping[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "FORCE_COLOR", "COLUMNS")}
    return {**kept, "PYTHONPATH": str(ROOT), "TERM": "xterm-256color", **given}
