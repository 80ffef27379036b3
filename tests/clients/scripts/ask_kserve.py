"""KServe's REST client and its types, unmodified: V1, V2 and time series, as JSON on stdout."""

import asyncio
import json
import sys
from typing import Any

import httpx
import numpy as np
from kserve import InferenceRESTClient, InferInput, InferRequest
from kserve.inference_client import RESTConfig
from kserve.protocol.rest.timeseries import ForecastRequest, ForecastResponse
from kserve.protocol.rest.timeseries.types import ErrorResponse

MODEL = "sine-lstm"
WINDOW = [0, 0.3, 0.56, 0.78, 0.93, 1, 0.97, 0.86, 0.68, 0.43]


async def first(url: str) -> dict[str, Any]:
    """V1."""
    async with InferenceRESTClient(RESTConfig(protocol="v1")) as client:
        body = {"instances": [WINDOW], "parameters": {"horizon": 3}}
        return {
            "live": await client.is_server_live(url),
            "model ready": await client.is_model_ready(url, MODEL),
            "answer": await client.infer(url, body, model_name=MODEL),
        }


async def second(url: str, *, binary: bool) -> dict[str, Any]:
    """V2, with tensors as bytes or as JSON."""
    window = InferInput(name="window", shape=[1, 10], datatype="FP64")
    window.set_data_from_numpy(np.array([WINDOW]), binary_data=binary)
    request = InferRequest(MODEL, [window], parameters={"horizon": 3, "binary_data_output": binary})
    async with InferenceRESTClient(RESTConfig(protocol="v2")) as client:
        answer = await client.infer(url, request, model_name=MODEL)
        return {
            "live": await client.is_server_live(url),
            "ready": await client.is_server_ready(url),
            "model ready": await client.is_model_ready(url, MODEL),
            "another ready": await client.is_model_ready(url, "nobody"),
            "answer": answer.outputs[0].as_numpy().tolist(),
        }


def series(url: str, model: str, **more: Any) -> Any:
    """Time series: KServe has types for them and no client yet; what is answered is read into them."""
    sent = {"type": "univariate_time_series", "name": "sine", "series": WINDOW, "frequency": "H", **more}
    options = {"horizon": 3}
    request = ForecastRequest.model_validate({"model": model, "inputs": [sent], "options": options})
    answer = httpx.post(f"{url}/v1/timeseries/forecast", json=request.model_dump(mode="json"))
    if answer.status_code != httpx.codes.OK:
        return {"status": answer.status_code, **ErrorResponse.model_validate(answer.json()).model_dump()}
    return ForecastResponse.model_validate(answer.json()).model_dump(mode="json")


def main(url: str) -> None:
    """Ask all."""
    found = {
        "window": WINDOW,
        "v1": asyncio.run(first(url)),
        "v2": asyncio.run(second(url, binary=False)),
        "v2 in bytes": asyncio.run(second(url, binary=True)),
        "series": series(url, MODEL, start_timestamp="2024-01-01T00:00:00Z"),
        "series without times": series(url, MODEL),
        "refused": series(url, MODEL, series=[1.0, 2.0]),
    }
    print(json.dumps(found))  # noqa: T201 - the test reads it


if __name__ == "__main__":
    main(sys.argv[1])
