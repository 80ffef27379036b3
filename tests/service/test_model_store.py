"""Opening models at start-up and on first use, and closing them when there are too many."""

import threading
from pathlib import Path

import pytest

from models.errors import InvalidRequest, UnknownModel
from models.references import Reference, parse_reference
from models.registry.registry import Registry
from service import model_store as module
from service.model_store import ModelStore
from service.settings import Settings
from tests.support.in_process import running
from tests.support.tiny import publish_tiny

WINDOW = [1.0, 2.0, 3.0, 4.0]


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Registry:
    """Five models of one version each."""
    registry = Registry.at(tmp_path_factory.mktemp("many"))
    for number in range(5):
        publish_tiny(registry, f"m{number}", seed=number)
    return registry


def names(catalog: ModelStore) -> list[str]:
    return [name for name, _ in catalog.loaded]


def test_only_so_many_are_opened_at_start_up_and_the_others_on_first_use(many: Registry) -> None:
    catalog = ModelStore(many, preload=2, open_bytes=1 << 30)
    catalog.preload()
    assert names(catalog) == ["m0", "m1"]
    assert catalog.get_if_loaded(Reference("m4")) is None
    assert catalog.get(Reference("m4")).manifest.name == "m4"
    assert catalog.get_if_loaded(Reference("m4")) is not None


def test_the_least_recently_used_are_closed_above_the_bound(many: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "OVERHEAD_BYTES", 1_000_000)
    catalog = ModelStore(many, preload=0, open_bytes=3_500_000)
    kept = catalog.get(Reference("m0"))
    for name in ("m1", "m2"):
        catalog.get(Reference(name))
    catalog.get(Reference("m0"))
    catalog.get(Reference("m3"))
    assert names(catalog) == ["m2", "m0", "m3"]
    assert kept.forecaster.forecast([WINDOW]).shape == (1, 1, 1)


def test_one_model_stays_open_however_low_the_bound(many: Registry) -> None:
    catalog = ModelStore(many, preload=5, open_bytes=0)
    catalog.preload()
    assert names(catalog) == ["m4"]


def test_many_threads_open_a_model_once(many: Registry) -> None:
    catalog = ModelStore(many, preload=0, open_bytes=1 << 30)
    found = []
    threads = [threading.Thread(target=lambda: found.append(catalog.get(Reference("m2")))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(map(id, found))) == 1


def test_what_is_not_there_is_told_before_anything_is_opened(many: Registry) -> None:
    catalog = ModelStore(many, preload=0, open_bytes=1 << 30)
    with pytest.raises(UnknownModel):
        catalog.get_if_loaded(parse_reference("m9"))
    with pytest.raises(InvalidRequest, match="name one of the models: m0, m1, m2, m3, m4"):
        catalog.get_if_loaded(None)
    assert catalog.loaded == {}


@pytest.mark.anyio
async def test_the_first_request_to_a_cold_model_is_answered(many: Registry) -> None:
    async with running(Settings(registry=Path(many.storage.location), preload=1)) as client:
        assert len((await client.get("/readyz")).json()["models"]) == 1
        answers = [await client.post("/predict", json={"model": f"m{n}", "window": WINDOW}) for n in range(5)]
        assert [answer.json()["model"] for answer in answers] == ["m0", "m1", "m2", "m3", "m4"]
        assert len((await client.get("/readyz")).json()["models"]) == 5


def test_a_registry_of_a_thousand_names_is_listed_and_few_are_opened(tmp_path: Path, many: Registry) -> None:
    for number in range(1000):
        (tmp_path / f"n{number:04}").symlink_to(Path(many.storage.location) / "m0")  # links are passed over
        folder = tmp_path / f"k{number:04}"
        folder.mkdir()
        (folder / "1").mkdir()
        (folder / "1" / "manifest.json").write_text("{}")  # read when opened, not when listed
    catalog = ModelStore(Registry.at(tmp_path), preload=3, open_bytes=1 << 30)
    catalog.preload()
    assert len(catalog.listing) == 1000
    assert len(catalog.refused) == 3
