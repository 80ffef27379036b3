"""`rollcast models export`, `import`, `log` and `fetch`: a version as one file, and on an MLflow server."""

from pathlib import Path
from typing import Annotated

import typer

from models.errors import RollcastError
from models.interchange.archive import MAX_ARCHIVE_BYTES, pack, unpack
from models.interchange.sent_version import SentVersion
from models.references import parse_reference
from models.registry.durable_write import replace_durably
from models.registry.safe_read import open_regular
from rollcast.console import show_json
from rollcast.interchange.arrival import take_in
from rollcast.interchange.mlflow_server import MlflowServer
from rollcast.options import JsonOption, NameArgument, RegistryOption, open_registry

TrackingUriOption = Annotated[
    str,
    typer.Option(
        "--tracking-uri",
        envvar="MLFLOW_TRACKING_URI",
        show_envvar=False,
        help="Where MLflow runs, such as http://127.0.0.1:5000. [MLFLOW_TRACKING_URI]",
    ),
]


def export_version(
    name: NameArgument,
    file: Annotated[Path | None, typer.Argument(help="The file; by default such as sine-lstm-2.zip, here.")] = None,
    registry: RegistryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write a version into one file, with all that it has: its graph, its Keras network, its card, its pictures."""
    sent = _sent(name, registry)
    path = file or Path(f"{sent.manifest.name}-{sent.manifest.version}.zip")
    try:
        replace_durably(path, pack(sent.files))
    except OSError as error:
        raise RollcastError(f"{path} can't be written: {error.strerror}") from error
    if as_json:
        show_json({"model": sent.manifest.name, "version": sent.manifest.version, "file": path})
    else:
        typer.echo(f"exported {sent.manifest.title} into {path}")


def import_file(
    file: Annotated[Path, typer.Argument(help="A file that `rollcast models export` has written.")],
    registry: RegistryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Publish the version in a file, if it is whole and opens as the service would open it.

    It keeps its number where no version here has had it or a higher one; else it takes the next.
    """
    try:
        with open_regular(file.resolve()) as (opened, size_bytes):
            if size_bytes > MAX_ARCHIVE_BYTES:
                raise RollcastError(f"{file} has {size_bytes} bytes; at most {MAX_ARCHIVE_BYTES} are read")
            content = opened.read()
    except OSError as error:
        raise RollcastError(f"{file} can't be read: {error.strerror}") from error
    take_in(unpack(content), open_registry(registry), as_json=as_json)


def log_version(
    name: NameArgument,
    tracking_uri: TrackingUriOption,
    experiment: Annotated[str, typer.Option(help="The experiment that the run is one of.")] = "rollcast",
    registry: RegistryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Log a version on an MLflow server: a run with its recipe, errors and files, and a registered model's version."""
    sent = _sent(name, registry)
    logged = MlflowServer(tracking_uri).log(sent, experiment)
    if as_json:
        of = {"model": sent.manifest.name, "version": sent.manifest.version}
        show_json({**of, "model_uri": logged.uri, "tracking_uri": tracking_uri, "added": logged.added})
    else:
        typer.echo(f"{sent.manifest.title} is {'now' if logged.added else 'already'} {logged.uri} at {tracking_uri}")


def fetch_version(
    model_uri: Annotated[str, typer.Argument(help="As MLflow has it: models:/NAME/VERSION or models:/NAME@ALIAS.")],
    tracking_uri: TrackingUriOption,
    registry: RegistryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Publish a version that `rollcast models log` has logged, from the MLflow server, as `import` does."""
    take_in(MlflowServer(tracking_uri).fetch(model_uri), open_registry(registry), as_json=as_json)


def _sent(name: str, registry: Path | None) -> SentVersion:
    """What a name means, to be sent elsewhere."""
    source = open_registry(registry, must_exist=True)
    return SentVersion.of(source, *source.resolve(parse_reference(name)))
