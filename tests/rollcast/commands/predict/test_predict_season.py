"""`rollcast predict` with a model for any series: its season from a flag, from times, or found in the file."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.rollcast.conftest import Command, Result
from tests.support.real_server import Server, real_server
from tests.support.seasonal.any_series import YEAR

Predict = Callable[..., Result]
ODD = 40.0  # in place of the last value: the forecast then tells which season it was made with


@pytest.fixture(scope="module")
def csv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four years of months of two series, far fewer rows than the context."""
    path = tmp_path_factory.mktemp("csv") / "months.csv"
    months = [f"{2020 + month // 12}-{month % 12 + 1:02}-01" for month in range(48)]
    values = [*(YEAR * 4)[:-1], ODD]
    rows = [f"{who},{month},{value}" for who in "ab" for month, value in zip(months, values, strict=True)]
    path.write_text("\n".join(["who,month,value", *rows]) + "\n")
    return path


@pytest.fixture(scope="module")
def one(csv: Path) -> Path:
    """The first of them."""
    path = csv.with_name("one.csv")
    path.write_text("\n".join(csv.read_text().splitlines()[:49]) + "\n")
    return path


@pytest.fixture(scope="module")
def server(any_series_path: Path) -> Iterator[Server]:
    with real_server(registry=any_series_path) as server:
        yield server


@pytest.fixture
def predict(rollcast: Command, any_series_path: Path, server: Server) -> Predict:
    """The command, which must say the same of the registry and of the service."""

    def run(*arguments: object) -> Result:
        here = rollcast("predict", "any-series", *arguments, "--registry", any_series_path)
        there = rollcast("predict", "any-series", *arguments, "--url", server.url)
        assert there.out == here.out
        assert there.status == here.status
        return here

    return run


def content(result: Result) -> dict[str, Any]:
    assert result.status == 0, result.err
    found: dict[str, Any] = json.loads(result.out)
    return found


def test_a_file_shorter_than_the_context_will_do_and_times_tell_its_season(predict: Predict, one: Path) -> None:
    asked = ["--csv", one, "--h", 3, "--json"]
    by_times = content(predict(*asked, "--time", "month"))
    by_flag = content(predict(*asked, "--season", 12))
    assert by_times["predictions"] == pytest.approx(by_flag["predictions"])
    assert by_times["timestamps"][0].startswith("2024-01-01")
    assert "season" not in by_times
    assert content(predict(*asked, "--season", 1))["predictions"] != pytest.approx(by_flag["predictions"])


def test_a_flag_goes_before_times(predict: Predict, one: Path) -> None:
    asked = ["--csv", one, "--h", 3, "--json"]
    by_flag = content(predict(*asked, "--season", 1))["predictions"]
    assert content(predict(*asked, "--time", "month", "--season", 1))["predictions"] == by_flag
    assert content(predict(*asked, "--time", "month"))["predictions"] != by_flag


def test_each_of_several_series_has_the_season(predict: Predict, csv: Path) -> None:
    found = content(predict("--csv", csv, "--id", "who", "--season", 12, "--h", 3, "--json"))
    assert found["predictions"][0] == pytest.approx(found["predictions"][1])
    assert content(predict("--csv", csv, "--id", "who", "--json"))["season"] == [12, 12]


def test_a_season_that_was_found_is_said(predict: Predict, one: Path, tmp_path: Path) -> None:
    found = predict("--csv", one)
    assert (found.status, found.err) == (0, "the season that was found: 12\n")
    assert predict("--csv", one, "--season", 12).err == ""
    (tmp_path / "line.csv").write_text("value\n" + "\n".join(map(str, range(20))) + "\n")
    assert predict("--csv", tmp_path / "line.csv").err == "the season that was found: none\n"


def test_empty_cells_are_filled(predict: Predict, one: Path) -> None:
    holed = one.with_name("holed.csv")
    lines = one.read_text().splitlines()
    lines[20] = lines[20].rpartition(",")[0] + ","
    holed.write_text("\n".join(lines) + "\n")
    plain, filled = (content(predict("--csv", each, "--season", 12, "--json")) for each in (one, holed))
    assert filled["predictions"] == pytest.approx(plain["predictions"], rel=0.1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--season", 25], "a season of 25 values is longer than half the window of 48"),
        (["--season", 2, "--season", 3, "--season", 4, "--season", 6], "at most 3"),
    ],
)
def test_what_can_not_be_its_season_is_said(predict: Predict, one: Path, arguments: list[object], message: str) -> None:
    result = predict("--csv", one, *arguments)
    assert result.status == 1
    assert message in result.err


def test_another_model_refuses_a_season(rollcast: Command, any_series_path: Path, one: Path) -> None:
    result = rollcast("predict", "tiny", "--csv", one, "--season", 12, "--registry", any_series_path)
    assert result.status == 1
    assert "tiny@1 learned its series' seasons in training: leave season out" in result.err
