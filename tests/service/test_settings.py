"""The settings: read from the environment, handed on through it, and shared among workers."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from service import settings as module
from service.settings import PREFIX, Settings

OTHERS = Settings(
    host="::1",
    port=0,
    workers=3,
    threads=7,
    predict_route="/v1/endpoints/1:predict",
    health_route="/v1/endpoints/1",
    registry=Path("/srv/models of ours/ü"),
    preload=0,
    open_bytes=1 << 40,
    open_timeout_s=0.25,
    poll_s=0.0,
    max_horizon=1,
    max_predictions=10**18,
    max_body_bytes=5,
    max_inflated_bytes=8,
    max_values=6,
    max_lists=7,
    queue_s=0.5,
    timeout_s=0.1 + 0.2,
    api_keys_file=Path("/run/keys of ours.json"),
    key_rate_per_s=0.25,
    ssl_certfile=Path("/run/certificate.pem"),
    ssl_keyfile=Path("/run/key.pem"),
    ssl_keyfile_password="sword fish",
    cors_origins="https://a.example,http://localhost:3000",
    docs=False,
    page=False,
    metrics=False,
    max_connections=1,
    idle_timeout_s=0.5,
    receive_timeout_s=0.25,
    send_timeout_s=1.5,
    max_head_bytes=1024,
    max_pipelined=1,
    max_unsent_bytes=1,
    shutdown_timeout_s=0,
    log_level="debug",
    log_format="json",
    access_log=True,
    log_windows=True,
    metrics_folder=Path("/run/metrics"),
    otel=True,
    otel_ratio=0.25,
)


def test_every_setting_reaches_a_worker_through_its_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    unchanged = {name for name, value in Settings() if value == getattr(OTHERS, name)}
    assert unchanged == set()  # else it would arrive by being the default
    for name, value in OTHERS.as_environment().items():
        monkeypatch.setenv(name, value)
    assert Settings() == OTHERS


def test_the_environment_names_each_setting_with_its_prefix_in_capitals() -> None:
    environment = OTHERS.as_environment()
    assert list(environment) == [f"{PREFIX}{name.upper()}" for name in Settings.model_fields]
    assert environment["ROLLCAST_MAX_BODY_BYTES"] == "5"
    assert environment["ROLLCAST_REGISTRY"] == "/srv/models of ours/ü"


@pytest.mark.parametrize(
    ("cores", "workers", "threads"), [(1, 1, 1), (8, 1, 8), (8, 2, 4), (8, 3, 2), (8, 8, 1), (2, 64, 1)]
)
def test_the_cores_are_shared_among_the_workers_and_each_has_one_at_least(
    cores: int, workers: int, threads: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "usable_cores", lambda: cores)
    assert Settings(workers=workers).threads == threads


def test_workers_of_the_environment_share_the_cores_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "usable_cores", lambda: 8)
    monkeypatch.setenv("ROLLCAST_WORKERS", "4")
    assert Settings().threads == 2


def test_a_worker_has_the_threads_that_its_parent_worked_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "usable_cores", lambda: 8)
    for name, value in Settings(workers=4).as_environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(module, "usable_cores", lambda: 100)
    assert Settings().threads == 2


def test_threads_that_are_told_are_not_worked_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "usable_cores", lambda: pytest.fail("nobody asked for them"))
    assert Settings(workers=2, threads=5).threads == 5


def test_what_is_told_comes_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROLLCAST_PORT", "9001")
    monkeypatch.setenv("ROLLCAST_HOST", "0.0.0.0")
    assert (Settings(port=9002).port, Settings(port=9002).host) == (9002, "0.0.0.0")


def test_what_a_platform_tells_comes_before_the_variables_of_an_image(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROLLCAST_PORT", "8000")
    monkeypatch.setenv("SAGEMAKER_BIND_TO_PORT", "8081")
    assert Settings().port == 8081
    monkeypatch.setenv("SAGEMAKER_BIND_TO_PORT", "")
    monkeypatch.setenv("AIP_HTTP_PORT", "8080")
    monkeypatch.setenv("AIP_PREDICT_ROUTE", "/v1/endpoints/1:predict")
    monkeypatch.setenv("AIP_HEALTH_ROUTE", "/healthz")
    settings = Settings()
    assert (settings.port, settings.predict_route, settings.health_route) == (
        *(8080, "/v1/endpoints/1:predict", "/healthz"),
    )
    assert Settings(port=9000).port == 9000


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("predict_route", "predict"),
        ("predict_route", "/{name}"),
        ("predict_route", "/predict"),
        ("predict_route", "/v2/models/x/infer"),
        ("health_route", "/models"),
        ("health_route", "/page/page.js"),
        ("health_route", "/invocations"),
        ("health_route", "/"),
        ("port", -1),
        ("port", 65536),
        ("workers", 0),
        ("workers", 65),
        ("threads", 0),
        ("threads", 257),
        ("preload", -1),
        ("open_bytes", -1),
        ("max_horizon", 0),
        ("max_predictions", 0),
        ("max_body_bytes", 0),
        ("timeout_s", 0.0),
        ("key_rate_per_s", 0),
        ("key_rate_per_s", float("inf")),
        ("cors_origins", "a.example"),
        ("cors_origins", "https://a.example/page"),
        ("cors_origins", "https://a.example,*"),
        ("cors_origins", "https://a.example, https://b.example"),
        ("cors_origins", "null"),
        ("docs", "perhaps"),
        ("shutdown_timeout_s", -1),
        ("log_level", "INFO"),
        ("log_format", "xml"),
        ("otel_ratio", 1.5),
        ("surprise", 1),
    ],
)
def test_a_value_that_makes_no_sense_is_refused_by_its_name(name: str, value: object) -> None:
    with pytest.raises(ValidationError) as caught:
        Settings.model_validate({name: value})
    assert caught.value.errors()[0]["loc"] == (name,)


def test_settings_never_change() -> None:
    with pytest.raises(ValidationError, match="Instance is frozen"):
        OTHERS.port = 1  # type: ignore[misc]
