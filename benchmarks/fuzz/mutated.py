"""Mutated requests over a real socket: every answer is one that is documented, small, and cheap where it refuses."""

import re
from collections import Counter
from collections.abc import Iterator
from http.client import HTTPException

import httpx

from benchmarks.fuzz.contract import MAX_REFUSAL_BYTES, Contract, Reply
from benchmarks.fuzz.mutations import Case, Mutator
from benchmarks.fuzz.wire import Wire, cpu_s
from benchmarks.harness.bars import Bar
from benchmarks.harness.processes import Server

MAX_REFUSAL_S = 0.05  # of the server's processor time

Templates = list[tuple[re.Pattern[str], str]]


def drill(server: Server, cases: int, seed: int = 0) -> Iterator[Bar]:
    """Send so many mutated requests one after the other, and judge each answer."""
    document = httpx.get(f"http://127.0.0.1:{server.port}/openapi.json").json()
    contract = Contract(document)
    examples = document["paths"]["/predict"]["post"]["requestBody"]["content"]["application/json"]["examples"]
    mutator = Mutator([each["value"] for each in examples.values()], list(document["paths"]), seed)
    templates: Templates = [(re.compile(re.sub(r"\{\w+\}", "[^/]+", path)), path) for path in document["paths"]]
    wire = Wire(server.port)
    statuses: Counter[int] = Counter()
    broken: Counter[str] = Counter()
    costliest_s, largest = 0.0, 0
    for _ in range(cases):
        case = mutator.draw()
        before_s = cpu_s(server.pid)
        try:
            reply = wire.ask(case)
        except (OSError, HTTPException) as error:
            broken[f"no answer: {error!r}"] += 1
            continue
        took_s = cpu_s(server.pid) - before_s
        statuses[reply.status] += 1
        if 400 <= reply.status < 500:
            costliest_s, largest = max(costliest_s, took_s), max(largest, len(reply.body))
        if (found := _violation(contract, templates, case, reply)) is not None:
            broken[f"{case.method} {case.path[:40]}: {found}"] += 1
    wire.close()
    worst = "; ".join(f"{count} x {what}" for what, count in broken.most_common(5))
    told = ", ".join(f"{count} x {status}" for status, count in sorted(statuses.items()))
    yield Bar("mutated requests", f"{cases}: {told}", f"{cases} answered", sum(statuses.values()) == cases)
    failed = sum(count for status, count in statuses.items() if status >= 500)
    yield Bar("mutated requests: 5xx", str(failed), "0", failed == 0)
    yield Bar("mutated requests: contract violations", worst or "0", "0", not broken)
    yield Bar("largest 4xx", f"{largest} bytes", f"{MAX_REFUSAL_BYTES} bytes", largest <= MAX_REFUSAL_BYTES)
    yield Bar(
        "costliest 4xx", f"{1e3 * costliest_s:.1f} ms of processor time", "50 ms", costliest_s <= MAX_REFUSAL_S, True
    )


def _violation(
    contract: Contract, templates: list[tuple[re.Pattern[str], str]], case: Case, reply: Reply
) -> str | None:
    path = case.path.partition("?")[0]
    template = next((each for pattern, each in templates if pattern.fullmatch(path)), None)
    if case.method == "HEAD":  # has no body to look at
        return f"status {reply.status}" if reply.status >= 500 else None
    if 200 <= reply.status < 400 and template is None:
        return None if path in ("/", "/docs") or path.startswith(("/static-offline", "/openapi.json")) else "found"
    return contract.violation(case.method, template, reply)
