"""`rollcast evaluate`: a backtest of a published model."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.graphs.onnx_network import OnnxNetwork
from models.inference.forecaster import Forecaster
from models.intervals.conformal import Intervals
from models.registry.publisher import publish
from models.registry.registry import Registry
from models.spec.manifest import Manifest, UpdateRecord
from models.spec.manifest_seal import sealed
from tests.rollcast.conftest import Command
from tests.support.tiny import graph_of, tiny_description, tiny_spec
from training.classical.methods import Method
from training.reading.series import Series, sha256

SHARES = {"train_share": 0.5, "validation_share": 0.1, "calibration_share": 0.2}
VALUES = np.tile([1.0, 4, 2, 6, 3], 8)


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write("load.csv")


def write(path: str, heading: str = "value", prefix: str = "") -> None:
    Path(path).write_text(f"{heading}\n" + "".join(f"{prefix}{value:g}\n" for value in VALUES))


def published(
    intervals: Intervals | None = None, seed: int = 0, update: UpdateRecord | None = None, **series: Any
) -> Manifest:
    """A tiny model of a window of 4, as if it had been trained on load.csv."""
    spec = tiny_spec()
    graph = graph_of(spec, seed)
    description = tiny_description(spec, graph, intervals)
    recipe = {
        "series": {"csv": "load.csv", **series},
        "windows": {"window": 4},
        "split": SHARES,
        "evaluation": {"season": [5], "horizon": 2},
    }
    training = description.training.model_copy(update={"recipe": recipe, "update": update})
    files = {"model.onnx": graph}
    if intervals is not None:
        files["calibration.npy"] = intervals.to_bytes()
    return publish(Registry.at(Path("registry")), "tiny", description.model_copy(update={"training": training}), files)


def expected_mae(horizon: int = 2, stride: int = 1) -> list[float]:
    spec = tiny_spec()
    origins = range(32, 40 - horizon + 1, stride)
    forecasts = Forecaster(spec, OnnxNetwork(graph_of(spec))).forecast([VALUES[:row] for row in origins], horizon)
    came = np.array([VALUES[row : row + horizon] for row in origins])
    return list(np.abs(forecasts[..., 0] - came).mean(axis=0).tolist())


def test_a_table_of_steps_on_the_model_s_own_data(rollcast: Command) -> None:
    published()
    result = rollcast("evaluate", "tiny", "--registry", "registry")
    assert result.status == 0
    first, blank, headings, *rows = result.out.splitlines()
    assert (first, blank) == ("tiny@1 on the last 8 of 40 rows of load.csv: 7 origins", "")
    assert headings.split("  ")[0] == "step"
    assert "seasonal naive 5" in headings
    assert [row.split()[0] for row in rows] == ["1", "2", "mean"]
    assert [float(row.split()[1]) for row in rows[:2]] == pytest.approx(expected_mae(), rel=1e-3)
    assert "warning: tiny@1 loses to seasonal naive 5 over 2 steps, " in result.err
    assert "trained on other values than the ones read" in result.err  # the manifest's hash is made up


def test_json_holds_all_of_it(rollcast: Command) -> None:
    published(Intervals(np.arange(1.0, 41) * np.ones((3, 1, 1))))
    result = rollcast("evaluate", "tiny", "--stride", 3, "--json", "--registry", "registry")
    document = json.loads(result.out)
    assert (document["model"], document["version"]) == ("tiny", 1)
    backtest = document["backtest"]
    assert (backtest["stride"], backtest["origins"], backtest["season"]) == (3, 3, 5)
    assert backtest["model"]["mae"] == pytest.approx(expected_mae(stride=3), rel=1e-4)
    assert backtest["skill"]["seasonal naive 5"] == [-1, -1]  # which is without error
    assert document["coverage"] == {level: [1, 1] for level in ("50", "80", "90", "95")}
    assert any("seasonal naive 5" in warning for warning in document["warnings"])


def test_coverage_follows_where_intervals_are_calibrated(rollcast: Command) -> None:
    published(Intervals(np.full((1, 1, 9), 1e-6)))
    result = rollcast("evaluate", "tiny", "--registry", "registry")
    assert result.out.splitlines()[-4:] == [
        "values within the intervals of each level, in percent, and scores",
        "",
        "step  50 %  score 50  80 %  score 80  90 %  score 90  pinball",
        next(line for line in result.out.splitlines() if line.startswith("   1   0.0  ")),
    ]


@pytest.fixture
def _naive(monkeypatch: pytest.MonkeyPatch) -> None:
    """One method that is made up stands for the library's, and one fails."""

    def fail(_: Any, __: int) -> Any:
        raise ValueError("no")

    naive = Method("naive", "no season", lambda values, horizon: np.repeat(values[-1:], horizon))
    monkeypatch.setattr("training.classical.scores.classical_methods", lambda _: (naive, Method("bad", "", fail)))


