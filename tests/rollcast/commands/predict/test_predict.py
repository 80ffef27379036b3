"""`rollcast predict`: the service's answers without the service."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

from models.intervals.conformal import Intervals
from models.registry.publisher import publish
from models.registry.registry import Registry
from models.spec.manifest import TrainingRecord
from models.spec.model_spec import TrainingRange
from tests.rollcast.conftest import Command
from tests.support.tiny import graph_of, publish_tiny, tiny_description, tiny_spec


@pytest.fixture
def csv(tmp_path: Path) -> Path:
    path = tmp_path / "series.csv"
    path.write_text("day,value,a,b\n" + "".join(f"{day},{day},{day},{10 * day}\n" for day in range(1, 8)))
    return path


def test_a_table_of_steps(rollcast: Command, registry: Registry, csv: Path) -> None:
    result = rollcast("predict", "tiny", "--csv", csv, "--horizon", 3, "--registry", registry.storage.location)
    expected = registry.open("tiny", 1)[1].forecast([[4.0, 5, 6, 7]], 3)[0, :, 0]
    lines = [line.split() for line in result.out.splitlines()]
    assert lines[0] == ["step", "value"]
    assert [float(line[1]) for line in lines[1:]] == pytest.approx(expected, rel=1e-5)


def test_columns_are_named_as_they_are(rollcast: Command, tmp_path: Path) -> None:
    columns = ("load [kw]", "[/kw]")
    publish_tiny(Registry.at(tmp_path), "power", tiny_spec(features=columns))
    (tmp_path / "series.csv").write_text(",".join(columns) + "\n1,2" * 4 + "\n")
    result = rollcast("predict", "power", "--csv", tmp_path / "series.csv", "--registry", tmp_path)
    assert result.out.splitlines()[0].split() == ["step", "load", "[kw]", "[/kw]"]


def test_json_is_what_the_service_answers(rollcast: Command, registry: Registry, csv: Path) -> None:
    result = rollcast(
        "predict", "pair@1", "--csv", csv, "--horizon", 2, "--json", "--registry", registry.storage.location
    )
    window = [[float(day), 10.0 * day] for day in range(4, 8)]
    expected = registry.open("pair", 1)[1].forecast([window], 2)[0].tolist()
    assert json.loads(result.out) == {"model": "pair", "version": 1, "predictions": expected}


def test_columns_may_have_other_names_in_the_file(rollcast: Command, registry: Registry, csv: Path) -> None:
    renamed = rollcast(
        "predict", "tiny", "--csv", csv, "--column", "b", "--json", "--registry", registry.storage.location
    )
    expected = registry.open("tiny", 1)[1].forecast([[40.0, 50, 60, 70]], 1)[0, :, 0].tolist()
    assert json.loads(renamed.out)["predictions"] == pytest.approx(expected)


@pytest.mark.parametrize("name", ["tiny", "driven"])
def test_a_picture(rollcast: Command, registry: Registry, csv: Path, tmp_path: Path, name: str) -> None:
    picture = tmp_path / "forecast.png"
    result = rollcast("predict", name, "--csv", csv, "--plot", picture, "--registry", registry.storage.location)
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
    result = rollcast("predict", *arguments, "--registry", registry.storage.location)
    assert (result.status, result.out) == (1, "")
    assert message in result.err


def test_a_file_shorter_than_the_context_says_how_much_is_needed(
    rollcast: Command, registry: Registry, tmp_path: Path
) -> None:
    (tmp_path / "short.csv").write_text("value\n1\n2\n")
    result = rollcast("predict", "tiny", "--csv", tmp_path / "short.csv", "--registry", registry.storage.location)
    assert "the window has 2 values; tiny@1 needs at least 4" in result.err


@pytest.fixture
def timed(tmp_path: Path) -> Registry:
    """A calibrated model `clock` of daily values and weekdays, whose recipe named the times `ds` and filled gaps."""
    registry = Registry.at(tmp_path / "timed")
    spec = tiny_spec(calendar=("weekday",), frequency="1d")
    graph, intervals = graph_of(spec), Intervals(np.arange(1, 40) / 10 * np.ones((3, 1, 1)))
    recipe = {"series": {"time": "ds", "fill": "previous"}}
    training = TrainingRecord(recipe=recipe, duration_s=0.1, parameters=1, loss=(0.5,))
    description = tiny_description(spec, graph, intervals).model_copy(update={"training": training})
    publish(registry, "clock", description, {"model.onnx": graph, "calibration.npy": intervals.to_bytes()})
    return registry


@pytest.fixture
def days(tmp_path: Path) -> Path:
    """Two series, told apart by `who`: "a" goes up and ends on the 6th, "b" down and ends on the 5th."""
    path = tmp_path / "days.csv"
    rows = [f"a,2024-01-{day:02},{day},{day}" for day in range(1, 7)]
    rows += [f"b,2024-01-{day:02},{9 - day},{9 - day}" for day in range(1, 6)]
    path.write_text("\n".join(["who,ds,value,other", *rows]) + "\n")
    return path


def test_each_series_is_forecast_with_its_times_and_intervals(rollcast: Command, timed: Registry, days: Path) -> None:
    asked = ["clock", "--csv", days, "--id", "who", "--horizon", 2, "--level", 80, "--level", 97.5]
    result = rollcast("predict", *asked, "--registry", timed.storage.location)
    headings, *rows = [re.split(r"  +", line) for line in result.out.splitlines()]
    assert headings == ["who", "step", "ds", "value", "lower 80", "upper 80", "lower 97.5", "upper 97.5"]
    assert [row[:3] for row in rows] == [
        ["a", "1", "2024-01-07T00:00:00+00:00"],
        ["a", "2", "2024-01-08T00:00:00+00:00"],
        ["b", "1", "2024-01-06T00:00:00+00:00"],
        ["b", "2", "2024-01-07T00:00:00+00:00"],
    ]
    # Of 39 errors the 32nd and the last, in the scale of 2.
    value, *bounds = map(float, rows[0][3:])
    assert bounds == pytest.approx([value - 6.4, value + 6.4, value - 7.8, value + 7.8], abs=1e-4)


def test_json_of_several_series_is_the_services_answer_to_windows(
    rollcast: Command, timed: Registry, days: Path
) -> None:
    asked = ["clock", "--csv", days, "--id", "who", "--horizon", 3, "--level", 80, "--json"]
    answer = json.loads(rollcast("predict", *asked, "--registry", timed.storage.location).out)
    assert set(answer) == {"model", "version", "predictions", "timestamps", "intervals"}
    assert np.shape(answer["predictions"]) == np.shape(answer["intervals"]["80"]["lower"]) == (2, 3)
    assert answer["timestamps"][1][0] == "2024-01-06T00:00:00+00:00"


def test_missing_rows_are_filled_as_in_training_and_told(rollcast: Command, timed: Registry, tmp_path: Path) -> None:
    (tmp_path / "gap.csv").write_text("ds,value\n" + "".join(f"2024-01-{day:02},{day}\n" for day in (1, 2, 3, 4, 6)))
    result = rollcast("predict", "clock", "--csv", tmp_path / "gap.csv", "--registry", timed.storage.location)
    assert result.status == 0
    assert result.err == (
        "warning: 1 rows of gap.csv were missing or had empty cells: filled (previous), as in training\n"
    )


def test_times_may_be_asked_for_though_the_model_does_not_need_them(
    rollcast: Command, registry: Registry, tmp_path: Path
) -> None:
    months = ["2023-11-30", "2023-12-31", "2024-01-31", "2024-02-29"]
    (tmp_path / "months.csv").write_text("month,value\n" + "".join(f"{month},1\n" for month in months))
    asked = ["tiny", "--csv", tmp_path / "months.csv", "--time", "month", "--registry", registry.storage.location]
    assert rollcast("predict", *asked).out.split()[:5] == ["step", "month", "value", "1", "2024-03-31T00:00:00+00:00"]


def test_a_picture_with_bands(rollcast: Command, timed: Registry, days: Path, tmp_path: Path) -> None:
    picture = tmp_path / "forecast.png"
    asked = ["clock", "--csv", days, "--id", "who", "--horizon", 3, "--level", 80, "--plot", picture]
    assert rollcast("predict", *asked, "--registry", timed.storage.location).status == 0
    plain = tmp_path / "plain.png"
    asked = ["clock", "--csv", days, "--id", "who", "--horizon", 3, "--plot", plain]
    assert rollcast("predict", *asked, "--registry", timed.storage.location).status == 0
    assert picture.read_bytes() != plain.read_bytes()


def test_values_far_from_those_of_training_are_warned_of(rollcast: Command, tmp_path: Path) -> None:
    seen = TrainingRange(minimum=(0.0,), maximum=(1.0,))
    publish_tiny(Registry.at(tmp_path), "near", tiny_spec(seen=seen))
    (tmp_path / "far.csv").write_text("value\n" + "1000\n" * 5)
    result = rollcast("predict", "near", "--csv", tmp_path / "far.csv", "--registry", tmp_path)
    assert result.err.startswith("warning: far.csv holds values far outside those of training")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--id", "nobody"], 'has no column "nobody"'),
        (["--time", "when"], 'has no column "when"'),
        (["--id", "who", "--level", "99"], "a level of 99 needs more than the 39 errors"),
        (["--id", "who", "--level", "80", "--horizon", "4"], "intervals are calibrated up to step 3, not 4"),
        (["--id", "who", "--level", "100"], "above 0 and below 100, not 100"),
        (["--id", "who", "--horizon", "600000"], "2 series and a horizon of 600000 make more than 1000000 values"),
    ],
)
def test_what_can_not_be_done_with_times_and_series_is_explained(
    rollcast: Command, timed: Registry, days: Path, arguments: list[str], message: str
) -> None:
    result = rollcast("predict", "clock", "--csv", days, *arguments, "--registry", timed.storage.location)
    assert (result.status, result.out) == (1, "")
    assert message in result.err


def test_a_series_too_short_is_named(rollcast: Command, registry: Registry, tmp_path: Path) -> None:
    (tmp_path / "two.csv").write_text("who,value\n" + "a,1\n" * 4 + "b,1\n")
    result = rollcast(
        "predict", "tiny", "--csv", tmp_path / "two.csv", "--id", "who", "--registry", registry.storage.location
    )
    assert result.err == 'error: series "b" of two.csv: the window has 1 value; tiny@1 needs at least 4\n'


def test_levels_of_a_model_without_intervals_are_refused(rollcast: Command, registry: Registry, csv: Path) -> None:
    result = rollcast("predict", "tiny", "--csv", csv, "--level", 80, "--registry", registry.storage.location)
    assert result.err == "error: tiny@1 has no calibrated intervals: leave levels out\n"


def test_a_model_of_the_calendar_whose_recipe_names_no_times_asks_for_them(rollcast: Command, tmp_path: Path) -> None:
    publish_tiny(Registry.at(tmp_path), "clock", tiny_spec(calendar=("day",), frequency="1h"))
    result = rollcast("predict", "clock", "--csv", "x.csv", "--registry", tmp_path)
    assert "clock@1 takes in the day of each value: name the file's column of times with --time" in result.err


def test_no_steps_are_no_horizon_with_times_either(rollcast: Command, timed: Registry, tmp_path: Path) -> None:
    (tmp_path / "days.csv").write_text("ds,value\n" + "".join(f"2024-03-0{day},{day}\n" for day in range(1, 7)))
    asked = ["clock", "--csv", tmp_path / "days.csv", "--horizon", 0]
    result = rollcast("predict", *asked, "--registry", timed.storage.location)
    assert (result.status, result.err) == (1, "error: the horizon must be at least 1, not 0\n")


def test_warnings_are_in_the_document_and_on_standard_error(rollcast: Command, tmp_path: Path) -> None:
    publish_tiny(Registry.at(tmp_path), "near", tiny_spec(seen=TrainingRange(minimum=(0.0,), maximum=(1.0,))))
    (tmp_path / "far.csv").write_text("value\n" + "1000\n" * 5)
    result = rollcast("predict", "near", "--csv", tmp_path / "far.csv", "--h", 2, "--json", "--registry", tmp_path)
    document = json.loads(result.out)
    assert len(document["predictions"]) == 2
    [warning] = document["warnings"]
    assert warning.startswith("the window holds values far outside those of training")
    assert result.err.startswith("warning: far.csv holds values far outside those of training")
