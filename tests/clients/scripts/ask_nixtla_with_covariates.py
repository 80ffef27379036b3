"""Nixtla's client with exogenous features, and with times that a model takes in, as JSON on stdout."""

import json
import logging
import sys
from typing import Any

import numpy as np
import pandas as pd
from nixtla import NixtlaClient

LENGTH, STEPS = 8, 2


def main(url: str) -> None:
    """Ask `known`, which takes in price and heat ahead and a series' size, and `clock`, which takes in times."""
    logging.getLogger("nixtla").setLevel(logging.ERROR)
    client = NixtlaClient(base_url=url, api_key="none is needed", max_retries=1)
    rows = LENGTH + STEPS
    frames = [
        pd.DataFrame(
            {
                "unique_id": name,
                "ds": pd.date_range("2024-02-29T20:00", periods=rows, freq="30min", tz="UTC"),
                "y": np.arange(rows) / 4 + number,
                "price": np.arange(rows) / 8,
                "heat": 1.5 + number,
                "size": float(number),
            }
        )
        for number, name in enumerate("ab")
    ]
    whole = pd.concat(frames, ignore_index=True)
    past = whole.groupby("unique_id").head(LENGTH)
    ahead = whole.groupby("unique_id").tail(STEPS)[["unique_id", "ds", "price", "heat"]]
    asked: dict[str, Any] = {"h": STEPS, "freq": "30min"}
    plain = ["unique_id", "ds", "y"]
    found = {
        name: frame["TimeGPT"].tolist()
        for name, frame in {
            "known": client.forecast(past, X_df=ahead, hist_exog_list=["size"], model="known", **asked),
            "crossed": client.cross_validation(whole, hist_exog_list=["size"], n_windows=1, model="known", **asked),
            "clock": client.forecast(past[plain], model="clock", **asked),
        }.items()
    }
    found["columns"] = [{name: frame[name].tolist() for name in ("y", "price", "heat", "size")} for frame in frames]
    print(json.dumps(found))  # noqa: T201 - the test reads it


if __name__ == "__main__":
    main(sys.argv[1])
