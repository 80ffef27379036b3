"""An ASGI app around another: nobody gets in without an API key that allows what is asked."""

from collections.abc import Awaitable, Iterable, Mapping

from starlette.routing import compile_path
from starlette.types import ASGIApp, Receive, Scope, Send

from service.access import api_keys
from service.access.api_keys import ApiKey
from service.access.live_keys import LiveKeys
from service.access.rate_limit import RateLimit
from service.http.health_paths import with_route
from service.http.problems import FORBIDDEN, RATE_LIMITED, UNAUTHORIZED, ProblemException, problem_response
from service.telemetry.record import KEY_NAME

# The page at / holds nothing of the models; what it asks the API for needs a key, which it asks people for.
PAGE_FILES = frozenset({"/page/page.js", "/page/page.css", "/page/icon.svg"})
READING = frozenset({"GET", "HEAD", "OPTIONS"})
# All that needs more than reading, by method and route; what is neither listed here nor a health check needs `read`,
# also where nothing is.
SCOPES: Mapping[tuple[str, str], api_keys.Scope] = {
    ("POST", "/predict"): "predict",
    ("POST", "/invocations"): "predict",
    ("POST", "/v1/models/{name}:predict"): "predict",
    ("POST", "/v1/models/{name}/versions/{version}:predict"): "predict",
    ("POST", "/v1/models/{name}/labels/{label}:predict"): "predict",
    ("POST", "/v2/models/{name}/infer"): "predict",
    ("POST", "/v2/models/{name}/versions/{version}/infer"): "predict",
    ("POST", "/v2/forecast"): "predict",
    ("POST", "/v2/cross_validation"): "predict",
    ("POST", "/v1/timeseries/forecast"): "predict",
    # Nixtla's client asks these before it asks for a forecast, with the same key.
    ("GET", "/model_params"): "predict",
    ("GET", "/validate_api_key"): "predict",
}

# The rest of a body that is refused is read and thrown away as it comes, so that the connection can be kept; one longer
# than this, or without a length, costs more than a new connection.
READ_AWAY_BYTES = 8 << 20

HOW = "send an API key in one header: Authorization: Bearer KEY, or X-API-Key: KEY"


class Gate:
    """Lets requests through that bring a key with the scope that they need, and those for health and the page.

    What a request needs is told by its method and the path that routes are found by, never by a URL that is put
    together from its headers.
    """

    def __init__(
        self,
        app: ASGIApp,
        keys: LiveKeys,
        rate_per_s: float | None = None,
        predict_route: str | None = None,
        health_route: str | None = None,
    ) -> None:
        """Stand before an app; `rate_per_s` holds for keys that have no rate of their own, None means without end.

        The routes are further ones, as a platform names them.
        """
        self._app, self._keys, self._rate_per_s = app, keys, rate_per_s
        self._limit = RateLimit()
        self._open = with_route(health_route) | PAGE_FILES
        scopes = dict(SCOPES) if predict_route is None else {**SCOPES, ("POST", predict_route): "predict"}
        # The router's own patterns: one of ours could miss a path that a route answers, such as one that ends in %0A.
        self._routes = [(method, compile_path(route)[0], scope) for (method, route), scope in scopes.items()]

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Pass a request on, or refuse it without reading its body."""
        if scope["type"] == "http":
            method, path = scope["method"], scope["path"]
            if not (path in self._open and method in READING):
                try:
                    self._check(scope, self._needed(method, path))
                except ProblemException as problem:
                    headers = {**(problem.headers or {}), **_closing(scope["headers"])}
                    return problem_response(problem.kind, problem.detail, headers=headers)(scope, receive, send)
        elif scope["type"] != "lifespan":
            raise ValueError(
                f"expected a request over HTTP, but one over {scope['type']} came: there is no way in for it"
            )
        return self._app(scope, receive, send)

    def _needed(self, method: str, path: str) -> api_keys.Scope:
        for routed, pattern, scope in self._routes:
            if method == routed and pattern.match(path):
                return scope
        return "read"

    def _check(self, scope: Scope, needed: api_keys.Scope) -> None:
        """Note whose key it is. Raises ProblemException where the key does not allow what is asked."""
        key = self._key(scope["headers"])
        scope[KEY_NAME] = key.name
        if needed not in key.scopes:
            raise ProblemException(
                FORBIDDEN,
                f"the API key {key.name} may not do this: it needs the scope {needed}, and has {', '.join(key.scopes)}",
                {"WWW-Authenticate": f'Bearer error="insufficient_scope", scope="{needed}"'},
            )
        rate_per_s = key.rate_per_s or self._rate_per_s
        if rate_per_s is not None and (wait_s := self._limit.take(key.name, rate_per_s)):
            raise ProblemException(
                RATE_LIMITED,
                f"the API key {key.name} may ask {rate_per_s:g} times a second; ask again in {wait_s} s",
                {"Retry-After": str(wait_s)},
            )

    def _key(self, headers: Iterable[tuple[bytes, bytes]]) -> ApiKey:
        sent = [(name, value) for name, value in headers if name in (b"authorization", b"x-api-key")]
        if not sent:
            raise _unauthorized(f"this needs an API key: {HOW}", "Bearer")
        if len(sent) > 1:
            raise _unauthorized(f"more than one header brings a key: {HOW}")
        [(name, secret)] = sent
        if name == b"authorization":
            scheme, _, secret = secret.partition(b" ")
            if scheme.lower() != b"bearer":
                raise _unauthorized(f"Authorization is not of the kind Bearer: {HOW}")
        key = self._keys.find(secret.strip())
        if key is None:
            raise _unauthorized(f"this API key is not known here, or was revoked: {HOW}")
        if key.expires_at is not None and key.expired(api_keys.utc_now()):
            raise _unauthorized(f"the API key {key.name} has expired; ask for a new one")
        return key


def _unauthorized(detail: str, challenge: str = 'Bearer error="invalid_token"') -> ProblemException:
    return ProblemException(UNAUTHORIZED, detail, {"WWW-Authenticate": challenge})


def _closing(headers: Iterable[tuple[bytes, bytes]]) -> Mapping[str, str]:
    """The header that ends the connection, where the request's body is not worth reading away."""
    fields = dict(headers)
    length = fields.get(b"content-length", b"0")
    long = not length.isdigit() or len(length) > 18 or int(length) > READ_AWAY_BYTES
    # Who asks before sending a body (Expect) won't send it after a refusal; what follows is then another request.
    return {"Connection": "close"} if long or {b"transfer-encoding", b"expect"} & fields.keys() else {}
