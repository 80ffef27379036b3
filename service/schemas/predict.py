"""What POST /predict takes and answers."""

import math
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, ConfigDict, Discriminator, Field, FiniteFloat, Tag, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from models.references import REFERENCE_PATTERN
from models.seasonal.adjusted_windows import MOST_SEASONS
from service.schemas.wire import WireModel

MAX_WINDOWS, MAX_LEVELS, MAX_PATHS = 1_000, 10, 1_000
MAX_COVARIATES, MAX_CATEGORY_LENGTH = 100, 200


def _nesting(value: object) -> Literal["plain", "nested"]:
    """Tell a list from a list of lists by its first item, so that errors speak of one of them only."""
    return "nested" if isinstance(value, list) and value and isinstance(value[0], list) else "plain"


def _listing(value: object) -> Literal["one", "each"]:
    """Tell one from a list of them, likewise."""
    return "each" if isinstance(value, list) else "one"


def _each_once(levels: list[float]) -> list[float]:
    if len(set(levels)) < len(levels):
        raise PydanticCustomError("repeated", "expected each level once, but one came again")
    return levels


# fail_fast: one bad value is worth reporting, a million are an attack.
# Null is a value that is missing, which some models take.
_Numbers = Annotated[list[FiniteFloat | None], Field(fail_fast=True)]
Window = Annotated[
    Annotated[_Numbers, Tag("plain")] | Annotated[list[_Numbers], Field(fail_fast=True), Tag("nested")],
    Discriminator(_nesting),
]
# Longer than any time or duration need be.
_Text = Annotated[str, Field(max_length=40)]
_Texts = Annotated[list[_Text], Field(fail_fast=True)]
Timestamps = Annotated[
    Annotated[_Texts, Tag("plain")] | Annotated[list[_Texts], Field(fail_fast=True), Tag("nested")],
    Discriminator(_nesting),
]
OneOrEach = Annotated[Annotated[_Text, Tag("one")] | Annotated[_Texts, Tag("each")], Discriminator(_listing)]
Levels = Annotated[
    list[Annotated[float, Field(gt=0, lt=100)]],
    Field(min_length=1, max_length=MAX_LEVELS, json_schema_extra={"uniqueItems": True}),
    AfterValidator(_each_once),
]


def _numbers_or_texts(values: list[object]) -> list[object]:
    for index, value in enumerate(values):
        if isinstance(value, str) and len(value) <= MAX_CATEGORY_LENGTH:
            continue
        if not isinstance(value, float | int) or not math.isfinite(value):
            told = {"index": index, "most": MAX_CATEGORY_LENGTH}
            raise PydanticCustomError(
                "covariate",
                "expected numbers, truth values or texts of at most {most} characters; value {index} is none",
                told,
            )
    return values


def _number_or_text(value: object) -> object:
    _numbers_or_texts([value])
    return value


_StaticValue = Annotated[
    Any, AfterValidator(_number_or_text), WithJsonSchema({"type": ["number", "boolean", "string"]})
]
CovariateValues = Annotated[
    list[Any],
    AfterValidator(_numbers_or_texts),
    WithJsonSchema({"type": "array", "items": {"type": ["number", "boolean", "string"]}}),
]
WindowCovariates = Annotated[
    dict[Annotated[str, Field(max_length=MAX_CATEGORY_LENGTH)], CovariateValues], Field(max_length=MAX_COVARIATES)
]
Future = Annotated[
    Annotated[WindowCovariates, Tag("one")]
    | Annotated[list[WindowCovariates], Field(max_length=MAX_WINDOWS, fail_fast=True), Tag("each")],
    Discriminator(_listing),
]
WindowStatic = Annotated[
    dict[Annotated[str, Field(max_length=MAX_CATEGORY_LENGTH)], _StaticValue], Field(max_length=MAX_COVARIATES)
]
Static = Annotated[
    Annotated[WindowStatic, Tag("one")]
    | Annotated[list[WindowStatic], Field(max_length=MAX_WINDOWS, fail_fast=True), Tag("each")],
    Discriminator(_listing),
]


_Length = Annotated[int, Field(ge=1)]  # of a season, in values
_Lengths = Annotated[list[_Length], Field(min_length=1, max_length=MOST_SEASONS)]
OwnSeason = Annotated[Annotated[_Length, Tag("one")] | Annotated[_Lengths, Tag("each")], Discriminator(_listing)]
Season = Annotated[
    Annotated[_Length, Tag("one")]
    | Annotated[list[OwnSeason | None], Field(min_length=1, max_length=MAX_WINDOWS, fail_fast=True), Tag("each")],
    Discriminator(_listing),
]


