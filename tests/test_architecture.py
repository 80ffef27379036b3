"""The house rules that imports must keep, and the picture of the house that docs/architecture.md gives."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
HEAVY = {"tensorflow", "keras", "onnx", "onnxruntime", "matplotlib", "polars", "statsforecast", "pandas"}


def imported_by(statement: str) -> set[str]:
    """The top-level modules that a fresh interpreter has after a statement."""
    code = f"{statement}\nimport sys\nprint(*{{name.partition('.')[0] for name in sys.modules}})"
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(result.stdout.split())


def test_imports_run_one_way() -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout


def test_serving_loads_neither_training_nor_its_libraries() -> None:
    loaded = imported_by("import service.server, service.app; service.app.create_app()")
    assert {"service", "models", "fastapi"} <= loaded
    assert not loaded & (HEAVY | {"training", "rollcast"})


def test_traces_cost_nothing_where_nobody_asked_for_them() -> None:
    code = "import service.app, sys; service.app.create_server_app(); print('opentelemetry.sdk' in sys.modules)"
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert result.stdout == "False\n"


def test_the_command_loads_no_heavy_library_before_it_needs_one() -> None:
    statement = "import rollcast.cli, typer.main; group = typer.main.get_command(rollcast.cli.app)"
    loaded = imported_by(f"{statement}; [group.get_command(None, name) for name in group.list_commands(None)]")
    assert {"service", "training", "models"} <= loaded
    assert not loaded & (HEAVY | {"fastapi"})


def test_to_serve_loads_nothing_of_the_other_commands_nor_what_only_some_requests_need() -> None:
    loaded = imported_by(
        "import rollcast.cli, typer.main; typer.main.get_command(rollcast.cli.app).get_command(None, 'serve')\n"
        "import service.process.worker, service.app; service.app.create_server_app()"
    )
    assert {"rollcast", "service", "models", "fastapi"} <= loaded
    assert not loaded & (HEAVY | {"training", "rich", "prometheus_client", "holidays"})


@pytest.mark.parametrize("package", ["rollcast", "service", "training", "models"])
def test_every_package_is_typed_and_every_file_says_its_job(package: str) -> None:
    assert (ROOT / package / "py.typed").is_file()
    for path in (ROOT / package).rglob("*.py"):
        first = path.read_text().splitlines()[0]
        assert first.startswith('"""'), f"{path} must begin with a docstring that says its one job"
        assert path.name != "utils.py"


def test_no_folder_is_too_full_to_look_through() -> None:
    folders = {
        path.parent
        for path in ROOT.rglob("*.py")
        if not {".venv", ".venv-clients", ".venv-newest", "build", "dist"} & set(path.parts)
    }
    crowded = {folder: count for folder in folders if (count := len(list(folder.glob("*.py")))) > 12}
    assert folders
    assert not crowded, "a folder of more than a dozen files needs rooms"


def test_no_merge_is_left_unfinished() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    texts = [ROOT / name for name in listed.splitlines() if not name.startswith("models/artifacts/")]
    marked = [path for path in texts if re.search(rb"^(<{7}|={7}|>{7})( |$)", path.read_bytes(), re.MULTILINE)]
    assert len(texts) > 100
    assert marked == []


@pytest.mark.parametrize("package", ["models", "rollcast", "service", "training"])
def test_the_page_on_architecture_names_every_module(package: str) -> None:
    page = (ROOT / "docs" / "architecture.md").read_text()
    table = re.search(rf"^\| `{package}/` \| \|\n\|---\|---\|\n((?:\|.*\n)+)", page, re.MULTILINE)
    assert table is not None
    rows = re.findall(r"^\| (?:`(\w+)/`)? ?\|(.*)$", table[1], re.MULTILINE)
    named = {(room, module) for room, modules in rows for module in re.findall(r"`(\w+)`", modules)}
    there = {
        (path.parent.name.removeprefix(package), path.stem)
        for path in (ROOT / package).rglob("*.py")
        if path.stem != "__init__"
    }
    assert named == there
