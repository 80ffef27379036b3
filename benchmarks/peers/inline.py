"""What one would write first: a FastAPI route with pydantic models, and one ONNX call for each request."""

import os
from pathlib import Path

import numpy as np
from fastapi import FastAPI
from pydantic import BaseModel

from benchmarks.harness.published import SHAPES
from benchmarks.peers.plain import Plain


class Asked(BaseModel):
    """The request's body."""

    model: str
    window: list[float]
    horizon: int = 1


class Answered(BaseModel):
    """The answer's body."""

    model: str
    version: int
    predictions: list[float]


def app() -> FastAPI:
    """The app, for uvicorn's --factory; the models are those of the folder BENCHMARKS_REGISTRY."""
    root = Path(os.environ["BENCHMARKS_REGISTRY"])
    networks = {name: Plain((root / name / "1/model.onnx").read_bytes(), spec) for name, spec in SHAPES.items()}
    served = FastAPI()

    # Not `def`: that would hand each request to a thread, which takes longer than the call.
    @served.post("/predict")
    async def predict(asked: Asked) -> Answered:
        window = np.array(asked.window, np.float32)[:, None, None]
        output = networks[asked.model].next_value(window)
        return Answered(model=asked.model, version=1, predictions=output[0].tolist())

    return served
