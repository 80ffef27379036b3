"""Nixtla's client, unmodified: forecasts and a cross-validation of data frames, as JSON on stdout."""

import json
import logging
import sys
from typing import Any

import numpy as np
import pandas as pd
from nixtla import NixtlaClient
from nixtla.nixtla_client import ApiError

MODEL, FREQ, STEPS = "victoria-demand", "30min", 48


def series(names: str, length: int) -> pd.DataFrame:
    """Demand that goes up and down each day, of as many sites as there are names."""
    hours = np.arange(length)
    frames = []
    for number, name in enumerate(names):
        values = 4700 + 100 * number + 800 * np.sin(2 * np.pi * (hours + 3 * number) / STEPS) + 5 * (hours % 7)
        times = pd.date_range("2014-01-01", periods=length, freq=FREQ)
        # Halves and quarters: the client sends 32-bit floats.
        frames.append(pd.DataFrame({"unique_id": name, "ds": times, "y": np.round(4 * values) / 4}))
    return pd.concat(frames, ignore_index=True)


def told(frame: pd.DataFrame) -> dict[str, Any]:
    """A data frame by column, times as texts."""
    found = {column: frame[column].tolist() for column in frame.columns}
    return {name: [str(each) if "ds" in name or name == "cutoff" else each for each in v] for name, v in found.items()}


def refused(client: NixtlaClient, frame: pd.DataFrame, **asked: Any) -> Any:
    """The status and body of an error."""
    try:
        client.forecast(frame, h=2, freq=FREQ, **asked)
    except ApiError as error:
        return {"status": error.status_code, "body": error.body}
    return None


def main(url: str) -> None:
    """Ask all."""
    logging.getLogger("nixtla").setLevel(logging.ERROR)
    client = NixtlaClient(base_url=url, api_key="none is needed", max_retries=1)
    two = series("ab", 600)
    bodies: list[tuple[int, str]] = []
    encode = client._encode_payload

    def noted(*args: Any, **more: Any) -> Any:
        content, headers = encode(*args, **more)
        bodies.append((len(content), headers.get("content-encoding", "")))
        return content, headers

    client._encode_payload = noted
    many = series("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", 1500)
    many = pd.concat([many.assign(unique_id=many.unique_id + str(part)) for part in range(2)], ignore_index=True)
    found: dict[str, Any] = {
        "series": {name: frame.y.tolist() for name, frame in two.groupby("unique_id")},
        "valid": client.validate_api_key(),
        "models": client.list_models(),
        "forecast": told(client.forecast(two, h=STEPS, freq=FREQ, level=[80, 95], model=MODEL)),
        "quantiles": told(client.forecast(two, h=3, freq=FREQ, quantiles=[0.1, 0.5, 0.9], model=MODEL)),
        "parts": told(client.forecast(two, h=3, freq=FREQ, model=MODEL, num_partitions=2)),
        "history": told(client.forecast(two, h=3, freq=FREQ, model=MODEL, add_history=True)),
        "crossed": told(
            client.cross_validation(two, h=4, freq=FREQ, n_windows=3, step_size=2, level=[80], model=MODEL)
        ),
    }
    bodies.clear()
    large = client.forecast(many, h=2, freq=FREQ, level=[80], model=MODEL)
    found["large"] = {
        "rows": len(large),
        "bodies": list(bodies),
        "last": large["TimeGPT"][large["unique_id"] == "Z1"].tolist(),
    }
    found["last"] = many.y.tolist()[-1500:]
    known = two.assign(temperature=20.0)
    ahead = two.groupby("unique_id").tail(2).assign(temperature=21.0).drop(columns="y")
    ahead["ds"] += pd.Timedelta("1h")
    found["refused"] = {
        "its own model": refused(client, two),
        "finetuning": refused(client, two, model=MODEL, finetune_steps=5),
        "covariates": refused(client, known, X_df=ahead, model=MODEL),
        "too short": refused(client, series("a", 20), model=MODEL),
        "level": refused(client, two, model=MODEL, level=[99.999]),
    }
    print(json.dumps(found))  # noqa: T201 - the test reads it


if __name__ == "__main__":
    main(sys.argv[1])
