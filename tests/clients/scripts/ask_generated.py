"""The package that openapi-python-client generated, as it is: forecasts and a card, as JSON on stdout."""

import importlib
import json
import sys
from typing import Any

WINDOW = [0, 0.3, 0.56, 0.78, 0.93, 1, 0.97, 0.86, 0.68, 0.43]


def main(url: str, folder: str) -> None:
    """Ask all; `folder` holds the package rollcast_client."""
    sys.path.insert(0, folder)

    def of(module: str) -> Any:
        return importlib.import_module(f"rollcast_client.{module}")

    sent, predict = of("models"), of("api.forecast.predict_predict_post")
    infer = of("api.open_inference_protocol.infer_v2_models_name_infer_post")
    with of("client").Client(base_url=url) as client:
        one = predict.sync(client=client, body=sent.PredictRequest(model="sine-lstm", window=WINDOW, horizon=3))
        many = predict.sync(client=client, body=sent.PredictRequest(model="sine-lstm", windows=[WINDOW, WINDOW]))
        bad = predict.sync_detailed(client=client, body=sent.PredictRequest(model="nobody", window=WINDOW))
        window = sent.InferInput(name="window", shape=[10], datatype="FP64", data=WINDOW)
        tensors = infer.sync_detailed("sine-lstm", client=client, body=sent.InferRequest(inputs=[window]))
    found = {
        "window": WINDOW,
        "one": one.predictions,
        "many": many.predictions,
        "refused": [int(bad.status_code), bad.parsed.type_, bad.parsed.detail],
        "tensors": tensors.parsed.outputs[0].data,
    }
    print(json.dumps(found))  # noqa: T201 - the test reads it


if __name__ == "__main__":
    main(*sys.argv[1:])
