"""Opening models at start-up, on first use and when they are published; what serves meanwhile; closing them."""

import asyncio
import json
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from models.errors import ForecastTimeout, InvalidRequest, RefusedVersion, UnknownModel
from models.inference.forecaster import Forecaster
from models.references import Reference, parse_reference
from models.registry.registry import Registry
from models.spec.manifest import Manifest
from service.dispatch.latency import CallLatency
from service.lifecycle import snapshot as module
from service.lifecycle.model_store import ModelStore
from service.lifecycle.snapshot import LoadedModel
from service.settings import Settings
from tests.support.in_process import running
from tests.support.tiny import publish_tiny

pytestmark = pytest.mark.anyio

WINDOW = [1.0, 2.0, 3.0, 4.0]
PATIENCE_S = 30.0


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Registry:
    """Five models of one version each."""
    registry = Registry.at(tmp_path_factory.mktemp("many"))
    for number in range(5):
        publish_tiny(registry, f"m{number}", seed=number)
    return registry


@pytest.fixture
def own(many: Registry, tmp_path: Path) -> Registry:
    """A registry of `m0` and `m1`, to be changed."""
    for name in ("m0", "m1"):
        shutil.copytree(Path(many.storage.location) / name, tmp_path / "own" / name)
    return Registry.at(tmp_path / "own")


def started(registry: Registry, preload: int = 64, open_bytes: int = 1 << 30) -> ModelStore:
    store = ModelStore(registry, preload, open_bytes, PATIENCE_S)
    store.start()
    assert store.preloaded.wait(PATIENCE_S)
    return store


def relisted(store: ModelStore) -> None:
    """Let a store take over what the registry lists now, and wait for all that it opens."""
    for opening in store.update(store.registry.names(), store.registry.listing()):
        opening.exception(PATIENCE_S)


async def served(store: ModelStore, text: str) -> LoadedModel:
    return await store.get(parse_reference(text), PATIENCE_S)


def version_of(store: ModelStore, text: str) -> int:
    return store.snapshot.key(parse_reference(text))[1]


def names(store: ModelStore) -> list[str]:
    return sorted(name for name, _ in store.snapshot.loaded)


def break_graph(registry: Registry, name: str, version: int) -> Callable[[], object]:
    """Flip a bit of a version's graph; undone by what comes back."""
    graph = Path(registry.storage.locate(f"{name}/{version}")) / "model.onnx"
    content = graph.read_bytes()
    graph.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    return lambda: graph.write_bytes(content)


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, threading.Event]]:
    """Openings of the names in it take until their event is set."""
    events: dict[str, threading.Event] = {}
    opened = Registry.open

    def open_slowly(registry: Registry, name: str, version: int, **options: Any) -> tuple[Manifest, Forecaster]:
        if name in events:
            events[name].wait(PATIENCE_S)
        return opened(registry, name, version, **options)

    monkeypatch.setattr(Registry, "open", open_slowly)
    yield events
    for event in events.values():
        event.set()


async def test_only_so_many_are_opened_at_start_up_and_the_others_on_first_use(many: Registry) -> None:
    store = started(many, preload=2)
    assert names(store) == ["m0", "m1"]
    assert store.get_if_loaded(Reference("m4")) is None
    assert (await served(store, "m4")).manifest.name == "m4"
    assert store.get_if_loaded(Reference("m4")) is not None


async def test_the_least_recently_used_are_closed_above_the_bound(
    many: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "OVERHEAD_BYTES", 1_000_000)
    store = started(many, preload=0, open_bytes=3_500_000)
    kept = await served(store, "m0")
    for name in ("m1", "m2", "m0", "m3"):
        await served(store, name)
    assert names(store) == ["m0", "m2", "m3"]
    assert kept.forecaster.forecast([WINDOW]).shape == (1, 1, 1)


async def test_one_model_stays_open_however_low_the_bound(many: Registry) -> None:
    assert len(started(many, preload=5, open_bytes=0).snapshot.loaded) == 1


async def test_a_model_is_opened_once_however_many_wait(many: Registry) -> None:
    store = started(many, preload=0)
    found = await asyncio.gather(*(served(store, "m2") for _ in range(8)))
    assert len(set(map(id, found))) == 1
    assert store.counts.opened == 1


async def test_what_was_opened_a_moment_ago_is_not_opened_again(many: Registry) -> None:
    store = started(many, preload=1)
    assert store._openings.open(("m0", 1)).result(PATIENCE_S) is store.snapshot.loaded["m0", 1]
    assert store.counts.opened == 1


