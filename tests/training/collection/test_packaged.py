"""The real series of packages: which they are, what is kept of each, and what a manifest tells of them."""

import json
from pathlib import Path

import numpy as np
import pytest

from training.collection import packaged
from training.collection.packaged import (
    M3_SOURCES,
    OTHER_SOURCES,
    SOURCES,
    UNKNOWN,
    Columns,
    Source,
    held_back_series,
    kept_rows,
    packaged_series,
    source_facts,
)
from training.errors import MissingExtra, SeriesError
from training.reading.table import locate_file


def test_the_sources_are_those_and_no_others() -> None:
    assert M3_SOURCES == ("m3-yearly", "m3-quarterly", "m3-monthly", "m3-other")
    assert {source.file.rpartition("/")[2] for source in SOURCES.values()} == {
        "m3_data.json",
        "us_employment.csv",
        "aus_retail.csv",
        "PBS.csv",
        "us_gasoline.csv",
        "canadian_gas.csv",
        "USAccDeaths.csv",
        "tourism.csv",
        "global_economy.csv",
        "gafa_stock.csv",
        "us_change.csv",
    }
    assert set(M3_SOURCES) | set(OTHER_SOURCES) == set(SOURCES)


@pytest.mark.parametrize(
    ("rows", "horizon", "panel", "kept"),
    [
        (144, 18, True, 90),
        (80, 18, True, 26),
        (79, 18, True, 61),  # three horizons would leave 25, fewer than 8 and a horizon
        (20, 6, True, 14),
        (5, 6, True, 0),
        (1355, 13, False, 1084),
    ],
)
def test_the_newest_rows_are_held_back(rows: int, horizon: int, panel: bool, kept: int) -> None:
    assert kept_rows(rows, horizon, panel=panel) == kept


def test_no_m3_series_keeps_a_value_that_the_competition_had_forecast() -> None:
    entries = json.loads(locate_file(SOURCES["m3-yearly"].file).read_text("utf-8"))
    series = packaged_series(M3_SOURCES)
    assert len(series) == 3003
    for each in series:
        past = entries[each.name]["x"]
        assert 14 <= len(each.values) <= len(past)
        assert each.values.tolist() == past[: len(each.values)]


def test_each_source_has_its_series_and_seasons() -> None:
    series = packaged_series(OTHER_SOURCES)
    counts = {name: sum(each.source == name for each in series) for name in OTHER_SOURCES}
    assert counts == {
        "us-employment": 148,
        "aus-retail": 152,
        "pbs": 672,
        "us-gasoline": 1,
        "canadian-gas": 1,
        "us-acc-deaths": 1,
        "tourism-regions": 76,
        "global-economy": 1329,
        "gafa-stock": 8,
        "us-change": 5,
    }
    seasons = {each.source: each.seasons for each in series}
    assert (seasons["pbs"], seasons["us-gasoline"], seasons["us-change"]) == ((12,), (52,), (4,))
    assert (seasons["gafa-stock"], seasons["global-economy"]) == ((5,), ())
    assert len({(each.source, each.name) for each in series}) == len(series)
    for each in series:
        assert each.values.dtype == np.float64
        assert np.isfinite(each.values[[0, -1]]).all()
        assert not np.isinf(each.values).any()


def test_a_series_of_a_long_file_is_its_own_rows_in_order() -> None:
    series = {each.name: each.values for each in packaged_series(["pbs", "us-acc-deaths", "tourism-regions"])}
    assert series["Concessional, Co-payments, A, A01: Cost"][:3].tolist() == [67877, 57011, 55020]
    assert series["y"].tolist()[:3] == [9007, 8106, 8928]
    # All purposes of the first quarter of 1998.
    assert series["Adelaide: Trips"][0] == pytest.approx(135.0776903 + 223.5574059 + 58.3626891 + 241.5561095)


def test_rows_are_sorted_summed_and_told_where_they_are_absent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "sales.csv"
    months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun"]
    rows = [f"2001 {month},A,{value}" for value, month in enumerate(months)]
    rows += [f"{year} Dec,A,{year}" for year in range(2002, 2013)]
    rows += ["2003 Mar,A,7", "2003 Mar,A,8", "2001 Feb,B,1", "2000 Nov,A,NA"]
    file.write_text("month,shop,sold\n" + "\n".join(rows) + "\n")
    source = Source(str(file), UNKNOWN._replace(horizon=1), Columns("month", ("shop",), ("sold",)))
    monkeypatch.setattr(packaged, "SOURCES", {"sales": source})
    (series,) = packaged_series(["sales"])
    # 18 rows of A, the one in March 2003 summed; its last three are held back, and B is too short.
    assert series.name == "A: sold"
    assert series.values.tolist() == [0, 1, 2, 3, 4, 5, 2002, 15, *range(2003, 2010)]


def test_the_facts_of_a_source_tell_its_file_and_what_was_taken() -> None:
    facts = source_facts(packaged_series(["us-change", "m3-other"]))
    assert [(fact.name, fact.series, fact.values) for fact in facts] == [("us-change", 5, 790), ("m3-other", 174, 9149)]
    assert facts[0].file == "package://tsdata/fpp3/us_change.csv"
    assert facts[0].sha256.startswith("27fad933")


def test_what_is_held_back_goes_on_after_what_is_learned_from() -> None:
    names = ["us-change", "us-gasoline", "tourism-regions"]
    learned = {(each.source, each.name): each for each in packaged_series(names)}
    held_back = held_back_series(names)
    assert {(each.source, each.name) for each in held_back} == set(learned)
    for each in held_back:
        own = learned[each.source, each.name]
        assert np.array_equal(each.values[: each.learned], own.values, equal_nan=True)
        assert len(each.values) > each.learned == len(own.values)
        assert each.seasons == own.seasons
    rows = {each.source: len(each.values) - each.learned for each in held_back}
    assert (rows["us-gasoline"], rows["tourism-regions"]) == (271, 24)


def test_no_interval_of_m3_is_calibrated_on_what_the_competition_had_forecast() -> None:
    entries = json.loads(locate_file(SOURCES["m3-yearly"].file).read_text("utf-8"))
    held_back = held_back_series(M3_SOURCES)
    assert 1000 < len(held_back) < 3003  # those of which only the competition's horizon is held back have none
    for each in held_back:
        past = entries[each.name]["x"]
        assert each.learned < len(each.values) <= len(past)
        assert each.values.tolist() == past[: len(each.values)]


def test_an_unknown_source_is_refused_by_name() -> None:
    with pytest.raises(SeriesError, match=r'there is no source "m3-montly".*m3-monthly'):
        packaged_series(["m3-montly"])


def test_a_source_needs_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("training.reading.table.find_spec", lambda _: None)
    with pytest.raises(MissingExtra, match=r"pip install 'rollcast\[examples\]'"):
        packaged_series(["us-change"])
