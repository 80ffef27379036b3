"""`rollcast models upgrade`: a version of the release before, published anew."""

import json
import shutil
from pathlib import Path

from tests.rollcast.conftest import Command

FORMAT_1 = Path(__file__).parents[2] / "support" / "format-1"


def test_what_was_published_is_told_and_what_is_of_today_already(rollcast: Command, tmp_path: Path) -> None:
    root = tmp_path / "registry"
    shutil.copytree(FORMAT_1, root)
    first = rollcast("models", "upgrade", "old-window", "--registry", root)
    assert first.status == 0
    assert first.out == f"published old-window@2 in {root / 'old-window' / '2'}\n"
    again = rollcast("models", "upgrade", "old-window", "--registry", root)
    assert (again.status, again.out) == (0, "old-window@2 has today's graph already\n")
    documents = [
        json.loads(rollcast("models", "upgrade", name, "--json", "--registry", root).out)
        for name in ("old-state", "old-window")
    ]
    assert [(each["model"], each["version"], each["served"]) for each in documents] == [
        ("old-state", 2, 2),
        ("old-window", 2, 2),
    ]
    assert rollcast("models", "verify", "--registry", root).status == 0
