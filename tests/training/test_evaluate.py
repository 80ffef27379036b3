import numpy as np
import pytest

from models.manifest import Shape
from models.network import Network
from models.scaling import Scaler
from training.dataset import HeldOut
from training.evaluate import evaluate, one_step
from training.graph import Layer, build_graph


def shape(lead: int = 1) -> Shape:
    scaler = Scaler(kind="standard", mean=(10.0,), scale=(2.0,))
    return Shape(kind="simple_rnn", units=(1,), window=2, lead=lead, features=("a",), targets=("a",), scaler=scaler)


def always(answer: float) -> Network:
    """A network that gives one answer to everything, in its own units."""
    zero = np.zeros((1, 1), np.float32)
    layer = Layer(zero, zero, np.zeros(1, np.float32))
    return Network(build_graph("simple_rnn", [layer], zero, np.array([answer], np.float32)))


def test_forecasts_are_in_raw_units_and_end_with_the_part() -> None:
    held_out = HeldOut(np.array([[1.0], [2], [3], [4], [5]]), range(1, 4))
    assert one_step(always(0.5), shape(), held_out).tolist() == [[11.0], [11.0]]  # rows 2 and 3


def test_errors_are_those_of_the_next_value_beside_naive_ones() -> None:
    held_out = HeldOut(np.array([[10.0], [12], [9], [14], [11], [13]]), range(3, 6))
    metrics = evaluate(always(0.5), shape(), [held_out], tested_on="the last 3", season=2)
    assert (metrics.model.mae, metrics.model.mse, metrics.model.count) == pytest.approx((5 / 3, 13 / 3, 3))
    assert (metrics.last_value.mae, metrics.last_value.mse) == pytest.approx((10 / 3, 38 / 3))
    assert metrics.seasonal_naive is not None
    assert metrics.seasonal_naive.mae == pytest.approx((2 + 2 + 1) / 3)
    assert (metrics.season, metrics.tested_on) == (2, "the last 3")
    assert metrics.model.rmse == pytest.approx(metrics.model.mse**0.5)


def test_the_last_value_is_the_one_before_whatever_the_lead() -> None:
    held_out = HeldOut(np.array([[10.0], [12], [9], [14], [11], [13]]), range(3, 6))
    metrics = evaluate(always(0.5), shape(lead=2), [held_out], tested_on="")
    assert metrics.last_value.mae == pytest.approx(10 / 3)
    assert metrics.seasonal_naive is None


def test_the_seasonal_naive_counts_the_rows_with_a_season_before_them() -> None:
    held_out = HeldOut(np.arange(6.0)[:, None], range(6))
    metrics = evaluate(always(0.5), shape(), [held_out, held_out], tested_on="", season=4)
    assert metrics.model.count == 8
    assert metrics.seasonal_naive is not None
    assert (metrics.seasonal_naive.mae, metrics.seasonal_naive.count) == (4, 4)


def test_a_season_longer_than_the_series_has_no_baseline() -> None:
    held_out = HeldOut(np.arange(6.0)[:, None], range(6))
    metrics = evaluate(always(0.5), shape(), [held_out], tested_on="", season=6)
    assert (metrics.seasonal_naive, metrics.season) == (None, None)
