"""Samples of windows of any length are what requests at their rows would be."""

import numpy as np
import pytest

from models.seasonal.adjusted_windows import MOST_VALUES, held_seasons
from tests.support.any_series.tiny import any_forecaster, any_spec, seasonal_values
from training.data import adjusted_samples as module
from training.data.adjusted_samples import adjusted_samples
from training.export.parity import window_inputs
from training.reading.series import Series

SPEC = any_spec(window=16, outputs=4)


def series(length: int, season: int = 12, seasons: tuple[int, ...] = (12,)) -> Series:
    values = np.array(seasonal_values(length, season, seed=length, noise=1))[:, None]
    return Series(values, ("load",), "load.csv", seasons=seasons)


@pytest.mark.parametrize("length", [40, MOST_VALUES + 10])
def test_a_sample_is_a_request_at_its_row(length: int) -> None:
    one, model = series(length, seasons=(4, 12)), any_forecaster(SPEC)
    samples = adjusted_samples(SPEC, [one], [[range(length - 9, length)]])
    assert samples.windows.shape == (9, 16, SPEC.channels)
    for number, row in enumerate(range(length - 9, length)):
        window = one.values[:row, 0]
        inputs = model.prepare([window], 4, seasons=[held_seasons((4, 12), min(row, MOST_VALUES))])
        expected = window_inputs(SPEC, inputs.contexts, inputs.known_future)[:, 0]
        assert np.allclose(samples.windows[number], expected, atol=1e-5)
        known = one.values[row : row + 4, 0]
        back = inputs.scale.unscaled(samples.targets[number][None, :, None])[0, :, 0]
        assert np.allclose(back[: len(known)], known, rtol=1e-5)
        assert np.isnan(back[len(known) :]).all()


def test_targets_beyond_their_range_are_not_known() -> None:
    samples = adjusted_samples(SPEC, [series(40)], [[range(20, 23), range(30, 31)]])
    assert np.isnan(samples.targets).sum(axis=1).tolist() == [1, 2, 3, 3]


def test_no_sample_begins_before_there_is_a_window() -> None:
    samples = adjusted_samples(SPEC, [series(10), series(7), series(9)], [[range(10)], [range(7)], [range(9)]])
    assert len(samples.windows) == 2 + 0 + 1
    assert not adjusted_samples(SPEC, [series(8)], [[range(8)]]).windows.size


def test_samples_keep_the_order_of_series_and_rows() -> None:
    both = adjusted_samples(SPEC, [series(40), series(30, 4, (4,))], [[range(20, 24)], [range(22, 24)]])
    first = adjusted_samples(SPEC, [series(40)], [[range(20, 24)]])
    second = adjusted_samples(SPEC, [series(30, 4, (4,))], [[range(22, 24)]])
    assert np.allclose(both.windows, np.concatenate([first.windows, second.windows]), atol=1e-5)
    assert np.allclose(both.targets, np.concatenate([first.targets, second.targets]), atol=1e-5, equal_nan=True)


def test_very_many_are_thinned_evenly(monkeypatch: pytest.MonkeyPatch) -> None:
    every = adjusted_samples(SPEC, [series(60)], [[range(20, 55)]])
    monkeypatch.setattr(module, "MAX_SAMPLES", 10)
    monkeypatch.setattr(module, "ROWS_AT_ONCE", 3)
    some = adjusted_samples(SPEC, [series(60)], [[range(20, 55)]])
    assert len(some.windows) == 9
    assert np.allclose(some.windows, every.windows[::4], atol=1e-5)


def test_chunks_are_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    panel = [series(60), *(Series(series(60).values * n, ("load",), "", seasons=(12,)) for n in (2, 3, 4, 5))]
    rows = [[range(50, 53)]] * 5
    whole = adjusted_samples(SPEC, panel, rows)
    monkeypatch.setattr(module, "ROWS_AT_ONCE", 2)
    for one, other in zip(whole, adjusted_samples(SPEC, panel, rows), strict=True):
        assert np.allclose(one, other, atol=1e-5, equal_nan=True)


def test_a_target_far_away_is_bounded() -> None:
    one = series(40)
    one.values[35] = 1e12
    targets = adjusted_samples(SPEC, [one], [[range(35, 36)]]).targets
    assert targets[0, 0] == module.LARGEST_TARGET
