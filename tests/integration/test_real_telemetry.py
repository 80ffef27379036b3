"""Watching a real service: several workers as one, access lines on a real pipe, spans at a real collector."""

import json
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import httpx
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from prometheus_client.parser import text_string_to_metric_families

from tests.support.real_server import Server, real_server

ASKED = {"model": "tiny", "window": [1.0, 2.0, 3.0, 4.0]}


def predictions_counted(server: Server) -> float:
    """How many predictions the worker that answers tells of."""
    text = httpx.get(f"{server.url}/metrics", timeout=10).text
    return sum(
        sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == "http_server_request_duration_seconds_count" and sample.labels["http_route"] == "/predict"
    )


def workers_of(server: Server) -> set[int]:
    """Their process ids; between them and the server is the process that forks them."""
    return {worker for child in children_of(server.process.pid) for worker in children_of(child)}


def children_of(pid: int) -> list[int]:
    try:
        return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except FileNotFoundError:
        return []


def wait_for(what: str, done: object) -> None:
    assert callable(done)
    deadline = time.monotonic() + 20
    while not done():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


def test_any_worker_tells_of_all_and_a_killed_one_takes_no_count_with_it(registry_path: Path, tmp_path: Path) -> None:
    with real_server("--workers", "2", registry=registry_path, TMPDIR=str(tmp_path)) as server:
        for _ in range(40):
            assert httpx.post(f"{server.url}/predict", json=ASKED, timeout=10).status_code == 200
        wait_for("both to publish", lambda: predictions_counted(server) == 40)
        assert [predictions_counted(server) for _ in range(10)] == [40] * 10
        before = workers_of(server)
        assert len(before) == 2
        os.kill(before.pop(), signal.SIGKILL)
        wait_for("another worker", lambda: len(workers_of(server) - before) == 1)

        def answered() -> bool:
            try:
                return predictions_counted(server) == 40
            except httpx.TransportError:
                return False  # it asked the one that is gone

        wait_for("the counts of both", answered)
        assert len(list(tmp_path.glob("rollcast-metrics-*"))) == 1
        assert server.stop() == 0
    assert list(tmp_path.glob("rollcast-metrics-*")) == []


def test_each_request_is_one_line_of_json_with_its_id(registry_path: Path) -> None:
    with real_server(registry=registry_path, ROLLCAST_LOG_FORMAT="json", ROLLCAST_LOG_WINDOWS="true") as server:
        answer = httpx.post(f"{server.url}/predict", json=ASKED, headers={"X-Request-ID": "mine"})
        assert answer.headers["x-request-id"] == "mine"
        made = httpx.get(f"{server.url}/models/a%0Ab%1B[31m").headers["x-request-id"]
        assert server.stop() == 0
    lines = [json.loads(line) for line in server.log]
    told = {line["request_id"]: line for line in lines if line["logger"] == "rollcast.access"}
    assert told["mine"]["model"] == "tiny"
    assert told["mine"]["values"] == [ASKED["window"]]
    assert told[made]["problem"] == "unknown-model"
    assert told[made]["route"] == "/models/{name}"


def test_text_is_the_default_and_has_no_access_lines(registry_path: Path) -> None:
    with real_server(registry=registry_path) as server:
        httpx.get(f"{server.url}/models")
        assert server.stop() == 0
    assert not [line for line in server.log if "/models " in line]
    assert any(line.startswith("INFO:     serving ") for line in server.log)


@contextmanager
def collector() -> Iterator[tuple[str, list[ExportTraceServiceRequest]]]:
    """An OpenTelemetry collector on a port of its own, and what it was sent."""
    received: list[ExportTraceServiceRequest] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.path == "/v1/traces":
                received.append(ExportTraceServiceRequest.FromString(body))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (its name there)
            """Say nothing."""

    listening = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=listening.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.server_port}", received
    finally:
        listening.shutdown()
        listening.server_close()
        thread.join(5)


def test_a_request_that_the_caller_traces_is_a_span_at_the_collector(registry_path: Path) -> None:
    variables = {"ROLLCAST_OTEL": "true", "ROLLCAST_OTEL_RATIO": "0", "OTEL_EXPORTER_OTLP_COMPRESSION": "none"}
    parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    with (
        collector() as (url, received),
        real_server(registry=registry_path, OTEL_EXPORTER_OTLP_ENDPOINT=url, **variables) as server,
    ):
        httpx.post(f"{server.url}/predict", json=ASKED, headers={"traceparent": parent})
        httpx.post(f"{server.url}/predict", json=ASKED)
        assert server.stop() == 0
    spans = [span for sent in received for each in sent.resource_spans for of in each.scope_spans for span in of.spans]
    assert [span.name for span in spans] == ["POST /predict"]
    assert spans[0].trace_id.hex() == "0af7651916cd43dd8448eb211c80319c"
    assert spans[0].parent_span_id.hex() == "b7ad6b7169203331"
