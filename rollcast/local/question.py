"""What a model is asked in this process: a series and options as a client sends them, or a frame as a file is read."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import ValidationError

from models.errors import InvalidRequest, RollcastError
from models.text import listed
from rollcast.answers import as_ours
from rollcast.client.request import Source, asked_of, asked_of_many, to_json
from rollcast.client.series import library_of
from rollcast.described import Described
from rollcast.file_request import check_size, filled_warnings, request_of, series_section
from service.forecasting import ForecastRequest
from training.extras import require_train

if TYPE_CHECKING:
    from training.reading.table import Table

TOLD_BY_COLUMNS = ("timestamps", "end", "freq", "future", "past", "static")


class Question(NamedTuple):
    """A request, what each of its series was, what is to be warned of, and how an error of it is told."""

    request: ForecastRequest
    sources: list[Source]
    tell: Callable[[InvalidRequest], str]
    warnings: list[str]


def of_client(data: Any, options: Mapping[str, Any], *, many: bool) -> Question:
    """What `Client.predict` would send, or `predict_many`, checked as the service checks it.

    Raises RollcastError, in the service's words.
    """
    from service.http.problems import explained  # which loads FastAPI
    from service.routes.predict import read

    try:
        with as_ours():
            asked = asked_of_many(data, options) if many else asked_of(data, options)  # type: ignore[arg-type]
            sent = read(to_json(asked.body))
            check_size(len(sent.windows), sent.forecast)
    except (ValidationError, InvalidRequest) as error:
        raise RollcastError(explained(error)) from error
    return Question(sent.forecast, asked.sources, lambda error: explained(error.at(sent.location(error.location))), [])


def names_features(data: Any, described: Described) -> bool:
    """Whether data are a frame with a column for each feature of a model."""
    return set(described.spec.features) <= set(map(str, getattr(data, "columns", ())))


def of_frame(frame: Any, described: Described, options: Mapping[str, Any]) -> Question:
    """The request for the rows after a frame's last one, of each series in it.

    Times, ids and covariates are read from the columns that the model was trained with, times else from an index of
    pandas; rows that are missing are filled as in training. Raises RollcastError.
    """
    given = [name for name in TOLD_BY_COLUMNS if options.get(name) is not None]
    if given:
        raise RollcastError(
            f"a frame tells its times and covariates by its columns: leave {listed(given)} out, or give the values of "
            f"{listed(described.spec.features)} as an array"
        )
    require_train("polars")
    from training.reading.frames import table_of, time_index
    from training.reading.series import read_series

    # 1. The options, checked as those of any other series are.
    asked = of_client([0.0], options, many=False).request
    # 2. The series, as training would read them.
    table = table_of(frame)
    time = _column(described, "time", table) or time_index(frame)
    section = series_section(described, table.path, None, time, _column(described, "id", table))
    series = read_series(section, table)
    check_size(len(series), asked)
    # 3. What is asked of them.
    known = request_of(described, series, asked.horizon, adapt=asked.adapt)
    seasons = None if asked.seasons is None else list(asked.seasons) * len(series)
    request = asked._replace(windows=known.windows, times=known.times, covariates=known.covariates, seasons=seasons)
    source = Source(library_of(frame), None if time is None or request.times is None else _moment(frame, time))

    def tell(error: InvalidRequest) -> str:
        where = next((f"{series[part].name}: " for part in error.location if isinstance(part, int)), "")
        return f"{where}{error}"

    return Question(request, [source] * len(series), tell, filled_warnings(described, series))


def _column(described: Described, kind: str, table: "Table") -> str | None:
    """The column of times or of ids that the model was trained with, where the table has it."""
    name = described.series.get(kind)
    return name if isinstance(name, str) and name in table.cells.columns else None


def _moment(frame: Any, time: str) -> datetime | None:
    """The frame's last time, for its time zone; None where that can't be told, which is UTC's."""
    cells = frame[time] if time in frame.columns else frame.index
    last = cells.to_list()[-1]
    if isinstance(last, str):
        try:
            return datetime.fromisoformat(last)
        except ValueError:  # such as 1960 Jan
            return None
    return last if isinstance(last, datetime) else None
