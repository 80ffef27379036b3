"""Which names are opened before anybody asks: those that somebody has promoted first."""

from pathlib import Path

import pytest

from models.registry.registry import Registry
from service.lifecycle.preload import preloaded_names


@pytest.mark.parametrize(
    ("promoted", "most", "first", "others"),
    [
        ([], 64, ["m0", "m1", "m2", "m3"], ["m4", "m5"]),
        ([], 2, ["m0", "m1"], []),
        (["m5", "m1"], 64, ["m1", "m5"], ["m0", "m2", "m3", "m4"]),
        (["m5", "m1"], 3, ["m1", "m5"], ["m0"]),
        (["m5", "m1"], 1, ["m1"], []),
        (["m5"], 0, [], []),
    ],
)
def test_what_was_promoted_is_first_or_a_handful(
    tmp_path: Path, promoted: list[str], most: int, first: list[str], others: list[str]
) -> None:
    names = [f"m{number}" for number in range(6)]
    for name in promoted:
        (tmp_path / name).mkdir()
        (tmp_path / name / "aliases.json").write_text('{"champion": 1}')
    assert preloaded_names(Registry.at(tmp_path), names, most) == (first, others)
