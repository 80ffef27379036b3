"""What the tools take and give, in the words that an assistant reads."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

MAX_HORIZON = 10_000  # as the service has it

Steps = list[float] | list[list[float]]


class _Schema(BaseModel):
    model_config = ConfigDict(extra="forbid")


class NoArguments(_Schema):
    """Nothing is asked."""


class ForecastArguments(_Schema):
    """A window of a series' recent values, and how far to forecast; the fields are those of POST /predict."""

    model: str = Field(
        description="A model's name from list_models, optionally with a version or an alias: load, load@2, load@best."
    )
    window: list[float | None] | list[list[float | None]] = Field(
        description="Recent values of the series, oldest first, in its own units; at least as many as the model's "
        "least_context. More do no harm: the newest count. For a model of several features each item is a list with a "
        "number of each, in the order of its features. null is a missing value, which only some models take."
    )
    horizon: Annotated[int, Field(ge=1, le=MAX_HORIZON)] = Field(1, description="How many steps to forecast.")
    levels: list[float] | None = Field(
        None,
        description="Give prediction intervals of these levels, in percent, such as [80, 95]; up to the model's "
        "highest_level.",
    )
    timestamps: list[str] | None = Field(
        None,
        description="The time of each value of the window, in ISO 8601, evenly spaced; without an offset it is UTC. A "
        "model that needs_times must have these, or end.",
    )
    end: str | None = Field(None, description="In place of timestamps: the time of the window's last value.")
    freq: str | None = Field(
        None,
        description="The time between values, such as 30m, 1h, 1d, 1w, 1mo; needed with end where the model has no "
        "frequency of its own.",
    )
    season: int | list[int] | None = Field(
        None,
        description="For a model that takes_seasons: how many values the season of the series has, such as 12 of "
        "months, or a list of up to three; 1 for none. Left out, freq or times tell it, or it is looked for.",
    )
    future: dict[str, list[float | bool | str]] | None = Field(
        None,
        description="For each of the model's future covariates, by name: its values in the window, then those of the "
        "horizon.",
    )
    past: dict[str, list[float | bool | str]] | None = Field(
        None, description="For each of the model's past covariates, by name: its values in the window."
    )
    static: dict[str, float | bool | str] | None = Field(
        None, description="For each of the model's static covariates, by name: its value."
    )


class Interval(_Schema):
    """The bounds of one level, a number for each step, or a list of one for each target."""

    lower: Steps
    upper: Steps


class ForecastAnswer(_Schema):
    """The values that follow the window."""

    model: str
    version: int = Field(description="The version that answered.")
    targets: list[str] = Field(description="What is forecast. With several, each step is a list in this order.")
    predictions: Steps = Field(description="The forecast of each step, in the series' own units.")
    timestamps: list[str] | None = Field(None, description="The time of each step, where the window's are known.")
    intervals: dict[str, Interval] | None = Field(None, description="By level, in percent.")
    season: int | list[int] | None = Field(
        None, description="The season that was found in the window, where none was given and there is one."
    )
    warnings: list[str] | None = Field(None, description="What makes the forecast doubtful; tell it the user.")


class Model(_Schema):
    """A model: what it forecasts, what it must be given, and how good it is. The facts are of its default version."""

    name: str
    versions: list[int]
    default: int | None = Field(None, description="The version that the bare name means.")
    aliases: dict[str, int]
    description: str | None = None
    features: list[str] | None = Field(None, description="The columns of its window.")
    targets: list[str] | None = Field(None, description="What is forecast.")
    context: int | None = Field(None, description="How many values a forecast rests on.")
    least_context: int | None = Field(None, description="How many values a window must have at least.")
    max_horizon: int | None = Field(None, description="How many steps it can forecast at most, where there is a limit.")
    frequency: str | None = Field(None, description="The time between values.")
    needs_times: bool | None = Field(None, description="Whether a request must have timestamps or end.")
    takes_missing: bool | None = Field(None, description="Whether a window may hold null.")
    takes_seasons: bool | None = Field(None, description="Whether it takes series of any season and frequency.")
    future: list[str] | None = Field(None, description="Covariates that must be known ahead.")
    past: list[str] | None = Field(None, description="Covariates of the window.")
    static: list[str] | None = Field(None, description="Covariates that a series has one value of.")
    highest_level: float | None = Field(None, description="The highest level of intervals; none has no intervals.")
    mae: float | None = Field(None, description="Mean absolute error of the next value, on rows held out.")
    last_value_mae: float | None = Field(None, description="The same of a forecast that repeats the last value.")
    warnings: list[str] | None = Field(None, description="What was found wrong with it when it was published.")
    problem: str | None = Field(None, description="Why it can't be used, or its aliases can't be read.")


class ModelsAnswer(_Schema):
    """Every model of the registry."""

    registry: str = Field(description="Where it lies.")
    models: list[Model]
