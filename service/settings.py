"""Every setting of the service, read once from ROLLCAST_* variables; the command's flags override them."""

import os
import re
from collections.abc import Collection
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field
from pydantic_settings import BaseSettings, InitSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from models.cores import usable_cores

PREFIX = "ROLLCAST_"
_ORIGIN = r"https?://[^\s/,*]+"


def _check_origins(text: str) -> str:
    if not re.fullmatch(rf"|\*|{_ORIGIN}(,{_ORIGIN})*", text):
        raise ValueError("expected origins such as https://example.org, with commas between them, or * for all")
    return text


# What platforms tell their containers; it goes before the variables that an image brings, and behind flags.
PLATFORM_VARIABLES = {
    "AIP_HTTP_PORT": "port",
    "AIP_PREDICT_ROUTE": "predict_route",
    "AIP_HEALTH_ROUTE": "health_route",
    "SAGEMAKER_BIND_TO_PORT": "port",
}
_ROUTE = r"(/[A-Za-z0-9._~:@-]+)+"
_OWN = (
    r"predict|invocations|ping|models|healthz|readyz|metrics|docs|openapi\.json|static-offline-docs|page|v2|v1/models"
    r"|v1/timeseries|model_params|validate_api_key"
)


def _check_route(route: str, allowed: Collection[str]) -> str:
    if not re.fullmatch(_ROUTE, route):
        raise ValueError("expected a path such as /v1/endpoints/1:predict")
    if re.fullmatch(rf"/({_OWN})([/:].*)?", route) and route not in allowed:
        raise ValueError(f"expected a path that is not taken, or {' or '.join(allowed)}")
    return route


def _check_predict_route(route: str) -> str:
    return _check_route(route, ["/invocations"])


def _check_health_route(route: str) -> str:
    return _check_route(route, ["/ping", "/healthz", "/readyz", "/v2/health/live", "/v2/health/ready"])


