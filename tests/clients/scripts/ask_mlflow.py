"""MLflow's client of a scoring server, unmodified, and what its pages post by hand, as JSON on stdout."""

import json
import sys
from urllib.parse import urlsplit

import numpy as np
import pandas as pd
import requests
from mlflow.pyfunc.scoring_server.client import ScoringServerClient

WINDOW = [0, 0.3, 0.56, 0.78, 0.93, 1, 0.97, 0.86, 0.68, 0.43]
PARAMS = {"model": "sine-lstm", "horizon": 3}


def main(url: str) -> None:
    """Ask all."""
    at = urlsplit(url)
    client = ScoringServerClient(at.hostname, at.port)
    client.ping()
    frame = pd.DataFrame({"value": WINDOW})
    by_hand = requests.post(
        f"{url}/invocations",
        data=json.dumps({"dataframe_split": frame.to_dict(orient="split"), "params": PARAMS}),
        headers={"Content-Type": "application/json"},
        timeout=60,
    )
    found = {
        "window": WINDOW,
        "frame": json.loads(client.invoke(frame, params=PARAMS).to_json()),
        "array": json.loads(client.invoke(np.array([WINDOW]), params=PARAMS).to_json()),
        "by hand": by_hand.json(),
    }
    print(json.dumps(found))  # noqa: T201 - the test reads it


if __name__ == "__main__":
    main(sys.argv[1])
