"""Classical methods beside a model, of which one that is made up stands for all."""

import numpy as np
import pytest

from benchmarks.accuracy import classical
from benchmarks.accuracy.classical import classical_errors
from benchmarks.accuracy.record import Errors
from tests.support.constant import constant
from training.classical import scores
from training.classical.methods import Method
from training.data.held_out import HeldOut, History
from training.evaluation.backtest import BacktestData
from training.recipes.recipe import Recipe
from training.updating.reload_data import ReloadedData


def reloaded(part: range) -> ReloadedData:
    values = np.array([[0.0], [1], [3], [5], [9]])
    data = BacktestData((History(values[:3]),), (HeldOut(values, part),), "the end")
    return ReloadedData(Recipe().with_values({"horizon": 1}), (), data, same_values=True)


def test_methods_and_the_model_have_errors_from_the_same_origins(monkeypatch: pytest.MonkeyPatch) -> None:
    naive = Method("naive", "", lambda values, horizon: np.repeat(values[-1:], horizon))
    monkeypatch.setattr(scores, "classical_methods", lambda _: (naive,))
    # The errors are 1 and 3, and 2 and 4; the rows before changed by 1.5 on average.
    assert classical_errors(constant(6), reloaded(range(3, 5))) == {
        "rollcast": Errors(mae=2, mase=2 / 1.5),
        "naive": Errors(mae=3, mase=2),
    }


def test_nothing_is_told_where_there_is_nothing_to_compare(monkeypatch: pytest.MonkeyPatch) -> None:
    assert classical_errors(constant(6), reloaded(range(5, 5))) == {}
    monkeypatch.setattr(classical, "find_spec", lambda _: None)
    assert classical_errors(constant(6), reloaded(range(3, 5))) == {}
