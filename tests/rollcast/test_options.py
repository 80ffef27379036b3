"""Which registry a subcommand opens."""

from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from models.errors import RegistryError
from rollcast.options import RegistryOption, open_registry


def locations(*arguments: str) -> str:
    """Where a subcommand that takes the option finds its registry."""
    app = typer.Typer()

    @app.command()
    def show(registry: RegistryOption = None) -> None:
        typer.echo(open_registry(registry).storage.location)

    result = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output.strip()


def test_without_a_flag_and_a_variable_it_is_that_of_the_repository() -> None:
    assert open_registry(None).storage.location == str(Path("models/artifacts"))
    assert locations() == str(Path("models/artifacts"))


def test_a_folder_that_is_named_is_opened_and_need_not_exist(tmp_path: Path) -> None:
    registry = open_registry(tmp_path / "missing")
    assert registry.storage.location == str(tmp_path / "missing")
    assert registry.listing() == {}


def test_the_variable_stands_in_for_the_flag_and_the_flag_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROLLCAST_REGISTRY", "/of/the/variable")
    assert locations() == "/of/the/variable"
    assert locations("--registry", "/of/the/flag") == "/of/the/flag"


def test_the_service_s_other_settings_do_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROLLCAST_PORT", "no port")
    assert locations() == str(Path("models/artifacts"))


def test_a_folder_that_must_be_there_may_be_empty_and_not_missing(tmp_path: Path) -> None:
    assert open_registry(tmp_path, must_exist=True).listing() == {}
    with pytest.raises(RegistryError, match=rf"there is no registry at {tmp_path}/missing; name its folder with"):
        open_registry(tmp_path / "missing", must_exist=True)
