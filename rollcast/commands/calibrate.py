"""`rollcast calibrate`: a published model's prediction intervals, renewed from newer rows."""

from models.references import parse_reference
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
from rollcast.published import calibration_lines, tell_published
from training.extras import require_train


def calibrate(
    name: NameArgument,
    csv: NewerCsvOption,
    column: ColumnOption = None,
    id_: IdOption = None,
    time: TimeOption = None,
    as_json: JsonOption = False,
    registry: RegistryOption = None,
) -> None:
    """Renew a model's prediction intervals alone, from the rows that are newer than its training's.

    The same network is published as the next version, with intervals from its errors on these rows. What they cover is
    measured on the newest quarter of the rows, by intervals from the others; then all rows calibrate.
    """
    require_train("onnx", "polars")
    # What writes a card takes seconds to load, which other commands need not wait for.
    from training.updating.calibrate import recalibrate
    from training.updating.newer_rows import read_newer_rows

    source = open_registry(registry)
    manifest, forecaster = source.open(*source.resolve(parse_reference(name)))
    newer = read_newer_rows(manifest, reading_values(csv, column, id_, time))
    published = recalibrate(source, newer, forecaster)
    found = calibration_lines(published.calibration) if published.calibration else ()
    tell_published(source, published, found, as_json=as_json)
