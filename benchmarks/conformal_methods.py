"""How rollcast's intervals compare with those of MAPIE, another library of conformal prediction, on the same errors.

python -m benchmarks.conformal_methods     some minutes on two cores; needs `pip install mapie`

The forecasts are those of `victoria-demand` at version 2. Both libraries calibrate on its calibration part, each step
alone, and are judged on its test part: what intervals of 80 and 95 % held, and their mean interval scores. What follows
newer errors is beside them: MAPIE's adaptive conformal inference, which takes in each error as soon as it is known, and
rollcast's `adapt`, which sees 28 days in each request. docs/training.md has the figures.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from models.inference.forecaster import Forecaster
from models.intervals.conformal import Bounds, Intervals
from models.registry.registry import Registry
from models.spec.manifest import Manifest
from service.forecasting import ForecastRequest, forecast_now
from service.window_times import WindowTimes
from training.completion.conformal import calibrate
from training.data.held_out import HeldOut
from training.data.splits import calibration_rows, split_rows
from training.evaluation.interval_scores import pinball_loss
from training.evaluation.origins import find_origins
from training.evaluation.rolling_forecasts import RollingForecasts, rolling_forecasts
from training.updating.reload_data import reload_series

Array = NDArray[np.float64]

ARTIFACTS = Path(__file__).parents[1] / "models" / "artifacts"
LEVELS = (80, 95)
STEPS = (1, 6, 12, 24, 36, 48)  # that are compared, for MAPIE has a regressor for each
STRIDE = 31  # rows from origin to origin: every time of day is met
HISTORY_ROWS = 28 * 48  # half-hours that `adapt` sees before its context
GAMMA = 0.02  # how fast adaptive conformal inference goes


class Data(NamedTuple):
    """A model with its forecasts of both parts, of one target."""

    manifest: Manifest
    forecaster: Forecaster
    intervals: Intervals
    held_out: HeldOut
    known: RollingForecasts
    test: RollingForecasts


def read() -> Data:
    """Open the model, read its series again, and forecast both parts."""
    manifest, forecaster = Registry.at(ARTIFACTS).open("victoria-demand", 2)
    recipe, (series,) = reload_series(manifest, {})
    parts = split_rows(recipe, [series])
    (calibration,), (part,) = calibration_rows(recipe, parts), parts
    before, after = HeldOut.of(series, calibration), HeldOut.of(series, part.test)
    context, horizon = forecaster.spec.context_length, max(STEPS)
    intervals = calibrate(forecaster, [before], horizon)
    assert intervals is not None
    known = rolling_forecasts(forecaster, [before], find_origins([before], context, horizon, STRIDE), horizon)
    test = rolling_forecasts(forecaster, [after], find_origins([after], context, horizon, STRIDE), horizon)
    return Data(manifest, forecaster, intervals, after, known, test)


def split_bounds(data: Data) -> dict[int, Bounds]:
    """The bounds of rollcast's split conformal intervals, by level: shape (origins, steps)."""
    found = {}
    for level in LEVELS:
        bounds = data.test.scale.bounds(data.intervals.error_bounds(level, max(STEPS))).around(data.test.predictions)
        found[level] = _at_steps(bounds)
    return found


def adapted_bounds(data: Data) -> dict[int, Bounds]:
    """Those of rollcast with `adapt`."""
    rows = data.forecaster.spec.context_length + HISTORY_ROWS
    values, times = data.held_out.values, data.held_out.times
    assert times is not None
    found: dict[int, list[Bounds]] = {level: [] for level in LEVELS}
    for row in data.test.origins.rows.tolist():
        asked = ForecastRequest(
            [values[row - rows : row]],
            max(STEPS),
            levels=LEVELS,
            times=[WindowTimes(end=str(times[row - 1]), freq=data.manifest.spec.frequency)],
            adapt=True,
        )
        for level, bounds in forecast_now(asked, data.manifest, data.forecaster).intervals.items():
            found[int(level)].append(_at_steps(bounds))
    return {
        level: Bounds(*(np.concatenate(each) for each in zip(*all_of, strict=True))) for level, all_of in found.items()
    }


