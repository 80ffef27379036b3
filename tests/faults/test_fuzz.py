"""The small versions of `make fuzz`."""

from pathlib import Path

import pytest

from benchmarks.fuzz import coverage_guided, mutated
from benchmarks.fuzz.contract import Contract, Reply
from benchmarks.fuzz.mutations import Mutator
from benchmarks.harness.processes import rollcast
from tests.support.tiny import timed_registry

ALIVE = {"type": "object", "properties": {"status": {"const": "ok"}}, "required": ["status"]}
PROBLEM = {"type": "object", "properties": {"status": {"type": "integer"}}, "required": ["status"]}
JSON = {"content-type": "application/json"}
DOCUMENT = {
    "paths": {
        "/healthz": {"get": {"responses": {"200": {"content": {"application/json": {"schema": ALIVE}}}}}},
    },
    "components": {"schemas": {"Problem": PROBLEM}},
}


def test_mutated_requests_break_nothing(tmp_path: Path) -> None:
    timed_registry(tmp_path)
    with rollcast(tmp_path, ROLLCAST_LOG_LEVEL="error") as server:
        bars = list(mutated.drill(server, 1_500))
    assert [bar for bar in bars if not (bar.met or bar.timed)] == []


def test_grown_bodies_break_nothing(tmp_path: Path) -> None:
    timed_registry(tmp_path)
    (bar,) = coverage_guided.drill(tmp_path, 500)
    assert bar.met, bar.measured


def test_a_seed_draws_the_same_requests_again() -> None:
    first, again = (Mutator([{"window": [1, 2]}], ["/predict"], seed=3) for _ in range(2))
    drawn = [first.draw() for _ in range(200)]
    assert drawn == [again.draw() for _ in range(200)]
    assert len(set(map(str, drawn))) > 150


@pytest.mark.parametrize(
    ("reply", "broken"),
    [
        (Reply(200, JSON, b'{"status": "ok"}'), None),
        (Reply(200, JSON, b'{"status": NaN}'), "200 is no JSON: NaN is no number of JSON"),
        (Reply(200, JSON, b'{"status": 3}'), "200 has not its form"),
        (Reply(200, {"content-type": "text/html"}, b"<p>"), "200 is text/html, which is not documented"),
        (Reply(204, {}, b""), "status 204 is not documented"),
        (Reply(500, {}, b"{}"), "status 500"),
        (Reply(404, {"content-type": "text/plain"}, b"no"), "404 is text/plain, no problem document"),
        (Reply(404, {"content-type": "application/problem+json"}, b"{}"), "404 has not its form"),
        (Reply(404, {"content-type": "application/problem+json"}, b" " * 5000), "404 with 5000 bytes"),
    ],
)
def test_an_answer_is_held_to_its_contract(reply: Reply, broken: str | None) -> None:
    found = Contract(DOCUMENT).violation("GET", "/healthz", reply)
    assert found is None if broken is None else str(found).startswith(broken)
