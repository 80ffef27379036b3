"""Frequencies as pandas and polars write them."""

import pytest

from service.protocols.nixtla.offsets import parse_offset


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (("30min", "30T", "30m"), "30m"),
        (("h", "H", "1h"), "1h"),
        (("D", "d", "1d"), "1d"),
        (("W", "W-SUN", "1w", "7D"), "1w"),
        (("MS", "ME", "M", "1MS"), "1mo"),
        (("QS", "QE-DEC", "Q", "3MS"), "1q"),
        (("YS", "YE", "Y", "A-DEC", "AS"), "1y"),
        (("s", "S", "60000ms"), None),
        (("90min", "1h30m"), "90m"),
    ],
)
def test_one_length_of_time_has_many_names(texts: tuple[str, ...], expected: str | None) -> None:
    found = {str(parse_offset(text)) for text in texts}
    assert found == ({expected} if expected else {"1s", "1m"})


@pytest.mark.parametrize("text", ["B", "C", "bh", "SME", "ns", "", "0min", "30", "-1h", "min30", "W-sunday"])
def test_what_has_no_one_length_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="frequency"):
        parse_offset(text)
