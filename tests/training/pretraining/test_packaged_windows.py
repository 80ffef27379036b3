"""Windows of real series: nothing is drawn that is held back, and what comes after is what came after."""

import numpy as np
import pytest
from numpy.typing import NDArray

from training.collection.packaged import CollectedSeries
from training.pretraining import packaged_windows as module
from training.pretraining.packaged_windows import PackagedWindows

OUTPUTS = 6


@pytest.fixture
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows as they are: neither mixed nor turned around."""
    for name in ("MIXED", "MODULATED", "FLIPPED"):
        monkeypatch.setattr(module, name, 0.0)


def collected(*lengths: int, seasons: tuple[int, ...] = (), source: str = "m3-other") -> list[CollectedSeries]:
    """Series that count their rows from 1,000, 2,000 and so on."""
    return [
        CollectedSeries(source, str(number), np.arange(1000.0 * number, 1000.0 * number + length), seasons)
        for number, length in enumerate(lengths, start=1)
    ]


@pytest.mark.usefixtures("plain")
def test_windows_are_pieces_of_a_series_and_end_with_it() -> None:
    lengths, rng = (14, 30, 90), np.random.default_rng(0)
    packaged, last, first, sizes = PackagedWindows(collected(*lengths)), set(), set(), set()
    for _ in range(300):
        windows = packaged.draw(rng, 16, OUTPUTS)
        assert windows.seasons == ()
        size = windows.values.shape[1] - OUTPUTS
        assert size >= 8
        sizes.add(size)
        for row in windows.values:
            known = row[np.isfinite(row)]
            assert len(known) >= size + 1  # a target at least
            assert np.isfinite(row[: len(known)]).all()
            assert (np.diff(known) == 1).all()
            number = int(known[0] // 1000)
            assert known[-1] < 1000 * number + lengths[number - 1]
            last.add(known[-1] - 1000 * number - lengths[number - 1])
            first.add(known[0] % 1000)
    assert -1 in last  # the newest row that is kept is learned from
    assert 0 in first
    assert len(sizes) > 20


def test_no_row_that_is_held_back_is_ever_drawn() -> None:
    """Mixed, modulated and averaged: whatever comes from held-back rows would be huge."""
    series = []
    for number, seasons in enumerate(((12,), (4,), (5,), ())):
        whole = np.random.default_rng(number).uniform(1, 2, 120)
        whole[90:] = 1e12
        series.append(CollectedSeries("m3-other", str(number), whole[:90], seasons))
    packaged, rng = PackagedWindows(series), np.random.default_rng(1)
    for _ in range(300):
        values = packaged.draw(rng, 16, OUTPUTS).values
        assert np.nanmax(np.abs(values)) < 1e4


@pytest.mark.usefixtures("plain")
def test_months_are_drawn_as_quarters_and_years_too() -> None:
    packaged, rng = PackagedWindows(collected(240, seasons=(12,))), np.random.default_rng(0)
    seen: dict[tuple[int, ...], NDArray[np.float64]] = {}
    for _ in range(300):
        windows = packaged.draw(rng, 4, OUTPUTS)
        seen.setdefault(windows.seasons, windows.values[0])
    assert set(seen) == {(12,), (6,), (4,), (3,), (2,), ()}
    steps = {seasons: np.diff(values[:8]) for seasons, values in seen.items()}
    for seasons, months in (((12,), 1), ((6,), 2), ((4,), 3), ((), 12)):
        assert np.allclose(steps[seasons], months)


def test_gaps_are_filled_before_windows_are_cut() -> None:
    series = collected(60)
    series[0].values[[5, 20, 21]] = np.nan
    packaged, rng = PackagedWindows(series), np.random.default_rng(0)
    for _ in range(50):
        windows = packaged.draw(rng, 8, OUTPUTS).values
        assert np.isfinite(windows[:, :-OUTPUTS]).all()
        assert np.isfinite(windows[:, -OUTPUTS]).all()


@pytest.mark.parametrize("length", [8, 9, 10, 11])
def test_the_shortest_series_are_drawn_or_refused(length: int) -> None:
    """Those of packages have 14 rows at least."""
    packaged = PackagedWindows(collected(length, 40))
    for seed in range(50):
        assert packaged.draw(np.random.default_rng(seed), 4, OUTPUTS).values.shape[1] >= 8 + OUTPUTS


def test_one_seed_makes_the_same() -> None:
    packaged = PackagedWindows(collected(60, 90, seasons=(12,)) + collected(40, seasons=(4,)))
    first, second = (packaged.draw(np.random.default_rng(3), 8, OUTPUTS) for _ in range(2))
    assert np.array_equal(first.values, second.values, equal_nan=True)


def test_flips_and_mixes_leave_what_is_unknown_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    for mixed, modulated, flipped in ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)):
        monkeypatch.setattr(module, "MIXED", mixed)
        monkeypatch.setattr(module, "MODULATED", modulated)
        monkeypatch.setattr(module, "FLIPPED", flipped)
        packaged = PackagedWindows(collected(60, 90))
        for seed in range(30):
            values = packaged.draw(np.random.default_rng(seed), 8, OUTPUTS).values
            assert np.isfinite(values[:, :-OUTPUTS]).all()
            known = np.isfinite(values[:, -OUTPUTS:])
            assert (np.diff(known.astype(int), axis=1) <= 0).all()  # once unknown, unknown up to the end
