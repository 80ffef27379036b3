"""What KServe's time series protocol takes and answers."""

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from models.references import REFERENCE_PATTERN
from service.protocols.asking import refuse_unknown
from service.protocols.schemas import MAX_NAME_LENGTH, Lenient
from service.schemas.predict import MAX_LEVELS, OwnSeason, Window, WindowCovariates, WindowStatic

MAX_INPUTS = 500  # each has some fields, and a body may have 5,000
SeriesType = Literal["univariate_time_series", "multivariate_time_series"]
_Values = list[float] | list[list[float]]
_Text = Annotated[str, Field(max_length=40)]
_Quantiles = Annotated[
    list[Annotated[float, Field(gt=0, lt=1)]], Field(min_length=1, max_length=2 * MAX_LEVELS + 1, fail_fast=True)
]


class TimeSeriesInput(Lenient):
    """A series, and what its protocol has no place for but lets through: a model's covariates."""

    type: SeriesType
    name: Annotated[str, Field(max_length=MAX_NAME_LENGTH)] = Field(description="Comes back with the forecast.")
    series: Window = Field(description="Values, or rows of them where the model takes in several columns.")
    frequency: _Text = Field(description="A single unit, such as `hour` or `H`; that of the model's own frequency.")
    start_timestamp: _Text | None = Field(None, description="The time of the first value, in ISO 8601.")
    season: OwnSeason | None = Field(None, description="How many values its season has, or a list of up to three.")
    future: WindowCovariates | None = Field(None, description="Covariates known ahead, as `POST /predict` takes them.")
    past: WindowCovariates | None = Field(None, description="Those of the series' own time.")
    static: WindowStatic | None = Field(None, description="Those that the series has one value of.")


class TimeSeriesOptions(BaseModel):
    """How far to forecast, and which quantiles to tell; what asks for more is refused by its name."""

    model_config = ConfigDict(strict=True, extra="allow", frozen=True, json_schema_extra={"additionalProperties": True})

    horizon: Annotated[int, Field(ge=1)] = Field(description="How many steps to forecast.")
    quantiles: _Quantiles | None = Field(None, description="Between 0 and 1, each once.")

    @model_validator(mode="after")
    def _check(self) -> Self:
        refuse_unknown(self.model_extra or {})
        if self.quantiles is not None and len(set(self.quantiles)) < len(self.quantiles):
            raise ValueError("expected each quantile once, but one came again")
        return self


class TimeSeriesRequest(Lenient):
    """What POST /v1/timeseries/forecast takes."""

    model: Annotated[str, Field(pattern=f"^{REFERENCE_PATTERN}$")] = Field(
        description="A name, optionally with a version or an alias."
    )
    inputs: Annotated[list[TimeSeriesInput], Field(min_length=1, max_length=MAX_INPUTS, fail_fast=True)]
    options: TimeSeriesOptions
    metadata: dict[str, Any] | None = Field(None, description="Passed over.")


class TimeSeriesForecast(BaseModel):
    """What follows a series."""

    type: SeriesType
    name: str
    mean_forecast: _Values = Field(description="A number for each step, or a row where the series had rows.")
    frequency: str
    start_timestamp: str = Field(description="The time of the first step; empty where the series came without one.")
    quantiles: dict[str, _Values] | None = Field(None, description="By quantile, such as `0.1`.")


class TimeSeriesOutput(BaseModel):
    """The forecast of one input."""

    type: Literal["time_series_forecast"]
    id: str
    status: Literal["completed"]
    content: list[TimeSeriesForecast]
    error: None = None


class TimeSeriesResponse(BaseModel):
    """What is answered: an output for each input."""

    id: str
    created_at: int = Field(description="When it was answered, in seconds since 1970.")
    status: Literal["completed"]
    error: None = None
    model: str = Field(description="The version that answered.")
    outputs: list[TimeSeriesOutput]
    usage: None = None
    warnings: list[str] | None = None


class TimeSeriesFault(BaseModel):
    """What is wrong, and where in the request."""

    code: str
    message: str
    param: str
    type: str


class TimeSeriesError(BaseModel):
    """An error as KServe's time series protocol tells it."""

    error: TimeSeriesFault


READ = (TimeSeriesRequest, TimeSeriesError)  # schemas that no route's answer names
