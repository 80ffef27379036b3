"""What the health endpoints answer."""

from typing import Literal

from pydantic import Field

from service.schemas.wire import WireModel


class Alive(WireModel):
    """The process runs."""

    status: Literal["alive"] = "alive"


class Served(WireModel):
    """A version that is loaded and replayed."""

    model: str = Field(description="Its name.")
    version: int = Field(description="Its number.")


class Refused(WireModel):
    """A version on disk that is not served, and why."""

    model: str = Field(description="Its name.")
    version: int | None = Field(description="Its number; absent where nothing of the name can be read.")
    reason: str = Field(description="Why it is not served.")


class Ready(WireModel):
    """The models are loaded and gave the answers that they gave when published."""

    status: Literal["ready"] = "ready"
    models: list[Served] = Field(description="What is open now; others are opened when they are asked for.")
    references: dict[str, int] = Field(
        description="The version that each bare name and each alias of these models means now; after a change in the "
        "registry, once the new version is loaded."
    )
    refused: list[Refused] = Field(description="What is not served, and why.")
    registry_problem: str | None = Field(
        None, description="Why the registry can't be read at the moment; what is loaded is served all the same."
    )
    hint: str | None = Field(None, description="What to do where there is no model.")
