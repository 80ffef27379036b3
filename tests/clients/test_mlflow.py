"""A real MLflow server: versions are logged there and fetched from there, by the command, over a socket."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest

from models.registry.registry import Registry
from tests.support.reference import ARTIFACTS, ROOT
from tests.support.tiny import publish_tiny

PYTHON = ROOT / ".venv-clients" / "bin" / "python"
ALONE = {"MLFLOW_DISABLE_TELEMETRY": "true", "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}
START_S = 90

pytestmark = pytest.mark.skipif(not PYTHON.exists(), reason="needs .venv-clients: make test-clients")


class Mlflow(NamedTuple):
    """A running server: its address, and the folder of its artifacts."""

    url: str
    artifacts: Path

    def get(self, what: str, **params: str) -> Any:
        """What its REST API answers."""
        answer = httpx.get(f"{self.url}/api/2.0/mlflow/{what}", params=params, timeout=30)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, what: str, **body: Any) -> Any:
        answer = httpx.post(f"{self.url}/api/2.0/mlflow/{what}", json=body, timeout=30)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def run_of(self, name: str, version: str) -> Any:
        """The run that a model's version came of."""
        registered = self.get("model-versions/get", name=name, version=version)["model_version"]
        return self.get("runs/get", run_id=registered["run_id"])["run"]


@pytest.fixture(scope="module")
def mlflow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mlflow]:
    folder = tmp_path_factory.mktemp("mlflow")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [str(PYTHON), "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    command += [
        "--backend-store-uri",
        f"sqlite:///{folder}/mlflow.db",
        "--artifacts-destination",
        str(folder / "artifacts"),
    ]
    log = (folder / "log").open("w+")
    with (
        log,
        subprocess.Popen(
            command, cwd=folder, stdout=log, stderr=log, env={**os.environ, **ALONE}, start_new_session=True
        ) as process,
    ):
        try:
            wait_until_healthy(process, f"http://127.0.0.1:{port}", folder / "log")
            yield Mlflow(f"http://127.0.0.1:{port}", folder / "artifacts")
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def wait_until_healthy(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + START_S
    while True:
        with suppress(httpx.TransportError):
            if httpx.get(f"{url}/health", timeout=5).status_code == 200:
                return
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.2)


