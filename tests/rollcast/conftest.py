"""The command, run in process as its entry point runs it."""

from collections.abc import Callable
from typing import NamedTuple

import pytest

from rollcast.cli import main


class Result(NamedTuple):
    """What a command left behind."""

    status: int
    out: str
    err: str


Command = Callable[..., Result]


@pytest.fixture
def rollcast(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    def run(*arguments: object) -> Result:
        monkeypatch.setattr("sys.argv", ["rollcast", *map(str, arguments)])
        status = 0
        try:
            main()
        except SystemExit as end:
            status = int(end.code or 0)
        out, err = capsys.readouterr()
        return Result(status, out, err)

    return run
