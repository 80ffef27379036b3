"""Drill: ten times as much as can be answered, of rollouts and of next values; and a burst of 300 rollouts."""

import json
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.harness.bars import Bar
from benchmarks.harness.load import Load, check_wrk, put
from benchmarks.harness.open_loop import burst, offer
from benchmarks.harness.probe import probing
from benchmarks.harness.processes import Server, rollcast
from benchmarks.harness.published import SHAPES, publish_random
from benchmarks.harness.traffic import Answer, traffic
from models.registry.registry import Registry

MODEL, WINDOW = "lstm-300", [0.1 * step for step in range(10)]
TIMES = 10
BURST = 300


def drill(quick: bool) -> Iterator[Bar]:
    """Load a server beyond what it can do, and look at who is answered, how soon, and how soon it is over."""
    if not quick:
        check_wrk()
    with tempfile.TemporaryDirectory() as folder:
        publish_random(Registry.at(Path(folder)), MODEL, SHAPES[MODEL])
        asked, seconds = _asked(300 if quick else 3_000), 1.2 if quick else 20.0
        with rollcast(Path(folder), ROLLCAST_QUEUE_S="3600") as server:
            peak = _peak(server, asked, seconds)
        with rollcast(Path(folder)) as server:
            yield from _rollouts(server, asked, peak, seconds)
            time.sleep(0.5 if quick else 4)
            yield from _burst(server)
            if not quick:
                time.sleep(4)
                yield from _next_values(server)


def _asked(horizon: int) -> dict[str, Any]:
    return {"model": MODEL, "window": WINDOW, "horizon": horizon}


def _peak(server: Server, asked: dict[str, Any], seconds: float) -> float:
    """As many a second as can be answered: enough clients, of a server that refuses none."""
    body = json.dumps(asked).encode()
    with traffic(server.port, lambda *_: ("/predict", body), clients=24) as running:
        time.sleep(seconds)
    last = max(each.begun_s + each.took_s for each in running.answers)
    return len(running.answers) / (last - running.begun_s)


def _rollouts(server: Server, asked: dict[str, Any], peak: float, seconds: float) -> Iterator[Bar]:
    # 1. Half as many as can be answered.
    half = _p99_s(offer(server.port, asked, peak / 2, seconds))
    # 2. Ten times as many.
    with probing(server.port) as health:
        answers = offer(server.port, asked, TIMES * peak, seconds)
    begun = answers[0].begun_s
    answered = [each for each in answers if each.status == 200]
    refused = [each for each in answers if each.status == 503]
    # From when the queue is full until the last request is sent.
    goodput = sum(seconds / 4 < each.begun_s + each.took_s - begun < seconds for each in answered) / (0.75 * seconds)
    # 3. Right afterwards.
    over = time.perf_counter()
    after = offer(server.port, asked, min(10.0, peak / 2), 2)
    normal_s = max((each.begun_s + each.took_s - over for each in after if each.status != 200), default=0.0)

    what = f"rollouts of {asked['horizon']}, {TIMES} times as many as can be answered ({peak:.1f}/s)"
    statuses = sorted({each.status for each in answers})
    yield Bar(what, f"{len(answered)} and {len(refused)} of {statuses}", "200 and 503", statuses == [200, 503])
    told = sum(each.retry_after is not None and 1 <= int(each.retry_after) <= 60 for each in refused)
    yield Bar(f"{what}: refused with Retry-After", f"{told} of {len(refused)}", "all", told == len(refused))
    yield Bar(f"{what}: /healthz fails", str(health.failed), "never", health.failed == 0)
    yield Bar(f"{what}: /healthz p99", f"{1e3 * health.p99_s:.0f} ms", "under 50 ms", health.p99_s < 0.05, timed=True)
    yield Bar(f"{what}: goodput", f"{goodput / peak:.2f} of peak", "at least 0.8", goodput >= 0.8 * peak, timed=True)
    p99 = _p99_s(answers)
    bar = f"under 4 times the {half:.2f} s at half of peak"
    yield Bar(f"{what}: p99 of the answered", f"{p99:.2f} s", bar, p99 < 4 * half, timed=True)
    soonest = _p99_s(refused, 503)
    yield Bar(f"{what}: p99 of the refused", f"{soonest:.3f} s", "under 0.1 s", soonest < 0.1, timed=True)
    yield Bar(f"{what}: the last refusal after it", f"{normal_s:.2f} s", "within 1 s", normal_s < 1, timed=True)


def _burst(server: Server) -> Iterator[Bar]:
    answers = burst(server.port, _asked(1_000), BURST)
    answered, refused = _p99_s(answers), _p99_s(answers, 503)
    statuses = {status: sum(each.status == status for each in answers) for status in {each.status for each in answers}}
    what = f"{BURST} connections ask for 1,000 steps at once"
    yield Bar(what, str(statuses), "200 and 503", statuses.keys() == {200, 503})
    yield Bar(f"{what}: p99 of the answered", f"{answered:.2f} s", "within 4 s", answered < 4, timed=True)
    yield Bar(f"{what}: p99 of the refused", f"{refused:.2f} s", "within 0.5 s", refused < 0.5, timed=True)


def _next_values(server: Server) -> Iterator[Bar]:
    few = put(Load(MODEL, 64), server, 8)
    with probing(server.port) as health:
        many = put(Load(MODEL, 64 * TIMES), server, 8)
    what = f"next values, {64 * TIMES} connections in place of 64"
    share = many.rate / few.rate
    yield Bar(f"{what}: goodput", f"{share:.2f} of {few.rate:.0f}/s", "at least 0.8", share >= 0.8, timed=True)
    yield Bar(f"{what}: /healthz p99", f"{1e3 * health.p99_s:.0f} ms", "under 50 ms", health.p99_s < 0.05, timed=True)


def _p99_s(answers: Sequence[Answer], status: int = 200) -> float:
    took = [each.took_s for each in answers if each.status == status]
    return float(np.quantile(took, 0.99)) if took else 0.0