@pytest.mark.usefixtures("_naive")
def test_classical_methods_stand_beside_it_where_asked_for(rollcast: Command) -> None:
    published()
    result = rollcast("evaluate", "tiny", "--compare", "--registry", "registry")
    assert result.status == 0
    *_, library, origins, fitted_to, naive, bad, _, headings, first, _, mean = result.out.splitlines()
    assert library.startswith("library: statsforecast 2")
    assert origins == "origins: 7, evenly spaced among those of the backtest"
    assert fitted_to == "fitted to: the target's own values before each origin, the newest 38 at most"
    assert (naive, bad) == ("naive: no season", "bad: left out, as it failed at row 33: ValueError: no")
    assert headings.split() == ["step", "MAE", "RMSE", "sMAPE", "naive", "skill"]
    assert float(first.split()[1]) == pytest.approx(expected_mae()[0], rel=1e-3)
    changes = [VALUES[32:39] - VALUES[31:38], VALUES[33:40] - VALUES[31:38]]
    assert float(mean.split()[4]) == pytest.approx(np.abs(changes).mean(), rel=1e-3)
    assert "fitting naive from 7 origins\n" in result.err
    document = json.loads(rollcast("evaluate", "tiny", "--compare", "--json", "--registry", "registry").out)
    assert document["backtest"]["classical"]["model"]["mae"] == pytest.approx(expected_mae(), rel=1e-4)
    assert [warning for warning in document["warnings"] if "loses to naive" in warning] == []


def test_another_file_with_other_columns(rollcast: Command) -> None:
    published()
    own = json.loads(rollcast("evaluate", "tiny", "--json", "--registry", "registry").out)
    write("other.csv", "site,load", "north,")
    result = rollcast(
        "evaluate", "tiny", "--csv", "other.csv", "--column", "load", "--id", "site", "--json", "--registry", "registry"
    )
    other = json.loads(result.out)
    assert other["backtest"]["model"] == own["backtest"]["model"]
    assert other["backtest"]["tested_on"] == "the last 8 of 40 rows of other.csv"
    assert "trained on other values" not in result.err


def test_several_series_are_shown_with_their_own_errors(rollcast: Command) -> None:
    published()
    rows = [(name, row) for number, name in enumerate("abcdef") for row in range(28 + 2 * number)]
    lines = [f"{name},{VALUES[row] + row % 3}" for name, row in rows]
    Path("panel.csv").write_text("site,value\n" + "\n".join([*lines, *["g,1"] * 40]) + "\n")
    result = rollcast("evaluate", "tiny", "--csv", "panel.csv", "--id", "site", "--registry", "registry")
    assert result.status == 0, result.err
    shown = result.out.splitlines()
    worst, lengths, last = (
        next(number for number, line in enumerate(shown) if line.startswith(text))
        for text in ("the series with the highest errors", "errors by the length", "without MASE")
    )
    assert shown[worst + 2].split() == ["series", "rows", "origins", "MASE", "seasonal", "naive", "5"]
    assert {line.split()[0] for line in shown[worst + 3 : lengths - 1]} == set("abcdef")
    assert [line.split()[:6] for line in shown[lengths + 3 : last - 1]] == [
        ["28", "to", "32", "rows", "3", shown[lengths + 3].split()[5]],
        ["34", "to", "38", "rows", "3", shown[lengths + 4].split()[5]],
    ]
    assert shown[last] == "without MASE, as they never changed over a season before: g"


def test_filled_rows_are_told(rollcast: Command) -> None:
    published(fill="previous")
    Path("gaps.csv").write_text("value,x\n" + "1,0\n" * 38 + ",0\n3,0\n")
    result = rollcast("evaluate", "tiny", "--csv", "gaps.csv", "--registry", "registry")
    assert "warning: 1 rows that were missing or had empty cells are filled, as in training" in result.err


