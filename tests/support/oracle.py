"""Forecasts worked out slowly, value by value, as the words of the design have it: what everything fast must equal."""

import math
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from models.graphs.onnx_network import OnnxNetwork
from models.inference.step_inputs import step_inputs
from models.spec.model_spec import ModelSpec
from models.timeseries.frequency import parse_frequency
from models.timeseries.scaling import Scaler
from models.timeseries.time_index import TimeIndex
from tests.support.tiny import tiny_spec

Array = NDArray[np.float64]
Float32 = NDArray[np.float32]


def slow_forecast(
    network: OnnxNetwork, spec: ModelSpec, window: Array, horizon: int, time_index: TimeIndex | None = None
) -> Array:
    """One window's forecast, shape (horizon, targets), in raw units.

    `window` has shape (context, features) exactly; `axis` are its times, where the model asks for the calendar.
    """
    raw = [row.astype(np.float64) for row in window]
    newest = len(raw) - 1  # where the last value sent lies
    season = spec.difference or 0
    changes = {place: raw[place] - (raw[place - season] if season else 0) for place in range(season, len(raw))}
    mean, scale = _scaling(spec, [changes[place] for place in sorted(changes)])
    known = {place: ((change - mean) / scale).astype(np.float32) for place, change in changes.items()}
    columns = list(spec.target_columns)

    def inputs(target: int) -> NDArray[np.float32]:
        """What one step takes in whose (first) target lies at a place."""
        parts = [known[target - spec.lead], *(known[target - lag] for lag in spec.lags)]
        if time_index is not None:
            step = timedelta(microseconds=time_index.frequency.microseconds)
            parts.append(_calendar(spec, time_index.end + (target - newest) * step))
        return np.concatenate(parts).astype(np.float32)[None, None]

    states = None
    taken = newest + 1 - spec.window  # the target of the last step that the states have taken in
    answers: list[Array] = []
    while len(answers) < horizon:
        target = newest + 1 + len(answers)
        if spec.rollout == "window":
            output = network(np.concatenate([inputs(target + step) for step in range(1 - spec.window, 1)])).outputs
        while spec.rollout == "state" and taken < target:
            taken += 1
            output, states = network(inputs(taken), states)
        for number, block in enumerate(output.reshape(spec.outputs, -1)[:, : len(columns)]):
            if spec.rolls_out:
                known[target + number] = block
            change = block * scale[columns] + mean[columns]
            answers.append(change + (raw[target + number - season][columns] if season else 0))
            raw.append(answers[-1])
    return np.array(answers[:horizon])


def _scaling(spec: ModelSpec, values: Sequence[Array]) -> tuple[Array, Array]:
    if spec.scaler.kind != "context":
        return np.array(spec.scaler.mean), np.array(spec.scaler.scale)
    mean = sum(values, np.zeros(len(spec.features))) / len(values)
    squares = sum(((value - mean) ** 2 for value in values), np.zeros(len(spec.features)))
    latest = values if spec.scaler.season is None else values[-spec.scaler.season :]
    return sum(latest, np.zeros(len(spec.features))) / len(latest), np.sqrt(squares / len(values))


def plain_rollout(
    network: OnnxNetwork, spec: ModelSpec, contexts: Float32, horizon: int, known_future: Float32 | None = None
) -> Float32:
    """What `rollout` of models/inference/rollout.py gives, of the same arguments, by a plain loop of one call a step.

    The answer has shape (rows, horizon, spec.output_columns).
    """
    rows, input_length, features = contexts.shape
    window, block = spec.window, spec.outputs
    values = np.empty((input_length + horizon + block - 1, rows, features), np.float32)
    values[:input_length] = contexts.transpose(1, 0, 2)
    predictions = np.empty((rows, horizon + block - 1, spec.output_columns), np.float32)
    states: Sequence[Float32] | None = None
    for done in range(0, horizon, block):
        # Where states are carried, they hold what came before the newest values.
        steps = window if states is None else block
        last = done + window
        known = None if known_future is None else known_future[:, last - steps : last].transpose(1, 0, 2)
        outputs, left = network(step_inputs(spec, values, input_length + done - steps + 1, steps, known), states)
        assert len(outputs) == 1
        if spec.rollout == "state":
            states = left
        predicted = outputs[0].reshape(rows, block, spec.output_columns)
        predictions[:, done : done + block] = predicted
        if done + block < horizon:
            values[input_length + done : input_length + done + block] = predicted[..., :features].transpose(1, 0, 2)
    return predictions[:, :horizon]


