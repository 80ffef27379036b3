"""What messages show of text from outside."""

import pytest

from models.text import printable


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
