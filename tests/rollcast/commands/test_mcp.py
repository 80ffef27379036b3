"""`rollcast mcp`: the protocol's own client, with the command as a process on its pipes."""

import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TextIO

import jsonschema_rs
import pytest
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.types import CallToolResult, TextContent

import rollcast as package
from models.registry.registry import Registry
from rollcast.assistant.schemas import ForecastArguments
from tests.rollcast.conftest import Command
from tests.rollcast.terminal import ROLLCAST, ROOT, in_pipe
from tests.support.tiny import timed_registry

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def timed_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("timed")
    timed_registry(path)
    return path


@asynccontextmanager
async def assistant(registry: Path, mode: str, errors: TextIO) -> AsyncIterator[Client]:
    """A client that has started the command, whose standard error goes to `errors`."""
    started = StdioServerParameters(
        command=sys.executable,
        args=["-m", "rollcast", "mcp", "--registry", str(registry)],
        env={"PYTHONPATH": str(ROOT)},
        cwd=ROOT,
    )
    async with Client(stdio_client(started, errors), mode=mode) as client:
        yield client


def text_of(result: CallToolResult) -> str:
    [content] = result.content
    assert isinstance(content, TextContent)
    return content.text


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_an_assistant_lists_the_models_and_forecasts(timed_path: Path, tmp_path: Path, mode: str) -> None:
    with open(tmp_path / "errors", "w+") as errors:
        async with assistant(timed_path, mode, errors) as client:
            assert client.server_info is not None
            assert (client.server_info.name, client.server_info.version) == ("rollcast", package.__version__)
            assert "list_models" in str(client.instructions)
            tools = {tool.name: tool for tool in (await client.list_tools()).tools}
            assert list(tools) == ["list_models", "forecast"]
            assert set(tools["forecast"].input_schema["properties"]) == set(ForecastArguments.model_fields)
            assert all(each.get("description") for each in tools["forecast"].input_schema["properties"].values())

            listed = await client.call_tool("list_models")
            assert [model["name"] for model in listed.structured_content["models"]] == ["clock", "monthly", "wide"]
            assert json.loads(text_of(listed)) == listed.structured_content

            asked: dict[str, Any] = {
                "model": "clock",
                "window": [0.1, 0.2, 0.3, 0.4],
                "horizon": 2,
                "levels": [80],
                "end": "2024-03-01T00:00+00:00",
            }
            jsonschema_rs.validate(tools["forecast"].input_schema, asked)
            answered = await client.call_tool("forecast", asked)
            assert not answered.is_error, text_of(answered)
            assert answered.structured_content["timestamps"][0] == "2024-03-01T00:30:00+00:00"
            assert len(answered.structured_content["predictions"]) == 2
            for name, result in (("list_models", listed), ("forecast", answered)):
                jsonschema_rs.validate(tools[name].output_schema or False, result.structured_content)

            wrong = await client.call_tool("forecast", {**asked, "window": [0.1]})
            assert (wrong.is_error, text_of(wrong).partition(";")[0]) == (True, "window: the window has 1 value")
            unknown = await client.call_tool("forcast", asked)
            assert (unknown.is_error, text_of(unknown)) == (True, "there is no tool forcast; did you mean forecast?")
        errors.seek(0)
        assert errors.read() == ""


def test_standard_output_is_the_protocol_s_alone_and_its_end_is_the_command_s(registry: Registry) -> None:
    ended = in_pipe([*ROLLCAST, "mcp", "--registry", registry.storage.location])
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")


def test_what_can_not_begin_is_one_line(rollcast: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    missing = rollcast("mcp", "--registry", tmp_path / "none")
    assert (missing.status, missing.out) == (1, "")
    assert missing.err.startswith("error: there is no registry at ")
    monkeypatch.setattr("rollcast.commands.mcp.find_spec", lambda _: None)
    assert rollcast("mcp").err == "error: rollcast mcp needs the extra mcp: pip install 'rollcast[mcp]'\n"
