"""Who gets in, with what, and how a refusal looks."""

import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import httpx
import hypothesis
import pytest
from hypothesis import strategies as st
from starlette.types import Message, Receive, Scope, Send

from service.access.gate import READ_AWAY_BYTES, Gate
from service.access.live_keys import LiveKeys
from service.http.health_paths import HEALTH_PATHS
from service.telemetry.record import KEY_NAME
from tests.support.keys import key_record, secret_of, write_keys

pytestmark = pytest.mark.anyio


async def echo(scope: Scope, _: Receive, send: Send) -> None:
    """Answers with the name of the key that it is told."""
    body = str(scope.get(KEY_NAME)).encode()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": body})


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    return write_keys(
        tmp_path / "keys.json",
        key_record("reader", "read"),
        key_record("asker", "predict"),
        key_record("both", "read", "predict"),
        key_record("late", "read", expires_at="2020-01-01T00:00:00Z"),
        key_record("slow", "read", rate_per_s=0.01),
    )


@pytest.fixture
def client(key_file: Path) -> httpx.AsyncClient:
    return client_of(Gate(echo, LiveKeys(key_file)))


def client_of(gate: Gate) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(gate), base_url="http://rollcast")


def bearer(name: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret_of(name)}"}


def slug(answer: httpx.Response) -> str:
    assert answer.headers["content-type"] == "application/problem+json"
    return str(answer.json()["type"]).removeprefix("urn:rollcast:problem:")


@pytest.mark.parametrize(
    "headers",
    [
        bearer("both"),
        {"X-API-Key": secret_of("both")},
        {"authorization": f"bearer {secret_of('both')}"},
        {"AUTHORIZATION": f"BEARER   {secret_of('both')} "},
    ],
)
async def test_a_key_is_sent_in_either_header_and_named_for_those_further_in(
    client: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    answer = await client.post("/predict", headers=headers)
    assert (answer.status_code, answer.text) == (200, "both")


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
@pytest.mark.parametrize("path", sorted(HEALTH_PATHS))
async def test_health_is_open(client: httpx.AsyncClient, method: str, path: str) -> None:
    assert (await client.request(method, path)).status_code == 200


@pytest.mark.parametrize("path", ["/", "/page/page.js", "/page/page.css", "/page/icon.svg"])
async def test_the_page_is_open_and_asks_for_a_key_itself(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(path)).status_code == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/"),
        ("GET", "/page/"),
        ("GET", "/page/../models"),
        ("GET", "/page/page.js/../../models"),
        ("GET", "/models"),
        ("HEAD", "/models"),
        ("OPTIONS", "/models"),
        ("GET", "/docs"),
        ("GET", "/openapi.json"),
        ("GET", "/static-offline-docs/swagger-ui.css"),
        ("GET", "/metrics"),
        ("GET", "/predict"),
        ("GET", "/nothing/here"),
        ("POST", "/healthz"),
        ("DELETE", "/readyz"),
        ("GET", "/healthz/"),
        ("GET", "http://rollcast//healthz"),
        ("GET", "/models//healthz"),
        ("GET", "/HEALTHZ"),
        ("GET", "/healthz/../models"),
        ("GET", "/models?/healthz"),
        ("POST", "/predict/"),
        ("BREW", "/models"),
    ],
)
async def test_everything_else_needs_a_key_that_reads(client: httpx.AsyncClient, method: str, path: str) -> None:
    answers = [await client.request(method, path, headers=headers) for headers in ({}, bearer("asker"))]
    assert [answer.status_code for answer in answers] == [401, 403]
    assert (await client.request(method, path, headers=bearer("reader"))).status_code == 200


async def test_forecasts_need_a_key_that_may_ask_for_them(client: httpx.AsyncClient) -> None:
    statuses = {name: (await client.post("/predict", headers=bearer(name))).status_code for name in ("reader", "asker")}
    assert statuses == {"reader": 403, "asker": 200}


async def test_the_path_that_is_routed_decides_however_it_was_spelled(client: httpx.AsyncClient) -> None:
    assert (await client.post("/%70redict", headers=bearer("reader"))).status_code == 403
    assert (await client.post("/%70redict", headers=bearer("asker"))).status_code == 200
    assert (await client.post("/predict%0A", headers=bearer("reader"))).status_code == 403  # the router takes it too
    assert (await client.get("/healthz%2f..%2fmodels")).status_code == 401


@pytest.mark.parametrize("host", ["healthz", "rollcast/healthz?", "x/healthz#", "evil.example"])
async def test_the_host_header_opens_nothing(client: httpx.AsyncClient, host: str) -> None:
    assert (await client.get("/models", headers={"Host": host})).status_code == 401


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("authorization", "")],
        [("authorization", "Bearer")],
        [("authorization", "Bearer ")],
        [("authorization", secret_of("both"))],
        [("authorization", f"Basic {secret_of('both')}")],
        [("authorization", f"Bearer {secret_of('both')}x")],
        [("authorization", f"Bearer {secret_of('BOTH')}")],
        [("x-api-key", "")],
        [("x-api-key", f"Bearer {secret_of('both')}")],
        [("x-api-key", "key-é-\xff-\u20ac".encode())],
        [("authorization", b"Bearer \xff\xfe\x01")],
        [("authorization", b"\xe2\x82\xac " + b"x" * 10_000)],
        [("x-api-key", secret_of("both")), ("x-api-key", secret_of("both"))],
        [("x-api-key", secret_of("both")), ("authorization", f"Bearer {secret_of('both')}")],
        [("authorization", f"Bearer {secret_of('both')}"), ("authorization", f"Bearer {secret_of('asker')}")],
        [("x-api-key", secret_of("late"))],
        [("x-api-key", secret_of("nobody"))],
    ],
)
async def test_what_brings_no_valid_key_is_told_so_and_no_more(client: httpx.AsyncClient, headers: Any) -> None:
    raw = [(name.encode(), value if isinstance(value, bytes) else value.encode()) for name, value in headers]
    answer = await client.get("/models", headers=raw)
    assert answer.status_code == 401
    assert slug(answer) == "unauthorized"
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert "secret-of" not in answer.text
    assert len(answer.content) < 400