HARMONICS = {"day": 2, "week": 3, "year": 1}


def _calendar(spec: ModelSpec, time: datetime) -> NDArray[np.float32]:
    local = time.astimezone(UTC).astimezone(ZoneInfo(spec.timezone)).replace(tzinfo=None)
    day = (local - local.replace(hour=0, minute=0, second=0, microsecond=0)) / timedelta(days=1)
    begins, ends = datetime(local.year, 1, 1), datetime(local.year + 1, 1, 1)
    turns = {"day": day, "week": (local.weekday() + day) / 7, "year": (local - begins) / (ends - begins)}
    told: list[float] = []
    for cycle in spec.calendar:
        if cycle == "weekday":
            told += [float(local.weekday() == number) for number in range(7)]
        else:
            for harmonic in range(1, HARMONICS[cycle] + 1):
                angle = 2 * math.pi * harmonic * turns[cycle]
                told += [math.sin(angle), math.cos(angle)]
    return np.array(told, np.float32)


# Every option of a shape in either rollout, and all that go together at once.
VARIED: dict[str, ModelSpec] = {
    "lags": tiny_spec(window=3, lags=(1, 7, 3)),
    "lags, lead": tiny_spec("gru", window=2, lead=3, lags=(4, 9)),
    "lags, state": tiny_spec(window=3, lags=(2, 5), rollout="state"),
    "lags within the lead, state": tiny_spec("simple_rnn", window=2, lead=3, lags=(3,), rollout="state"),
    "calendar": tiny_spec(window=4, lead=2, calendar=("day", "weekday"), frequency="30m", timezone="Europe/Dublin"),
    "calendar, state": tiny_spec(
        "gru",
        window=4,
        lead=2,
        calendar=("week", "year"),
        frequency="12h",
        timezone="Australia/Lord_Howe",
        rollout="state",
    ),
    "outputs": tiny_spec(window=5, outputs=3),
    "outputs beyond the window": tiny_spec(window=2, outputs=7),
    "outputs, state": tiny_spec("simple_rnn", window=5, outputs=3, rollout="state"),
    "members": tiny_spec("gru", window=3, members=3, units=(3, 2)),
    "members, state": tiny_spec(window=3, members=2, units=(3, 2), rollout="state"),
    "difference": tiny_spec(window=3, difference=4),
    "difference, state": tiny_spec(window=3, difference=1, rollout="state"),
    "context": tiny_spec(window=6, scaler="context"),
    "context, season": tiny_spec(window=6, scaler="context").model_copy(
        update={"scaler": Scaler(kind="context", mean=(0.0,), scale=(1.0,), season=4)}
    ),
    "context, one target": tiny_spec(features=("a", "b"), targets=("b",), window=6, lead=2, scaler="context"),
    "quantiles": tiny_spec(features=("a", "b"), window=4, outputs=2, members=2, quantiles=(0.1, 0.9)),
    "quantiles, state": tiny_spec(features=("a", "b"), window=3, lags=(5,), quantiles=(0.1, 0.9), rollout="state"),
    "quantiles, one target": tiny_spec(features=("a", "b"), targets=("b",), window=3, lead=2, quantiles=(0.1, 0.9)),
    "all": tiny_spec(
        "gru",
        ("a", "b"),
        window=5,
        outputs=4,
        lags=(2, 8),
        difference=3,
        calendar=("day", "week", "weekday", "year"),
        timezone="Australia/Melbourne",
        frequency="6h",
        members=2,
        scaler="context",
    ),
}
VARIED["all, state"] = VARIED["all"].model_copy(update={"rollout": "state"})


def times_of(spec: ModelSpec, rows: int) -> list[TimeIndex] | None:
    """Ends for so many windows around a change of the clocks, where a shape asks for them."""
    if spec.frequency is None:
        return None
    first = datetime(2024, 10, 4, 3, 30, tzinfo=UTC)
    return [TimeIndex(first + row * timedelta(hours=7), parse_frequency(spec.frequency)) for row in range(rows)]
