"""The model card: what it says, and that its request works."""

import json
import re
import shlex
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from models.graphs.onnx_network import OnnxNetwork
from models.inference.forecaster import Forecaster
from models.intervals.conformal import Intervals
from models.spec.comparison import Comparison
from models.spec.manifest import Description, UpdateRecord
from models.spec.metrics import Backtest, Calibration, ClassicalScores, IntervalCandidate, Scores, Spread, StepScores
from models.spec.model_spec import ModelSpec
from models.spec.panel_scores import LeftOut, LengthScore, PanelScores, SeriesScore
from models.timeseries.frequency import parse_frequency
from models.timeseries.time_index import TimeIndex
from tests.support.tiny import graph_of, tiny_description, tiny_spec
from tests.training.evaluation.made_up_scores import backtest_of, scores
from training.report.model_card import card_markdown


def described(spec: ModelSpec, **more: Any) -> Description:
    return tiny_description(spec, graph_of(spec)).model_copy(update=more)


def request(card: str) -> Any:
    """What the card's curl would send."""
    (block,) = re.findall(r"```sh\n(.*?)```", card, re.DOTALL)
    words = shlex.split(block.replace("\\\n", " "))
    assert words[:4] == ["curl", "http://127.0.0.1:8000/predict", "-H", "Content-Type: application/json"]
    assert words[4] == "-d"
    return json.loads(words[5])


def test_a_plain_model_s_card() -> None:
    card = card_markdown("tiny", described(tiny_spec(lead=2)), ["plots/loss.png", "plots/error-by-step.png"])
    assert card.startswith("# tiny\n\nA tiny model.\n\n## Model\n\n- network: lstm(3), 1 parameters, trained in 0 s\n")
    assert "- context: a request brings at least 5 values (window 4, lead 2)\n" in card
    assert "- rows: 10: 8 to train on, 2 to test on\n" in card
    assert "| model | 0.1 | 0.1 | 10 |" in card
    assert card.endswith("![loss](plots/loss.png)\n\n![error by step](plots/error-by-step.png)\n")
    for absent in ("Warning", "## Error by step", "## Intervals", "filled", "calendar", "None"):
        assert absent not in card


def test_everything_that_is_known_is_on_the_card() -> None:
    spec = tiny_spec(
        members=3, lags=(8, 12), difference=6, calendar=("day",), timezone="Australia/Melbourne", frequency="30m"
    )
    step = StepScores(mae=(1, 2), rmse=(3, 4), mase=(0.5, 0.7), smape=(9, 10))
    naive = StepScores(mae=(2, 2), rmse=(3, 4), mase=None, smape=(9, 10))
    plain = described(spec)
    score = Scores(mae=5, mse=36, rmse=6, count=7)
    card = card_markdown(
        "tiny",
        described(
            spec,
            warnings=("loses to last value at step 2: repeating the last value is better there",),
            metrics=plain.metrics.model_copy(
                update={"seasonal_naive": score, "season": 48, "spread": Spread(seeds=(0, 1), mse=(0.5, 0.25))}
            ),
            data=plain.data.model_copy(
                update={
                    "series": 4,
                    "rows": 12345,
                    "calibration_rows": 300,
                    "filled_rows": 2,
                    "first_at": datetime(2020, 1, 1, tzinfo=UTC),
                    "last_at": datetime(2020, 2, 1, tzinfo=UTC),
                }
            ),
            backtest=Backtest(
                tested_on="the end",
                horizon=2,
                origins=1000,
                stride=3,
                series=4,
                season=1,
                model=step,
                baselines={"last value": naive},
            ),
            calibration=Calibration(
                calibrated_on="the middle",
                horizon=2,
                count=40,
                tested_on="the end",
                coverage={"80": (0.81, 0.79)},
            ),
        ),
    )
    for expected in (
        "- **Warning:** it loses to last value at step 2: repeating the last value is better there",
        "- network: 3 x lstm(3), 1 parameters",
        "- lags: the value 8 steps before the target; the value 12 steps before the target\n",
        "- calendar: the target's time of day (Australia/Melbourne)\n",
        "- difference: works on each value's change from the value 6 steps before",
        "at least 21 values, with their times",
        "- rows: 12,345 of 4 series: 8 to train on, 300 to calibrate intervals on, 2 to test on\n",
        "- times: 2020-01-01T00:00:00+00:00 to 2020-02-01T00:00:00+00:00\n- frequency: 30m\n- filled: 2 rows",
        "| value 48 steps before | 5 | 6 | 7 |",
        "Mean squared error by seed: 0: 0.5, 1: 0.25.",
        "Forecasts of 2 steps from 1,000 origins of 4 series, 3 rows apart, on the end.",
        "| step | MAE | RMSE | MASE | sMAPE | last value | skill |\n| --- | ---: |",
        "| 2 | 2 | 4 | 0.7 | 10 | 2 | 0.00 |",
        "from 40 errors at each of 2 steps on the middle. They are marginal",
        "What they covered of the end, in percent.\n\n| step | 80 % |\n| --- | ---: |\n| 1 | 81.0 |\n| 2 | 79.0 |",
    ):
        assert expected in card


