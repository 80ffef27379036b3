"""The command as a whole."""

import re
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

import rollcast as package
from models.errors import RollcastError
from rollcast.__main__ import run
from service.settings import Settings
from tests.rollcast.conftest import Command

ROOT = Path(__file__).parents[2]


def test_the_version_is_the_packages(rollcast: Command) -> None:
    assert rollcast("--version") == (0, package.__version__ + "\n", "")


def test_the_changelog_is_of_this_version() -> None:
    newest = re.search(r"^## \[?(\d+\.\d+\.\d+)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert newest is not None
    assert newest[1] == package.__version__
    assert "version" in tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dynamic"]


def test_without_a_command_the_commands_are_listed(rollcast: Command) -> None:
    listed = rollcast("--help").out
    assert "Usage" in "".join(map(str, rollcast()))
    for command in ("serve", "train", "predict", "evaluate", "update", "calibrate", "doctor", "mcp", "models", "keys"):
        assert f"\n  {command} " in listed


def test_a_misspelled_command_is_told_the_right_one(rollcast: Command) -> None:
    assert "No such command 'srve'. Did you mean 'serve'?" in rollcast("srve").err


def test_an_error_is_one_line_and_no_traceback(rollcast: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RollcastError("it was the cat")

    monkeypatch.setattr("rollcast.commands.serve.run", fail)
    assert rollcast("serve") == (1, "", "error: it was the cat\n")


def test_flags_override_variables_and_variables_defaults(rollcast: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    served: list[Settings] = []
    monkeypatch.setattr("rollcast.commands.serve.run", served.append)
    monkeypatch.setenv("ROLLCAST_PORT", "9001")
    monkeypatch.setenv("ROLLCAST_WORKERS", "3")
    assert rollcast("serve", "--port", "9002", "--host", "0.0.0.0", "--preload", "7").status == 0
    settings = served[0]
    assert (settings.host, settings.port, settings.workers, settings.preload) == ("0.0.0.0", 9002, 3, 7)
    assert settings.registry == Path("models/artifacts")
    assert Settings.model_validate(settings.model_dump()) == settings


def test_every_setting_is_documented_under_its_variable() -> None:
    documented = (ROOT / "docs" / "operations.md").read_text()
    for name in Settings.model_fields:
        assert f"`ROLLCAST_{name.upper()}`" in documented


def test_a_registry_that_can_not_be_listed_is_told_before_anything_runs(
    rollcast: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rollcast.commands.serve.run", lambda _: pytest.fail("it ran"))
    (tmp_path / "file").write_text("")
    for workers in (1, 2):
        result = rollcast("serve", "--registry", tmp_path / "file", "--workers", workers)
        assert result == (1, "", f"error: {tmp_path / 'file'} can't be listed: Not a directory\n")


def test_keys_that_can_not_be_read_are_told_before_anything_runs(
    rollcast: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rollcast.commands.serve.run", lambda _: pytest.fail("it ran"))
    monkeypatch.setenv("ROLLCAST_REGISTRY", str(tmp_path))
    file = tmp_path / "keys.json"
    missing = f"error: the file of API keys {file} is not there; make it with: rollcast keys new NAME --file {file}\n"
    assert rollcast("serve", "--api-keys-file", file) == (1, "", missing)
    # An empty variable is a mistake, and must not open the service to all.
    monkeypatch.setenv("ROLLCAST_API_KEYS_FILE", "")
    assert rollcast("serve").err == "error: the file of API keys . can't be read: Is a directory\n"


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("PORT", "99999", "error: --port or ROLLCAST_PORT: Input should be less than or equal to 65535, not '99999'\n"),
        ("PORT", "x" * 5000, "integer, unable to parse string as an integer, not '" + "x" * 79 + "…\n"),
        ("LOG_LEVEL", "loud", "error: ROLLCAST_LOG_LEVEL: Input should be 'debug', 'info', 'warning' or 'error', not"),
        ("TIMEOUT_S", "0\n", r"error: ROLLCAST_TIMEOUT_S: Input should be greater than 0, not '0\n'"),
        (
            "CORS_ORIGINS",
            "a.example",
            "error: --cors-origins or ROLLCAST_CORS_ORIGINS: expected origins such as https://",
        ),
        ("WORKERS", "0", "error: --workers or ROLLCAST_WORKERS: Input should be greater than or equal to 1, not '0'\n"),
    ],
)
def test_a_setting_that_is_not_valid_is_named_as_it_can_be_set(
    rollcast: Command, monkeypatch: pytest.MonkeyPatch, name: str, value: str, message: str
) -> None:
    monkeypatch.setenv(f"ROLLCAST_{name}", value)
    result = rollcast("serve")
    assert (result.status, result.out) == (1, "")
    assert message in result.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["tell"], "Error: No such command 'tell'."),
        (["predict", "tiny"], "Error: Missing option '--csv'."),
        (["models", "prune", "--keep", "0"], "Error: Invalid value for '--keep'"),
        (["models", "list", "--jason"], "Error: No such option: --jason"),
    ],
)
def test_wrong_usage_is_status_2_and_says_how_to_get_help(
    rollcast: Command, arguments: list[str], message: str
) -> None:
    result = rollcast(*arguments)
    assert (result.status, result.out) == (2, "")
    assert message in result.err
    assert result.err.startswith("Usage: rollcast ")


def test_ctrl_c_is_status_130_and_one_line(rollcast: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("rollcast.commands.serve.run", interrupt)
    assert rollcast("serve") == (130, "", "error: stopped\n")


def test_ctrl_c_before_anything_has_begun_is_quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    class Interrupted(ModuleType):
        def __getattr__(self, _: str) -> None:
            raise KeyboardInterrupt

    monkeypatch.setitem(sys.modules, "rollcast.cli", Interrupted("rollcast.cli"))
    with pytest.raises(SystemExit) as ended:
        run()
    assert ended.value.code == 130


def test_a_flag_has_the_field_s_short_name_as_well(rollcast: Command) -> None:
    trained = " ".join(rollcast("train", "--help").out.split())
    assert "--h, --horizon " in trained
    assert "--freq, --frequency " in trained
    for command in ("predict", "evaluate"):
        assert "--h, --horizon " in rollcast(command, "--help").out
    assert "Invalid value for '--h'" in rollcast("predict", "tiny", "--csv", "x", "--h", "no").err
