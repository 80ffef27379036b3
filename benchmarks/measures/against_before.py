"""Today's release against the one before the closed loop went into the graph: rollouts, backtests, single calls, lines.

Both run in turn, each in processes of its own.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from statistics import median

from benchmarks.harness.load import Load, put, warm_up
from benchmarks.harness.own_process import Call, timing
from benchmarks.harness.processes import Code, Server, rollcast_of
from benchmarks.harness.releases import DEMAND, Release
from benchmarks.results import Measurement
from benchmarks.rows import Row, by, measure_rows
from benchmarks.timing import Figures, Plan, medians

HORIZON, DEMAND_HORIZON = 100, 48
DEMAND_CONTEXT = 479
# Of each network, what is called for one step: a whole window, or one value from states.
SINGLE_CALLS: Mapping[str, Mapping[Call, str]] = {
    "LSTM(64)": {"window": "lstm-64", "step": "lstm-64-state"},
    "LSTM(300)": {"window": "lstm-300", "step": "lstm-300-state"},
    "SimpleRNN(100)": {"window": "simple-rnn-100"},
    DEMAND: {"window": DEMAND, "step": DEMAND},
}
CALLS = 1000
ALLOWED_SHARE, ALLOWED_S = 0.05, 1.5e-6  # what such a call may take more, whichever is more
RUNNING = [
    "graphs/onnx_network",
    "inference/step_inputs",
    "inference/rollout",
    *(f"engine/{name}" for name in ("request", "prefill", "batch", "scheduler", "engine", "worker_state")),
]


def measure(plan: Plan, today: Release, before: Release) -> list[Measurement]:
    """Every row of one release by the other, but for start-up (benchmarks/measures/footprint.py)."""
    return [
        *_state_rollouts(plan, today, before),
        *_backtests(plan, today, before),
        *_single_calls(plan, today, before),
        *_served_demand(plan, today, before),
        count_lines(today.code, before.code),
    ]


def _state_rollouts(plan: Plan, today: Release, before: Release) -> list[Measurement]:
    works = {
        "state": timing(today.code, "rollout", today.published("lstm-300-state"), HORIZON, times=20),
        "window before": timing(before.code, "rollout", before.published("lstm-300"), HORIZON, times=20),
    }
    title = f"rollout of {HORIZON}, LSTM(300), state mode, in process"
    row = Row(title, "faster than window mode of the release before", by("window before", "state"), "at least", 7)
    return measure_rows(plan, works, [row], partial(medians, factor=1e3, unit="ms"))


def _backtests(plan: Plan, today: Release, before: Release) -> list[Measurement]:
    works = {
        name: timing(release.code, "backtest", release.published(DEMAND), DEMAND_HORIZON)
        for name, release in (("now", today), ("before", before))
    }
    title = f"1,000 origins x {DEMAND_HORIZON} steps of {DEMAND}, backtested in process: time"
    row = Row(title, "that of the release before", by("now", "before"), "at most", 0.6)
    return measure_rows(plan, works, [row], partial(medians, unit="s"))


def _single_calls(plan: Plan, today: Release, before: Release) -> list[Measurement]:
    """A row for each network: the worse of its window and its step."""
    measured = []
    for title, calls in SINGLE_CALLS.items():
        works = {
            f"{call} {when}": timing(release.code, call, release.published(name), times=CALLS)
            for call, name in calls.items()
            for when, release in (("now", today), ("before", before))
        }
        row = Row(
            f"one {' or '.join(calls)} alone, {title}: excess over the release before",
            f"the allowance, {ALLOWED_SHARE:.0%} or {1e6 * ALLOWED_S:g} us",
            partial(worst_excess, calls=list(calls)),
            "at most",
            1,
        )
        measured += measure_rows(plan, works, [row], partial(medians, factor=1e6, unit="us"))
    return measured


def worst_excess(figures: Figures, calls: Sequence[str]) -> float:
    """By how much the worst of these calls takes longer than before, in units of what it may: a median over rounds."""
    return max(
        median(
            excess(now, before) for now, before in zip(figures[f"{call} now"], figures[f"{call} before"], strict=True)
        )
        for call in calls
    )


def excess(now_s: float, before_s: float) -> float:
    """By how much a call takes longer than before, in units of what it may; below 0 where it is faster."""
    return (now_s - before_s) / max(ALLOWED_SHARE * before_s, ALLOWED_S)


def _served_demand(plan: Plan, today: Release, before: Release) -> list[Measurement]:
    with (
        rollcast_of(today.code, today.published(DEMAND).registry) as served,
        rollcast_of(before.code, before.published(DEMAND).registry) as served_before,
    ):

        def p50(server: Server, release: Release) -> Callable[[], float]:
            # The version is named, as others may have been trained here since.
            load = Load(f"{DEMAND}@{release.demand_version}", 1, DEMAND_HORIZON, DEMAND_CONTEXT)
            warm_up(load, server)
            return lambda: put(load, server, plan.load_s).p50_s

        works = {"now": p50(served, today), "before": p50(served_before, before)}
        title = f"{DEMAND}, {DEMAND_HORIZON} steps, one client over HTTP: p50"
        row = Row(title, "that of the release before", by("now", "before"), "at most", 0.5)
        return measure_rows(plan, works, [row], partial(medians, factor=1e3, unit="ms"))


def count_lines(today: Code, before: Code) -> Measurement:
    """How much code runs a rollout; a file that is no longer there has no lines."""
    lines = {"now": _lines(today.root / "models"), "before": _lines(before.root / "models")}
    title = "lines of the files of models/ that run a rollout"
    return Measurement(title, "those of the release before", lines["now"] / lines["before"], "below", 1, measured=lines)


def _lines(models: Path) -> int:
    files = [models / f"{name}.py" for name in RUNNING]
    return sum(len(file.read_text().splitlines()) for file in files if file.exists())
