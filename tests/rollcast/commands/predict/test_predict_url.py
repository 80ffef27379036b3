"""`rollcast predict --url`: a running service answers what the registry answers."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from models.registry.registry import Registry
from models.spec.covariate import Covariate
from rollcast.answers import Served
from rollcast.client.retries import Attempts, Retries
from rollcast.described import Described
from tests.rollcast.conftest import Command
from tests.support.keys import key_record, secret_of, write_keys
from tests.support.real_server import Server, real_server
from tests.support.tiny import publish_tiny, timed_registry, tiny_spec
from training import extras

TIMED = ["--time", "ds", "--id", "who", "--horizon", 3, "--level", 80, "--level", 97.5]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Models with intervals, with two features and with covariates; `wide` has an alias."""
    root = tmp_path_factory.mktemp("served")
    registry = timed_registry(root)
    registry.promote("wide", 1, "best")
    publish_tiny(registry, "known", tiny_spec(future=(Covariate(name="temp"),), static=(Covariate(name="kind"),)))
    return root


@pytest.fixture(scope="module")
def server(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    keys = write_keys(tmp_path_factory.mktemp("keys") / "keys.json", key_record("shop", "predict", "read"))
    with real_server("--api-keys-file", str(keys), registry=root) as server:
        yield server


@pytest.fixture(scope="module")
def csv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two series of half-hours, whose columns go on for three rows with what is known ahead."""
    path = tmp_path_factory.mktemp("csv") / "rows.csv"
    rows = []
    for who, kind in (("a", 1), ("b", 2)):
        for row in range(9):
            value = f"{row + kind},{10 * row}" if row < 6 else ","
            rows.append(f"{who},2024-01-01T0{row // 2}:{30 * (row % 2):02},{value},{20 + row},{kind}")
    path.write_text("\n".join(["who,ds,a,b,temp,kind", *rows]) + "\n")
    return path


@pytest.mark.parametrize(
    "asked",
    [
        ["clock", "--column", "a", *TIMED],
        ["clock@1", "--column", "a", *TIMED, "--json"],
        ["wide@best", "--id", "who", "--horizon", 2, "--paths", 3, "--seed", 5, "--json"],
        ["known", "--column", "a", "--id", "who", "--horizon", 3],
    ],
    ids=["times and intervals", "as JSON", "an alias and paths", "covariates"],
)
def test_the_answer_is_that_of_the_registry(
    rollcast: Command, root: Path, server: Server, csv: Path, asked: list[object]
) -> None:
    here = rollcast("predict", *asked, "--csv", csv, "--registry", root)
    there = rollcast("predict", *asked, "--csv", csv, "--url", server.url, "--api-key", secret_of("shop"))
    assert there == here
    assert here.status == 0, here.err


def test_one_series_is_a_window_and_its_picture_is_drawn(
    rollcast: Command, root: Path, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROLLCAST_API_KEY", secret_of("shop"))
    (tmp_path / "one.csv").write_text("a,b\n" + "".join(f"{row},{10 * row}\n" for row in range(1, 9)))
    asked = ["wide", "--csv", tmp_path / "one.csv", "--horizon", 2, "--level", 80]
    here = rollcast("predict", *asked, "--registry", root)
    there = rollcast("predict", *asked, "--url", server.url, "--plot", tmp_path / "ahead.png")
    assert there.out == here.out
    assert (tmp_path / "ahead.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("name", "key", "message"),
    [
        ("clock", "wrong", "Unauthorized (401)"),
        ("clokc", None, "did you mean clock?"),
        ("wide@none", None, "wide@none means no version there; wide has [1]"),
        ("Clock", None, "a model is named by lower-case letters"),
    ],
)
def test_what_can_not_be_had_there_is_one_line(
    rollcast: Command, server: Server, csv: Path, name: str, key: str | None, message: str
) -> None:
    asked = [name, "--csv", csv, "--url", server.url, "--api-key", key or secret_of("shop")]
    result = rollcast("predict", *asked)
    assert (result.status, result.out) == (1, "")
    assert message in result.err
    assert len(result.err.splitlines()) == 1


def test_without_httpx_one_is_told_what_to_install(
    rollcast: Command, csv: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(extras, "find_spec", lambda name: None if name == "httpx" else object())
    result = rollcast("predict", "clock", "--csv", csv, "--url", "http://127.0.0.1:1")
    assert result.err.startswith("error: httpx must be installed for this: run `make train`")


def test_where_nobody_answers_is_one_line(rollcast: Command, csv: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rollcast.client.retries.Retries.begin", lambda _: Attempts(Retries(attempts=1)))
    result = rollcast("predict", "clock", "--csv", csv, "--url", "http://127.0.0.1:1")
    assert result.err.startswith("error: no answer came from http://127.0.0.1:1: ")


def test_a_card_tells_all_of_the_spec_that_a_file_is_read_by(root: Path, server: Server) -> None:
    manifest = Registry.at(root).manifest("known", 1)
    with Served.at(server.url, secret_of("shop"), "known") as served:
        described = served.described
    of_manifest = Described.of_manifest(manifest)
    hidden = {"scaler": described.spec.scaler, "seen": None, "state_sizes": None}
    assert described == of_manifest._replace(spec=manifest.spec.model_copy(update=hidden))
