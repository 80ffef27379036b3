"""Windows that came, beside those of training."""

import numpy as np
import pytest
from numpy.typing import NDArray

from models.inference.forecaster import ForecastInputs
from models.timeseries.scaling import Scale
from service.metrics import traffic as module
from service.metrics.catalogue import Series
from service.metrics.traffic import HALF_LIFE_S, MAX_VERSIONS, RECENT, Traffic, statistics
from tests.service.metrics.test_training_facts import manifest_of


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def inputs_of(contexts: NDArray[np.float64], horizon: int = 1, out_of_range: tuple[int, ...] = ()) -> ForecastInputs:
    scale = Scale(np.zeros(1), np.ones(1))
    return ForecastInputs(contexts.astype(np.float32), horizon, None, scale, None, out_of_range)


def count(series: Series, name: str) -> object:
    return next(iter(series[f"rollcast_traffic_{name}_total"].values()))


def recent_of(series: Series) -> tuple[float | None, float | None, float | None]:
    (sums,) = series[RECENT].values()
    assert isinstance(sums, list)
    return statistics(sums)


def test_requests_windows_steps_and_values_are_counted() -> None:
    traffic, manifest = Traffic(), manifest_of([-3.0], [5.0])  # -2 to 2 in the network's units
    traffic.observe(
        manifest, inputs_of(np.array([[[0.0], [1.0], [2.0], [2.5]], [[-3.0], [0.0], [0.0], [0.0]]]), 5, (1,))
    )
    traffic.observe(manifest, inputs_of(np.zeros((1, 4, 1))))
    traffic.observe(manifest, inputs_of(np.zeros((4, 4, 1))), requests=4)
    series = traffic.series()
    names = ("requests", "windows", "steps", "windows_out_of_range", "values", "values_outside")
    assert [count(series, name) for name in names] == [6, 7, 15, 1, 28, 2]
    assert series["rollcast_traffic_values_total"].keys() == {("tiny", "1", "value")}


def test_nothing_is_counted_twice_however_often_one_asks() -> None:
    traffic = Traffic()
    traffic.observe(manifest_of(), inputs_of(np.ones((2, 4, 1))))
    assert traffic.series()["rollcast_traffic_values_total"] == traffic.series()["rollcast_traffic_values_total"]


def test_mean_and_spread_are_in_standard_deviations_of_training() -> None:
    traffic, random = Traffic(), np.random.default_rng(0)
    for _ in range(100):
        traffic.observe(manifest_of(), inputs_of(2 + 3 * random.standard_normal((10, 4, 1))))
    mean, spread, seasonality = recent_of(traffic.series())
    assert mean == pytest.approx(2, abs=0.2)
    assert spread == pytest.approx(3, abs=0.2)
    assert seasonality is None


def test_one_absurd_window_does_not_drown_the_others() -> None:
    traffic = Traffic()
    for _ in range(100):
        traffic.observe(manifest_of(), inputs_of(np.zeros((10, 4, 1))))
    traffic.observe(manifest_of(), inputs_of(np.full((1, 4, 1), 3e38)))
    mean, spread, _ = recent_of(traffic.series())
    assert mean == pytest.approx(0.1, rel=0.01)
    assert spread == pytest.approx(3.16, rel=0.01)


def test_what_came_long_ago_fades_and_counters_do_not() -> None:
    clock = Clock()
    traffic = Traffic(clock)
    traffic.observe(manifest_of(), inputs_of(np.full((3, 4, 1), 4.0)))
    traffic.series()
    clock.now += HALF_LIFE_S
    traffic.observe(manifest_of(), inputs_of(np.full((3, 4, 1), 1.0)))
    series = traffic.series()
    mean, _, _ = recent_of(series)
    assert mean == pytest.approx((0.5 * 4 + 1) / 1.5)
    assert count(series, "values") == 24


def test_the_season_of_windows_is_looked_for_where_it_is_known() -> None:
    traffic, manifest = Traffic(), manifest_of(window=8, interval_season=4)
    cycle = np.array([0.0, 1.0, 0.0, -1.0] * 2)
    traffic.observe(manifest, inputs_of(cycle[None, :, None]))
    assert recent_of(traffic.series())[2] == pytest.approx(1.0)
    traffic.observe(manifest, inputs_of(np.array([1.0, 1, 1, 1, -1, -1, -1, -1])[None, :, None]))
    assert recent_of(traffic.series())[2] == pytest.approx(0.0, abs=1e-6)


def test_a_large_request_is_looked_at_in_part_and_nothing_of_it_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SAMPLE_VALUES", 100)
    traffic = Traffic()
    traffic.observe(manifest_of(), inputs_of(np.ones((1000, 4, 1))))
    series = traffic.series()
    assert count(series, "windows") == 1000
    assert count(series, "values") == 100
    assert recent_of(series)[0] == pytest.approx(1.0)


def test_windows_are_not_kept_without_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "KEPT_VALUES", 40)
    traffic = Traffic()
    for _ in range(100):
        traffic.observe(manifest_of(), inputs_of(np.ones((1, 4, 1))))
        (version,) = traffic._versions.values()
        assert version._kept.size == 40
    assert count(traffic.series(), "values") == 400


def test_a_request_may_be_larger_than_what_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "KEPT_VALUES", 8)
    traffic = Traffic()
    for windows in (1, 5, 2, 1, 6):
        traffic.observe(manifest_of(), inputs_of(np.full((windows, 4, 1), float(windows))))
    series = traffic.series()
    assert count(series, "values") == 4 * 15
    assert recent_of(series)[0] == pytest.approx((1 + 25 + 4 + 1 + 36) / 15)


def test_only_so_many_versions_are_told_of_those_that_were_asked_last() -> None:
    traffic, manifest = Traffic(), manifest_of()
    for number in range(1, MAX_VERSIONS + 1):
        traffic.observe(manifest.model_copy(update={"version": number}), inputs_of(np.ones((1, 4, 1))))
    traffic.series()
    traffic.observe(manifest.model_copy(update={"version": 1}), inputs_of(np.ones((1, 4, 1))))
    for number in (1001, 1002):
        traffic.observe(manifest.model_copy(update={"version": number}), inputs_of(np.ones((1, 4, 1))))
    told = {version for _, version in traffic.series()["rollcast_traffic_requests_total"]}
    assert len(told) == MAX_VERSIONS
    assert {"1", "1001", "1002"} <= told
    assert not {"2", "3"} & told


def test_statistics_of_nothing_are_none() -> None:
    assert statistics([0.0] * 5) == (None, None, None)
