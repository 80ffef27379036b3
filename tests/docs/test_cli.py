"""docs/cli.md: what it shows of the command is what the command says."""

import re
from pathlib import Path

import pytest

from docs import cli


def test_every_help_text_is_the_command_s() -> None:
    assert cli.PATH.read_text() == cli.page(cli.PATH.read_text()), "write it anew: python docs/cli.py"


def test_every_command_is_there_in_a_fixed_width_without_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("FORCE_COLOR", "1")
    shown = cli.page(cli.MARK).removeprefix(cli.MARK)
    headings = re.findall(r"^### (.*)$", shown, re.MULTILINE)
    assert {"rollcast", "rollcast train", "rollcast models prune", "rollcast keys new"} <= set(headings)
    assert "\x1b" not in shown
    assert cli.WIDTH - 20 < max(map(len, shown.splitlines())) <= cli.WIDTH


def test_every_command_that_takes_json_has_its_document_described() -> None:
    written, _, shown = cli.PATH.read_text().partition(cli.MARK)
    sections = re.findall(r"^### rollcast ([^\n]*)\n\n```text\n(.*?)^```$", shown, re.MULTILINE | re.DOTALL)
    taking = {name for name, text in sections if re.search(r"^  --json ", text, re.MULTILINE)}
    described = set(re.findall(r"`([a-z -]+)`", " ".join(re.findall(r"^\| (`.*?) \|", written, re.MULTILINE))))
    assert len(taking) > 10
    assert taking == described


def test_a_page_without_its_mark_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "cli.md").write_text("# The command\n")
    with pytest.raises(ValueError, match="lost its line"):
        cli.page((tmp_path / "cli.md").read_text())
