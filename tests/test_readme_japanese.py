"""The Japanese README has the commands, the numbers and the links of the English one."""

import re
from collections import Counter

from tests.support.reference import ROOT

ENGLISH, JAPANESE = ((ROOT / name).read_text() for name in ("README.md", "README.ja.md"))


def links(text: str) -> list[str]:
    return re.findall(r"\]\(([^)]+)\)", text)


def test_the_blocks_are_the_same() -> None:
    english, japanese = (re.findall(r"^```.*?^```$", text, re.MULTILINE | re.DOTALL) for text in (ENGLISH, JAPANESE))
    assert japanese == english
    assert len(japanese) > 5


def test_they_lead_to_each_other_and_to_the_same_places() -> None:
    english, japanese = links(ENGLISH), links(JAPANESE)
    assert (english.pop(0), japanese.pop(0)) == ("README.ja.md", "README.md")
    assert japanese == english


def test_no_number_is_missing() -> None:
    def numbers(text: str) -> list[Counter[str]]:
        prose = re.sub(r"\]\([^)]+\)|^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
        return [Counter(re.findall(r"\d+(?:\.\d+)*", section)) for section in prose.split("\n## ")]

    # Japanese has some more: "one second" is 1 there.
    missing = [english - japanese for english, japanese in zip(numbers(ENGLISH), numbers(JAPANESE), strict=True)]
    assert missing == [Counter()] * len(missing)


def test_each_section_has_the_same_names() -> None:
    def names(text: str) -> list[set[str]]:
        return [set(re.findall(r"`([^`\n]+)`", section)) for section in text.split("\n## ")]

    assert names(JAPANESE.replace("--holidays JP", "--holidays DE")) == names(ENGLISH)
