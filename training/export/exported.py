"""Exporting a network: its graph, compared with Keras, and a forecaster that runs it."""

from typing import Any

from models.graphs.closed_loop import loops
from models.graphs.onnx_network import OnnxNetwork
from models.inference.forecaster import Forecaster
from training.data.dataset import Dataset
from training.export.from_keras import to_onnx
from training.export.parity import ROLLED_OUT, check_agreement


def exported(dataset: Dataset, network: Any, title: str) -> tuple[bytes, Forecaster]:
    """The graph of a network, and a forecaster of this title that runs it by the dataset's spec.

    Raises DisagreementError unless the graph answers as Keras does, on held-out contexts.
    """
    graph = to_onnx(dataset.spec, network)
    forecaster = Forecaster(dataset.spec, OnnxNetwork(graph), title=title)
    horizon = (ROLLED_OUT if loops(dataset.spec) else 1) * dataset.spec.outputs
    check_agreement(network, forecaster, dataset.examples(horizon).prepared(forecaster, horizon))
    return graph, forecaster
