"""The command on a real terminal, and in a pipe: colours, progress, Ctrl-C."""

import json
import re
from pathlib import Path

import pytest

from tests.rollcast.terminal import ROLLCAST, in_pipe, on_terminal

# An assistant's first line.
INITIALIZE = (
    json.dumps(
        {
            "jsonrpc": "2.0",
            "id": 1,
            "method": "initialize",
            "params": {
                "protocolVersion": "2025-06-18",
                "capabilities": {},
                "clientInfo": {"name": "terminal", "version": "1"},
            },
        }
    )
    + "\n"
)
LISTING = (*ROLLCAST, "models", "list", "--registry", "/none")
COMPLAINT = "there is no registry at /none; name its folder with --registry"


@pytest.fixture
def training(tmp_path: Path) -> list[object]:
    """A training run of many epochs."""
    recipe, csv = tmp_path / "bare.toml", tmp_path / "load.csv"
    recipe.write_text("")
    csv.write_text("y\n" + "".join(f"{step % 9 + step % 4}\n" for step in range(200)))
    flags = ["--csv", csv, "--column", "y", "--name", "load", "--registry", tmp_path / "registry"]
    return [*ROLLCAST, "train", recipe, *flags, "--window", 4, "--units", 2]


@pytest.mark.parametrize(
    ("environment", "told"),
    [
        ({}, "\x1b[31merror:\x1b[0m"),
        ({"NO_COLOR": "1"}, "error:"),
        ({"NO_COLOR": ""}, "\x1b[31merror:\x1b[0m"),
        ({"TERM": "dumb"}, "error:"),
    ],
)
def test_a_terminal_gets_colours_where_it_shows_them_and_the_user_wants_them(
    environment: dict[str, str], told: str
) -> None:
    with on_terminal(LISTING, **environment) as terminal:
        assert terminal.end() == 1
        assert terminal.shown == f"{told} {COMPLAINT}\r\n"


def test_a_pipe_gets_no_colours() -> None:
    ended = in_pipe(LISTING)
    assert (ended.returncode, ended.stdout, ended.stderr) == (1, "", f"error: {COMPLAINT}\n")


def test_a_terminal_gets_a_bar_and_ctrl_c_is_one_line(training: list[object], tmp_path: Path) -> None:
    with on_terminal([*training, "--epochs", 100_000, "--patience", 0]) as terminal:
        terminal.wait_for("  loss ")  # of whichever epoch: not each one is drawn
        terminal.type("\x03")
        status = terminal.end()
        plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", terminal.shown)
        assert (status, "Traceback" in plain) == (130, False)
        assert plain.rstrip().splitlines()[-1].strip() == "error: stopped; nothing was published"
        assert "\x1b[" in terminal.shown
    assert not list((tmp_path / "registry").rglob("manifest.json"))


@pytest.mark.parametrize(
    ("command", "typed", "ready", "status", "told"),
    [
        (["serve", "--port", 0], "", "running on http", 0, ""),
        (["mcp"], INITIALIZE, "serverInfo", 130, "error: stopped"),
    ],
)
def test_ctrl_c_ends_what_runs_until_it_is_stopped(
    registry_path: Path, command: list[object], typed: str, ready: str, status: int, told: str
) -> None:
    with on_terminal([*ROLLCAST, *command, "--registry", registry_path], NO_COLOR="1") as terminal:
        terminal.type(typed)
        terminal.wait_for(ready)
        begun = len(terminal.shown)
        terminal.type("\x03")
        assert terminal.end() == status
        assert told in terminal.shown[begun:]
        assert "Traceback" not in terminal.shown


def test_a_pipe_gets_plain_lines_of_progress_and_one_document(training: list[object], tmp_path: Path) -> None:
    ended = in_pipe([*training, "--epochs", 2, "--horizon", 3, "--json"])
    assert ended.returncode == 0, ended.stderr
    assert "\x1b" not in ended.stderr
    assert re.search(r"^load: epoch 2/2, loss ", ended.stderr, re.MULTILINE)
    document = json.loads(ended.stdout)
    assert (document["model"], document["version"], document["served"]) == ("load", 1, 1)
    assert document["location"] == str(tmp_path / "registry" / "load" / "1")
    assert document["backtest"]["horizon"] == 3
    assert document["metrics"]["model"]["mae"] > 0