class PredictRequest(WireModel):
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
        description="Recent values, oldest first, in the series' own units, at least the model's `least_context` long; "
        "one longer than its context is cut to its newest values. Numbers for a model of one feature, else rows of one "
        "number each; null where a value is missing, which only models whose card says `takes_missing` take.",
    )
    windows: Annotated[list[Window], Field(min_length=1, max_length=MAX_WINDOWS, fail_fast=True)] | None = Field(
        None, description=f"Many windows, up to {MAX_WINDOWS:,}, in place of `window`."
    )
    horizon: Annotated[int, Field(ge=1)] = Field(
        1, description="How many steps to forecast; those beyond the network's outputs are made of forecasts."
    )
    timestamps: Timestamps | None = Field(
        None,
        description="The time of each value of the window, in ISO 8601; without an offset it is UTC. Evenly spaced: "
        "the frequency is found from them. With `windows` a list of these. Models with calendar inputs need times.",
    )
    end: OneOrEach | None = Field(
        None, description="In place of `timestamps`: the time of the window's last value. With `windows` a list."
    )
    freq: OneOrEach | None = Field(
        None,
        description="The time between values: `30m`, `1h`, `1d`, `1w`, `1mo`, `1q`, `1y`, or several as in `1h30m`. "
        "May be left out where the model has a frequency of its own, or `timestamps` tell it; comes without times "
        "where it is to tell the season alone. With `windows` a list, or one for all.",
    )
    season: Season | None = Field(
        None,
        description="How many values the window's season has, or a list of up to three; 1 says that there is none. For "
        "models that take windows of any season, and at most half the window. Where it is left out, `freq` or times "
        "tell it, or else it is looked for in the window and told in the answer. With `windows` one number for all, or "
        "a list with an item for each: a number, a list of several, or null.",
        examples=[12],
    )
    future: Future | None = Field(
        None,
        description="The values of each covariate that the model takes in, such as a weather forecast, by name: those "
        "of the window and then those of the horizon. Numbers, or texts for categories. With `windows` a list.",
        examples=[{"temperature": [21.5, 22, 23.5], "holiday": [False, False, True]}],
    )
    past: Future | None = Field(
        None,
        description="The values of each covariate that is known for the window alone, by name. With `windows` a list.",
        examples=[{"neighbour": [3.5, 4, 4.5]}],
    )
    static: Static | None = Field(
        None,
        description="The value of each covariate that a series has one of, by name. With `windows` a list.",
        examples=[{"region": "north"}],
    )
    levels: Levels | None = Field(
        None,
        description="Prediction intervals' nominal coverage in percent, each once. They are split conformal ones, "
        "calibrated step by step, so the coverage is marginal: that of each step on its own, not of all jointly. "
        "Needs a model with calibration.",
    )
    adapt: bool = Field(
        False,
        description="Have the intervals follow the window: forecasts from earlier origins in it are compared with what "
        "came, and each step's bounds widened or narrowed. Needs `levels` and a window longer than the context, best "
        "by many horizons; costs up to 64 forecasts more.",
    )
    paths: Annotated[int, Field(ge=1, le=MAX_PATHS)] | None = Field(
        None,
        description="How many sample paths to draw: whole horizons, so that their sums and maxima are right too. Needs "
        "a model with calibration.",
    )
    seed: Annotated[int, Field(ge=0, lt=2**32)] | None = Field(
        None, description="With `paths`, decides which are drawn: the same seed, the same paths. By default 0."
    )

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.model_extra:
            known = {"name": next(iter(self.model_extra)), "fields": ", ".join(type(self).model_fields)}
            raise PydanticCustomError("unknown_field", "there is no such field; the fields are {fields}", known)
        if (self.window is None) == (self.windows is None):
            came = "both came" if self.window is not None else "neither came"
            raise ValueError(f"send either window (one series) or windows (many), but {came}")
        if self.seed is not None and self.paths is None:
            raise ValueError("seed is for sample paths: send paths with it, or leave seed out")
        return self

    @property
    def count(self) -> int:
        """How many windows came."""
        return 1 if self.windows is None else len(self.windows)

    @property
    def timed(self) -> bool:
        """Whether anything tells times."""
        return self.timestamps is not None or self.end is not None or self.freq is not None


Predictions = list[float] | list[list[float]]
AnsweredSeason = int | list[int] | None


class IntervalBounds(WireModel):
    """The intervals of one level, shaped like the predictions."""

    lower: Predictions | list[Predictions]
    upper: Predictions | list[Predictions]


class PredictResponse(WireModel):
    """The forecast: for each step a number, or a row of them where the model has several targets."""

    model: str = Field(description="The model's name.")
    version: int = Field(description="The version that answered.")
    predictions: Predictions | list[Predictions] = Field(
        description="`predictions[h]` is the value h + 1 steps after the last one sent; "
        "for `windows` a list of these, in the order sent."
    )
    timestamps: list[str] | list[list[str]] | None = Field(
        None,
        description="Each prediction's time, in the offset that came; only where times were sent.",
    )
    intervals: dict[str, IntervalBounds] | None = Field(
        None,
        description="For each level sent, such as `80` or `97.5`, its interval around every prediction; only where "
        "`levels` were sent. Coverage is marginal: each step's on its own.",
    )
    paths: list[Predictions] | list[list[Predictions]] | None = Field(
        None, description="Sample paths, each shaped like the predictions of a window; only where `paths` were asked."
    )
    season: AnsweredSeason | list[AnsweredSeason] = Field(
        None,
        description="The season that was found in the window, in values, a list where there are several, null where "
        "there is none; only where the model takes in seasons and neither `season`, nor `freq` or times told it. For "
        "`windows` a list of these, null also where it was told.",
    )
    warnings: list[str] | None = Field(
        None, description="What to mind about this forecast; only where there is something."
    )