def test_a_version_is_as_good_as_itself(rollcast: Command) -> None:
    published()
    result = rollcast("evaluate", "tiny", "--against", "tiny@1", "--registry", "registry")
    assert result.status == 0
    mae = f"{np.mean(expected_mae()):.4g}"
    assert result.out.splitlines() == [
        "tiny@1 and tiny@1 on the last 8 of 40 rows of load.csv: 2 steps from 7 origins",
        "",
        "          MAE",
        f"tiny@1  {mae}",
        f"tiny@1  {mae}",
        "",
        "the ratio of the first error to the second is 1, p can't be told",
        "tiny@1 and tiny@1 can't be told apart",
    ]


def test_a_worse_version_is_told_as_json_too(rollcast: Command) -> None:
    published()
    published(seed=3)
    arguments = ["evaluate", "tiny@1", "--against", "tiny@2", "--registry", "registry"]
    document = json.loads(rollcast(*arguments, "--json").out)
    assert (document["version"], document["against"]) == (1, {"model": "tiny", "version": 2})
    assert (document["horizon"], document["origins"], document["stride"], document["measure"]) == (2, 7, 1, "MAE")
    assert document["error"] == pytest.approx(np.mean(expected_mae()))
    assert document["ratio"] == pytest.approx(document["error"] / document["other_error"])
    assert document["p_value"] < 0.05
    better, worse = ("tiny@1", "tiny@2") if document["ratio"] < 1 else ("tiny@2", "tiny@1")
    assert document["verdict"].startswith(f"{better} is better: its error is ")
    turned = rollcast("evaluate", worse, "--against", better, "--registry", "registry")
    assert turned.out.splitlines()[-1] == document["verdict"]
    assert turned.out.splitlines()[-2].endswith(f", p {document['p_value']:.2g}")


def test_rows_that_an_updated_version_learned_from_are_told(rollcast: Command) -> None:
    update = UpdateRecord(
        from_version=1, new_rows=8, held_back_rows=4, measure="MAE", published_error=2, updated_error=1, ratio=0.5
    )
    manifest = published(update=update)
    data = {"rows": 40, "sha256": sha256([Series(VALUES[:, None], ("value",), "load.csv")])}
    altered = manifest.model_copy(update={"data": manifest.data.model_copy(update=data)})
    rewrite = json.loads(altered.model_dump_json())
    Path("registry/tiny/1/manifest.json").write_bytes(sealed(rewrite))
    for arguments in ([], ["--against", "tiny"]):
        result = rollcast("evaluate", "tiny", *arguments, "--registry", "registry")
        assert "warning: tiny@1 has learned from 8 rows of those that are tested on: its errors here are too low" in (
            result.err
        )


def test_an_empty_id_means_one_series(rollcast: Command) -> None:
    published()
    result = rollcast("evaluate", "tiny", "--csv", "load.csv", "--id", "", "--time", "", "--registry", "registry")
    assert result.status == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--id", "site"], "--column, --id and --time say how to read another file: add --csv FILE"),
        (["--csv", "load.csv", "--id", "site"], 'load.csv has no column "site"'),
        (["--csv", "none.csv"], "none.csv is not there"),
        (["--against", "tiny@7"], "tiny has no version 7"),
        (["--against", "tiny", "--compare"], "--compare with classical methods: leave one out"),
        (
            ["--horizon", "9"],
            "the last 8 of 40 rows of load.csv have no room for a forecast: tiny@1 needs a context of 4",
        ),
        (["--horizon", "0"], "--horizon"),
    ],
)
def test_what_can_not_be_done_is_explained(rollcast: Command, arguments: list[str], message: str) -> None:
    published()
    result = rollcast("evaluate", "tiny", *arguments, "--registry", "registry")
    assert (result.status != 0, result.out) == (True, "")
    assert message in result.err


def test_the_own_data_may_be_gone(rollcast: Command) -> None:
    published()
    Path("load.csv").unlink()
    result = rollcast("evaluate", "tiny", "--registry", "registry")
    assert (result.status, result.out) == (1, "")
    assert "tiny@1's own data can't be read from the current folder: load.csv is not there" in result.err
