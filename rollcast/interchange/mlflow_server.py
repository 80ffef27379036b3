"""An MLflow server: a version is logged there as a run and a registered model, and fetched from there."""

import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from models.errors import RollcastError
from models.interchange.sent_version import SentVersion
from models.registry.safe_read import open_regular
from models.registry.storage import MissingFile, OversizedFile, StorageError
from models.spec.manifest import Manifest
from models.text import printable
from rollcast.interchange.logged import HASH_TAG, metrics_of, mlmodel_of, params_of, tags_of
from training.errors import MissingExtra

MODEL = "model"  # the folder of a run's artifacts that a version's files lie in
MLMODEL = "MLmodel"
MOST_METRICS, MOST_PARAMS = 1000, 100  # that a server takes at once
MODEL_URI = r"models:/(?P<name>[^/@]+)(?:/(?P<version>[1-9][0-9]{0,17})|@(?P<alias>[^/@]+))"
# How MLflow behaves where nobody has said otherwise: it tells nobody of its use, and gives up within seconds.
USUAL = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",
    "MLFLOW_LOGGING_LEVEL": "WARNING",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
}


class LoggedVersion(NamedTuple):
    """A version as the server has it, under the server's own number; `added` is false where it had it before."""

    name: str
    number: int
    added: bool

    @property
    def uri(self) -> str:
        """How MLflow names it: models:/sine-lstm/1."""
        return f"models:/{self.name}/{self.number}"


class MlflowServer:
    """A tracking server with its model registry, at an address such as http://127.0.0.1:5000.

    Who asks is known by MLflow's own variables, such as MLFLOW_TRACKING_TOKEN. Every method raises RollcastError.
    """

    def __init__(self, tracking_uri: str) -> None:
        """Load MLflow's client. Raises MissingExtra where it is not installed."""
        if find_spec("mlflow") is None:
            raise MissingExtra("mlflow must be installed for this: pip install 'rollcast[mlflow]'")
        for name, value in USUAL.items():
            os.environ.setdefault(name, value)
        from mlflow import MlflowClient

        self._uri = tracking_uri
        with self._errors():
            self._client: Any = MlflowClient(tracking_uri, tracking_uri)

    def log(self, sent: SentVersion, experiment: str) -> LoggedVersion:
        """Log a version as a run of an experiment, and register it under its name, unless it is registered there.

        The run has its recipe as parameters, its errors as metrics, and its files as the artifact `model`.
        """
        from mlflow.exceptions import MlflowException

        manifest = sent.manifest
        with self._errors():
            known = self._registered(manifest)
            if known is not None:
                return LoggedVersion(manifest.name, known, added=False)
            run_id = self._client.create_run(self._experiment(experiment), run_name=manifest.title).info.run_id
            try:
                self._log_values(run_id, manifest)
                self._log_files(run_id, sent)
                number = self._register(run_id, manifest)
            except BaseException:
                with suppress(MlflowException):
                    self._client.set_terminated(run_id, "FAILED")
                raise
            self._client.set_terminated(run_id)
            return LoggedVersion(manifest.name, number, added=True)

    def fetch(self, model_uri: str) -> SentVersion:
        """The version that a model's URI names there, its files read one by one as its manifest tells them.

        Raises RefusedVersion where it is none of rollcast's, or not whole.
        """
        found = re.fullmatch(MODEL_URI, model_uri)
        if found is None:
            raise RollcastError(
                f"expected a model's URI as MLflow has it, models:/NAME/VERSION or models:/NAME@ALIAS, not "
                f"{printable(repr(model_uri), 100)}"
            )
        name, version = found["name"], found["version"]
        with self._errors():
            if version is None:
                version = self._client.get_model_version_by_alias(name, found["alias"]).version
            root = self._client.get_model_version_download_uri(name, str(version))
        return SentVersion.read(lambda file, max_bytes: self._download(f"{root}/{file}", max_bytes))

    def _registered(self, manifest: Manifest) -> int | None:
        """The server's number of the very same version; None where it has none."""
        found = self._client.search_model_versions(
            f"name = '{manifest.name}' and tags.`{HASH_TAG}` = '{manifest.sha256}'"
        )
        return next((int(each.version) for each in found), None)

    def _experiment(self, name: str) -> str:
        found = self._client.get_experiment_by_name(name)
        return str(self._client.create_experiment(name) if found is None else found.experiment_id)

    def _log_values(self, run_id: str, manifest: Manifest) -> None:
        from mlflow.entities import Metric, Param, RunTag

        at_ms = int(manifest.created_at.timestamp() * 1000)
        metrics = [Metric(each.key, each.value, at_ms, each.step) for each in metrics_of(manifest)]
        params = [Param(*each) for each in params_of(manifest).items()]
        tags = [RunTag(*each) for each in tags_of(manifest).items()]
        for start in range(0, len(params), MOST_PARAMS):
            self._client.log_batch(run_id, params=params[start : start + MOST_PARAMS])
        self._client.log_batch(run_id, tags=tags)
        for start in range(0, len(metrics), MOST_METRICS):
            self._client.log_batch(run_id, metrics=metrics[start : start + MOST_METRICS])

    def _log_files(self, run_id: str, sent: SentVersion) -> None:
        with tempfile.TemporaryDirectory() as folder:
            _write(Path(folder), {**sent.files, MLMODEL: mlmodel_of(sent.manifest, run_id)})
            self._client.log_artifacts(run_id, folder, MODEL)

    def _register(self, run_id: str, manifest: Manifest) -> int:
        from mlflow.exceptions import MlflowException

        try:
            self._client.create_registered_model(manifest.name)
        except MlflowException as error:
            if error.error_code != "RESOURCE_ALREADY_EXISTS":
                raise
        registered = self._client.create_model_version(
            manifest.name,
            f"runs:/{run_id}/{MODEL}",
            run_id,
            tags=tags_of(manifest),
            description=manifest.description or None,
        )
        return int(registered.version)

    def _download(self, artifact_uri: str, max_bytes: int) -> bytes:
        """One file of a version. Raises StorageError."""
        from mlflow.artifacts import download_artifacts
        from mlflow.exceptions import MlflowException

        with tempfile.TemporaryDirectory() as folder:
            try:
                path = download_artifacts(artifact_uri=artifact_uri, dst_path=folder, tracking_uri=self._uri)
                with open_regular(Path(path)) as (file, size_bytes):
                    if size_bytes > max_bytes:
                        raise OversizedFile(size_bytes, max_bytes)
                    return file.read()
            except MlflowException as error:
                missing = error.error_code == "RESOURCE_DOES_NOT_EXIST"
                raise (MissingFile if missing else StorageError)(_first_line(error)) from error
            except OSError as error:
                raise StorageError(error.strerror or str(error)) from error

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """What MLflow says, as an error that is told in one line."""
        from mlflow.exceptions import MlflowException

        try:
            yield
        except (MlflowException, OSError) as error:  # the latter of requests, where a connection breaks
            raise RollcastError(f"the MLflow server at {printable(self._uri)} says: {_first_line(error)}") from error


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _first_line(error: Exception) -> str:
    return printable(next(iter(str(error).splitlines()), type(error).__name__), 300)
