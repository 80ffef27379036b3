"""`rollcast doctor`: a line for each thing, and status 1 where one is a problem."""

import json
from pathlib import Path

from models.registry.registry import Registry
from tests.rollcast.conftest import Command
from tests.support.tiny import publish_tiny


def test_a_line_tells_how_each_thing_is(rollcast: Command, tmp_path: Path) -> None:
    publish_tiny(Registry.at(tmp_path), "tiny")
    result = rollcast("doctor", "--registry", tmp_path, "--port", 0)
    assert (result.status, result.err) == (0, "")
    lines = result.out.splitlines()
    named = [line[9:29].rstrip() for line in lines]
    assert named[:3] == ["python", "rollcast", "extra serve"]
    assert named[-6:] == ["cores", "registry", "tiny@1", "port", "keys", "page"]
    assert f"good     registry              {tmp_path} holds 1 version of 1 model" in lines
    assert {line.split()[0] for line in lines} <= {"good", "warning"}


def test_a_problem_is_status_1_and_the_others_are_told_as_well(rollcast: Command, tmp_path: Path) -> None:
    for _ in range(2):
        publish_tiny(Registry.at(tmp_path), "tiny")
    (tmp_path / "tiny" / "1" / "model.onnx").unlink()
    result = rollcast("doctor", "--registry", tmp_path, "--port", 0)
    assert (result.status, result.err) == (1, "error: 1 problem found\n")
    assert "problem  tiny@1                model.onnx can't be read: No such file or directory: remove " in result.out
    assert "good     tiny@2 " in result.out


def test_settings_that_are_not_valid_are_a_problem_too(rollcast: Command) -> None:
    result = rollcast("doctor", "--port", 99_999)
    assert result.status == 1
    assert result.out.splitlines()[-1].startswith("problem  settings              --port or ROLLCAST_PORT: Input")


def test_json_holds_the_same(rollcast: Command, tmp_path: Path) -> None:
    result = rollcast("doctor", "--registry", tmp_path / "none", "--port", 0, "--json")
    document = json.loads(result.out)
    assert (result.status, result.err, document["problems"]) == (1, "error: 1 problem found\n", 1)
    [registry] = [check for check in document["checks"] if check["name"] == "registry"]
    assert registry == {
        "name": "registry",
        "state": "problem",
        "found": f"there is none at {tmp_path / 'none'}",
        "advice": "train a model, or name the folder with --registry or ROLLCAST_REGISTRY",
    }
