"""Threads that open versions: each once, two at a time, and none that keeps the process from ending."""

import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import wait as wait_for
from functools import partial
from pathlib import Path
from typing import cast

import httpx
import pytest
from onnx import TensorProto, helper

from models.errors import RefusedVersion
from models.registry.registry import Registry
from service.lifecycle.openings import Openings
from service.lifecycle.snapshot import Key, LoadedModel
from tests.support.real_server import ROOT, real_server
from tests.support.tiny import publish_tiny

WAIT_S = 30.0
MODEL = cast(LoadedModel, "a model")
# Run by the server's interpreter as it starts: opening `slow` runs a graph that never ends.
FAULT = """
from models.registry.registry import Registry
real = Registry.open
def slow(self, name, *rest, **named):
    if name == "slow":
        import numpy
        import onnxruntime
        onnxruntime.InferenceSession({graph!r}).run(None, {{"x": numpy.zeros(1, numpy.float32)}})
    return real(self, name, *rest, **named)
Registry.open = slow
"""


def endless_graph() -> bytes:
    """A loop whose condition is always true."""
    value = partial(helper.make_tensor_value_info, elem_type=TensorProto.FLOAT, shape=[1])
    truth = partial(helper.make_tensor_value_info, elem_type=TensorProto.BOOL, shape=[])
    count = helper.make_tensor_value_info("i", TensorProto.INT64, [])
    same = [helper.make_node("Identity", [name], [f"{name}2"]) for name in ("go", "x")]
    body = helper.make_graph(same, "body", [count, truth("go"), value("x")], [truth("go2"), value("x2")])
    always = helper.make_node("Constant", [], ["go"], value=helper.make_tensor("go", TensorProto.BOOL, [], [True]))
    loop = helper.make_node("Loop", ["", "go", "x"], ["y"], body=body)
    graph = helper.make_graph([always, loop], "endless", [value("x")], [value("y")])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    return bytes(model.SerializeToString())


def test_who_asks_while_a_version_is_opened_waits_for_the_same_opening() -> None:
    go, opened = threading.Event(), list[Key]()

    def open_version(key: Key) -> LoadedModel:
        opened.append(key)
        go.wait(WAIT_S)
        return MODEL

    openings = Openings(open_version)
    first, second = openings.open(("one", 1)), openings.open(("one", 1))
    assert len(openings) == 1
    assert not first.cancel()  # as others may wait for it
    go.set()
    assert first.result(WAIT_S) == second.result(WAIT_S) == MODEL
    assert opened == [("one", 1)]
    assert len(openings) == 0


def test_two_are_opened_at_once_and_the_next_when_one_is_done() -> None:
    events = {("one", 1): threading.Event(), ("two", 1): threading.Event(), ("three", 1): threading.Event()}
    begun = threading.Semaphore(0)

    def open_version(key: Key) -> LoadedModel:
        begun.release()
        events[key].wait(WAIT_S)
        return MODEL

    openings = Openings(open_version)
    futures = {key: openings.open(key) for key in events}
    assert begun.acquire(timeout=WAIT_S)
    assert begun.acquire(timeout=WAIT_S)
    assert not begun.acquire(timeout=0.05)
    events["two", 1].set()
    assert begun.acquire(timeout=WAIT_S)
    events["three", 1].set()
    assert futures["three", 1].result(WAIT_S) == MODEL
    assert not futures["one", 1].done()
    events["one", 1].set()
    assert not wait_for(futures.values(), WAIT_S).not_done


def test_what_fails_is_told_and_the_threads_end() -> None:
    def open_version(key: Key) -> LoadedModel:
        raise RefusedVersion(f"{key[0]} is bad")

    openings = Openings(open_version)
    with pytest.raises(RefusedVersion, match="one is bad"):
        openings.open(("one", 1)).result(WAIT_S)
    deadline = time.monotonic() + WAIT_S
    while any(thread.name == "opening" for thread in threading.enumerate()):
        assert time.monotonic() < deadline
        time.sleep(0.005)
    with pytest.raises(RefusedVersion):  # on a new thread
        openings.open(("one", 1)).result(WAIT_S)


def test_a_service_with_openings_that_never_end_serves_and_stops(tmp_path: Path) -> None:
    registry = Registry.at(tmp_path / "registry")
    for name in ("good", "slow"):
        publish_tiny(registry, name)
    publish_tiny(registry, "slow", seed=1)
    (tmp_path / "endless.onnx").write_bytes(endless_graph())
    (tmp_path / "sitecustomize.py").write_text(FAULT.format(graph=str(tmp_path / "endless.onnx")))
    variables = {
        "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}",
        "ROLLCAST_OPEN_TIMEOUT_S": "0.3",
        "ROLLCAST_SHUTDOWN_TIMEOUT_S": "1",
    }
    body = {"window": [1.0, 2.0, 3.0, 4.0]}
    with real_server(registry=tmp_path / "registry", **variables) as server, ThreadPoolExecutor() as pool:

        def ask(model: str) -> httpx.Response:
            return httpx.post(f"{server.url}/predict", json={"model": model, **body}, timeout=WAIT_S)

        waiting = [pool.submit(ask, f"slow@{version}") for version in (1, 2)]  # which hold both threads
        waiting.append(pool.submit(httpx.get, f"{server.url}/models/slow/versions/1", timeout=WAIT_S))
        time.sleep(0.2)
        assert ask("good").status_code == 200
        assert httpx.get(f"{server.url}/models", timeout=WAIT_S).status_code == 200
        assert [each["model"] for each in httpx.get(f"{server.url}/readyz").json()["models"]] == ["good"]
        assert server.stop() == 0
        answers = [each.result(WAIT_S) for each in waiting]
    assert {answer.json()["type"] for answer in answers} == {"urn:rollcast:problem:stopping"}