def rollcast(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """The command as who has installed rollcast[mlflow] runs it."""
    return subprocess.run(
        [PYTHON, "-m", "rollcast", "models", *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture(scope="module")
def logged(mlflow: Mlflow) -> Mlflow:
    """The server, with sine-lstm@3."""
    result = rollcast("log", "sine-lstm@3", "--tracking-uri", mlflow.url, "--registry", ARTIFACTS)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == f"sine-lstm@3 is now models:/sine-lstm/1 at {mlflow.url}\n"
    return mlflow


def test_a_run_has_the_recipe_the_errors_and_the_files(logged: Mlflow) -> None:
    manifest = Registry.at(ARTIFACTS).manifest("sine-lstm", 3)
    run = logged.run_of("sine-lstm", "1")
    assert (run["info"]["status"], run["info"]["run_name"]) == ("FINISHED", "sine-lstm@3")
    assert {"key": "network.units", "value": "[300]"} in run["data"]["params"]
    metrics = {each["key"]: each["value"] for each in run["data"]["metrics"]}
    assert metrics["test.mae"] == pytest.approx(manifest.metrics.model.mae)
    run_id = run["info"]["run_id"]
    history = logged.get("metrics/get-history", run_id=run_id, metric_key="backtest.mae")["metrics"]
    assert manifest.backtest is not None
    by_step = sorted((each["step"], each["value"]) for each in history)
    assert by_step == list(enumerate(manifest.backtest.model.mae, start=1))
    files = {
        each["path"]
        for folder in ("model", "model/plots")
        for each in logged.get("artifacts/list", run_id=run_id, path=folder)["files"]
        if not each["is_dir"]
    }
    assert files == {f"model/{name}" for name in (*manifest.files, "manifest.json", "MLmodel")}


def test_the_registered_version_tells_ours(logged: Mlflow) -> None:
    registered = logged.get("model-versions/get", name="sine-lstm", version="1")["model_version"]
    manifest = Registry.at(ARTIFACTS).manifest("sine-lstm", 3)
    tags = {each["key"]: each["value"] for each in registered["tags"]}
    assert (tags["rollcast.version"], tags["rollcast.sha256"]) == ("3", manifest.sha256)
    assert (registered["status"], registered["description"]) == ("READY", manifest.description)
    code = "import mlflow; print(mlflow.models.get_model_info('models:/sine-lstm/1').flavors['rollcast']['version'])"
    result = subprocess.run(
        [PYTHON, "-c", code],
        env={**os.environ, "MLFLOW_TRACKING_URI": logged.url},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert result.stdout == "3\n"


def test_the_same_is_logged_once(logged: Mlflow) -> None:
    again = rollcast("log", "sine-lstm", "--registry", ARTIFACTS, MLFLOW_TRACKING_URI=logged.url)
    assert again.stdout == f"sine-lstm@3 is already models:/sine-lstm/1 at {logged.url}\n"


def test_a_fetched_version_is_the_one_that_was_logged(logged: Mlflow, tmp_path: Path) -> None:
    logged.post("registered-models/alias", name="sine-lstm", alias="best", version="1")
    for number, uri in enumerate(("models:/sine-lstm/1", "models:/sine-lstm@best")):
        root = tmp_path / str(number)
        result = rollcast("fetch", uri, "--tracking-uri", logged.url, "--registry", root)
        assert result.stdout == f"imported sine-lstm@3 in {root / 'sine-lstm' / '3'}\n", result.stderr
        ours, theirs = ARTIFACTS / "sine-lstm" / "3", root / "sine-lstm" / "3"
        names = sorted(str(path.relative_to(ours)) for path in ours.rglob("*.*"))
        assert sorted(str(path.relative_to(theirs)) for path in theirs.rglob("*.*")) == names
        assert all((theirs / name).read_bytes() == (ours / name).read_bytes() for name in names)


def test_a_number_that_is_taken_here_is_said(logged: Mlflow, tmp_path: Path) -> None:
    for seed in (1, 2, 3):
        publish_tiny(Registry.at(tmp_path), "sine-lstm", seed=seed)
    result = rollcast("fetch", "models:/sine-lstm/1", "--tracking-uri", logged.url, "--registry", tmp_path)
    assert "sine-lstm has had a version 3 here, or a higher one: this is 4" in result.stdout, result.stderr
    assert Registry.at(tmp_path).open("sine-lstm", 4)[0].version == 4


def test_what_was_changed_on_the_server_is_refused(logged: Mlflow, tmp_path: Path) -> None:
    publish_tiny(Registry.at(tmp_path / "own"), "changed")
    assert rollcast("log", "changed", "--tracking-uri", logged.url, "--registry", tmp_path / "own").returncode == 0
    run_id = logged.run_of("changed", "1")["info"]["run_id"]
    (graph,) = logged.artifacts.rglob(f"{run_id}/artifacts/model/model.onnx")
    content = graph.read_bytes()
    for changed, problem in (
        (content[::-1], "model.onnx is not the file that was published: its SHA-256 differs"),
        (content + b"x", f"model.onnx has {len(content) + 1} bytes; the manifest says {len(content)}"),
    ):
        graph.write_bytes(changed)
        result = rollcast("fetch", "models:/changed/1", "--tracking-uri", logged.url, "--registry", tmp_path / "other")
        assert (result.returncode, result.stdout, result.stderr) == (1, "", f"error: {problem}\n")
    graph.unlink()
    result = rollcast("fetch", "models:/changed/1", "--tracking-uri", logged.url, "--registry", tmp_path / "other")
    assert result.stderr.startswith("error: model.onnx can't be read: ")
    assert not (tmp_path / "other").exists()


def test_a_model_of_somebody_else_is_refused(logged: Mlflow, tmp_path: Path) -> None:
    run_id = logged.run_of("sine-lstm", "1")["info"]["run_id"]
    logged.post("registered-models/create", name="theirs")
    logged.post("model-versions/create", name="theirs", source=f"runs:/{run_id}/model/plots", run_id=run_id)
    result = rollcast("fetch", "models:/theirs/1", "--tracking-uri", logged.url, "--registry", tmp_path / "other")
    assert result.stderr.startswith("error: manifest.json can't be read: ")
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("uri", "message"),
    [
        ("models:/nobody/1", "says: RESOURCE_DOES_NOT_EXIST: "),
        ("models:/sine-lstm@nobody", "alias nobody not found"),
        ("sine-lstm@3", "expected a model's URI as MLflow has it, models:/NAME/VERSION or models:/NAME@ALIAS"),
        ("runs:/abc/model", "expected a model's URI as MLflow has it"),
    ],
)
def test_what_is_not_there_is_one_line(logged: Mlflow, tmp_path: Path, uri: str, message: str) -> None:
    result = rollcast("fetch", uri, "--tracking-uri", logged.url, "--registry", tmp_path / "other")
    assert (result.returncode, result.stderr.count("\n")) == (1, 1)
    assert message in result.stderr


def test_a_server_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    publish_tiny(Registry.at(tmp_path), "tiny")
    flags = ("--tracking-uri", "http://127.0.0.1:1", "--registry", tmp_path)
    result = rollcast("log", "tiny", *flags, MLFLOW_HTTP_REQUEST_MAX_RETRIES="0")
    assert (result.returncode, result.stderr.count("\n")) == (1, 1)
    assert result.stderr.startswith("error: the MLflow server at http://127.0.0.1:1 says: ")