def test_the_worst_of_several_series_and_the_error_by_length_are_told() -> None:
    step = StepScores(mae=(1,), rmse=(1,), mase=(1,), smape=(9,))
    groups = [
        LengthScore(
            series=4,
            shortest=rows,
            longest=rows + 9,
            mase=ratio,
            baseline_mase=1,
            comparison=Comparison(error_ratio=ratio, p_value=0.3),
        )
        for rows, ratio in ((20, 1.25), (30, 0.5))
    ]
    panel = PanelScores(
        baseline="last value",
        worst=(SeriesScore(series="a_b", rows=25, origins=3, mase=2.5, baseline_mase=1.5),),
        by_length=tuple(groups),
        without_mase=LeftOut.named(("flat", "flatter"), 11),
    )
    tested = Backtest(
        tested_on="the end", horizon=1, origins=33, stride=1, series=11, season=1, model=step, baselines={}, panel=panel
    )
    card = card_markdown("tiny", described(tiny_spec(), backtest=tested))
    for expected in (
        "## Error by series\n\nErrors are MASE over the whole horizon, beside that of last value from",
        "The highest of 11 series:\n\n| series | rows | origins | MASE | last value |\n",
        "| a\\_b | 25 | 3 | 2.5 | 1.5 |\n\nBy the length of the series",
        "On the series of 20 to 29 rows last value is better by more than 2 percent, maybe by chance.\n\n|  | series |",
        "| 30 to 39 rows | 4 | 0.5 | 1 | 0.5 | 0.3 |\n\nWithout MASE, as they never changed over a season before: ",
    ):
        assert expected in card


def test_intervals_without_measured_coverage_say_only_what_they_rest_on() -> None:
    card = card_markdown(
        "tiny", described(tiny_spec(), calibration=Calibration(calibrated_on="it", horizon=2, count=9))
    )
    assert "from 9 errors at each of 2 steps on it." in card
    assert "covered" not in card


def test_the_ways_to_make_intervals_are_told_with_their_scores() -> None:
    candidates = (
        IntervalCandidate(name="calibration rows", count=800, score=1),
        IntervalCandidate(name="calibration and left-out rows", count=1000, score=0.98765, chosen=True),
        IntervalCandidate(name="neither", count=1000),
    )
    calibration = Calibration(calibrated_on="it", horizon=2, count=1000, candidates=candidates)
    card = card_markdown("tiny", described(tiny_spec(), calibration=calibration))
    assert "not of all together.\n\nIntervals could be made in these ways. Scores are" in card
    assert (
        "| calibrated on | errors | score |  |\n| --- | ---: | ---: | ---: |\n| calibration rows | 800 | 1 |  |\n"
        "| calibration and left-out rows | 1,000 | 0.9877 | chosen |\n| neither | 1,000 | not known |  |\n"
    ) in card


def test_an_update_is_told_with_both_errors() -> None:
    plain = described(tiny_spec())
    update = UpdateRecord(
        from_version=3,
        new_rows=1200,
        held_back_rows=96,
        measure="MASE",
        published_error=0.8,
        updated_error=0.6,
        ratio=0.75,
    )
    card = card_markdown("tiny", plain.with_update(update))
    assert "## Update\n\nVersion 3 has learned on from a newer file, with 1,200 new rows. The newest 96 were" in card
    assert "the ratio of their errors is 0.75, and p can't be told. The errors on this page are of" in card
    assert "|  | MASE |\n| --- | ---: |\n| version 3 | 0.8 |\n| the same, having learned on | 0.6 |" in card
    known = card_markdown("tiny", plain.with_update(update.model_copy(update={"p_value": 0.0123})))
    assert "and p is 0.012." in known


def test_classical_methods_are_beside_it_where_they_were_asked_for() -> None:
    mine, its = scores(1, 2), scores(2, 2)
    classical = ClassicalScores(
        horizon=2,
        origins=50,
        library="statsforecast 2.1",
        rows=2000,
        model=mine,
        baselines={"AutoTheta": its},
        notes={"AutoTheta": "a season of 48 steps", "AutoETS": "left out, as it failed at row 7: oh"},
    )
    backtest = backtest_of(mine, naive=its).model_copy(update={"classical": classical})
    card = card_markdown("tiny", described(tiny_spec(), backtest=backtest))
    assert (
        "## Beside classical methods\n\n- library: statsforecast 2.1\n"
        "- origins: 50, evenly spaced among those of the backtest\n"
        "- fitted to: the target's own values before each origin, the newest 2,000 at most\n"
        "- AutoTheta: a season of 48 steps\n- AutoETS: left out, as it failed at row 7: oh\n\n"
        "| step | MAE | RMSE | sMAPE | AutoTheta | skill |\n"
    ) in card
    assert "\n| mean | 1.5 | 1.5 | 1.5 | 2 | 0.25 |\n\n## Ask it" in card


def test_names_are_shown_as_they_are() -> None:
    card = card_markdown("tiny", described(tiny_spec(features=("a|b", "un_der\nscore")), description="# *not* a title"))
    assert "- features: a\\|b, un\\_der score\n" in card
    assert "\n\\# \\*not\\* a title\n" in card


@pytest.mark.parametrize(
    "spec",
    [
        tiny_spec(window=60),
        tiny_spec(features=("a", "b"), targets=("b",)),
        tiny_spec(calendar=("day",), frequency="30m"),
    ],
)
def test_the_curl_asks_what_the_model_answers(spec: ModelSpec) -> None:
    intervals = Intervals(np.ones((4, len(spec.targets), 40)))
    graph = graph_of(spec)
    card = card_markdown("tiny", tiny_description(spec, graph, intervals))
    assert max(map(len, card.splitlines())) < 250
    asked = request(card)
    time_indexes = (
        [TimeIndex(datetime.fromisoformat(asked["end"]), parse_frequency(asked["freq"]))] if spec.calendar else None
    )
    forecaster = Forecaster(spec, OnnxNetwork(graph), "tiny", intervals)
    forecaster.prepare([asked["window"]], asked["horizon"], time_indexes)
    assert [forecaster.error_bounds(level, asked["horizon"]).upper.size for level in asked["levels"]] == [
        asked["horizon"]
    ] * 2
