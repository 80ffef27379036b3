"""What forecasting a file must know of a version, from its manifest or from the card that a service shows."""

from collections.abc import Mapping
from typing import Any, NamedTuple, Self

from pydantic import ValidationError

from models.errors import RollcastError
from models.spec.manifest import Manifest
from models.spec.model_spec import ModelSpec


class Described(NamedTuple):
    """A version: its name and number, its spec, and what its recipe says of its series.

    From a card the spec has no numbers to scale by, which only who runs the network needs.
    """

    name: str
    version: int
    spec: ModelSpec
    series: Mapping[str, Any]

    @property
    def title(self) -> str:
        """How messages name the version: sine-lstm@3."""
        return f"{self.name}@{self.version}"

    @classmethod
    def of_manifest(cls, manifest: Manifest) -> Self:
        """What a manifest says."""
        return cls(manifest.name, manifest.version, manifest.spec, manifest.training.recipe.get("series", {}))

    @classmethod
    def of_card(cls, card: Mapping[str, Any]) -> Self:
        """What a card says. Raises RollcastError where it is of a version of rollcast that this one can't read."""
        try:
            columns = len(card["features"])
            kind = "none" if card.get("decoder") is None else "seasonal"
            unscaled = {"kind": kind, "mean": [0.0] * columns, "scale": [1.0] * columns}
            told = {name: card[name] for name in ModelSpec.model_fields if name in card}
            spec = ModelSpec.model_validate({**told, "scaler": unscaled})
            return cls(card["name"], card["version"], spec, card["training"]["recipe"].get("series", {}))
        except (KeyError, TypeError, ValidationError) as error:
            raise RollcastError(
                "the service's card of the model can't be read: it runs another version of rollcast than this command"
            ) from error
