"""Cards, apart from the way to them."""

from pathlib import Path

import pytest

from models.registry.registry import Registry
from models.spec.metrics import Backtest, ClassicalScores, StepScores
from models.spec.panel_scores import LeftOut, PanelScores, SeriesScore
from service.schemas.models import card_of

MINE = StepScores(mae=(1.0, 3.0), rmse=(1.5, 3.5), mase=None, smape=(10.0, 30.0))
ITS = StepScores(mae=(4.0, 2.0), rmse=(4.5, 2.5), mase=None, smape=(40.0, 20.0))
BACKTEST = Backtest(
    tested_on="the last rows", horizon=2, origins=9, stride=5, season=48, model=MINE, baselines={"last_value": ITS}
)


def test_what_a_model_takes_in_and_how_it_is_made_up(timed_path: Path) -> None:
    found = card_of(Registry.at(timed_path).manifest("clock", 1)).model_dump(mode="json")
    assert {name: found[name] for name in ("members", "outputs", "lags", "difference", "calendar")} == {
        "members": 1,
        "outputs": 1,
        "lags": [],
        "difference": None,
        "calendar": ["day", "weekday"],
    }
    assert (found["timezone"], found["frequency"]) == ("Australia/Melbourne", "30m")


def test_errors_by_step_come_with_the_skill_against_each_baseline(registry: Registry) -> None:
    manifest = registry.manifest("tiny", 1).model_copy(update={"backtest": BACKTEST, "warnings": ("loses at step 2",)})
    found = card_of(manifest).model_dump(mode="json")
    assert found["backtest"]["skill"] == {"last_value": [0.75, -0.5]}
    assert found["backtest"]["model"]["mae"] == [1.0, 3.0]
    assert found["backtest"]["baselines"]["last_value"]["smape"] == [40.0, 20.0]
    assert found["warnings"] == ["loses at step 2"]


def test_classical_methods_come_where_training_compared_with_them(registry: Registry) -> None:
    classical = ClassicalScores(
        horizon=2, origins=3, library="a", rows=9, model=MINE, baselines={"b": ITS}, notes={"b": "no season"}
    )
    for asked_for in (None, classical):
        backtest = BACKTEST.model_copy(update={"classical": asked_for})
        manifest = registry.manifest("tiny", 1).model_copy(update={"backtest": backtest})
        found = card_of(manifest).model_dump(mode="json")["backtest"]["classical"]
        assert found == (None if asked_for is None else classical.model_dump(mode="json"))


def test_the_errors_of_several_series(registry: Registry) -> None:
    panel = PanelScores(
        baseline="last_value",
        worst=(SeriesScore(series="a", rows=40, origins=3, mase=1.5, baseline_mase=1.2),),
        without_mase=LeftOut.named(("b",), 2),
    )
    tested = BACKTEST.model_copy(update={"panel": panel, "left_out": LeftOut.named(("c",), 3)})
    card = card_of(registry.manifest("tiny", 1).model_copy(update={"backtest": tested})).model_dump(mode="json")
    assert card["backtest"]["panel"] == {
        "baseline": "last_value",
        "worst": [{"series": "a", "rows": 40, "origins": 3, "mase": 1.5, "baseline_mase": 1.2}],
        "by_length": [],
        "without_mase": {"count": 1, "of": 2, "names": ["b"]},
    }
    assert card["backtest"]["left_out"]["names"] == ["c"]


def test_what_was_not_measured_is_null(registry: Registry) -> None:
    found = card_of(registry.manifest("tiny", 1)).model_dump(mode="json")
    assert (found["backtest"], found["calibration"], found["warnings"]) == (None, None, [])


def test_the_coverage_of_the_intervals(timed_path: Path) -> None:
    manifest = Registry.at(timed_path).manifest("wide", 1)
    assert manifest.calibration is not None
    more = {"coverage": {"80": (0.81, 0.79, 0.8)}, "tested_on": "the rest", "left_out": LeftOut.named(("a",), 3)}
    measured = manifest.calibration.model_copy(update=more)
    found = card_of(manifest.model_copy(update={"calibration": measured})).model_dump(mode="json")["calibration"]
    assert found == {
        "calibrated_on": "made up",
        "horizon": 3,
        "count": 39,
        "tested_on": "the rest",
        "coverage": {"80": [0.81, 0.79, 0.8]},
        "interval_score": {},
        "pinball": None,
        "joint": True,
        "candidates": [],
        "left_out": {"count": 1, "of": 3, "names": ["a"]},
    }


@pytest.mark.parametrize("name", ["clock", "monthly", "wide"])
def test_the_example_names_its_version_and_asks_for_all_there_is(timed_path: Path, name: str) -> None:
    example = card_of(Registry.at(timed_path).manifest(name, 1)).model_dump(mode="json")["example"]
    assert (example["model"], example["horizon"], example["levels"]) == (f"{name}@1", 3, [80, 95])
    assert ("end" in example) == (name == "clock")


def test_how_long_windows_are_and_what_they_may_lack(registry: Registry, any_series_path: Path) -> None:
    names = ("context", "least_context", "takes_missing", "takes_seasons")
    tiny, any_series = (
        card_of(manifest).model_dump(mode="json")
        for manifest in (registry.manifest("tiny", 1), Registry.at(any_series_path).manifest("any-series", 1))
    )
    assert [tiny[name] for name in names] == [4, 4, False, False]
    assert [any_series[name] for name in names] == [1024, 8, True, True]
    assert any_series["example"]["season"] == 12
