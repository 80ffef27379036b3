"""What the health endpoints answer."""

from typing import Literal

from pydantic import Field

from service.schemas.wire import WireModel


class Alive(WireModel):
    """The process runs."""

    status: Literal["alive"] = "alive"


class Served(WireModel):
    """A version that is loaded and replayed."""

    model: str
    version: int


class Refused(WireModel):
    """A version on disk that is not served, and why."""

    model: str
    version: int | None
    reason: str


class Ready(WireModel):
    """The models are loaded and gave the answers that they gave when published."""

    status: Literal["ready"] = "ready"
    models: list[Served]
    refused: list[Refused]
    hint: str | None = Field(None, description="What to do where there is no model.")
