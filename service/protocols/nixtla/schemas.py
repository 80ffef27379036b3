"""What Nixtla's protocol takes and answers."""

from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, FiniteFloat, model_validator
from pydantic_core import PydanticCustomError

from service.protocols.asking import refuse_unknown
from service.protocols.schemas import Lenient
from service.schemas.predict import MAX_COVARIATES, MAX_LEVELS, CovariateValues

# What clients send whether or not it changes anything; here it changes nothing.
PASSED_OVER = frozenset({"clean_ex_first", "finetune_depth", "finetune_loss", "refit", "feature_contributions_type"})

_Text = Annotated[str, Field(max_length=40)]
_Rows = Annotated[list[CovariateValues], Field(max_length=MAX_COVARIATES)]


def _some_once(levels: list[float]) -> list[float]:
    """The levels without 0 and without repetition: Nixtla's client makes them of quantiles, and of 0.5 it makes 0."""
    found = [level for level in dict.fromkeys(levels) if level]
    if len(found) > MAX_LEVELS:
        raise PydanticCustomError("levels", "expected at most {most} levels", {"most": MAX_LEVELS})
    return found


class Series(Lenient):
    """Series one after another in one list."""

    y: Annotated[list[FiniteFloat | None], Field(fail_fast=True)] = Field(
        description="The values of all series, oldest first; null where one is missing."
    )
    sizes: Annotated[list[Annotated[int, Field(ge=1)]], Field(min_length=1, fail_fast=True)] = Field(
        description="How many values each series has."
    )
    X: _Rows | None = Field(
        None,
        description="A list for each exogenous feature, as long as `y`: first those of `X_future`, then all others, "
        "each time the numbers before the categories, in the order in which the model names its covariates.",
    )
    X_future: _Rows | None = Field(
        None, description="The values of the horizon, series by series, of each feature that is known ahead."
    )
    categorical_exog: list[int] | None = Field(None, description="Which rows of `X` are categories.")
    start_datetime: Annotated[list[_Text], Field(fail_fast=True)] | None = Field(
        None, description="The time of each series' first value, in ISO 8601; needed where the model takes in times."
    )

    @model_validator(mode="after")
    def _check(self) -> Self:
        if sum(self.sizes) != len(self.y):
            raise ValueError(f"expected sizes that add up to the {len(self.y)} values of y, not {sum(self.sizes)}")
        if self.start_datetime is not None and len(self.start_datetime) != len(self.sizes):
            raise ValueError(f"expected a start_datetime for each of {len(self.sizes)} series")
        if self.X_future is not None and len(self.X_future) > len(self.X or ()):
            raise ValueError("expected a row of X for each row of X_future")
        if any(len(row) != len(self.y) for row in self.X or ()):
            raise ValueError(f"expected {len(self.y)} values in each row of X, as y has")
        return self


class _Request(BaseModel):
    """What both requests have; what asks for something that there is not is refused by its name."""

    model_config = ConfigDict(
        strict=True,
        extra="allow",
        frozen=True,
        protected_namespaces=(),
        json_schema_extra={"additionalProperties": True},
    )

    series: Series
    model: Annotated[str, Field(max_length=200)] | None = Field(
        None, description="A name, optionally with a version or an alias; needed where the registry holds several."
    )
    h: Annotated[int, Field(ge=1)] = Field(description="How many steps to forecast.")
    freq: _Text | None = Field(None, description="The time between values, as pandas or polars write it.")
    level: Annotated[list[Annotated[float, Field(ge=0, lt=100)]], AfterValidator(_some_once)] | None = Field(
        None, description="Levels of prediction intervals in percent."
    )

    @model_validator(mode="after")
    def _check(self) -> Self:
        refuse_unknown(self.model_extra or {}, PASSED_OVER)
        return self


class NixtlaForecastRequest(_Request):
    """What POST /v2/forecast takes."""

    @model_validator(mode="after")
    def _check_future(self) -> Self:
        ahead, of = self.h * len(self.series.sizes), f"{len(self.series.sizes)} series and {self.h} steps"
        if any(len(row) != ahead for row in self.series.X_future or ()):
            raise ValueError(f"expected {ahead} values in each row of X_future: those of {of}")
        return self


class NixtlaCrossValidationRequest(_Request):
    """What POST /v2/cross_validation takes."""

    n_windows: Annotated[int, Field(ge=1)] = Field(1, description="How many forecasts of each series.")
    step_size: Annotated[int, Field(ge=1)] | None = Field(
        None, description="How many values lie between two forecasts' beginnings; `h` where it is not told."
    )
    hist_exog: list[int] | None = Field(None, description="Which rows of `X` are not known ahead.")
    full_history: bool = Field(
        False, description="Forecast as much of each series as there is a context for; `n_windows` then means nothing."
    )


class NixtlaForecast(BaseModel):
    """The forecasts of all series, one after another."""

    mean: list[float]
    intervals: dict[str, list[float]] | None = Field(description="`lo-80` and `hi-80` of each level.")
    weights_x: None = None
    feature_contributions: None = None
    warnings: list[str] | None = None


class NixtlaCrossValidation(NixtlaForecast):
    """The forecasts of all series, and which values they are of."""

    idxs: list[int] = Field(description="The place in `y` of the value that each forecast is of.")
    sizes: list[int] = Field(description="How many forecasts each series has.")


class ModelParams(BaseModel):
    """How much a model looks back on, and how far its forecasts were tested."""

    input_size: int
    horizon: int


class NixtlaModelParams(BaseModel):
    """The same, where Nixtla's client looks for it."""

    detail: ModelParams


class Detail(BaseModel):
    """A sentence: that a key may forecast, or what went wrong."""

    detail: str


class NixtlaModel(BaseModel):
    """One of the names that a request may have as its `model`."""

    name: str


class NixtlaModels(BaseModel):
    """All of them."""

    models: list[NixtlaModel]


READ = (NixtlaForecastRequest, NixtlaCrossValidationRequest, Detail)  # schemas that no route's answer names
