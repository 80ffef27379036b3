"""`rollcast update`: a published model learns on from newer rows."""

from typing import Annotated

import typer

from models.references import parse_reference
from models.spec.wording import update_text
from models.text import counted
from rollcast.console import show_json
from rollcast.options import (
    ColumnOption,
    IdOption,
    JsonOption,
    NameArgument,
    NewerCsvOption,
    RegistryOption,
    TimeOption,
    open_registry,
    reading_values,
)
from rollcast.published import calibration_lines, or_nothing_published, published_document, tell_published
from training.extras import require_train
from training.search.budget import USUAL_MINUTES


def update(
    name: NameArgument,
    csv: NewerCsvOption,
    column: ColumnOption = None,
    id_: IdOption = None,
    time: TimeOption = None,
    minutes: Annotated[
        float, typer.Option(min=0, help="How long to train at most; 0 for as long as it takes.")
    ] = USUAL_MINUTES,
    quiet: Annotated[bool, typer.Option("--quiet", help="Show no progress.")] = False,
    as_json: JsonOption = False,
    registry: RegistryOption = None,
) -> None:
    """Have a model's network learn on from newer rows, and publish it where that makes it no worse.

    The newest rows are held back first, to compare the network that has learned on with the one that was published.
    Where there are too few of them, its intervals alone are renewed.
    """
    require_train()
    source = open_registry(registry)
    with or_nothing_published():
        from training.updating.update import update as update_model  # which takes seconds to load

        outcome = update_model(
            source,
            *source.resolve(parse_reference(name)),
            reading_values(csv, column, id_, time),
            minutes=minutes,
            progress=not quiet,
        )
    newer, published, record = outcome
    title = newer.manifest.title
    if record is None:
        typer.echo(
            f"{newer.source} has {counted(newer.most, 'row')} that {title} was not trained on, fewer than three "
            f"horizons of {newer.horizon}: its network stays as it is, and its intervals alone are renewed",
            err=True,
        )
    if as_json:
        show_json(
            {
                "updated": {"model": newer.manifest.name, "version": newer.manifest.version},
                "update": record,
                "published": None if published is None else published_document(source, published),
            }
        )
        return
    if published is None:
        assert record is not None  # noqa: S101 (what was not judged is published)
        typer.echo(f"learning on makes {title} worse: {update_text(record)}")
        typer.echo(
            f"nothing was published; to renew its intervals alone: rollcast calibrate {title} --csv {csv}, and to "
            "train anew: rollcast train"
        )
        return
    found = [] if record is None else [f"learned on from {title}: {update_text(record)}"]
    if published.calibration is not None:
        found += calibration_lines(published.calibration)
    tell_published(source, published, found)
