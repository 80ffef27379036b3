"""Triton's and KServe's clients get what POST /predict answers."""

from typing import Any

import pytest

from tests.clients.asking import ask, predicted
from tests.support.real_server import Server


def steps(server: Server, window: list[float]) -> Any:
    """Three steps ahead of a window, as /predict tells them."""
    return pytest.approx(predicted(server, model="sine-lstm", window=window, horizon=3)["predictions"])


def test_triton_s_client_forecasts_in_json_and_in_bytes(server: Server) -> None:
    found = ask("ask_triton.py", server)
    assert [found[name] for name in ("live", "ready", "model ready", "another ready")] == [True, True, True, False]
    assert (found["server"]["name"], found["model"]["name"]) == ("rollcast", "sine-lstm")
    assert found["json"] == found["binary"] == [steps(server, found["window"][0])]
    status, message = found["refused"]
    assert (status, message.partition(";")[0]) == ("404", 'no model is named "nobody"')


def test_kserve_s_client_speaks_both_of_its_protocols(server: Server) -> None:
    found = ask("ask_kserve.py", server)
    expected = [steps(server, found["window"])]
    assert found["v1"] == {"live": True, "model ready": True, "answer": {"predictions": expected}}
    good = {"live": True, "ready": True, "model ready": True, "another ready": False}
    assert found["v2"] == found["v2 in bytes"] == {**good, "answer": expected}


def test_kserve_s_types_read_a_forecast_of_time_series(server: Server) -> None:
    found = ask("ask_kserve.py", server)
    for name, start in (("series", "2024-01-01T10:00:00Z"), ("series without times", "")):
        [output] = found[name]["outputs"]
        [forecast] = output["content"]
        assert (found[name]["status"], output["status"], forecast["start_timestamp"]) == (
            "completed",
            "completed",
            start,
        )
        assert forecast["mean_forecast"] == steps(server, found["window"])
    refused = found["refused"]
    assert (refused["status"], refused["error"]["code"], refused["error"]["type"]) == (422, "422", "invalid_window")
    assert refused["error"]["param"] == "inputs[0].series"
