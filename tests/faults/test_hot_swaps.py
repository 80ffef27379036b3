"""A small version of the drill `hot_swaps`."""

from benchmarks.faults.hot_swaps import hot_swaps


def test_hot_swaps_under_load_lose_nothing_and_mix_nothing() -> None:
    missed = [bar for bar in hot_swaps(True) if not bar.met and not bar.timed]
    assert missed == []
