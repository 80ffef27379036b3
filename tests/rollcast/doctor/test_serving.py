"""What the service would find: its port, its keys, its certificate, its page."""

import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from rollcast.doctor.check import Check
from rollcast.doctor.port_holder import holder_of
from rollcast.doctor.serving import serving_checks
from service.routes import page
from service.settings import Settings
from tests.support.keys import key_record, write_keys
from tests.support.real_server import real_server


def looked_at(**settings: Any) -> dict[str, Check]:
    return {check.name: check for check in serving_checks(Settings(**{"port": 0, **settings}))}


def test_a_port_is_free_or_its_holder_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        holder = holder_of(port)
        assert holder is not None
        assert holder.pid == os.getpid()
        held = looked_at(port=port)["port"]
        assert held.found.startswith(f"127.0.0.1:{port} is held by process {os.getpid()} (")
        assert held.advice == "stop it, or choose another with --port or ROLLCAST_PORT"
    assert holder_of(port) is None
    assert looked_at(port=port)["port"] == Check("port", "good", f"127.0.0.1:{port} is free")


def test_a_port_that_another_program_holds_is_a_problem() -> None:
    code = "import socket; s = socket.create_server(('127.0.0.1', 0)); print(s.getsockname()[1], flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        held = looked_at(port=int(process.stdout.readline()))["port"]
        process.communicate("\n")
    assert held.state == "problem"
    assert f"process {process.pid} ({sys.executable} -c import socket" in held.found


def test_a_service_that_runs_already_is_a_warning(registry_path: Path) -> None:
    with real_server(registry=registry_path) as server:
        held = looked_at(port=int(server.url.rpartition(":")[2]))["port"]
    assert held.state == "warning"
    assert f"process {server.process.pid} (" in held.found
    assert "-m rollcast serve" in held.found


def test_an_address_that_is_not_here_is_a_problem() -> None:
    elsewhere = looked_at(host="192.0.2.1")["port"]
    assert elsewhere.state == "problem"
    assert "can't be listened on" in elsewhere.found


def test_keys_are_needed_where_others_reach_the_service() -> None:
    assert looked_at()["keys"].state == "good"
    open_to_all = looked_at(host="0.0.0.0")["keys"]
    assert (open_to_all.state, "everybody who reaches 0.0.0.0 gets in" in open_to_all.found) == ("warning", True)


def test_a_file_of_keys_is_read_and_its_permissions_looked_at(tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    missing = looked_at(api_keys_file=file)["keys"]
    assert (missing.state, "is not there; make it with" in missing.found) == ("problem", True)
    write_keys(file, key_record("ci"), key_record("gone", expires_at="2020-01-01T00:00:00Z"))
    file.chmod(0o600)
    assert looked_at(api_keys_file=file)["keys"] == Check("keys", "good", f"{file} holds 2 keys, 1 expired")
    file.chmod(0o644)
    assert looked_at(api_keys_file=file)["keys"] == Check(
        "keys",
        "warning",
        f"{file} holds 2 keys, 1 expired, and its group and everybody may read or change it",
        f"chmod 600 {file}",
    )
    write_keys(file, key_record("gone", expires_at="2020-01-01T00:00:00Z"))
    assert "so nobody gets in" in looked_at(api_keys_file=file)["keys"].found


def test_a_certificate_is_looked_at_where_one_is_named(tmp_path: Path) -> None:
    assert "certificate" not in looked_at()
    assert looked_at(ssl_certfile=tmp_path / "none.pem")["certificate"].state == "problem"


@pytest.mark.parametrize(("built", "state"), [(True, "good"), (False, "warning")])
def test_a_page_is_built_or_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, built: bool, state: str) -> None:
    monkeypatch.setattr(page, "BUILT", tmp_path)
    if built:
        (tmp_path / "index.html").write_text("")
    assert looked_at()["page"].state == state
