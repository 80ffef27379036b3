"""What goes over the wire: requests and answers, strict both ways."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    FiniteFloat,
    Tag,
    model_validator,
)
from pydantic_core import PydanticCustomError

from models.manifest import DataRecord, Kind, Manifest, Metrics, RolloutMode
from models.names import REFERENCE_PATTERN

MAX_WINDOWS = 1_000


def _nesting(value: object) -> Literal["numbers", "rows"]:
    """Tell a list of numbers from a list of rows by its first item, so that errors speak of one of them only."""
    return "rows" if isinstance(value, list) and value and isinstance(value[0], list) else "numbers"


# fail_fast: one bad value is worth reporting, a million are an attack.
_Numbers = Annotated[list[FiniteFloat], Field(fail_fast=True)]
Window = Annotated[
    Annotated[_Numbers, Tag("numbers")] | Annotated[list[_Numbers], Field(fail_fast=True), Tag("rows")],
    Discriminator(_nesting),
]


class _Wire(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False, frozen=True)


class PredictRequest(_Wire):
    """A window of recent values, or many, and how far to forecast."""

    # Unknown fields are refused below: pydantic's own refusal lists every one, and a body has room for many.
    model_config = ConfigDict(extra="allow", json_schema_extra={"additionalProperties": False})

    model: Annotated[str, Field(pattern=f"^{REFERENCE_PATTERN}$")] | None = Field(
        None,
        description="A name, optionally with a version or an alias: `sine-lstm`, `sine-lstm@1`, `sine-lstm@champion`. "
        "May be left out where the registry holds one name.",
    )
    window: Window | None = Field(
        None,
        description="Recent values, oldest first, in the series' own units, at least the model's context long; a "
        "longer one is cut to its newest values. Numbers for a model of one feature, else rows of one number each.",
    )
    windows: Annotated[list[Window], Field(min_length=1, max_length=MAX_WINDOWS, fail_fast=True)] | None = Field(
        None, description=f"Many windows, up to {MAX_WINDOWS:,}, in place of `window`."
    )
    horizon: Annotated[int, Field(ge=1)] = Field(
        1, description="How many steps to forecast; each prediction is fed back to reach the next."
    )
    levels: Annotated[list[Annotated[float, Field(gt=0, lt=100)]], Field(min_length=1, max_length=10)] | None = Field(
        None, description="Prediction intervals' nominal coverage in percent; needs a model with calibration."
    )

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.model_extra:
            raise PydanticCustomError("unknown_field", "unknown field", {"name": next(iter(self.model_extra))})
        if (self.window is None) == (self.windows is None):
            came = "both came" if self.window is not None else "neither came"
            raise ValueError(f"send either window (one series) or windows (many), but {came}")
        return self


Steps = list[float] | list[list[float]]


class PredictResponse(_Wire):
    """The forecast: for each step a number, or a row of them where the model has several targets."""

    model: str = Field(description="The model's name.")
    version: int = Field(description="The version that answered.")
    predictions: Steps | list[Steps] = Field(
        description="`predictions[h]` is the value h + 1 steps after the last one sent; "
        "for `windows` a list of these, in the order sent."
    )


class ModelSummary(_Wire):
    """One name in the registry."""

    name: str
    default: int | None = Field(description="The version that the bare name means: the champion, else the newest.")
    versions: list[int]
    aliases: dict[str, int]
    problem: str | None = Field(None, description="Why the aliases can't be read, where they can't.")


class ModelList(_Wire):
    """Every name in the registry."""

    models: list[ModelSummary]
    hint: str | None = Field(None, description="What to do where there is no model.")


class Card(_Wire):
    """All that is known of one version: its data, its training, how good it is, and a request that works."""

    name: str
    version: int
    description: str
    created_at: datetime
    kind: Kind
    units: list[int]
    context: int = Field(description="How many values a window must bring.")
    window: int = Field(description="How many values the network sees at once.")
    lead: int = Field(description="How many steps after the window its target lies.")
    features: list[str]
    targets: list[str]
    rollout: RolloutMode = Field(
        description="How further steps are reached: by sliding the window over predictions, or by carrying the state."
    )
    metrics: Metrics
    data: DataRecord
    training: dict[str, Any]
    libraries: dict[str, str]
    example: dict[str, Any] = Field(description="A request that this version answers.")


class Alive(_Wire):
    """The process runs."""

    status: Literal["alive"] = "alive"


class Served(_Wire):
    """A version that is loaded and replayed."""

    model: str
    version: int


class Refused(_Wire):
    """A version on disk that is not served, and why."""

    model: str
    version: int | None
    reason: str


class Ready(_Wire):
    """The models are loaded and gave the answers that they gave when published."""

    status: Literal["ready"] = "ready"
    models: list[Served]
    refused: list[Refused]
    hint: str | None = Field(None, description="What to do where there is no model.")


class ProblemError(_Wire):
    """One thing that is wrong with one part of the request."""

    location: str = Field(description="The part, such as `window[3]`.")
    message: str


class Problem(_Wire):
    """An error, as RFC 9457 has it."""

    type: str = Field(description="Names the kind of error; docs/api.md lists them.")
    title: str
    status: int
    detail: str = Field(description="What was expected, what came, and what to send.")
    errors: list[ProblemError] | None = None


def example_request(manifest: Manifest, horizon: int = 5) -> dict[str, Any]:
    """A request that this version answers, its window taken from the goldens and shortened to read well."""
    rows = [[float(f"{value:.6g}") for value in row] for row in manifest.goldens[0].window]
    return {
        "model": manifest.name,
        "window": [row[0] for row in rows] if len(manifest.features) == 1 else rows,
        "horizon": horizon if manifest.rolls_out else 1,
    }


def card(manifest: Manifest) -> Card:
    """A version's card."""
    return Card(
        **{name: getattr(manifest, name) for name in Card.model_fields if name not in _CARD_ONLY},
        units=list(manifest.units),
        features=list(manifest.features),
        targets=list(manifest.targets),
        training=manifest.training.model_dump(mode="json"),
        example={**example_request(manifest), "model": f"{manifest.name}@{manifest.version}"},
    )


_CARD_ONLY = ("units", "features", "targets", "training", "example")
