"""Importing a version: numbers, what is refused, and that nothing is left where it is."""

import json
from pathlib import Path

import pytest

from models.errors import IncompatibleVersion, RefusedVersion
from models.interchange.importer import import_version
from models.interchange.sent_version import SentVersion
from models.registry.loader import file_record
from models.registry.registry import Registry
from models.spec.manifest_seal import sealed
from tests.support.tiny import graph_of, publish_tiny, tiny_spec


@pytest.fixture
def third(tmp_path: Path) -> SentVersion:
    """tiny@3 of another registry."""
    other = Registry.at(tmp_path / "other")
    for seed in range(3):
        publish_tiny(other, "tiny", seed=seed)
    return SentVersion.of(other, "tiny", 3)


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    return Registry.at(tmp_path / "registry")


def versions(registry: Registry) -> tuple[int, ...]:
    entry = registry.listing().get("tiny")
    return () if entry is None else entry.versions


def test_it_keeps_its_number_and_every_byte(third: SentVersion, registry: Registry) -> None:
    token = registry.storage.exists("", ".changed")
    imported = import_version(registry, third)
    assert (imported.manifest, imported.added, versions(registry)) == (third.manifest, True, (3,))
    assert SentVersion.of(registry, "tiny", 3) == third
    assert (token, registry.storage.exists("", ".changed")) == (False, True)  # a running service takes it up
    assert publish_tiny(registry, "tiny").version == 4


def test_the_very_same_is_not_imported_twice(third: SentVersion, registry: Registry) -> None:
    import_version(registry, third)
    assert import_version(registry, third) == (third.manifest, False)
    assert versions(registry) == (3,)


def test_a_number_that_was_given_is_not_given_again(third: SentVersion, registry: Registry) -> None:
    for seed in range(4):
        publish_tiny(registry, "tiny", seed=seed + 10)
    registry.promote("tiny", 4)
    assert registry.remove("tiny", 3)
    told: list[int] = []

    def card(number: int) -> dict[str, bytes]:
        told.append(number)
        return {"plots/loss.png": b"of 5", "card.md": b"not one of its files"}

    manifest, added = import_version(registry, third, card)
    assert (manifest.version, added, versions(registry), told) == (5, True, (1, 2, 4, 5), [5])
    assert manifest.created_at == third.manifest.created_at
    reopened, forecaster = registry.open("tiny", 5)
    assert reopened == manifest
    assert forecaster.title == "tiny@5"
    assert registry.read(reopened, "plots/loss.png") == b"of 5"
    assert set(reopened.files) == set(third.manifest.files)


def test_what_lies_broken_under_its_number_is_not_taken_for_it(third: SentVersion, registry: Registry) -> None:
    import_version(registry, third)
    (Path(registry.storage.location) / "tiny" / "3" / "manifest.json").write_text("{}")
    with pytest.raises(RefusedVersion, match="mend or remove"):
        import_version(registry, third)


def test_a_number_that_leaves_no_room_is_not_kept(third: SentVersion, registry: Registry) -> None:
    document = {**json.loads(third.files["manifest.json"]), "version": 10**18 - 1}
    huge = sealed(document)
    manifest = third.manifest.model_copy(update={"version": 10**18 - 1})
    imported = import_version(registry, SentVersion(manifest, {**third.files, "manifest.json": huge}))
    assert imported.manifest.version == 1


def test_other_columns_are_refused(third: SentVersion, registry: Registry) -> None:
    publish_tiny(registry, "tiny", tiny_spec(features=("a", "b")))
    with pytest.raises(IncompatibleVersion, match="tiny@1 forecasts from a, b, not value"):
        import_version(registry, third)
    assert versions(registry) == (1,)


def test_a_model_that_does_not_give_its_goldens_is_refused(third: SentVersion, registry: Registry) -> None:
    graph = graph_of(tiny_spec(), seed=9)
    document = json.loads(third.files["manifest.json"])
    document["files"]["model.onnx"] = file_record(graph).model_dump(mode="json")
    files = {**third.files, "model.onnx": graph, "manifest.json": sealed(document)}
    with pytest.raises(RefusedVersion, match="golden 0"):
        import_version(registry, SentVersion(third.manifest, files))
    assert versions(registry) == ()
    assert not list(Path(registry.storage.location).rglob(".staging*"))


def test_what_nobody_foresaw_is_a_refusal(
    third: SentVersion, registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr("models.registry.loader.replay", fail)
    with pytest.raises(RefusedVersion, match="not foreseen: MemoryError"):
        import_version(registry, third)
    assert versions(registry) == ()
