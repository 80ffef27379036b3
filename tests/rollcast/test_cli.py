"""The command as a whole."""

import re
import tomllib
from pathlib import Path

import pytest

import rollcast as package
from models.errors import RollcastError
from service.settings import Settings
from tests.rollcast.conftest import Command

ROOT = Path(__file__).parents[2]


def test_the_version_is_the_packages(rollcast: Command) -> None:
    assert rollcast("--version") == (0, package.__version__ + "\n", "")


def test_the_changelog_and_the_locks_are_of_this_version() -> None:
    newest = re.search(r"^## \[?(\d+\.\d+\.\d+)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert newest is not None
    assert newest[1] == package.__version__
    assert "version" in tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dynamic"]


def test_without_a_command_the_commands_are_listed(rollcast: Command) -> None:
    listed = rollcast("--help").out
    assert "Usage" in "".join(map(str, rollcast()))
    for command in ("serve", "train", "predict", "models"):
        assert f"\n  {command} " in listed


def test_an_error_is_one_line_and_no_traceback(rollcast: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RollcastError("it was the cat")

    monkeypatch.setattr("rollcast.cli_serve.run", fail)
    assert rollcast("serve") == (1, "", "error: it was the cat\n")


def test_flags_override_variables_and_variables_defaults(rollcast: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    served: list[Settings] = []
    monkeypatch.setattr("rollcast.cli_serve.run", served.append)
    monkeypatch.setenv("ROLLCAST_PORT", "9001")
    monkeypatch.setenv("ROLLCAST_WORKERS", "3")
    assert rollcast("serve", "--port", "9002", "--host", "0.0.0.0").status == 0
    settings = served[0]
    assert (settings.host, settings.port, settings.workers) == ("0.0.0.0", 9002, 3)
    assert settings.registry == Path("models/artifacts")
    assert Settings.model_validate(settings.model_dump()) == settings


def test_every_setting_is_documented_under_its_variable() -> None:
    documented = (ROOT / "docs" / "operations.md").read_text()
    for name, variable in zip(Settings.model_fields, Settings().as_environment(), strict=True):
        assert variable == f"ROLLCAST_{name.upper()}"
        assert f"`{variable}`" in documented
