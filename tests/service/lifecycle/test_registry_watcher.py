"""Noticing what changes in the registry, by polling and on SIGHUP, and what can't be read for a moment."""

import asyncio
import os
import shutil
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from models.errors import RegistryError
from models.references import Reference
from models.registry.listing import Entry
from models.registry.registry import Registry
from service.lifecycle import registry_watcher as module
from service.lifecycle.model_store import ModelStore
from service.lifecycle.registry_watcher import RegistryWatcher, on_hangup
from service.settings import Settings
from tests.support.in_process import Client, running
from tests.support.tiny import publish_tiny

pytestmark = pytest.mark.anyio

WINDOW = [1.0, 2.0, 3.0, 4.0]
NEVER = 0.0
WAIT_S = 30.0


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    """`one` and `two`, each of one version."""
    registry = Registry.at(tmp_path / "registry")
    for seed, name in enumerate(("one", "two")):
        publish_tiny(registry, name, seed=seed)
    return registry


@pytest.fixture
def store(registry: Registry) -> ModelStore:
    """With `one` open, and `two` not looked into."""
    store = ModelStore(registry, preload=1, open_bytes=1 << 30, open_timeout_s=WAIT_S)
    store.start()
    assert store.preloaded.wait(WAIT_S)
    return store


@pytest.fixture
def watcher(store: ModelStore) -> RegistryWatcher:
    """One that has looked once, and looks when it is told to."""
    watcher = RegistryWatcher(store, NEVER)
    watcher.look()
    return watcher


