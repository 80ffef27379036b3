"""The published version that a training starts from: its network's shape, its weights, what it was trained on."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Self

from models.references import parse_reference
from models.registry.registry import Registry
from models.spec.manifest import Manifest
from training.collection.fingerprints import FINGERPRINTS, read_fingerprints, was_trained_on
from training.errors import RecipeError
from training.export.from_keras import KERAS, load_weights
from training.networks.fit import unfitted_network
from training.reading.series import Series
from training.recipes.recipe import Recipe


class Start(NamedTuple):
    """A published version for any series, the content of its Keras file, and the kept fingerprints of its series."""

    manifest: Manifest
    keras: bytes
    fingerprints: frozenset[str]

    @classmethod
    def read(cls, registry: Registry, reference: str) -> Self:
        """The version that `name`, `name@version` or `name@alias` means.

        Raises RecipeError where it is not for any series, UnknownModel, RefusedVersion, InvalidName.
        """
        manifest, _ = registry.open(*registry.resolve(parse_reference(reference)))
        if not manifest.spec.any_length:
            raise RecipeError(
                f"a training starts from a model for any series, which {manifest.title} is not: name one whose scaler "
                "is seasonal, such as any-series"
            )
        known = registry.read(manifest, FINGERPRINTS) if FINGERPRINTS in manifest.files else b""
        return cls(manifest, registry.read(manifest, KERAS), read_fingerprints(known))

    @property
    def title(self) -> str:
        """The version, as in any-series@1."""
        return self.manifest.title

    @property
    def values(self) -> dict[str, Any]:
        """A recipe's values that follow from the version, itself among them."""
        spec = self.manifest.spec
        if spec.decoder is None:
            raise AssertionError("a model for any series has a decoder")
        return {
            "start_from": self.title,
            "scaler": spec.scaler.kind,
            "kind": spec.kind,
            "units": list(spec.units),
            "members": spec.members,
            "window": spec.window,
            "outputs": spec.outputs,
            "patch": spec.decoder.patch,
            "decoder_units": spec.decoder.units,
        }

    def check_given(self, given: Mapping[str, Any]) -> None:
        """Raise RecipeError where one of the user's own values differs from one that follows from the version."""
        for name, value in self.values.items():
            own = given.get(name)
            own = list(own) if isinstance(own, tuple) else own
            if name != "start_from" and own is not None and own != value:
                raise RecipeError(
                    f"{name} follows from {self.title}, which the training starts from: it is {_told(value)}, not "
                    f"{_told(own)}; leave {name} out"
                )

    def shaped(self, recipe: Recipe) -> Recipe:
        """A recipe with the values that follow from the version.

        Raises RecipeError where one of its own that is not the default differs from them.
        """
        own, usual = _flat(recipe), _flat(Recipe())
        self.check_given({name: own[name] for name in self.values if own[name] != usual[name]})
        return recipe.with_values(self.values)

    def check_series(self, series: Sequence[Series]) -> None:
        """Raise RecipeError where there are several columns."""
        columns = series[0].columns
        if len(columns) > 1:
            raise RecipeError(
                f"{self.title}, which the training starts from, is for one column, not {', '.join(columns)}: name one "
                "with --column"
            )

    def has_seen(self, series: Sequence[Series]) -> bool:
        """Whether one of the series is among those that the version was trained on, as far as its fingerprints tell."""
        if not self.fingerprints:
            return False
        return any(was_trained_on(each.values[:, 0], self.fingerprints) for each in series)

    @property
    def seen_warning(self) -> str:
        """What is wrong with the errors of a model that starts from it, where it has seen the model's series."""
        return (
            f"may have errors that are too low: {self.title}, which it started from, has learned from this data before"
        )

    def network(self, recipe: Recipe) -> Any:
        """The version's network in Keras, of a recipe of its shape. Raises RefusedVersion."""
        network = unfitted_network(recipe, self.manifest.spec)
        load_weights(network, self.keras)
        return network


def _flat(recipe: Recipe) -> dict[str, Any]:
    """A recipe's values by their names without a section."""
    document = recipe.model_dump(mode="json")
    values: dict[str, Any] = {}
    for name, value in document.items():
        values |= value if isinstance(value, dict) else {name: value}
    return values


def _told(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
