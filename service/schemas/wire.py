"""The base of all that goes over the wire: no unknown fields, no conversions, no NaN."""

from pydantic import BaseModel, ConfigDict


class WireModel(BaseModel):
    """Whatever goes over the wire: no unknown fields, no number for a text, no NaN."""

    model_config = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False, frozen=True)
