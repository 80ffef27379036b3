"""`rollcast models`."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from models.intervals.conformal import Intervals
from models.registry.publisher import publish
from models.registry.registry import Registry
from models.spec.metrics import Backtest, Calibration, Metrics, Scores, Spread, StepScores
from service.schemas.models import card_of
from tests.rollcast.conftest import Command
from tests.support.tiny import graph_of, tiny_description, tiny_registry, tiny_spec


@pytest.fixture
def root(tmp_path: Path) -> Path:
    tiny_registry(tmp_path / "registry")
    return tmp_path / "registry"


def test_list_shows_every_version_with_its_aliases_and_errors(rollcast: Command, root: Path) -> None:
    result = rollcast("models", "list", "--registry", root)
    lines = [line.split() for line in result.out.splitlines()]
    assert lines[0][:3] == ["name", "version", "aliases"]
    assert lines[1] == ["driven", "1", "lstm(3)", "4", "0.1", "0.1"]
    assert lines[3] == ["many", "2", "champion", "lstm(3)", "4", "0.1", "0.1"]
    assert len(lines) == 7


def test_list_says_how_to_fill_an_empty_registry(rollcast: Command, tmp_path: Path) -> None:
    result = rollcast("models", "list", "--registry", tmp_path)
    assert (result.status, result.err) == (0, "")
    assert "holds no model; train one: rollcast train sine-lstm" in result.out


@pytest.mark.parametrize("command", [("list",), ("verify",), ("prune", "--keep", 1)])
def test_a_registry_that_is_not_there_is_not_an_empty_one(
    rollcast: Command, tmp_path: Path, command: tuple[object, ...]
) -> None:
    result = rollcast("models", *command, "--registry", tmp_path / "none")
    assert (result.status, result.out) == (1, "")
    assert result.err == f"error: there is no registry at {tmp_path}/none; name its folder with --registry\n"
    assert not (tmp_path / "none").exists()


def test_list_keeps_going_past_a_broken_version(rollcast: Command, root: Path) -> None:
    (root / "pair" / "1" / "manifest.json").write_text("{}")
    result = rollcast("models", "list", "--registry", root)
    assert result.status == 0
    assert "REFUSED: manifest.json is not valid" in result.out
    assert "tiny" in result.out


def test_the_registry_may_be_named_by_its_variable(
    rollcast: Command, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROLLCAST_REGISTRY", str(root))
    assert "tiny" in rollcast("models", "list").out


def test_show_tells_what_a_version_is_and_how_good(rollcast: Command, tmp_path: Path) -> None:
    graph, scores = graph_of(tiny_spec()), Scores(mae=0.25, mse=0.125, rmse=0.35, count=7)
    metrics = Metrics(
        tested_on="the last 20 %",
        model=scores,
        last_value=scores,
        seasonal_naive=scores,
        season=48,
        spread=Spread(seeds=(0, 1), mse=(0.125, 0.5)),
    )
    description = tiny_description(tiny_spec(), graph).model_copy(update={"metrics": metrics})
    publish(Registry.at(tmp_path), "tiny", description, {"model.onnx": graph})
    shown = rollcast("models", "show", "tiny@1", "--registry", tmp_path).out
    for expected in (
        "tiny@1",
        "lstm(3), 1 parameters",
        "at least 4 values (window 4, lead 1)",
        "the last 20 %",
        "MAE 0.25, MSE 0.125, RMSE 0.35 over 7 values",
        "value 48 steps ago",
        "0: 0.125, 1: 0.5",
    ):
        assert expected in shown


def test_show_tells_errors_by_step_coverage_and_warnings(rollcast: Command, tmp_path: Path) -> None:
    spec = tiny_spec(calendar=("day",), frequency="1h", timezone="Europe/Berlin", lags=(24,), members=2)
    graph, intervals = graph_of(spec), Intervals(np.ones((3, 1, 39)))
    mine, its = (StepScores(mae=mae, rmse=mae, mase=None, smape=mae) for mae in ((1.0, 2.0, 3.0), (2.0, 2.0, 2.0)))
    description = tiny_description(spec, graph, intervals).model_copy(
        update={
            "backtest": Backtest(
                tested_on="the last rows",
                horizon=3,
                origins=9,
                stride=1,
                season=1,
                model=mine,
                baselines={"last value": its},
            ),
            "calibration": Calibration(
                calibrated_on="rows before them",
                horizon=3,
                count=39,
                tested_on="the last rows",
                coverage={"80": (0.8, 0.82, 0.75)},
            ),
            "warnings": ("loses to last value at step 3",),
        }
    )
    publish(Registry.at(tmp_path), "tiny", description, {"model.onnx": graph, "calibration.npy": intervals.to_bytes()})
    shown = rollcast("models", "show", "tiny", "--registry", tmp_path).out
    for expected in (
        "2 x lstm(3), 1 parameters",
        "lags         the value 24 steps before the target",
        "calendar     the target's time of day (Europe/Berlin)",
        "frequency    1h",
        "warning      loses to last value at step 3",
        "errors by step on the last rows, from 9 origins; baselines by their MAE",
        "intervals from 39 errors at each step of rows before them",
        "values within each level's, in percent, and scores, on the last rows",
    ):
        assert expected in shown
    lines = [line.split() for line in shown.splitlines()]
    assert ["3", "3", "3", "3", "2", "-0.50"] in lines  # step, MAE, RMSE, sMAPE, the baseline's MAE, skill
    assert ["3", "75.0"] in lines
    assert "difference" not in shown


def test_show_of_something_unknown_names_what_is_near(rollcast: Command, root: Path) -> None:
    result = rollcast("models", "show", "tinny", "--registry", root)
    assert (result.status, result.err) == (1, 'error: no model is named "tinny"; did you mean tiny?\n')


def test_verify_finds_whole_versions_good(rollcast: Command, root: Path) -> None:
    result = rollcast("models", "verify", "--registry", root)
    assert result.status == 0
    assert result.out.count("good") == 6


def test_verify_fails_where_one_is_broken_and_checks_the_others(rollcast: Command, root: Path) -> None:
    (root / "many" / "3" / "model.onnx").unlink()
    result = rollcast("models", "verify", "--registry", root)
    assert result.status == 1
    assert "many@3  REFUSED: model.onnx can't be read: No such file or directory" in result.out
    assert result.out.count("good") == 5
    assert "1 of 6 versions were refused" in result.err
    assert rollcast("models", "verify", "many@1", "--registry", root).status == 0


def test_promote_moves_the_champion(rollcast: Command, root: Path) -> None:
    result = rollcast("models", "promote", "many", "3", "--registry", root)
    assert "many@champion is now version 3" in result.out
    assert rollcast("models", "promote", "many", "1", "--alias", "old", "--registry", root).status == 0
    assert Registry.at(root).listing()["many"].aliases == {"champion": 3, "old": 1}


def test_promote_refuses_what_is_not_there(rollcast: Command, root: Path) -> None:
    shutil.rmtree(root / "many" / "3")
    result = rollcast("models", "promote", "many", "3", "--registry", root)
    assert (result.status, result.err) == (1, "error: many has no version 3; its newest are 1, 2\n")


def test_a_setting_that_they_do_not_use_is_none_of_their_business(
    rollcast: Command, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROLLCAST_PORT", "garbage")
    assert rollcast("models", "list", "--registry", root).status == 0
    assert rollcast("models", "verify", "--registry", root).status == 0


def test_what_is_wrong_with_a_name_is_said(rollcast: Command, root: Path) -> None:
    (root / "many" / "aliases.json").write_text("[]")
    problem = 'many/aliases.json must map aliases to version numbers, as in {"champion": 3}\n'
    listed = rollcast("models", "list", "--registry", root)
    assert (listed.status, listed.err) == (0, f"warning: {problem}")
    assert listed.out.count("many") == 3
    verified = rollcast("models", "verify", "--registry", root)
    assert (verified.status, verified.err) == (1, f"error: {problem}")
    assert verified.out.count("good") == 6


def test_verify_removes_what_dead_publishers_left_and_says_so(rollcast: Command, root: Path) -> None:
    (root / "many" / ".staging-dead").mkdir()
    result = rollcast("models", "verify", "many@1", "--registry", root)
    assert result.out == "many/.staging-dead  removed: left by a publisher that died\nmany@1  good\n"
    assert not (root / "many" / ".staging-dead").exists()
    assert "removed" not in rollcast("models", "verify", "--registry", root).out


def test_verify_checks_a_registry_whose_leftovers_can_not_be_removed(rollcast: Command, root: Path) -> None:
    (root / "many" / ".staging-dead").mkdir()
    (root / "many" / ".lock").unlink()
    (root / "many" / ".lock").mkdir()  # as if it were read-only, which it never is to root
    result = rollcast("models", "verify", "--registry", root)
    assert (result.status, result.out.count("good")) == (0, 6)
    assert result.err == f"warning: leftovers in {root} can't be removed: Is a directory\n"


def test_prune_removes_the_oldest_of_one_name_or_of_all(rollcast: Command, root: Path) -> None:
    for flags, out in (
        (("--dry-run",), "many@1  would be removed\n"),
        (("tiny",), "there is nothing to remove\n"),
        (("many",), "many@1  removed\n"),
        ((), "there is nothing to remove\n"),
    ):
        result = rollcast("models", "prune", "--keep", 1, *flags, "--registry", root)
        assert (result.status, result.out) == (0, out)
    assert Registry.at(root).listing()["many"].versions == (2, 3)  # 2 is the champion


def test_manifests_of_before_their_hash_are_told_and_upgraded(rollcast: Command, root: Path) -> None:
    path = root / "many" / "1" / "manifest.json"
    document = json.loads(path.read_text())
    del document["sha256"]
    path.write_text(json.dumps(document))
    result = rollcast("models", "verify", "--registry", root)
    told = "warning: many@1: its manifest has no hash of its own: add it with rollcast models upgrade-manifest\n"
    assert (result.status, result.err) == (0, told)
    result = rollcast("models", "upgrade-manifest", "--registry", root)
    assert "many@1  upgraded" in result.out
    assert result.out.count("has its hash already") == 5
    assert rollcast("models", "verify", "many@1", "--registry", root).err == ""


def test_upgrading_goes_on_where_one_is_broken_and_fails_in_the_end(rollcast: Command, root: Path) -> None:
    (root / "many" / "1" / "model.onnx").unlink()
    result = rollcast("models", "upgrade-manifest", "--registry", root)
    assert (result.status, result.out.count("has its hash already")) == (1, 5)
    assert "many@1 was refused: model.onnx can't be read" in result.err


def test_json_lists_every_version_and_what_is_wrong(rollcast: Command, root: Path) -> None:
    (root / "pair" / "1" / "manifest.json").write_text("{}")
    (root / "tiny" / "aliases.json").write_text("[]")
    result = rollcast("models", "list", "--json", "--registry", root)
    document = json.loads(result.out)
    assert (document["registry"], [each["model"] for each in document["versions"]]) == (
        str(root),
        ["driven", "many", "many", "many", "pair", "tiny"],
    )
    assert document["versions"][2] == {
        "model": "many",
        "version": 2,
        "aliases": ["champion"],
        "network": "lstm(3)",
        "context": 4,
        "least_context": 4,
        "mae": 0.1,
        "last_value_mae": 0.1,
        "problem": None,
    }
    assert document["versions"][4]["problem"].startswith("manifest.json is not valid")
    assert result.err == f"warning: {document['problems'][0]}\n"
    empty = json.loads(rollcast("models", "list", "--json", "--registry", root / "tiny" / "1").out)
    assert (empty["versions"], empty["problems"]) == ([], [])


def test_json_of_a_version_is_the_card_that_the_service_answers(rollcast: Command, root: Path) -> None:
    document = json.loads(rollcast("models", "show", "many", "--json", "--registry", root).out)
    card = card_of(Registry.at(root).manifest("many", 2))
    assert document == json.loads(card.model_dump_json())


def test_json_of_checks_is_one_document_whose_problems_are_an_error_as_well(rollcast: Command, root: Path) -> None:
    (root / "many" / "3" / "model.onnx").unlink()
    (root / "many" / ".staging-dead").mkdir()
    result = rollcast("models", "verify", "--json", "--registry", root)
    document = json.loads(result.out)
    assert (result.status, document["removed"], document["problems"]) == (1, ["many/.staging-dead"], [])
    refused = [each for each in document["versions"] if each["problem"] is not None]
    assert refused == [
        {"model": "many", "version": 3, "problem": "model.onnx can't be read: No such file or directory"}
    ]
    assert len(document["versions"]) == 6
    assert result.err.startswith("error: 1 of 6 versions were refused")
    upgraded = rollcast("models", "upgrade-manifest", "--json", "--registry", root)
    document = json.loads(upgraded.out)
    assert (upgraded.status, len(document["versions"]), len(document["problems"])) == (1, 5, 1)
    assert document["versions"][0] == {"model": "driven", "version": 1, "upgraded": False}


def test_json_of_changes_says_what_was_changed(rollcast: Command, root: Path) -> None:
    promoted = rollcast("models", "promote", "many", "3", "--alias", "best", "--json", "--registry", root)
    assert json.loads(promoted.out) == {"model": "many", "version": 3, "alias": "best"}
    for flags, removed in ((["--dry-run"], [{"model": "many", "version": 1}]), (["tiny"], [])):
        pruned = rollcast("models", "prune", "--keep", 1, *flags, "--json", "--registry", root)
        assert json.loads(pruned.out) == {"dry_run": flags == ["--dry-run"], "removed": removed}


def test_list_tells_how_long_windows_may_be(rollcast: Command, any_series_path: Path) -> None:
    assert "8 to 1024" in rollcast("models", "list", "--registry", str(any_series_path)).out
