"""What goes to standard output."""

import math
from datetime import UTC, datetime

import pytest

from rollcast.console import show_json, show_table


def test_numbers_keep_to_the_right_and_texts_to_the_left(capsys: pytest.CaptureFixture[str]) -> None:
    show_table(["name", "n", "mixed", "none"], [["a", "5", "x", ""], ["long name", "", "1", ""], ["b", "-10", "2", ""]])
    assert capsys.readouterr().out == (
        "name         n  mixed  none\n"
        "a            5  x\n"
        "long name       1\n"
        "b          -10  2\n"
    )  # fmt: skip


def test_a_heading_is_printed_as_it_is_and_nothing_is_cut(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    show_table(["load [kw]", "[/kw]", "[red]"], [["x" * 60, "y" * 60, ":smile:"]])
    heading, row = capsys.readouterr().out.splitlines()
    assert heading.split("  ")[0] == "load [kw]"
    assert heading.split() == ["load", "[kw]", "[/kw]", "[red]"]
    assert row.split() == ["x" * 60, "y" * 60, ":smile:"]


def test_a_table_without_rows_is_its_headings(capsys: pytest.CaptureFixture[str]) -> None:
    show_table(["step", "value"], [])
    assert capsys.readouterr().out == "step  value\n"


def test_a_document_is_one_line_of_strict_json(capsys: pytest.CaptureFixture[str]) -> None:
    show_json({"moment": datetime(2024, 1, 2, tzinfo=UTC), "errors": (1.5, math.nan, math.inf), "name": "é\n"})
    assert capsys.readouterr().out == (
        '{"moment": "2024-01-02T00:00:00Z", "errors": [1.5, null, null], "name": "\\u00e9\\n"}\n'
    )
