"""The tools over the Model Context Protocol, on standard input and output."""

import json
from collections.abc import Callable, Mapping
from functools import partial
from importlib.metadata import version
from typing import Any, NamedTuple

import anyio
import anyio.to_thread
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server
from mcp.types import (
    CallToolRequestParams,
    CallToolResult,
    ListToolsResult,
    PaginatedRequestParams,
    TextContent,
    Tool,
    ToolAnnotations,
)
from pydantic import BaseModel, ValidationError

from models.errors import RollcastError
from models.registry.registry import Registry
from models.text import did_you_mean, printable
from rollcast.assistant.schemas import ForecastAnswer, ForecastArguments, ModelsAnswer, NoArguments
from rollcast.assistant.tools import Tools

INSTRUCTIONS = (
    "Forecasts of time series by models that were trained for them. list_models tells what each model forecasts and "
    "what it must be given; forecast takes a window of recent values and gives those that follow. A model is good for "
    "the kind of series that it was trained on: its error beside that of repeating the last value says how good. Pass "
    "warnings on to the user."
)


class _Offered(NamedTuple):
    """A tool: how it is listed, and what answers it."""

    tool: Tool
    answer: Callable[[Mapping[str, Any]], BaseModel]


def run(registry: Registry) -> None:
    """Answer an assistant until it closes standard input. Meanwhile whatever else prints does so on standard error."""
    anyio.run(_serve, server_of(registry))


def server_of(registry: Registry) -> Server[Any]:
    """A server of the two tools over a registry."""
    tools = Tools(registry)
    offered = {
        each.tool.name: each
        for each in (
            _offered(
                "list_models",
                "List forecasting models",
                "List the models that can forecast: what each forecasts, how many values its window must have, what "
                "else it needs, and its error on rows that it never saw.",
                (NoArguments, ModelsAnswer),
                tools.list_models,
            ),
            _offered(
                "forecast",
                "Forecast a time series",
                "Forecast the next values of a series from a window of its recent ones, with prediction intervals "
                "where levels are given. Ask list_models first which model fits and what it needs.",
                (ForecastArguments, ForecastAnswer),
                tools.forecast,
            ),
        )
    }
    one_at_a_time = anyio.CapacityLimiter(1)  # a forecast takes every core

    async def list_tools(_: ServerRequestContext[Any], __: PaginatedRequestParams | None) -> ListToolsResult:
        return ListToolsResult(tools=[each.tool for each in offered.values()])

    async def call_tool(_: ServerRequestContext[Any], params: CallToolRequestParams) -> CallToolResult:
        if params.name not in offered:
            return _failed(f"there is no tool {printable(params.name)}{did_you_mean(params.name, offered)}")
        answer = partial(_answered, offered[params.name].answer, params.arguments or {})
        return await anyio.to_thread.run_sync(answer, limiter=one_at_a_time)

    return Server(
        "rollcast",
        version=version("rollcast"),
        title="rollcast",
        instructions=INSTRUCTIONS,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )


async def _serve(server: Server[Any]) -> None:
    async with stdio_server() as (received, sent):
        await server.run(received, sent, server.create_initialization_options())


def _offered(
    name: str,
    title: str,
    description: str,
    schemas: tuple[type[BaseModel], type[BaseModel]],
    answer: Callable[[Mapping[str, Any]], BaseModel],
) -> _Offered:
    """A tool that only reads; `schemas` are of what it takes and of what it gives."""
    taken, given = schemas
    tool = Tool(
        name=name,
        title=title,
        description=description,
        input_schema=taken.model_json_schema(),
        output_schema=given.model_json_schema(),
        annotations=ToolAnnotations(read_only_hint=True, idempotent_hint=True, open_world_hint=False),
    )
    return _Offered(tool, answer)


def _answered(answer: Callable[[Mapping[str, Any]], BaseModel], arguments: Mapping[str, Any]) -> CallToolResult:
    """A tool's answer, as data and as text; or in plain words what was wrong with the call."""
    from service.http.problems import explained  # which loads FastAPI

    try:
        content = answer(arguments).model_dump(mode="json", exclude_none=True)
    except (RollcastError, ValidationError) as error:
        return _failed(explained(error))
    text = json.dumps(content)  # for assistants that don't read structured content
    return CallToolResult(content=[TextContent(type="text", text=text)], structured_content=content)


def _failed(message: str) -> CallToolResult:
    return CallToolResult(content=[TextContent(type="text", text=message)], is_error=True)