async def test_a_refusal_tells_what_is_missing(client: httpx.AsyncClient) -> None:
    missing = await client.get("/models")
    assert missing.headers["www-authenticate"] == "Bearer"
    assert "Authorization: Bearer KEY" in missing.json()["detail"]
    unknown = await client.get("/models", headers=bearer("nobody"))
    assert unknown.headers["www-authenticate"] == 'Bearer error="invalid_token"'
    scope = await client.post("/predict", headers=bearer("reader"))
    assert slug(scope) == "forbidden"
    assert scope.headers["www-authenticate"] == 'Bearer error="insufficient_scope", scope="predict"'
    assert scope.json()["detail"] == ("the API key reader may not do this: it needs the scope predict, and has read")
    assert "late has expired" in (await client.get("/models", headers=bearer("late"))).json()["detail"]


async def test_a_key_that_asks_too_often_is_told_when_to_come_back(client: httpx.AsyncClient) -> None:
    answers = [await client.get("/models", headers=bearer("slow")) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 429]
    assert slug(answers[1]) == "rate-limited"
    assert answers[1].headers["retry-after"] == "100"
    assert (await client.get("/models", headers=bearer("reader"))).status_code == 200
    assert (await client.get("/healthz", headers=bearer("slow"))).status_code == 200


async def test_keys_without_a_rate_have_that_of_the_settings(key_file: Path) -> None:
    client = client_of(Gate(echo, LiveKeys(key_file), 0.5))
    answers = [await client.get("/models", headers=bearer("reader")) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 429]
    assert answers[1].headers["retry-after"] == "2"
    answers = [await client.get("/models", headers=bearer("slow")) for _ in range(2)]
    assert answers[1].headers["retry-after"] == "100"


async def refuse(key_file: Path, headers: Iterable[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    """The headers that refuse a request, whose body nobody may read."""
    sent: list[Message] = []

    async def receive() -> Message:
        pytest.fail("its body was read")

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/predict", "headers": list(headers)}
    await Gate(echo, LiveKeys(key_file))(scope, receive, send)
    assert sent[0]["status"] == 401
    return dict(sent[0]["headers"])


@pytest.mark.parametrize(
    ("headers", "closed"),
    [
        ([], False),
        ([(b"content-length", b"100")], False),
        ([(b"content-length", b"%d" % READ_AWAY_BYTES)], False),
        ([(b"content-length", b"%d" % (READ_AWAY_BYTES + 1))], True),
        ([(b"content-length", b"9" * 5000)], True),
        ([(b"content-length", b"\xd9\xa3")], True),  # a digit, but not of ASCII
        ([(b"transfer-encoding", b"chunked")], True),
        ([(b"content-length", b"100"), (b"expect", b"100-continue")], True),
    ],
)
async def test_a_refusal_reads_no_body_and_ends_the_connection_where_much_would_follow(
    key_file: Path, headers: list[tuple[bytes, bytes]], closed: bool
) -> None:
    assert ((await refuse(key_file, headers)).get(b"connection") == b"close") is closed


async def test_the_app_s_lifespan_passes_and_other_protocols_do_not(key_file: Path) -> None:
    passed: list[str] = []

    async def app(scope: Scope, _: Receive, __: Send) -> None:
        passed.append(scope["type"])

    async def nothing(*_: object) -> Any:
        pytest.fail("nobody is spoken to")

    gate = Gate(app, LiveKeys(key_file))
    await gate({"type": "lifespan"}, nothing, nothing)
    with pytest.raises(ValueError, match="over websocket came"):
        await gate({"type": "websocket", "path": "/healthz"}, nothing, nothing)
    assert passed == ["lifespan"]


@hypothesis.given(
    headers=st.lists(
        st.tuples(
            st.sampled_from([b"authorization", b"x-api-key", b"content-length", b"expect", b"transfer-encoding"]),
            st.one_of(st.binary(), st.sampled_from([b"Bearer", b"bearer ", b"Bearer \xff", b"100-continue", b"1e9"])),
        )
    ),
    method=st.sampled_from(["GET", "POST", "HEAD", "\xff"]),
    path=st.text(),
)
@hypothesis.settings(deadline=None, derandomize=True, database=None)
async def test_whatever_comes_without_a_key_is_refused(
    headers: list[tuple[bytes, bytes]], method: str, path: str
) -> None:
    hypothesis.assume(path not in HEALTH_PATHS)
    statuses: list[int] = []

    async def send(message: Message) -> None:
        statuses.append(message.get("status", 0))

    async def nothing(*_: object) -> Any:
        pytest.fail("it got in")

    with tempfile.NamedTemporaryFile() as file:
        keys = LiveKeys(write_keys(Path(file.name)))
    gate = Gate(nothing, keys)
    await gate({"type": "http", "method": method, "path": path, "headers": headers}, nothing, send)
    assert statuses == [401, 0]
