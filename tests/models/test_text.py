"""The wording of messages."""

import pytest

from models.text import counted, did_you_mean, listed, printable


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plots/loss.png", "plots/loss.png"),
        ("température", "température"),
        ("", "''"),
        ("a\nERROR: forged", r"'a\nERROR: forged'"),
        ("\x1b[31m", r"'\x1b[31m'"),
        ("\ud800", r"'\ud800'"),
        ("x" * 81, "x" * 80 + "…"),
        ("\n" * 1000, "'" + r"\n" * 39 + "\\…"),
    ],
)
def test_one_line_of_bounded_length(text: str, expected: str) -> None:
    assert printable(text) == expected


def test_numbers_of_things_and_lists() -> None:
    assert (counted(1, "value"), counted(0, "value"), counted(2, "window")) == ("1 value", "0 values", "2 windows")
    assert [listed(list("abc"[:count])) for count in (1, 2, 3)] == ["a", "a and b", "a, b and c"]


def test_a_hint_names_what_is_spelled_alike_else_what_there_is() -> None:
    assert did_you_mean("epoch", ["loss", "epochs"]) == "; did you mean epochs?"
    assert did_you_mean("xyz", ["load", "price"]) == "; there are load, price"
    assert did_you_mean("xyz", []) == ""
    assert did_you_mean("?", map(str, range(12))) == "; there are 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 2 more"
