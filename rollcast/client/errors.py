"""What can go wrong when a service is asked, as exceptions.

ClientError
├── ConnectionFailed       no answer came
└── Problem                an answer that tells a problem, as RFC 9457 documents do
    ├── InvalidRequest     what was asked can't be answered: 400, 413, 422 and the others from 400 to 499
    ├── NotAllowed         the API key is missing, unknown, or lacks the scope: 401, 403
    ├── NotFound           no such model, version or path: 404
    ├── Unavailable        not now, ask again later: 429, 503
    └── ServiceFailed      a defect there, or it took too long: 500 and above
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import httpx

PREFIX = "urn:rollcast:problem:"
MAX_DETAIL = 400  # characters of an answer that is no problem document


class ClientError(Exception):
    """The root of all errors of a client; its text says what was wrong and what to do."""


class ConnectionFailed(ClientError):
    """No answer came: nobody listens there, or the connection broke, or it took too long."""


class FieldError(NamedTuple):
    """What is wrong with a part of a request, such as `timestamps[3]`."""

    location: str
    message: str


class Problem(ClientError):
    """A problem that the service tells.

    `kind` is the last part of its type, such as invalid-window; `errors` names parts of the request. `retry_after_s`
    is what the service said, and `request_id` is in its log as well.
    """

    def __init__(
        self,
        document: Mapping[str, Any],
        status: int,
        *,
        retry_after_s: float | None = None,
        request_id: str | None = None,
    ) -> None:
        self.status = status
        self.kind = str(document.get("type", "about:blank")).removeprefix(PREFIX)
        self.title = str(document.get("title", ""))
        self.detail = str(document.get("detail", ""))
        self.errors: Sequence[FieldError] = _field_errors(document.get("errors"))
        self.retry_after_s, self.request_id = retry_after_s, request_id
        super().__init__(f"{self.title} ({status}): {self.detail}" if self.detail else f"{self.title} ({status})")


class InvalidRequest(Problem):
    """What was asked can't be answered; the caller can mend it."""


class NotAllowed(Problem):
    """The API key is missing, unknown, revoked or expired, or lacks the scope."""


class NotFound(Problem):
    """There is no such model, version or path."""


class Unavailable(Problem):
    """Not now: too much waits already, or the key asks too often, or the service or a version is not ready."""


class ServiceFailed(Problem):
    """A defect of the service, or the answer took too long."""


def problem_of(response: httpx.Response, retry_after_s: float | None = None) -> Problem:
    """The problem that an answer tells, whoever made it: a proxy's page of HTML is told by its status."""
    try:
        document = response.json()
    except ValueError:
        document = None
    if not isinstance(document, Mapping):
        document = {"title": response.reason_phrase, "detail": response.text[:MAX_DETAIL].strip()}
    return problem_from(
        document, response.status_code, retry_after_s=retry_after_s, request_id=response.headers.get("x-request-id")
    )


def problem_from(
    document: Mapping[str, Any], status: int, *, retry_after_s: float | None = None, request_id: str | None = None
) -> Problem:
    """The exception for a problem document."""
    return _class_of(status)(document, status, retry_after_s=retry_after_s, request_id=request_id)


def _class_of(status: int) -> type[Problem]:
    match status:
        case 401 | 403:
            return NotAllowed
        case 404:
            return NotFound
        case 429 | 503:
            return Unavailable
        case _ if status < httpx.codes.INTERNAL_SERVER_ERROR:
            return InvalidRequest
    return ServiceFailed


def _field_errors(errors: object) -> Sequence[FieldError]:
    listed = errors if isinstance(errors, list) else []
    return tuple(
        FieldError(str(each.get("location", "")), str(each.get("message", "")))
        for each in listed
        if isinstance(each, Mapping)
    )