@pytest.fixture
def listed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names whose folders are looked into."""
    names: list[str] = []
    entry = Registry.entry

    def count(registry: Registry, name: str) -> object:
        names.append(name)
        return entry(registry, name)

    monkeypatch.setattr(Registry, "entry", count)
    return names


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WAIT_S
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def entry_of(store: ModelStore, name: str) -> Entry:
    """What is known of a name, as whoever asks for it would have it."""
    return asyncio.run(store.look_into(Reference(name), WAIT_S)).listing[name]


def copied_in(registry: Registry, name: str, version: int) -> None:
    """Another version, put there by hand: no token says so."""
    folder = Path(registry.storage.locate(name))
    published = Registry.at(folder.parents[1] / "elsewhere")
    for seed in range(version):
        publish_tiny(published, name, seed=seed + 7)
    shutil.copytree(published.storage.locate(f"{name}/{version}"), folder / str(version))
    shutil.rmtree(published.storage.locate(""))


def test_a_look_at_a_registry_that_has_not_changed_looks_at_open_names_alone(
    watcher: RegistryWatcher, listed: list[str]
) -> None:
    listed.clear()
    watcher.look()
    assert listed == ["one"]


def test_a_full_look_lists_all_names_and_looks_into_the_folders_of_open_ones_alone(
    watcher: RegistryWatcher, store: ModelStore, listed: list[str]
) -> None:
    assert entry_of(store, "two").versions == (1,)
    listed.clear()
    watcher.look(full=True)
    assert listed == ["one"]
    assert list(store.snapshot.names) == ["one", "two"]


def test_what_was_published_anywhere_is_noticed_by_the_token(
    registry: Registry, store: ModelStore, watcher: RegistryWatcher
) -> None:
    publish_tiny(registry, "two", seed=5)
    publish_tiny(registry, "three", seed=5)
    watcher.look()
    assert entry_of(store, "two").versions == (1, 2)
    assert list(store.snapshot.names) == ["one", "three", "two"]


def test_what_was_promoted_is_noticed_by_the_token(
    registry: Registry, store: ModelStore, watcher: RegistryWatcher
) -> None:
    assert entry_of(store, "two").aliases == {}
    registry.promote("two", 1, alias="canary")
    watcher.look()
    assert entry_of(store, "two").aliases == {"canary": 1}


def test_what_was_copied_below_an_open_name_is_noticed_without_a_token(
    registry: Registry, store: ModelStore, watcher: RegistryWatcher, listed: list[str]
) -> None:
    copied_in(registry, "one", 2)
    listed.clear()
    watcher.look()
    until(lambda: store.snapshot.references["one"] == 2)
    assert listed == ["one"]


def test_what_was_copied_elsewhere_is_noticed_by_a_full_look(
    registry: Registry, store: ModelStore, watcher: RegistryWatcher
) -> None:
    assert entry_of(store, "two").versions == (1,)
    copied_in(registry, "two", 2)
    watcher.look()
    assert entry_of(store, "two").versions == (1,)
    watcher.look(full=True)
    assert entry_of(store, "two").versions == (1, 2)


def test_an_open_name_that_is_removed_is_listed_no_more(
    registry: Registry, store: ModelStore, watcher: RegistryWatcher
) -> None:
    shutil.rmtree(registry.storage.locate("one"))
    watcher.look()
    assert list(store.snapshot.names) == ["two"]
    assert store.snapshot.loaded == {}


def test_a_half_copied_version_is_refused_and_serves_once_it_is_whole(
    registry: Registry, store: ModelStore, watcher: RegistryWatcher
) -> None:
    copied_in(registry, "one", 2)
    graph = Path(registry.storage.locate("one/2")) / "model.onnx"
    content = graph.read_bytes()
    graph.write_bytes(content[:100])
    watcher.look()
    until(lambda: ("one", 2) in store.snapshot.refused)
    assert store.snapshot.references["one"] == 1
    watcher.look()
    assert store.opening == 0  # as nothing has changed
    graph.write_bytes(content)
    watcher.look()
    until(lambda: store.snapshot.references["one"] == 2)
    assert store.snapshot.refused == {}


@pytest.mark.parametrize("gone", ["missing", "empty"])
def test_a_registry_that_is_gone_for_a_moment_leaves_everything_as_it_was(
    registry: Registry, store: ModelStore, watcher: RegistryWatcher, gone: str
) -> None:
    root = Path(registry.storage.location)
    before = store.snapshot
    root.rename(root.with_name("aside"))
    if gone == "empty":
        root.mkdir()
    watcher.look()
    assert "is it mounted?" in str(store.snapshot.registry_problem)
    assert (store.snapshot.listing, store.snapshot.loaded) == (before.listing, before.loaded)
    assert store.counts.failed_looks == 1
    if gone == "empty":
        root.rmdir()
    root.with_name("aside").rename(root)
    watcher.look()
    assert store.snapshot == before


def test_a_thread_that_looks_lives_on_whatever_happens(
    store: ModelStore, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    looks = threading.Semaphore(0)

    def fail(*_: object) -> None:
        looks.release()
        raise RuntimeError("nobody thought of this")

    monkeypatch.setattr(module, "read_change_token", fail)
    watcher = RegistryWatcher(store, poll_s=0.01)
    watcher.start()
    try:
        assert all(looks.acquire(timeout=WAIT_S) for _ in range(3))
    finally:
        watcher.stop()
    assert "looking at the registry failed" in caplog.text


def test_what_a_storage_says_is_told_once(
    store: ModelStore, watcher: RegistryWatcher, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise RegistryError(".changed can't be read: Input/output error")

    monkeypatch.setattr(module, "read_change_token", fail)
    for _ in range(3):
        watcher.look()
    assert caplog.text.count("Input/output error") == 1
    assert store.counts.failed_looks == 3


async def answered(client: Client, model: str) -> int:
    answer = await client.post("/predict", json={"model": model, "window": WINDOW})
    return int(answer.json()["version"]) if answer.status_code == 200 else -answer.status_code


async def until_answered(client: Client, model: str, version: int) -> None:
    async with asyncio.timeout(WAIT_S):
        while await answered(client, model) != version:
            await asyncio.sleep(0.005)


async def test_the_service_serves_what_is_published_promoted_and_removed(registry: Registry) -> None:
    async with running(Settings(registry=Path(registry.storage.location), poll_s=0.02)) as client:
        publish_tiny(registry, "one", seed=5)
        await until_answered(client, "one", 2)
        registry.promote("one", 1)
        await until_answered(client, "one", 1)
        publish_tiny(registry, "new", seed=5)
        await until_answered(client, "new", 1)
        predict = (await client.get("/openapi.json")).json()["paths"]["/predict"]["post"]
        assert "new" in predict["requestBody"]["content"]["application/json"]["examples"]
        listed = (await client.get("/models/one")).json()
        assert listed == {"name": "one", "default": 1, "versions": [1, 2], "aliases": {"champion": 1}}
        assert (await client.get("/readyz")).json()["references"]["one"] == 1
        shutil.rmtree(registry.storage.locate("new"))
        await until_answered(client, "new", -404)


async def test_a_hangup_looks_at_once(registry: Registry) -> None:
    async with running(Settings(registry=Path(registry.storage.location), poll_s=NEVER)) as client:
        copied_in(registry, "one", 2)
        assert await answered(client, "one") == 1
        os.kill(os.getpid(), signal.SIGHUP)
        await until_answered(client, "one", 2)


async def test_the_handler_of_hangups_is_put_back() -> None:
    before = signal.getsignal(signal.SIGHUP)
    with on_hangup(asyncio.get_running_loop(), lambda: None):
        assert signal.getsignal(signal.SIGHUP) != before
    assert signal.getsignal(signal.SIGHUP) == before


def test_a_thread_other_than_the_main_one_is_served_without_signals() -> None:
    served = threading.Event()

    async def serve() -> None:
        with on_hangup(asyncio.get_running_loop(), lambda: None):
            served.set()

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    thread.join(WAIT_S)
    assert served.is_set()
