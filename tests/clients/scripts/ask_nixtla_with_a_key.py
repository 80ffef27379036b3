"""Nixtla's client before a service that asks for keys, as JSON on stdout."""

import json
import logging
import sys

import pandas as pd
from nixtla import NixtlaClient
from nixtla.nixtla_client import ApiError


def main(url: str, *keys: str) -> None:
    """Ask with each key: is it valid, and what comes of a forecast?"""
    logging.getLogger("nixtla").setLevel(logging.ERROR)
    frame = pd.DataFrame({"ds": pd.date_range("2024-01-01", periods=12, freq="h"), "y": [0.0, 0.5, 1.0, 0.5] * 3})
    found = []
    for key in keys:
        client = NixtlaClient(base_url=url, api_key=key, max_retries=1)
        try:
            forecast = client.forecast(frame, h=2, freq="h", model="sine-lstm")
            found.append([client.validate_api_key(), len(forecast)])
        except ApiError as error:
            found.append([client.validate_api_key(), error.status_code, error.body])
    print(json.dumps(found))  # noqa: T201 - the test reads it


if __name__ == "__main__":
    main(*sys.argv[1:])
