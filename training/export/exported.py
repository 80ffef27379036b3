"""Exporting a network: its graph, compared with Keras, and a forecaster that runs it."""

from typing import Any

from models.graphs.onnx_network import OnnxNetwork
from models.inference.forecaster import Forecaster
from models.inference.step_inputs import window_inputs
from training.data.dataset import Dataset
from training.export.from_keras import to_onnx
from training.export.parity import check_agreement


def exported(dataset: Dataset, network: Any, title: str) -> tuple[bytes, Forecaster]:
    """The graph of a network, and a forecaster of this title that runs it by the dataset's spec.

    Raises DisagreementError unless the graph answers as Keras does, on held-out contexts.
    """
    graph = to_onnx(dataset.spec.kind, network)
    forecaster = Forecaster(dataset.spec, OnnxNetwork(graph), title=title)
    contexts, times, codes = dataset.examples(1)
    inputs = forecaster.prepare(contexts, 1, times, codes)
    windows = window_inputs(forecaster.spec, inputs.contexts, inputs.known_future)
    check_agreement(network, forecaster.network, windows.transpose(1, 0, 2))
    return graph, forecaster
