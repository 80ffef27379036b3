"""Giving a published model the graph that training writes today: from its Keras network, without any training."""

from models.registry.loader import MODEL
from models.registry.publisher import publish
from models.registry.registry import Registry
from models.spec.manifest import Manifest
from training.export.from_keras import KERAS, load_weights, to_onnx
from training.export.onnx_graph import FORMAT_VERSION
from training.extras import require_train
from training.networks.fit import unfitted_network
from training.publication import card_of
from training.report.model_card import CARD
from training.updating.reload_data import recipe_of


def upgrade(registry: Registry, name: str, version: int) -> Manifest | None:
    """Publish a version anew, with today's graph; None where it has that already.

    Everything but the graph stays as it is, and its goldens must replay: the answers are those of before. Raises
    RecipeError where its recipe is of another release, RefusedVersion where a file of it is not as it was published or
    the answers differ, and what `publish` raises.
    """
    require_train()
    manifest, published = registry.open(name, version)
    if manifest.format_version == FORMAT_VERSION:
        return None
    network = unfitted_network(recipe_of(manifest, {}), manifest.spec)
    load_weights(network, registry.read(manifest, KERAS))
    carried = published.network.state_sizes if manifest.spec.rollout == "state" else ()
    description = manifest.description_with(
        spec=manifest.spec.model_copy(update={"state_sizes": carried}), format_version=FORMAT_VERSION
    )
    files = {path: registry.read(manifest, path) for path in manifest.files if path not in (MODEL, CARD)}
    pictures = {path: content for path, content in files.items() if path.endswith(".png")}
    return publish(
        registry,
        name,
        description,
        {**files, MODEL: to_onnx(description.spec, network)},
        numbered=card_of(name, description, pictures),
    )
