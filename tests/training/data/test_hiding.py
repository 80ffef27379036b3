"""Values that are hidden while a network learns."""

import numpy as np

from tests.support.constant import plain_spec
from training.data.hiding import SHARE, with_hidden_values
from training.data.windowing import cut_samples
from training.reading.series import Series

SPEC = plain_spec(masked=True)
VALUES = np.arange(2000.0)[:, None]


def test_some_values_are_hidden_in_runs_and_stay_targets() -> None:
    values = VALUES.copy()
    values[10:12] = np.nan
    prepared = with_hidden_values(SPEC, Series(values, ("a",), "made up"), seed=1)
    assert prepared.missing is not None
    assert 0.5 * SHARE < prepared.missing.mean() < 1.5 * SHARE
    runs = np.diff(np.flatnonzero(np.diff(prepared.missing[:, 0].astype(int))))[::2]
    assert 2 < runs.mean() < 8
    assert not np.isnan(prepared.values).any()
    samples = cut_samples(SPEC, [prepared], [range(2000)])
    known = ~np.isnan(samples.targets[:, 0])
    assert np.flatnonzero(~known).tolist() == [8, 9]  # rows 10 and 11, which nobody measured
    assert (samples.targets[known, 0] == np.arange(2.0, 2000)[known]).all()
    hidden = known & (samples.windows[:, -1, 1] == 1)
    assert (samples.windows[hidden, -1, 0] < samples.targets[hidden, 0] - 1).all()  # an older one stands in


def test_one_seed_hides_the_same() -> None:
    series = Series(VALUES, ("a",), "made up")
    first, again, other = (with_hidden_values(SPEC, series, seed).missing for seed in (1, 1, 2))
    assert first is not None
    assert np.array_equal(first, again)  # type: ignore[arg-type]
    assert (first != other).any()
