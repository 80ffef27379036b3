"""The base of every part of a manifest: frozen, without unknown keys, finite numbers only."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat

Count = Annotated[int, Field(ge=1)]
RowValues = tuple[FiniteFloat, ...]  # one number for each column


class Record(BaseModel):
    """A part of a manifest: it never changes, knows all its keys and holds finite numbers only."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
