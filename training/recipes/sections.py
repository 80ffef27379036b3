"""The sections of a recipe: every value with its type, its default and its help."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from models.spec.model_spec import RolloutMode
from models.spec.record import Count
from models.timeseries.calendar_features import Cycle
from models.timeseries.scaling import ScalerKind
from models.timeseries.time_index import check_timezone, parse_frequency

Kind = Literal["gru", "lstm", "simple_rnn"]  # the recurrent layers in training/networks/cells.py
GeneratorName = Literal["m3-monthly", "noisy-sine", "sine"]
Fill = Literal["none", "previous", "linear"]
Loss = Literal["mse", "mae", "huber"]
Decay = Literal["none", "cosine"]
DEFAULT_SEQUENCE = 4  # windows; docs/rollouts.md has the measurements


def _frequency(text: str) -> str:
    parse_frequency(text)
    return text


def _several(value: object) -> object:
    return tuple(value) if isinstance(value, list) else (value,)  # so that `units = 64` needs no brackets


Names = Annotated[tuple[str, ...], BeforeValidator(_several)]
Sizes = Annotated[tuple[Count, ...], BeforeValidator(_several)]
Cycles = Annotated[tuple[Cycle, ...], BeforeValidator(_several)]
Share = Annotated[float, Field(ge=0, le=1)]


class Section(BaseModel):
    """Values that are what they say: no others, no conversions, no infinities."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", allow_inf_nan=False)


class SeriesSection(Section):
    """Where the series comes from."""

    csv: str | None = Field(
        None, description="CSV or Parquet file of the series, oldest row first; package://NAME/PATH lies in a package"
    )
    column: Names = Field((), description="a column to learn from; by default the file's only numeric one")
    target: Names = Field((), description="a column to forecast; by default all that are learned from")
    generator: GeneratorName | None = Field(None, description="a generated series in place of a file")
    id: str | None = Field(
        None, description='the column that tells many series apart, each scaled by its context; "" for none'
    )
    time: str | None = Field(None, description='the column of times, ISO 8601, without an offset in UTC; "" for none')
    frequency: Annotated[str, AfterValidator(_frequency)] | None = Field(
        None, description="the time between rows, such as 30m, 1d or 1mo; by default what the rows show"
    )
    timezone: Annotated[str, AfterValidator(check_timezone)] = Field(
        "UTC", description="the IANA time zone whose clocks the calendar inputs tell"
    )
    fill: Fill = Field("none", description="what stands in for missing rows and empty cells; none refuses them")


class WindowsSection(Section):
    """What the network sees, and what it should say."""

    window: Count = Field(24, description="how many values the network sees")
    lead: Count = Field(1, description="how many steps after the window its target lies; 1 is the next value")
    outputs: Count = Field(1, description="how many next values the network gives at once")
    lag: Sizes = Field((), description="a further input: the value so many steps before the target, such as a season")
    difference: Count | None = Field(
        None, description="learn each value's change from the value so many steps before, such as a season"
    )
    calendar: Cycles = Field((), description="a further input: where in this cycle the target's time lies")
    rollout: RolloutMode = Field(
        "window", description="how horizons are reached: by a new window for each step, or by carrying the state on"
    )
    residual: bool = Field(False, description="have the network answer the change from the newest value it sees")
    sequence: Count | None = Field(
        None,
        description="with rollout state, values in a training sequence; by default what feedback takes, or 4 windows",
    )
    burn_in: Count | None = Field(
        None,
        description="with rollout state, the first values of a training sequence, without error; by default a window",
    )
    feedback: Annotated[int, Field(ge=0)] = Field(
        0,
        description="with rollout state, steps of the rollout to train through at the end, on the network's own values",
    )

    @property
    def sequence_length(self) -> int:
        """How many values a training sequence has."""
        if self.sequence is not None:
            return self.sequence
        return self.window + self.feedback - 1 if self.feedback else DEFAULT_SEQUENCE * self.window

    @property
    def first_trained(self) -> int:
        """How many values of a training sequence the network sees before its first answer counts."""
        return self.burn_in or self.window


