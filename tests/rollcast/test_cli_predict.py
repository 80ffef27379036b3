"""`rollcast predict`: the service's answers without the service."""

import json
from pathlib import Path

import pytest

from models.registry import Registry
from tests.rollcast.conftest import Command
from tests.support.tiny import publish_tiny, tiny_shape


@pytest.fixture
def csv(tmp_path: Path) -> Path:
    path = tmp_path / "series.csv"
    path.write_text("day,value,a,b\n" + "".join(f"{day},{day},{day},{10 * day}\n" for day in range(1, 8)))
    return path


def test_a_table_of_steps(rollcast: Command, registry: Registry, csv: Path) -> None:
    result = rollcast("predict", "tiny", "--csv", csv, "--horizon", 3, "--registry", registry.root)
    expected = registry.open("tiny", 1)[1].forecast([[4.0, 5, 6, 7]], 3)[0, :, 0]
    lines = [line.split() for line in result.out.splitlines()]
    assert lines[0] == ["step", "value"]
    assert [float(line[1]) for line in lines[1:]] == pytest.approx(expected, rel=1e-5)


def test_columns_are_named_as_they_are(rollcast: Command, tmp_path: Path) -> None:
    columns = ("load [kw]", "[/kw]")
    publish_tiny(Registry(tmp_path), "power", tiny_shape(features=columns))
    (tmp_path / "series.csv").write_text(",".join(columns) + "\n1,2" * 4 + "\n")
    result = rollcast("predict", "power", "--csv", tmp_path / "series.csv", "--registry", tmp_path)
    assert result.out.splitlines()[0].split() == ["step", "load", "[kw]", "[/kw]"]


def test_json_is_what_the_service_answers(rollcast: Command, registry: Registry, csv: Path) -> None:
    result = rollcast("predict", "pair@1", "--csv", csv, "--horizon", 2, "--json", "--registry", registry.root)
    window = [[float(day), 10.0 * day] for day in range(4, 8)]
    expected = registry.open("pair", 1)[1].forecast([window], 2)[0].tolist()
    assert json.loads(result.out) == {"model": "pair", "version": 1, "predictions": expected}


def test_columns_may_have_other_names_in_the_file(rollcast: Command, registry: Registry, csv: Path) -> None:
    renamed = rollcast("predict", "tiny", "--csv", csv, "--column", "a", "--json", "--registry", registry.root)
    assert renamed == rollcast("predict", "tiny", "--csv", csv, "--json", "--registry", registry.root)


@pytest.mark.parametrize("name", ["tiny", "driven"])
def test_a_picture(rollcast: Command, registry: Registry, csv: Path, tmp_path: Path, name: str) -> None:
    picture = tmp_path / "forecast.png"
    result = rollcast("predict", name, "--csv", csv, "--plot", picture, "--registry", registry.root)
    assert result.status == 0
    assert result.out.startswith("step")
    assert f"drew {picture}" in result.err
    assert picture.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["tiny", "--csv", "missing.csv"], "missing.csv is not there"),
        (["tiny", "--horizon", "0"], "the horizon must be at least 1, not 0"),
        (["tiny", "--horizon", "999999999999"], "the horizon may be at most 1000000, not 999999999999"),
        (["driven", "--horizon", "2"], "the horizon must be 1, not 2"),
        (["pair", "--column", "a"], "pair@1 has the features a, b: name 2 columns in this order with --column, not 1"),
        (["tiny", "--column", "valeu"], "did you mean value?"),
        (["tiny@9"], "tiny has no version 9"),
        (["Tiny"], "a model is named by lower-case letters"),
        (["tiny", "--plot", "/proc/none.png"], "/proc/none.png can't be written"),
    ],
)
def test_what_can_not_be_done_is_explained(
    rollcast: Command, registry: Registry, csv: Path, arguments: list[str], message: str
) -> None:
    if "--csv" not in arguments:
        arguments = [*arguments, "--csv", str(csv)]
    result = rollcast("predict", *arguments, "--registry", registry.root)
    assert (result.status, result.out) == (1, "")
    assert message in result.err


def test_a_file_shorter_than_the_context_says_how_much_is_needed(
    rollcast: Command, registry: Registry, tmp_path: Path
) -> None:
    (tmp_path / "short.csv").write_text("value\n1\n2\n")
    result = rollcast("predict", "tiny", "--csv", tmp_path / "short.csv", "--registry", registry.root)
    assert "the window has 2 values; tiny@1 needs at least 4" in result.err
