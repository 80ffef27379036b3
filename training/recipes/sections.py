"""The sections of a recipe: every value with its type, its default and its help."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from models.spec.model_spec import MAX_MEMBERS, RolloutMode
from models.spec.record import Count
from models.timeseries.calendar_features import Cycle
from models.timeseries.frequency import check_frequency
from models.timeseries.holiday_inputs import check_holidays
from models.timeseries.local_time import check_timezone
from models.timeseries.scaling import ScalerKind

Kind = Literal["gru", "lstm", "simple_rnn"]  # the recurrent layers in training/networks/cells.py
GeneratorName = Literal["m3-monthly", "noisy-sine", "sine"]
Fill = Literal["none", "previous", "linear"]
Missing = Literal["error", "mask"]
Loss = Literal["mse", "mae", "huber"]
Decay = Literal["none", "cosine"]
PACKAGE_SCHEME = "package://"  # begins the path of a file inside an installed package
DEFAULT_SEQUENCE_WINDOWS = 4  # the length of a training sequence; docs/rollouts.md has the measurements


def _as_tuple(value: object) -> object:
    return tuple(value) if isinstance(value, list) else (value,)  # so that `units = 64` needs no brackets


Names = Annotated[tuple[str, ...], BeforeValidator(_as_tuple)]
Sizes = Annotated[tuple[Count, ...], BeforeValidator(_as_tuple)]
Cycles = Annotated[tuple[Cycle, ...], BeforeValidator(_as_tuple)]
Share = Annotated[float, Field(ge=0, le=1)]


class Section(BaseModel):
    """A group of values: immutable, without further keys, type conversions or infinite numbers."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", allow_inf_nan=False)


class SeriesSection(Section):
    """Where the series comes from."""

    csv: str | None = Field(
        None,
        description="CSV or Parquet file of the series, oldest row first; package://NAME/PATH is a package's file",
    )
    column: Names = Field((), description="a column to learn from; by default the file's only numeric one")
    target: Names = Field((), description="a column to forecast; by default all that are learned from")
    future: Names = Field(
        (), description="a column of values known ahead, such as a weather forecast: numbers, or texts as categories"
    )
    past: Names = Field(
        (), description="a column that is known up to now alone, such as another site's values: numbers, or categories"
    )
    static: Names = Field((), description="a column with one value for each series, such as its kind; needs id")
    holidays: Annotated[str, AfterValidator(check_holidays)] | None = Field(
        None, description="the place whose public holidays are a further input, such as DE or AU-VIC"
    )
    generator: GeneratorName | None = Field(None, description="a generated series in place of a file")
    id: str | None = Field(
        None, description='the column that says which series a row belongs to, each scaled by its context; "" for none'
    )
    one_series: bool = Field(False, description="all rows are one series, whatever other columns seem to say")
    time: str | None = Field(
        None,
        description='the column of times, such as 2012-01-31T13:30 (in UTC without an offset) or 1960 Jan; "" for none',
    )
    frequency: Annotated[str, AfterValidator(check_frequency)] | None = Field(
        None, description="the time between rows, such as 30m, 1d or 1mo; by default it is found from the rows"
    )
    timezone: Annotated[str, AfterValidator(check_timezone)] = Field(
        "UTC", description="the IANA time zone of the calendar inputs' local time"
    )
    missing: Missing = Field(
        "error",
        description="what missing rows and empty cells are: an error unless filled, or by mask what the network learns "
        "to do without",
    )
    fill: Fill = Field("none", description="what replaces missing rows and empty cells; none refuses them")

    @property
    def covariates(self) -> tuple[str, ...]:
        """The columns that are covariates: known ahead, of the past, static."""
        return (*self.future, *self.past, *self.static)