class SplitSection(Section):
    """Which rows of a series do what, in order of time; those left over are tested on.

    Either by shares or, where `test_rows` is given, by counts from each series' end.
    """

    train_share: Annotated[float, Field(gt=0, le=1)] = Field(0.7, description="share of rows to train on, the first")
    validation_share: Share = Field(0.1, description="share of rows after them to validate on")
    calibration_share: Share = Field(0.0, description="share of rows after those to calibrate intervals on")
    test_rows: Count | None = Field(
        None, description="rows to test on, each series' last; puts the shares aside for counts"
    )
    calibration_rows: Annotated[int, Field(ge=0)] = Field(
        0, description="with test rows, rows before them to calibrate on"
    )
    validation_rows: Annotated[int, Field(ge=0)] = Field(
        0, description="with test rows, rows before those to validate on"
    )


class NetworkSection(Section):
    """The network."""

    kind: Kind = Field("lstm", description="the recurrent layers' kind")
    units: Annotated[Sizes, Field(min_length=1)] = Field(
        (64,), description="units of a recurrent layer; more than one stacks layers"
    )
    dropout: Annotated[float, Field(ge=0, lt=1)] = Field(0.0, description="share of each layer's outputs to drop")
    members: Annotated[int, Field(ge=1, le=32)] = Field(
        1, description="networks, each from a seed of its own, whose outputs are averaged"
    )


class FitSection(Section):
    """How the network is fitted, by Adam."""

    scaler: ScalerKind | None = Field(
        None,
        description="scaling per column, fitted on the training rows (standard) or on each context; by default "
        "standard, and context where there are many series",
    )
    loss: Loss = Field("mse", description="what is made small, in scaled units")
    epochs: Count = Field(100, description="most passes over the training rows")
    patience: Annotated[int, Field(ge=0)] = Field(
        10, description="stop after this many epochs without a lower validation loss and keep the best; 0 never stops"
    )
    batch_size: Count = Field(32, description="windows per step of the optimizer")
    learning_rate: Annotated[float, Field(gt=0)] = Field(0.001, description="Adam's learning rate")
    decay: Decay = Field("none", description="how the learning rate falls over the epochs; cosine ends at 0")
    clip: Annotated[float, Field(ge=0)] = Field(
        0.0, description="most that the gradient's norm may be; a longer one is cut to it, 0 cuts none"
    )
    batches: Count | None = Field(
        None, description="steps of the optimizer that make an epoch; by default a pass over the training rows"
    )
    feedback_epochs: Count = Field(
        10, description="with feedback, epochs of it, after the others and at a third of their learning rate"
    )
    seed: Annotated[int, Field(ge=0, lt=2**31)] = Field(0, description="seed of generated data, weights and order")


class EvaluationSection(Section):
    """How the result is judged."""

    season: Sizes = Field((), description="steps in a season, for a seasonal naive baseline; the first scales MASE")
    horizon: Count | None = Field(
        None,
        description="how many steps are measured and calibrated; by default the longest season, else a window",
    )
    stride: Count | None = Field(
        None, description="steps between the origins that forecasts are measured from; by default some 1,000 origins"
    )
    interval_season: Count | None = Field(
        None, description="make intervals as wide as each window's mean change over so many steps, such as a season"
    )
    linear_lags: Count | None = Field(
        None, description="lags of the linear baseline; by default the model's context, at most 512"
    )
    seeds: Annotated[int, Field(ge=1, le=100)] = Field(
        1, description="train with this many seeds, from the seed up, and report the spread of the test error"
    )


class PicturesSection(Section):
    """The pictures beside the model, besides those before and after training."""

    picture_every_epochs: Annotated[int, Field(ge=0)] = Field(
        0, description="draw the predictions every so many epochs; 0 only before and after training"
    )