def mapie_split_bounds(data: Data) -> dict[int, Bounds]:
    """Those of MAPIE's split conformal regressor, calibrated on the same forecasts."""
    from mapie.regression import SplitConformalRegressor

    columns = []
    for step in STEPS:
        regressor = SplitConformalRegressor(
            _identity(), confidence_level=[level / 100 for level in LEVELS], prefit=True
        )
        regressor.conformalize(*_scaled(data.known, step))
        columns.append(regressor.predict_interval(_scaled(data.test, step)[0])[1])
    return _raw(data, np.stack(columns, axis=1))


def mapie_adaptive_bounds(data: Data) -> dict[int, Bounds]:
    """Those of MAPIE's adaptive conformal inference: after each origin it takes in what has come of earlier ones."""
    from mapie.regression import TimeSeriesRegressor

    levels = [level / 100 for level in LEVELS]
    columns = []
    for step in STEPS:
        regressor = TimeSeriesRegressor(_identity(), method="aci", cv="prefit").fit(*_scaled(data.known, step))
        forecasts, actuals = _scaled(data.test, step)
        delay, bounds = -(-step // STRIDE), []
        for index in range(len(forecasts)):
            if (known := index - delay) >= 0:
                regressor.adapt_conformal_inference(
                    forecasts[known : known + 1], actuals[known : known + 1], gamma=GAMMA, confidence_level=levels
                )
            one = regressor.predict(forecasts[index : index + 1], confidence_level=levels, allow_infinite_bounds=True)
            bounds.append(one[1])
        columns.append(np.concatenate(bounds))
    return _raw(data, np.stack(columns, axis=1))


def _identity() -> Any:
    """An estimator, already fitted, that gives what it is given: the forecasts themselves."""
    from sklearn.linear_model import LinearRegression

    line = np.arange(2.0)[:, None]
    return LinearRegression().fit(line, line[:, 0])


def _scaled(forecasts: RollingForecasts, step: int) -> tuple[Array, Array]:
    """The forecasts (origins, 1) and what came (origins) at a step, in units of each forecast's scale."""
    scale = forecasts.scale.above[:, 0, 0]
    return forecasts.predictions[:, step - 1] / scale[:, None], forecasts.actuals[:, step - 1, 0] / scale


def _raw(data: Data, bounds: Array) -> dict[int, Bounds]:
    """Bounds of shape (origins, steps, 2, levels) in raw units, by level."""
    scale = data.test.scale.above[:, :, 0]
    return {
        level: Bounds(*(scale * bounds[:, :, side, index] for side in (0, 1))) for index, level in enumerate(LEVELS)
    }


def _at_steps(bounds: Bounds) -> Bounds:
    return Bounds(*(each[:, [step - 1 for step in STEPS], 0] for each in bounds))


def judged(data: Data, bounds: dict[int, Bounds]) -> Iterator[str]:
    """What intervals of each level held, in percent, the farthest step's share, and their score."""
    actuals = data.test.actuals[:, [step - 1 for step in STEPS], 0]
    for level, each in bounds.items():
        outside = 1 - level / 100
        finite = np.isfinite(each.lower) & np.isfinite(each.upper)
        losses = pinball_loss(each.lower, actuals, outside / 2) + pinball_loss(each.upper, actuals, 1 - outside / 2)
        held = 100 * each.contain(actuals).mean(axis=0)
        yield f"{held.mean():.1f} ({held[np.abs(held - level).argmax()]:.1f})"
        yield f"{(2 / outside * losses[finite]).mean():,.0f}" + (
            "" if finite.all() else f" ({(~finite).sum()} infinite)"
        )


def main() -> None:
    """Print the table."""
    data = read()
    table = Table(title=f"{data.manifest.title}: {len(data.test.origins)} origins, steps {', '.join(map(str, STEPS))}")
    for heading in ("", *(text for level in LEVELS for text in (f"held at {level} % (farthest)", "score"))):
        table.add_column(heading)
    for name, bounds in (
        ("rollcast", split_bounds),
        ("MAPIE, split conformal", mapie_split_bounds),
        ("rollcast, adapt", adapted_bounds),
        ("MAPIE, adaptive conformal inference", mapie_adaptive_bounds),
    ):
        table.add_row(name, *judged(data, bounds(data)))
    Console().print(table)


if __name__ == "__main__":
    main()
