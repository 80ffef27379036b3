"""An error as a problem document."""

from pydantic import Field

from service.schemas.wire import WireModel


class ProblemError(WireModel):
    """One thing that is wrong with one part of the request."""

    location: str = Field(description="The part, such as `window[3]`.")
    message: str = Field(description="What is wrong with it.")


class Problem(WireModel):
    """An error, as RFC 9457 has it."""

    type: str = Field(description="Names the kind of error; docs/api.md lists them.")
    title: str = Field(description="The kind of error in words.")
    status: int = Field(description="The answer's HTTP status.")
    detail: str = Field(description="What was expected, what came, and what to send.")
    errors: list[ProblemError] | None = Field(None, description="Each thing that is wrong with the request.")
