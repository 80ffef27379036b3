"""MLflow's client of a scoring server."""

import pytest

from tests.clients.asking import ask, predicted
from tests.support.real_server import Server


def test_frames_and_arrays_are_forecast(server: Server) -> None:
    found = ask("ask_mlflow.py", server)
    expected = pytest.approx(predicted(server, model="sine-lstm", window=found["window"], horizon=3)["predictions"])
    assert found["frame"]["predictions"] == found["by hand"]["predictions"] == expected
    assert found["array"]["predictions"] == [expected]
