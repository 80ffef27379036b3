"""What a training run does, value by value: the recipe."""

import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from models.calendar import Cycle
from models.manifest import Count, Kind, RolloutMode
from models.scaling import ScalerKind
from models.times import check_timezone, parse_frequency
from training.errors import RecipeError
from training.leaves import explain, place

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


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", allow_inf_nan=False)


class SeriesSection(_Section):
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


class WindowsSection(_Section):
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


class SplitSection(_Section):
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


class NetworkSection(_Section):
    """The network."""

    kind: Kind = Field("lstm", description="the recurrent layers' kind")
    units: Annotated[Sizes, Field(min_length=1)] = Field(
        (64,), description="units of a recurrent layer; more than one stacks layers"
    )
    dropout: Annotated[float, Field(ge=0, lt=1)] = Field(0.0, description="share of each layer's outputs to drop")
    members: Annotated[int, Field(ge=1, le=32)] = Field(
        1, description="networks, each from a seed of its own, whose outputs are averaged"
    )


class FitSection(_Section):
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


class EvaluationSection(_Section):
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


class PicturesSection(_Section):
    """The pictures beside the model, besides those before and after training."""

    picture_every_epochs: Annotated[int, Field(ge=0)] = Field(
        0, description="draw the predictions every so many epochs; 0 only before and after training"
    )


class Recipe(_Section):
    """A training run, value by value. The names of values differ across sections, so each can be a flag."""

    name: str = Field("", description="the name to publish under: lower-case letters, digits and hyphens")
    description: str = Field("", description="a sentence on the model, for its card")
    series: SeriesSection = SeriesSection()
    windows: WindowsSection = WindowsSection()
    split: SplitSection = SplitSection()
    network: NetworkSection = NetworkSection()
    fit: FitSection = FitSection()
    evaluation: EvaluationSection = EvaluationSection()
    pictures: PicturesSection = PicturesSection()

    @model_validator(mode="after")
    def _check(self) -> Self:
        series, split, windows = self.series, self.split, self.windows
        if series.csv is not None and series.generator is not None:
            raise ValueError("a series comes from csv or from generator, not from both: leave one out")
        if series.generator is not None and (series.column or series.target or series.id or series.time):
            raise ValueError("a generated series has one column: leave out column, target, id and time")
        for key, names in (("column", series.column), ("target", series.target)):
            if len(set(names)) != len(names):
                raise ValueError(f"{key} must name each column once, not {', '.join(names)}")
        if series.column and not set(series.target) <= set(series.column):
            raise ValueError(f"each target must be one of the columns {', '.join(series.column)}")
        self._check_feedback()
        if windows.rollout == "window" and windows.sequence is not None:
            raise ValueError("sequence is for training through time: add rollout = state, or leave sequence out")
        if windows.rollout == "state" and windows.sequence_length <= windows.window:
            raise ValueError(
                f"sequence must be longer than the window of {windows.window}, not {windows.sequence}: "
                "what goes beyond the window is where the network learns to go on from its state"
            )
        used = split.train_share + split.validation_share + split.calibration_share
        if used > 1 + 1e-9:
            raise ValueError(
                f"train_share, validation_share and calibration_share must add up to 1 at most, not {used:g}"
            )
        if self.fit.seed + self.evaluation.seeds > 2**31:
            raise ValueError(f"the seeds from {self.fit.seed} up pass the largest, {2**31 - 1}: lower seed or seeds")
        if split.test_rows is None and (split.calibration_rows or split.validation_rows):
            raise ValueError("calibration_rows and validation_rows count back from test_rows: add test_rows")
        if windows.calendar and series.time is None:
            raise ValueError("calendar inputs need each row's time: name its column with time")
        return self

    def _check_feedback(self) -> None:
        windows = self.windows
        if windows.rollout == "window":
            for name in ("feedback", "burn_in"):
                if getattr(windows, name):
                    raise ValueError(f"{name} needs training through time: add rollout = state, or leave {name} out")
        if windows.first_trained != windows.window and self.scaler == "context":
            raise ValueError("burn_in needs one scale for all: make it the window, or set scaler = standard")
        if windows.burn_in is not None and windows.burn_in > windows.window:
            raise ValueError(f"burn_in must be at most the window of {windows.window}, not {windows.burn_in}")
        if not windows.feedback:
            return
        if self.network.dropout:
            raise ValueError("feedback learns without dropout: leave one of them out")
        if windows.feedback == 1:
            raise ValueError("feedback must be 2 at least: the rollout's first step takes in no answer")
        if windows.lag and min(windows.lag) < windows.feedback:
            raise ValueError(
                f"with feedback over {windows.feedback} steps every lag must be as long, not {min(windows.lag)}: "
                "a shorter one would bring true values that a rollout does not have"
            )
        if windows.lead > 1 or windows.outputs > 1:
            raise ValueError("feedback needs a lead of 1 and one output at a time")
        if windows.sequence_length < windows.window + windows.feedback - 1:
            raise ValueError(
                f"sequence must be at least {windows.window + windows.feedback - 1}, a window and the steps of "
                f"feedback but the first, not {windows.sequence}"
            )

    @property
    def scaler(self) -> ScalerKind:
        """How values are scaled: as the recipe says, else as suits one series or many."""
        many = self.series.id is not None or self.series.generator == "m3-monthly"
        return self.fit.scaler or ("context" if many else "standard")

    @property
    def horizon(self) -> int:
        """How many steps forecasts are measured and calibrated over."""
        if self.evaluation.horizon is not None:
            return self.evaluation.horizon
        usual = max(self.evaluation.season, default=max(self.windows.window, self.windows.outputs))
        return min(usual, self.split.test_rows or usual)

    @classmethod
    def parsed(cls, document: Mapping[str, Any]) -> Self:
        """Make a recipe of a TOML document's content. Raises RecipeError, which names every wrong value."""
        try:
            # JSON has no tuples, so in JSON's mode pydantic takes lists for them and stays strict in all else.
            return cls.model_validate_json(json.dumps(document, default=str))
        except ValidationError as error:
            raise RecipeError(explain(error, cls)) from error

    def with_values(self, values: Mapping[str, object]) -> Self:
        """The recipe with some values replaced, by their bare names, as in {"epochs": 5, "units": (64, 32)}.

        A csv puts the generator aside, a generator the csv with its columns, and a rollout of windows the
        sequence. Raises RecipeError.
        """
        document = self.model_dump(mode="json")
        if values.get("csv") is not None:
            document["series"]["generator"] = None
        if values.get("generator") is not None:
            document["series"] |= {"csv": None, "column": [], "target": [], "id": None, "time": None, "frequency": None}
        if values.get("rollout") == "window":
            document["windows"] |= {"sequence": None, "burn_in": None, "feedback": 0}
        for name, value in values.items():
            section = place(name, type(self))
            (document if section is None else document[section])[name] = value
        return self.parsed(document)