class WindowsSection(Section):
    """What the network takes in and what it predicts."""

    window: Count = Field(24, description="how many values the network takes in")
    lead: Count = Field(1, description="how many steps after the window the target is; 1 is the next value")
    outputs: Count = Field(1, description="how many next values the network gives at once")
    lag: Sizes = Field((), description="a further input: the value this many steps before the target, such as a season")
    difference: Count | None = Field(
        None, description="learn each value's change from the value this many steps before, such as a season"
    )
    calendar: Cycles = Field((), description="a further input: the position of the target's time in this cycle")
    least_context: Count | None = Field(
        None,
        description="accept windows shorter than the context, of so many values at least, and extend them by their "
        "first season",
    )
    rollout: RolloutMode = Field(
        "window",
        description="how further steps are forecast: from a new window each, or by keeping the state",
    )
    residual: bool = Field(False, description="have the network predict the change from the latest value it takes in")
    linear_path: bool = Field(
        False, description="add a linear function of a step's inputs to the outputs, which training begins with"
    )
    sequence: Count | None = Field(
        None,
        description="with rollout state, values in a training sequence; by default what feedback needs, or 4 windows",
    )
    burn_in: Count | None = Field(
        None,
        description="with rollout state, the first values of a training sequence, without error; by default a window",
    )
    feedback: Annotated[int, Field(ge=0)] = Field(
        0,
        description="with rollout state, last steps that are trained in free running, on the network's own predictions",
    )

    @property
    def sequence_length(self) -> int:
        """The number of values in a training sequence."""
        if self.sequence is not None:
            return self.sequence
        return self.window + self.feedback - 1 if self.feedback else DEFAULT_SEQUENCE_WINDOWS * self.window

    @property
    def first_trained(self) -> int:
        """The number of values of a training sequence up to and with the first step that has an error."""
        return self.burn_in or self.window


class SplitSection(Section):
    """Which rows of a series belong to which part, in order of time. The rows left over are the test part.

    The parts are shares of the rows or, with `test_rows`, numbers of rows counted from the end of each series.
    """

    train_share: Annotated[float, Field(gt=0, le=1)] = Field(0.7, description="share of rows to train on, the first")
    validation_share: Share = Field(0.1, description="share of rows after them to validate on")
    calibration_share: Share = Field(0.0, description="share of rows after those to calibrate intervals on")
    test_rows: Count | None = Field(
        None, description="rows to test on, the last of each series; counts are then used in place of the shares"
    )
    calibration_rows: Annotated[int, Field(ge=0)] = Field(
        0, description="with test rows, rows before them to calibrate on"
    )
    validation_rows: Annotated[int, Field(ge=0)] = Field(
        0, description="with test rows, rows before those to validate on"
    )
    calibrate_on_validation: bool = Field(
        False, description="calibrate on the validation rows as well, where rows are few"
    )


class CollectionSection(Section):
    """Very many series to learn from, in place of those that the recipe names: on these the model is tested then."""

    sources: tuple[str, ...] = Field(
        (),
        description="sources of series that a model for any series learns from, beside synthetic ones: names of those "
        "in packages, or CSV and Parquet files with the columns unique_id, ds and y",
    )
    packaged_share: Share = Field(
        0.8, description="with a collection, how many groups of windows in all are of packages' series"
    )
    synthetic: bool = Field(
        False, description="learn from synthetic series, and from the sources' if any, to forecast any other"
    )


class NetworkSection(Section):
    """The network's layers."""

    start_from: str | None = Field(
        None,
        description="a published model for any series, such as any-series or any-series@2, whose network training goes "
        "on from; what shape it has follows from it",
    )
    kind: Kind = Field("lstm", description="the recurrent layers' kind")
    units: Annotated[Sizes, Field(min_length=1)] = Field(
        (64,), description="units of a recurrent layer; more than one stacks layers"
    )
    quantile_outputs: bool = Field(
        False,
        description="give an 80 percent interval's bounds with each value, by pinball loss; intervals are scaled by "
        "them where validation rows say that they are better so",
    )
    patch: Count = Field(4, description="with scaler seasonal, how many values a step of the recurrent layer takes in")
    decoder_units: Count = Field(
        64, description="with scaler seasonal, units of the hidden layers that give each of the outputs"
    )
    dropout: Annotated[float, Field(ge=0, lt=1)] = Field(0.0, description="share of each layer's outputs to drop")
    members: Annotated[int, Field(ge=1, le=MAX_MEMBERS)] = Field(
        1, description="networks with different seeds, whose outputs are averaged"
    )


