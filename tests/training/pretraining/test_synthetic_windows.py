"""Windows of synthetic series: their lengths, their seasons, and that a seed makes the same."""

import numpy as np

from training.pretraining.synthetic_windows import KINDS, log_uniform, synthetic_windows


def test_windows_have_the_lengths_and_seasons_of_their_kinds() -> None:
    rng, untold = np.random.default_rng(0), 0
    known = {kind.seasons for kind in KINDS}
    for _ in range(60):
        windows = synthetic_windows(rng, 8, 6)
        rows, columns = windows.values.shape
        assert rows in (4, 8)
        assert 8 <= columns - 6 <= 1024
        assert np.isfinite(windows.values).all()
        untold += windows.seasons == ()
        of_any = windows.seasons not in known
        assert not of_any or 2 <= windows.seasons[0] <= 300
    assert 3 < untold < 30


def test_one_seed_makes_the_same() -> None:
    first, second = (synthetic_windows(np.random.default_rng(7), 8, 6) for _ in range(2))
    assert np.array_equal(first.values, second.values)
    assert first.seasons == second.seasons


def test_each_order_of_magnitude_is_drawn_as_often() -> None:
    rng = np.random.default_rng(0)
    drawn = np.array([log_uniform(rng, 8, 800) for _ in range(2000)])
    assert drawn.min() >= 8
    assert drawn.max() < 800
    assert abs((drawn < 80).mean() - 0.5) < 0.05
