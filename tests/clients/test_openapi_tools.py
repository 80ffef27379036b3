"""Tools that read /openapi.json: a validator, and a generator whose package then forecasts."""

import json
import re
from pathlib import Path

import httpx
import pytest

from tests.clients.asking import ask, predicted, run
from tests.support.keys import key_record, secret_of, write_keys
from tests.support.real_server import Server, real_server

# The generator knows no pictures, and leaves an answer out that is none of the kinds that it knows.
CONFIG = json.dumps({"content_type_overrides": {"image/png": "application/octet-stream"}})


def document(url: str, path: Path, headers: dict[str, str] | None = None) -> Path:
    """A server's document in a file."""
    path.write_bytes(httpx.get(f"{url}/openapi.json", headers=headers, timeout=30).raise_for_status().content)
    return path


def test_the_document_is_valid(server: Server, tmp_path: Path) -> None:
    assert "OK" in run("-m", "openapi_spec_validator", document(server.url, tmp_path / "openapi.json")).stdout


def test_the_document_is_valid_where_keys_are_asked_for(reference_path: Path, tmp_path: Path) -> None:
    keys = write_keys(tmp_path / "keys.json", key_record("reader", "read"))
    with real_server(registry=reference_path, ROLLCAST_API_KEYS_FILE=str(keys)) as server:
        found = document(server.url, tmp_path / "openapi.json", {"X-API-Key": secret_of("reader")})
    assert "securitySchemes" in found.read_text()
    assert "OK" in run("-m", "openapi_spec_validator", found).stdout


def test_a_generated_client_forecasts(server: Server, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(CONFIG)
    generated = run(
        *("-m", "openapi_python_client", "generate", "--meta", "none"),
        *("--path", document(server.url, tmp_path / "openapi.json"), "--config", tmp_path / "config.json"),
        *("--output-path", tmp_path / "rollcast_client"),
    )
    # Of bodies that are JSON or bytes it makes the one of JSON.
    assert set(re.findall("WARNING parsing (.*) within", generated.stderr)) == {
        "POST /v2/models/{name}/infer",
        "POST /v2/models/{name}/versions/{version}/infer",
    }
    found = ask("ask_generated.py", server, tmp_path)
    steps = predicted(server, model="sine-lstm", window=found["window"], horizon=3)["predictions"]
    assert found["one"] == pytest.approx(steps)
    assert found["many"] == [pytest.approx(steps[:1])] * 2
    assert found["tensors"] == pytest.approx(steps[:1])
    status, kind, detail = found["refused"]
    assert (status, kind) == (404, "urn:rollcast:problem:unknown-model")
    assert detail.startswith('no model is named "nobody"')
