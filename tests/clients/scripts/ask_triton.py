"""Triton's HTTP client, unmodified: metadata, and a forecast in JSON and in bytes, as JSON on stdout."""

import json
import sys
from typing import Any

import numpy as np
import tritonclient.http as triton
from tritonclient.utils import InferenceServerException

MODEL = "sine-lstm"
WINDOW = np.array([[0, 0.3, 0.56, 0.78, 0.93, 1, 0.97, 0.86, 0.68, 0.43]])


def predictions(client: Any, *, binary: bool) -> list[list[float]]:
    """A forecast whose tensors are bytes both ways, or JSON."""
    window = triton.InferInput("window", list(WINDOW.shape), "FP64")
    window.set_data_from_numpy(WINDOW, binary_data=binary)
    wanted = [triton.InferRequestedOutput("predictions", binary_data=binary)]
    answer = client.infer(MODEL, [window], outputs=wanted, request_id="mine", parameters={"horizon": 3})
    assert answer.get_response()["id"] == "mine"
    found: list[list[float]] = answer.as_numpy("predictions").tolist()
    return found


def main(host: str) -> None:
    """Ask all."""
    with triton.InferenceServerClient(host) as client:
        found: dict[str, Any] = {
            "window": WINDOW.tolist(),
            "live": client.is_server_live(),
            "ready": client.is_server_ready(),
            "model ready": client.is_model_ready(MODEL),
            "another ready": client.is_model_ready("nobody"),
            "server": client.get_server_metadata(),
            "model": client.get_model_metadata(MODEL),
            "json": predictions(client, binary=False),
            "binary": predictions(client, binary=True),
        }
        try:
            client.infer("nobody", [triton.InferInput("window", [1, 10], "FP64").set_data_from_numpy(WINDOW)])
        except InferenceServerException as error:
            found["refused"] = [error.status(), error.message()]
    print(json.dumps(found))  # noqa: T201 - the test reads it


if __name__ == "__main__":
    main(sys.argv[1].removeprefix("http://"))
