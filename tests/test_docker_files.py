"""Dockerfile and docker-compose.yml keep what they promise, read as text (no Docker needed)."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from tests.support.certificate import needs_openssl, self_signed
from tests.support.real_server import real_server

ROOT = Path(__file__).resolve().parents[1]


def read_stages() -> dict[str, list[tuple[str, str]]]:
    """Every stage of the Dockerfile as its instructions, (keyword, arguments); what comes before has no name."""
    text = re.sub(r"^#.*\n", "", (ROOT / "Dockerfile").read_text(), flags=re.MULTILINE)
    stages: dict[str, list[tuple[str, str]]] = {}
    stage = stages.setdefault("", [])
    for line in re.sub(r"\\\n\s*", "", text).splitlines():
        keyword, _, arguments = line.partition(" ")
        if keyword == "FROM":
            stage = stages.setdefault(arguments.split(" AS ")[1], [])
        if keyword:
            stage.append((keyword, arguments))
    return stages


STAGES = read_stages()
DECLARED = STAGES.pop("")
INSTRUCTIONS = [instruction for stage in STAGES.values() for instruction in stage]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())


def arguments_of(stage: str, keyword: str) -> str:
    """The arguments of the last such instruction of a stage."""
    return [arguments for found, arguments in STAGES[stage] if found == keyword][-1]


@pytest.mark.parametrize("stage", ["service", "train"])
def test_images_run_as_a_fixed_user_that_is_not_root(stage: str) -> None:
    assert arguments_of(stage, "USER") == "10001:10001"


@pytest.mark.parametrize("stage", ["service", "train"])
def test_images_build_nothing(stage: str) -> None:
    assert "RUN" not in {keyword for keyword, _ in STAGES[stage]}


def test_commands_need_no_shell() -> None:
    healthcheck = arguments_of("service", "HEALTHCHECK").split("CMD ")[1]
    assert json.loads(healthcheck)[0] == "python"
    assert json.loads(arguments_of("service", "ENTRYPOINT")) == ["rollcast"]  # some platforms run the image as `serve`
    assert json.loads(arguments_of("service", "CMD")) == ["serve"]
    assert json.loads(arguments_of("train", "ENTRYPOINT")) == ["rollcast", "train"]


@needs_openssl
@pytest.mark.parametrize("tls", [False, True])
def test_the_health_check_works_with_and_without_tls(
    registry_path: Path, tmp_path: Path, tls: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate, key = self_signed(tmp_path)
    variables = {"ROLLCAST_SSL_CERTFILE": str(certificate), "ROLLCAST_SSL_KEYFILE": str(key)} if tls else {}
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    _, *arguments = json.loads(arguments_of("service", "HEALTHCHECK").split("CMD ")[1])
    with real_server(registry=registry_path, **variables) as server:
        environment = {**variables, "ROLLCAST_PORT": str(urlsplit(server.url).port)}
        command = [sys.executable, *arguments]
        assert subprocess.run(command, env=environment, timeout=20, check=False).returncode == 0
        assert server.stop() == 0
        stopped = subprocess.run(command, env=environment, timeout=20, capture_output=True, check=False)
        assert stopped.returncode != 0


def test_base_images_are_versioned() -> None:
    bases = {arguments.split()[0] for keyword, arguments in INSTRUCTIONS if keyword == "FROM"} - STAGES.keys()
    assert bases == {"${BASE_IMAGE}"}
    assert DECLARED == [("ARG", "BASE_IMAGE=python:3.13-slim-trixie")]


@pytest.mark.parametrize("stage", ["service", "train"])
def test_images_tell_what_they_hold(stage: str) -> None:
    environment = STAGES[f"{stage}-environment"]
    keywords = [(keyword, arguments.split()[0]) for keyword, arguments in environment]
    # Written last, so that nothing is installed that it does not tell of.
    assert keywords[-2:] == [("COPY", "--from=sbom"), ("RUN", "/sbom/bin/cyclonedx-py")]
    assert arguments_of(f"{stage}-environment", "RUN").split()[-2:] == ["/opt/rollcast/sbom.json", "/opt/rollcast"]
    assert f"--from={stage}-environment /opt/rollcast /opt/rollcast" in arguments_of(stage, "COPY")


def test_packages_are_installed_by_hash() -> None:
    installs = [arguments for keyword, arguments in INSTRUCTIONS if keyword == "RUN" and "install" in arguments]
    assert installs
    for arguments in installs:
        assert "--no-deps" in arguments
        assert ("--require-hashes" in arguments) != ("/wheel/" in arguments)


@pytest.mark.parametrize("name", ["service", "train"])
def test_compose_takes_every_privilege_away(name: str) -> None:
    container = COMPOSE["services"][name]
    assert container["read_only"] is True
    assert container["tmpfs"] == ["/tmp"]
    assert container["cap_drop"] == ["ALL"]
    assert container["security_opt"] == ["no-new-privileges:true"]
    assert container["pids_limit"] == 4096
    assert container["build"] == {"context": ".", "target": name}
    assert container["image"] == f"rollcast:{name}"
    assert not container.keys() & {"privileged", "cap_add", "network_mode", "pid"}


def test_compose_serves_a_registry_that_only_training_writes() -> None:
    service, train = COMPOSE["services"]["service"], COMPOSE["services"]["train"]
    assert service["volumes"] == ["./models/artifacts:/registry:ro"]
    assert train["volumes"] == ["./models/artifacts:/registry"]
    assert train["profiles"] == ["train"]
    assert "profiles" not in service
    for stage in ("service", "train"):
        assert "ROLLCAST_REGISTRY=/registry" in arguments_of(stage, "ENV")


@pytest.mark.parametrize("name", ["prometheus", "grafana"])
def test_compose_watches_the_service_only_when_asked_and_from_this_machine(name: str) -> None:
    container = COMPOSE["services"][name]
    assert container["profiles"] == ["monitoring"]
    assert container["read_only"] is True
    assert container["cap_drop"] == ["ALL"]
    assert re.fullmatch(r"\$\{[A-Z]+_IMAGE:-[a-z/]+:v?\d+\.\d+\.\d+\}", container["image"])
    assert all(port.startswith("127.0.0.1:") for port in container["ports"])
    for volume in container["volumes"]:
        source, *rest = volume.split(":")
        assert source in COMPOSE["volumes"] or ((ROOT / source).is_file() and rest[-1] == "ro")


def test_prometheus_looks_for_the_service_where_compose_has_it() -> None:
    config = yaml.safe_load((ROOT / "docs" / "monitoring" / "prometheus.yml").read_text())
    (target,) = config["scrape_configs"][0]["static_configs"][0]["targets"]
    name, port = target.split(":")
    assert COMPOSE["services"][name]["ports"][0].endswith(f":{port}")


def test_build_context_admits_only_what_is_named() -> None:
    lines = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if not line.startswith("#")]
    built = ["pyproject.toml", "hatch_build.py", "README.md", "LICENSE", "requirements"]
    admitted = {*built, "rollcast", "service", "training", "models"}
    left_out = ["models/artifacts", "service/page/dist", "service/page/node_modules", "**/__pycache__"]
    assert lines == ["*", *(line for line in lines if line[1:] in admitted), *left_out]
    assert {line[1:] for line in lines if line.startswith("!")} == admitted
