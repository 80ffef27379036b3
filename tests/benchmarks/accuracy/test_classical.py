"""Classical methods, of which none is installed here: one that is made up goes on from each origin."""

from importlib.machinery import ModuleSpec
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from benchmarks.accuracy import classical
from benchmarks.accuracy.classical import classical_errors
from benchmarks.accuracy.record import Errors
from tests.training.evaluation.made_up_scores import backtest_of, scores
from training.data.held_out import HeldOut

HELD_OUT = HeldOut(np.array([[0.0], [1], [3], [5], [9]]), range(3, 5))


class Repeating:
    """Repeats the last value; says how many it was fitted to."""

    def __init__(self, season_length: int) -> None:
        assert season_length == 1

    def fit(self, y: np.ndarray[Any, Any]) -> "Repeating":
        assert y.tolist() == [0, 1, 3]
        return self

    def forward(self, y: np.ndarray[Any, Any], h: int) -> dict[str, np.ndarray[Any, Any]]:
        return {"mean": np.repeat(y[-1:], h)}


@pytest.fixture
def _installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(classical, "find_spec", lambda name: ModuleSpec(name, None))
    module = SimpleNamespace(AutoTheta=Repeating, AutoETS=Repeating)
    monkeypatch.setattr(classical, "import_module", lambda _: module)


@pytest.mark.usefixtures("_installed")
def test_a_method_is_fitted_once_and_goes_on_from_each_origin() -> None:
    backtest = backtest_of(scores(1.0)).model_copy(update={"origins": 2})
    found = classical_errors(HELD_OUT, backtest)
    # The errors are 2 and 4; the rows before changed by 1.5 on average.
    assert found == {"AutoTheta": Errors(mae=3, mase=2), "AutoETS": Errors(mae=3, mase=2)}


@pytest.mark.usefixtures("_installed")
def test_other_origins_than_the_model_had_are_not_compared() -> None:
    assert classical_errors(HELD_OUT, backtest_of(scores(1.0))) == {"AutoTheta": None, "AutoETS": None}


def test_nothing_is_told_where_the_methods_are_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(classical, "find_spec", lambda _: None)
    assert classical_errors(HELD_OUT, backtest_of(scores(1.0))) == {"AutoTheta": None, "AutoETS": None}