async def test_what_is_not_there_is_told_before_anything_is_opened(many: Registry) -> None:
    store = started(many, preload=0)
    with pytest.raises(UnknownModel, match="did you mean m4 or m3 or m2"):
        store.get_if_loaded(parse_reference("m9"))
    with pytest.raises(InvalidRequest, match="name one of the models: m0, m1, m2, m3, m4"):
        await store.get(None, PATIENCE_S)
    assert store.snapshot.loaded == {}


@pytest.fixture
def looked_at(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names whose folders are looked into."""
    names: list[str] = []
    entry = Registry.entry

    def noted(registry: Registry, name: str) -> object:
        names.append(name)
        return entry(registry, name)

    monkeypatch.setattr(Registry, "entry", noted)
    return names


async def test_at_first_only_the_folders_of_champions_are_looked_into_and_others_when_they_are_asked_for(
    own: Registry, looked_at: list[str]
) -> None:
    own.promote("m1", 1)
    looked_at.clear()
    store = started(own, preload=1)
    assert looked_at == ["m1"]
    assert names(store) == ["m1"]
    assert list(store.snapshot.names) == ["m0", "m1"]
    assert (await served(store, "m0")).manifest.name == "m0"
    await served(store, "m0@1")
    assert looked_at == ["m1", "m0"]


async def test_the_service_is_ready_before_what_is_no_champion_is_open(
    many: Registry, tmp_path: Path, held: dict[str, threading.Event]
) -> None:
    own = Registry.at(Path(shutil.copytree(many.storage.location, tmp_path / "own")))
    own.promote("m2", 1)
    held["m0"] = threading.Event()
    store = ModelStore(own, 64, 1 << 30, PATIENCE_S)
    store.start()
    assert names(store) == ["m2"]
    assert not store.preloaded.is_set()
    assert (await served(store, "m4")).manifest.name == "m4"  # which waits for none of those before it
    held["m0"].set()
    assert await asyncio.to_thread(store.preloaded.wait, PATIENCE_S)
    assert names(store) == ["m0", "m1", "m2", "m3", "m4"]


async def test_no_more_are_opened_beforehand_than_there_is_room_for(own: Registry) -> None:
    publish_tiny(own, "m0", seed=9)
    own.promote("m0", 1)
    own.promote("m0", 2, alias="canary")
    assert sorted(started(own, preload=2).snapshot.loaded) == [("m0", 1), ("m0", 2)]


async def test_who_names_no_model_means_the_only_one_that_has_a_version(own: Registry) -> None:
    shutil.rmtree(own.storage.locate("m0/1"))
    store = started(own, preload=0)
    assert (await store.get(None, PATIENCE_S)).manifest.name == "m1"
    assert list(store.snapshot.names) == ["m1"]


async def test_every_folder_is_looked_into_for_a_list_of_all_and_that_opens_nothing(own: Registry) -> None:
    shutil.rmtree(own.storage.locate("m0/1"))
    store = started(own, preload=0)
    assert list((await store.look_into_all()).listing) == ["m1"]
    assert store.counts.opened == 0


async def test_a_folder_is_looked_into_within_the_deadline(own: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    go, entry = threading.Event(), Registry.entry

    def looked_into_slowly(registry: Registry, name: str) -> object:
        go.wait(PATIENCE_S)
        return entry(registry, name)

    monkeypatch.setattr(Registry, "entry", looked_into_slowly)
    store = started(own, preload=0)
    with pytest.raises(ForecastTimeout, match="m0 was not looked up in time; try again"):
        await store.get(Reference("m0"), 0.05)
    go.set()


async def test_a_registry_that_is_gone_is_told_to_who_asks_for_what_was_not_looked_into(own: Registry) -> None:
    store = started(own, preload=0)
    shutil.move(own.storage.location, f"{own.storage.location}-aside")
    with pytest.raises(RefusedVersion, match="m0 can't be looked up: the registry is empty or not there"):
        await served(store, "m0")
    assert (await store.look_into_all()).listing == {}
    shutil.move(f"{own.storage.location}-aside", own.storage.location)
    assert (await served(store, "m0")).manifest.name == "m0"


async def test_what_is_known_of_closed_models_is_forgotten_and_of_open_ones_kept(own: Registry) -> None:
    store = started(own, preload=1)
    await store.look_into_all()
    store.update(own.names(), {})
    assert list(store.snapshot.listing) == ["m0"]
    assert store.snapshot.unread(Reference("m1")) == "m1"
    assert (await served(store, "m1")).manifest.name == "m1"


async def test_the_first_request_to_a_cold_model_is_answered(many: Registry) -> None:
    async with running(Settings(registry=Path(many.storage.location), preload=1)) as client:
        assert len((await client.get("/readyz")).json()["models"]) == 1
        answers = [await client.post("/predict", json={"model": f"m{n}", "window": WINDOW}) for n in range(5)]
        assert [answer.json()["model"] for answer in answers] == ["m0", "m1", "m2", "m3", "m4"]
        assert len((await client.get("/readyz")).json()["models"]) == 5


async def test_a_registry_of_a_thousand_names_is_listed_and_few_are_opened(tmp_path: Path, many: Registry) -> None:
    for number in range(1000):
        (tmp_path / f"n{number:04}").symlink_to(Path(many.storage.location) / "m0")  # links are passed over
        folder = tmp_path / f"k{number:04}"
        folder.mkdir()
        (folder / "1").mkdir()
        (folder / "1" / "manifest.json").write_text("{}")  # read when opened, not when listed
    store = started(Registry.at(tmp_path), preload=3)
    assert len(store.snapshot.names) == 1000
    assert len(store.snapshot.refused) == 3


async def test_a_new_version_serves_once_it_is_open_and_not_before(
    own: Registry, held: dict[str, threading.Event]
) -> None:
    store = started(own)
    old = await served(store, "m0")
    publish_tiny(own, "m0", seed=9)
    held["m0"] = threading.Event()
    openings = store.update(own.names(), own.listing())
    assert await served(store, "m0") is old
    assert version_of(store, "m0") == 1
    held["m0"].set()
    assert [opening.result(PATIENCE_S).manifest.version for opening in openings] == [2]
    assert (await served(store, "m0")).manifest.version == 2
    assert old.forecaster.forecast([WINDOW]).shape == (1, 1, 1)  # whoever has begun with it finishes
    assert store.counts.swaps == 1


async def test_an_alias_moves_forth_and_back(own: Registry) -> None:
    publish_tiny(own, "m0", seed=9)
    own.promote("m0", 1)
    store = started(own)
    for version in (2, 1, 2):
        own.promote("m0", version)
        relisted(store)
        assert (await served(store, "m0")).manifest.version == version
        assert (await served(store, "m0@champion")).manifest.version == version
    assert store.snapshot.references == {"m0": 2, "m0@champion": 2, "m1": 1}


async def test_a_bad_new_version_is_refused_and_the_old_one_serves_on(
    own: Registry, caplog: pytest.LogCaptureFixture
) -> None:
    store = started(own)
    publish_tiny(own, "m0", seed=9)
    mend = break_graph(own, "m0", 2)
    relisted(store)
    assert version_of(store, "m0") == 1
    assert (await served(store, "m0")).manifest.version == 1
    with pytest.raises(RefusedVersion, match=r"m0@2 is not served: model\.onnx is not the file that was published"):
        await served(store, "m0@2")
    assert store.counts.refused == 1
    assert [record.getMessage()[:20] for record in caplog.records] == ["m0@2 is not served: "]
    mend()
    store.try_refused_again(oldest=0)
    await wait_for(lambda: version_of(store, "m0") == 2)
    assert store.snapshot.refused == {}
    assert (await served(store, "m0@2")).manifest.version == 2


async def test_a_bad_newest_version_at_start_up_leaves_the_one_before_it(own: Registry) -> None:
    publish_tiny(own, "m0", seed=9)
    break_graph(own, "m0", 2)
    store = started(own, preload=1)
    await wait_for(lambda: store.snapshot.references.get("m0") == 1)
    assert ("m0", 1) in store.snapshot.loaded
    assert store.snapshot.problems[0][:2] == ("m0", 2)


async def test_a_version_that_fails_on_first_use_is_refused_or_the_one_before_it_answers(own: Registry) -> None:
    publish_tiny(own, "m0", seed=9)
    for name, version in (("m0", 2), ("m1", 1)):
        break_graph(own, name, version)
    store = started(own, preload=0)
    assert (await served(store, "m0")).manifest.version == 1
    with pytest.raises(RefusedVersion, match="m1@1 is not served"):
        await served(store, "m1")


async def test_a_refused_version_whose_files_are_the_same_is_left_alone_but_for_the_oldest(own: Registry) -> None:
    break_graph(own, "m0", 1)
    store = started(own)
    store.try_refused_again(oldest=0)
    assert store.opening == 0
    store.try_refused_again(oldest=1)
    await wait_for(lambda: store.counts.refused == 2)
    with pytest.raises(RefusedVersion):
        await served(store, "m0")


async def test_a_closed_model_goes_on_with_its_new_version_or_else_with_its_old_one(own: Registry) -> None:
    store = started(own, open_bytes=0)
    await served(store, "m0")
    await served(store, "m1")  # which closes m0
    publish_tiny(own, "m0", seed=9)
    mend = break_graph(own, "m0", 2)
    relisted(store)
    assert (await served(store, "m0")).manifest.version == 1
    await served(store, "m1")
    mend()
    store.try_refused_again(oldest=0)
    await wait_for(lambda: not store.snapshot.refused)
    assert (await served(store, "m0")).manifest.version == 2


async def test_a_version_that_was_gone_for_a_moment_serves_again(own: Registry) -> None:
    publish_tiny(own, "m0", seed=9)
    store = started(own)
    folder = Path(own.storage.locate("m0/2"))
    folder.rename(folder.with_name(".aside"))
    relisted(store)
    assert (await served(store, "m0")).manifest.version == 1
    with pytest.raises(UnknownModel, match="m0 has no version 2"):
        await served(store, "m0@2")
    assert ("m0", 2) not in store.snapshot.loaded
    folder.with_name(".aside").rename(folder)
    relisted(store)
    assert (await served(store, "m0")).manifest.version == 2


async def test_an_alias_of_what_is_not_there_keeps_its_meaning_and_is_told(own: Registry) -> None:
    own.promote("m0", 1)
    store = started(own)
    aliases = Path(own.storage.locate("m0")) / "aliases.json"
    aliases.write_text('{"champion": 7}')
    relisted(store)
    assert (await served(store, "m0")).manifest.version == 1
    assert store.snapshot.problems == (("m0", 7, "an alias names it, but it is not there"),)
    aliases.write_text('{"champion"')
    relisted(store)
    assert (await served(store, "m0@champion")).manifest.version == 1
    assert "aliases.json can't be read" in store.snapshot.problems[-1].reason


async def test_a_new_name_is_opened_while_there_is_room(own: Registry) -> None:
    roomy, full = started(own, preload=3), started(own, preload=2)
    publish_tiny(own, "new")
    for store in (roomy, full):
        relisted(store)
    assert names(roomy) == ["m0", "m1", "new"]
    assert names(full) == ["m0", "m1"]
    assert (await served(full, "new")).manifest.version == 1


async def test_a_slow_opening_holds_up_no_other_and_waiting_for_it_ends(
    own: Registry, held: dict[str, threading.Event]
) -> None:
    held["m0"] = threading.Event()
    store = started(own, preload=0)
    with pytest.raises(ForecastTimeout, match=r"m0@1 was not open within 0.05 s"):
        await store.get(Reference("m0"), 0.05)
    assert (await served(store, "m1")).manifest.name == "m1"
    held["m0"].set()
    assert (await served(store, "m0")).manifest.name == "m0"  # the opening that was under way


async def test_start_up_does_not_wait_for_an_opening_that_never_ends(
    own: Registry, held: dict[str, threading.Event]
) -> None:
    held["m0"] = threading.Event()
    store = ModelStore(own, 64, 1 << 30, open_timeout_s=0.3)
    begun = time.monotonic()
    store.start()
    assert time.monotonic() - begun < 10
    assert names(store) == ["m1"]
    assert store.opening == 1


async def test_the_calls_that_tell_a_model_s_latency_can_be_ended_too(
    own: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    options: list[object] = []
    measure = CallLatency.of

    def watched(forecaster: Forecaster) -> CallLatency:
        options.append(forecaster.network._run_options)
        return measure(forecaster)

    monkeypatch.setattr(CallLatency, "of", watched)
    started(own)
    assert options
    assert None not in options


async def test_a_version_that_is_removed_while_it_is_opened_is_not_kept(
    own: Registry, held: dict[str, threading.Event]
) -> None:
    publish_tiny(own, "m0", seed=9)
    store = started(own, preload=0)
    held["m0"] = threading.Event()
    waiting = asyncio.create_task(served(store, "m0@2"))
    await wait_for(lambda: store.opening == 1)
    store.update(["m0"], {"m0": own.entry("m0")})
    shutil.move(own.storage.locate("m0/2"), own.storage.locate("m0/.aside"))
    store.update(own.names(), own.listing())
    shutil.move(own.storage.locate("m0/.aside"), own.storage.locate("m0/2"))
    held["m0"].set()
    assert (await waiting).manifest.version == 2
    assert ("m0", 2) not in store.snapshot.loaded


async def test_what_fails_in_a_way_that_nobody_foresaw_is_refused(
    own: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: Forecaster) -> None:
        raise MemoryError

    monkeypatch.setattr("service.dispatch.latency.CallLatency.of", fail)
    store = started(own)
    assert store.snapshot.refused["m0", 1] == "it fails in a way that is not foreseen: MemoryError"


async def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.005)


def test_a_manifest_of_before_its_hash_is_told_in_the_log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    publish_tiny(Registry.at(tmp_path), "tiny")
    path = tmp_path / "tiny" / "1" / "manifest.json"
    document = json.loads(path.read_text())
    del document["sha256"]
    path.write_text(json.dumps(document))
    started(Registry.at(tmp_path))
    told = "tiny@1: its manifest has no hash of its own: add it with rollcast models upgrade-manifest"
    assert caplog.messages.count(told) == 1