class FitSection(Section):
    """How the network is trained, by Adam."""

    scaler: ScalerKind | None = Field(
        None,
        description="scaling per column, fitted on the training rows (standard) or on each context; by default "
        "standard, and context where there are many series. With seasonal, each window is adjusted for its seasons and "
        "scaled by itself, whatever its length",
    )
    loss: Loss = Field("mse", description="the loss to minimize, in scaled units")
    epochs: Count = Field(100, description="the largest number of passes over the training rows")
    patience: Annotated[int, Field(ge=0)] = Field(
        10, description="stop after this many epochs without a lower validation loss and keep the best; 0 never stops"
    )
    batch_size: Count = Field(32, description="windows per step of the optimizer")
    learning_rate: Annotated[float, Field(gt=0)] = Field(0.001, description="Adam's learning rate")
    decay: Decay = Field("none", description="how the learning rate falls over the epochs; cosine ends at 0")
    clip: Annotated[float, Field(ge=0)] = Field(
        0.0, description="the largest norm of the gradient; a larger one is clipped to it, 0 clips none"
    )
    training_samples: Count | None = Field(
        None, description="learn from so many training samples, evenly spaced; by default from all of them"
    )
    validation_samples: Count | None = Field(
        None, description="validate after each epoch on so many samples, evenly spaced; by default on all of them"
    )
    batches: Count | None = Field(
        None, description="steps of the optimizer in an epoch; by default a pass over the training rows"
    )
    learn_on: Annotated[int, Field(ge=0)] = Field(
        0,
        description="once intervals are calibrated, further epochs on all rows before the test rows, with a third of "
        "the learning rate",
    )
    leave_out: bool = Field(
        False,
        description="each member leaves out its share of the training rows, in blocks of time; intervals are "
        "calibrated on its forecasts of these as well, where that is better on the validation rows",
    )
    feedback_epochs: Count = Field(
        10, description="with feedback, its epochs, after the others and with a third of their learning rate"
    )
    seed: Annotated[int, Field(ge=0, lt=2**31)] = Field(0, description="seed of generated data, weights and order")


class EvaluationSection(Section):
    """How the result is evaluated."""

    season: Sizes = Field((), description="steps in a season, for a seasonal naive baseline; the first scales MASE")
    horizon: Count | None = Field(
        None,
        description="how many steps ahead are evaluated and calibrated; by default the longest season, else a window",
    )
    stride: Count | None = Field(
        None,
        description="steps between the origins of evaluated forecasts; by default there are about 1,000 origins",
    )
    interval_season: Count | None = Field(
        None, description="scale intervals with each window's mean change over this many steps, such as a season"
    )
    window_intervals: bool = Field(
        False,
        description="let intervals be as wide as the standard deviation of each window makes them, unless others are "
        "clearly better on the validation rows",
    )
    linear_lags: Count | None = Field(
        None, description="lags of the linear baseline; by default the model's context, at most 512"
    )
    blend: bool = Field(
        False,
        description="mix the naive and the linear forecasts into the network's, as far as validation and calibration "
        "rows say",
    )
    nonnegative: bool = Field(
        False, description="forecast nothing below 0 where no training row is: counts and amounts"
    )
    seeds: Annotated[int, Field(ge=1, le=100)] = Field(
        1, description="train with this many seeds, from seed upwards, and report the spread of the test error"
    )


class PicturesSection(Section):
    """Pictures drawn during training, in addition to those before and after it."""

    picture_every_epochs: Annotated[int, Field(ge=0)] = Field(
        0, description="draw the predictions each time this many epochs are done; 0 only before and after training"
    )