class Settings(BaseSettings):
    """The service's settings; each is the variable of its name in capitals, with ROLLCAST_ before it."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid")

    # Where it listens, and on what.
    host: str = Field("127.0.0.1", description="Address to listen on; 0.0.0.0 listens on all.")
    port: Annotated[int, Field(ge=0, le=65535)] = Field(8000, description="Port to listen on; 0 takes a free one.")
    workers: Annotated[int, Field(ge=1, le=64)] = Field(1, description="Processes that serve side by side.")
    threads: Annotated[int, Field(ge=1, le=256)] = Field(
        default_factory=lambda settings: max(1, usable_cores() // settings["workers"]),
        description="Compute threads of each worker; by default the machine's cores are shared among the workers.",
    )
    # What platforms name.
    predict_route: Annotated[str, AfterValidator(_check_predict_route)] | None = Field(
        None, description="A further path of /invocations, such as a platform names."
    )
    health_route: Annotated[str, AfterValidator(_check_health_route)] | None = Field(
        None, description="A further path of /ping, such as a platform names."
    )
    # Models.
    registry: Path = Field(Path("models/artifacts"), description="Folder of the models registry.")
    preload: Annotated[int, Field(ge=0)] = Field(
        64, description="Most models opened before anybody asks, champions first; the others when first asked for."
    )
    open_bytes: Annotated[int, Field(ge=0)] = Field(
        512 << 20, description="Memory that open models may take, about; above it the least recently used are closed."
    )
    open_timeout_s: Annotated[float, Field(gt=0)] = Field(
        4.0, description="Seconds that opening a version may take, and that start-up waits for one more to be open."
    )
    poll_s: Annotated[float, Field(ge=0)] = Field(
        2.0, description="Seconds between looks for new versions and aliases; 0 looks on SIGHUP alone."
    )
    # What one request may ask for.
    max_horizon: Annotated[int, Field(ge=1)] = Field(10_000, description="Most steps that one request may ask for.")
    max_predictions: Annotated[int, Field(ge=1)] = Field(
        1_000_000, description="Most values that one answer may hold: predictions, bounds of intervals and timestamps."
    )
    max_body_bytes: Annotated[int, Field(ge=1)] = Field(1 << 20, description="Largest request body, in bytes.")
    max_inflated_bytes: Annotated[int, Field(ge=1)] = Field(
        8 << 20, description="Largest request body once it is inflated, in bytes, where it may come compressed."
    )
    max_values: Annotated[int, Field(ge=1)] = Field(
        250_000, description="Most values in one request: numbers, texts and lists of them."
    )
    max_lists: Annotated[int, Field(ge=1)] = Field(
        60_000, description="Most lists in one request: windows, and their rows."
    )
    # Overload and deadlines.
    queue_s: Annotated[float, Field(ge=0)] = Field(
        2.0, description="Seconds of work that may wait; what comes then is refused. An empty queue takes any request."
    )
    timeout_s: Annotated[float, Field(gt=0)] = Field(60.0, description="Seconds after which a forecast is given up.")
    # Connections.
    max_connections: Annotated[int, Field(ge=1)] = Field(
        10_000, description="Most open connections of each worker; fewer where the limit of open files is lower."
    )
    idle_timeout_s: Annotated[float, Field(gt=0)] = Field(
        75.0, description="Seconds after which a connection without a request is closed."
    )
    receive_timeout_s: Annotated[float, Field(gt=0)] = Field(
        15.0, description="Seconds that a request may take to arrive, from its first byte to its last."
    )
    send_timeout_s: Annotated[float, Field(gt=0)] = Field(
        15.0, description="Seconds in which a client must take some 64 KiB of the answers that wait for it."
    )
    max_head_bytes: Annotated[int, Field(ge=1024)] = Field(
        64 << 10, description="Largest request line with headers, in bytes."
    )
    max_pipelined: Annotated[int, Field(ge=1)] = Field(
        64, description="Most requests that wait on one connection behind the one being answered."
    )
    max_unsent_bytes: Annotated[int, Field(ge=1)] = Field(
        1 << 20, description="Unsent answers of a connection, in bytes, above which no further one is made."
    )
    # Who may do what.
    api_keys_file: Path | None = Field(
        None, description="File of API keys, made with rollcast keys new; without one everybody may do everything."
    )
    key_rate_per_s: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = Field(
        None, description="Requests a second that an API key without a rate of its own may make of each worker."
    )
    ssl_certfile: Path | None = Field(None, description="Certificate for TLS, PEM; with it only https is answered.")
    ssl_keyfile: Path | None = Field(None, description="The certificate's key, PEM, where it lies in another file.")
    ssl_keyfile_password: str | None = Field(None, repr=False, description="Password of the certificate's key.")
    cors_origins: Annotated[str, AfterValidator(_check_origins)] = Field(
        "", description="Web origins whose pages may call the service, with commas between them; * allows all."
    )
    docs: bool = Field(True, description="Whether /docs and /openapi.json are answered.")
    page: bool = Field(True, description="Whether browsers get the page at /.")
    metrics: bool = Field(True, description="Whether /metrics is answered.")
    # Stopping.
    shutdown_timeout_s: Annotated[int, Field(ge=0)] = Field(
        8, description="Seconds that running requests get to finish when the service is stopped."
    )
    # What it tells.
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="Least severe log line shown.")
    log_format: Literal["text", "json"] = Field("text", description="Log lines as text, or one JSON object each.")
    access_log: bool = Field(
        default_factory=lambda settings: settings["log_format"] == "json",
        description="Whether each request gets a line; by default where lines are JSON.",
    )
    log_windows: bool = Field(False, description="Whether these lines hold the values of windows.")
    metrics_folder: Path | None = Field(
        None, description="Folder in which workers share their metrics; by default a temporary one."
    )
    otel: bool = Field(False, description="Whether requests are traced by OpenTelemetry (the extra telemetry).")
    otel_ratio: Annotated[float, Field(ge=0, le=1)] = Field(
        0.01, description="Share of requests that are traced where the caller did not decide."
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        *_: PydanticBaseSettingsSource,
        **__: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Where values come from, nearest first."""
        told = {field: os.environ[name] for name, field in PLATFORM_VARIABLES.items() if os.environ.get(name)}
        return init_settings, InitSettingsSource(settings_cls, told), env_settings

    def as_environment(self) -> dict[str, str]:
        """These settings as variables, for worker processes to read."""
        return {f"{PREFIX}{name.upper()}": str(value) for name, value in self if value is not None}
