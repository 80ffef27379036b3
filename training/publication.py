"""Publishing a trained model: its files, its card, and a last comparison with Keras."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from models.inference.forecaster import Forecaster
from models.intervals.conformal import Intervals
from models.registry.loader import CALIBRATION, MODEL
from models.registry.publisher import publish
from models.registry.registry import Registry
from models.spec.manifest import Description, Manifest
from training.data.dataset import Dataset
from training.export.from_keras import KERAS, to_keras_file
from training.export.parity import check_reopened
from training.report.model_card import CARD, card_markdown


class TrainedModel(NamedTuple):
    """A Keras network, its graph and intervals, and the dataset on whose held-out contexts both must answer alike."""

    network: Any
    graph: bytes
    intervals: Intervals | None
    dataset: Dataset


def publish_trained(
    registry: Registry, name: str, description: Description, trained: TrainedModel, pictures: Mapping[str, bytes]
) -> Manifest:
    """Publish the next version of a name, if what was written also gives Keras's answers.

    `pictures` are by their path in the version's folder. Raises DisagreementError and what `publish` raises.
    """
    files = {MODEL: trained.graph, KERAS: to_keras_file(trained.network), **pictures}
    if trained.intervals is not None:
        files[CALIBRATION] = trained.intervals.to_bytes()

    def check(reopened: Forecaster) -> None:
        check_reopened(trained.network, reopened, trained.dataset.examples(trained.dataset.spec.outputs))

    return publish(registry, name, description, files, check=check, numbered=card_of(name, description, pictures))


def card_of(name: str, description: Description, pictures: Mapping[str, bytes]) -> Callable[[int], dict[str, bytes]]:
    """What makes a version's card, which tells its number, of that number."""

    def card(version: int) -> dict[str, bytes]:
        return {CARD: card_markdown(f"{name}@{version}", description, list(pictures)).encode()}

    return card
