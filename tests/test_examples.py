"""The notebook in examples/: tidy as it is committed, and run from top to bottom by a real kernel."""

import os
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from models.registry.registry import Registry
from tests.support.reference import ARTIFACTS, ROOT

NOTEBOOK = ROOT / "examples" / "quickstart.ipynb"
SLOW = "slow"  # the tag of cells that take minutes


def read() -> Any:
    return nbformat.read(NOTEBOOK, as_version=4)  # type: ignore[no-untyped-call]


def artifacts() -> dict[str, int]:
    """Every file of the repository's registry, and when it was last changed."""
    return {str(path): path.stat().st_mtime_ns for path in ARTIFACTS.rglob("*")}


def test_it_is_committed_without_outputs_and_as_nbformat_writes_it() -> None:
    notebook = read()
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [(cell.outputs, cell.execution_count) for cell in code] == [([], None)] * len(code)
    assert all(set(cell.metadata) <= {"tags"} for cell in notebook.cells)
    assert set(notebook.metadata) == {"kernelspec", "language_info"}
    assert nbformat.writes(notebook) + "\n" == NOTEBOOK.read_text()  # type: ignore[no-untyped-call]
    assert [cell.id for cell in code if SLOW in cell.metadata.get("tags", ())] == ["train-demand"]


def test_its_links_lead_somewhere() -> None:
    assert "](../docs/python.md)" in NOTEBOOK.read_text()
    assert (NOTEBOOK.parent / "../docs/python.md").exists()


def test_it_runs_and_writes_nothing_into_the_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "MPLCONFIGDIR"):
        monkeypatch.setenv(name, str(tmp_path / name))
    notebook, before = read(), artifacts()
    notebook.cells = [cell for cell in notebook.cells if SLOW not in cell.metadata.get("tags", ())]
    client = NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(NOTEBOOK.parent)}})
    client.execute(env={**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path)})
    assert artifacts() == before
    outputs = {cell.id: cell.outputs for cell in notebook.cells if cell.cell_type == "code"}
    # The pictures of both recipes, and that of the day.
    pictures = {id_: sum("image/png" in each.get("data", {}) for each in found) for id_, found in outputs.items()}
    assert {id_: count for id_, count in pictures.items() if count} == {
        "show-sine-lstm": 9,
        "train-sine-simple-rnn": 5,
        "plot-demand": 1,
    }
    texts = {id_: "".join(each.get("text", "") for each in found) for id_, found in outputs.items()}
    assert texts["train-sine-lstm"].startswith("sine-lstm@1: test MAE 0.0")
    assert "timestamp" in str(outputs["load-demand"])
    assert texts["plot-demand"].startswith("mean absolute error: ")
    (registry,) = tmp_path.glob("rollcast-*")
    assert [*Registry.at(registry).listing()] == ["sine-lstm", "sine-simple-rnn"]
