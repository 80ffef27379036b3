"""What both clients share: what each method sends, and how its answer is read. Nothing here sends anything."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar
from urllib.parse import quote

import httpx

from rollcast.client.errors import ClientError, problem_of
from rollcast.client.request import to_json
from rollcast.client.retries import retry_after_s
from rollcast.client.steps import MEDIA_TYPE

T = TypeVar("T")

# The service gives up after 60 s by itself, and says so.
TIMEOUT_S = 65.0
API_KEY = "ROLLCAST_API_KEY"


@dataclass(frozen=True)
class Call(Generic[T]):
    """A request, and how the JSON that answers it is read."""

    method: str
    path: str
    read: Callable[[Any], T]
    content: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    streams: bool = False

    def check(self, response: httpx.Response) -> None:
        """Raise Problem where an answer that is wholly there tells one."""
        if not response.is_success:
            raise problem_of(response, retry_after_s(response))

    def result(self, response: httpx.Response) -> T:
        """What an answer that is wholly there says. Raises Problem where it tells one, ClientError if it is no JSON."""
        self.check(response)
        try:
            document = response.json()
        except ValueError as error:
            raise ClientError(f"{response.url} does not answer with JSON: is it a service of rollcast?") from error
        return self.read(document)


@dataclass(frozen=True)
class ModelSummary:
    """A name in the registry: the version that the bare name means, all versions, and aliases."""

    name: str
    default: int | None
    versions: Sequence[int]
    aliases: Mapping[str, int]
    problem: str | None = None


def predict_call(body: Mapping[str, Any]) -> Call[dict[str, Any]]:
    """POST /predict with a body."""
    return Call("POST", "/predict", _object, to_json(body), {"Content-Type": "application/json"})


def stream_call(body: Mapping[str, Any]) -> Call[None]:
    """POST /predict with a body, answered line by line."""
    headers = {"Content-Type": "application/json", "Accept": MEDIA_TYPE}
    return Call("POST", "/predict", lambda _: None, to_json(body), headers, streams=True)


def models_call() -> Call[list[ModelSummary]]:
    """GET /models."""
    return Call("GET", "/models", lambda document: [ModelSummary(**each) for each in _object(document)["models"]])


def model_call(name: str) -> Call[ModelSummary]:
    """GET /models/{name}."""
    return Call("GET", f"/models/{quote(name, safe='')}", lambda document: ModelSummary(**_object(document)))


def card_call(name: str, version: int) -> Call[dict[str, Any]]:
    """GET /models/{name}/versions/{version}."""
    return Call("GET", f"/models/{quote(name, safe='')}/versions/{version}", _object)


def known_version(summary: ModelSummary) -> int:
    """The version that a bare name means. Raises ClientError where it means none."""
    if summary.default is None:
        raise ClientError(f"{summary.name} means no version at the moment: name one of {list(summary.versions)}")
    return summary.default


def base_url(url: str) -> str:
    """The service's address, without a slash at its end. Raises ClientError where it is none of HTTP."""
    if not url.startswith(("http://", "https://")):
        raise ClientError(f"a service's address begins with http:// or https://, not as {url[:60]!r}")
    return url.rstrip("/")


def key_headers(api_key: str | None) -> dict[str, str]:
    """The header with an API key: the given one, else that of the variable ROLLCAST_API_KEY."""
    key = api_key or os.environ.get(API_KEY)
    return {"Authorization": f"Bearer {key}"} if key else {}


def _object(document: Any) -> dict[str, Any]:
    if not isinstance(document, dict):
        raise ClientError("the service's answer is no JSON object: is it a service of rollcast?")
    return document
