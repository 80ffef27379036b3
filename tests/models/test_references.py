"""References to models."""

import pytest

from models.errors import InvalidName
from models.references import Reference, check_alias, check_name, parse_reference


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("sine-lstm", Reference("sine-lstm")),
        ("sine-lstm@3", Reference("sine-lstm", version=3)),
        ("sine-lstm@champion", Reference("sine-lstm", alias="champion")),
        ("sine-lstm@123456789012345678", Reference("sine-lstm", version=123456789012345678)),
        ("0@v1", Reference("0", alias="v1")),
        ("a" * 64, Reference("a" * 64)),
    ],
)
def test_a_reference_reads_back_as_it_was_written(text: str, expected: Reference) -> None:
    assert parse_reference(text) == expected
    assert str(expected) == text


@pytest.mark.parametrize(
    "text",
    ["", "Sine", "-a", "a_b", "a/b", "..", "a@", "a@0", "a@01", "a@-1", "a@1.0", "a@A", "a@b@c", "a ", "a\n", "a@1\n",
     "é", "\uff11", "a@\uff11", "a" * 65, "a\0",
     "a@1234567890123456789"],
)  # fmt: skip
def test_anything_else_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(InvalidName, match="sine-lstm@3"):
        parse_reference(text)


def test_names_and_aliases_are_checked_before_they_are_written() -> None:
    check_name("sine-lstm")
    check_alias("champion")
    with pytest.raises(InvalidName, match=r"'\.\./x' can't name a model"):
        check_name("../x")
    with pytest.raises(InvalidName, match="'3' can't be an alias"):
        check_alias("3")
    with pytest.raises(InvalidName, match=r"^'A{79}… can't name a model"):
        check_name("A" * 10_000)
