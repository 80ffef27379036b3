"""What a trained model is: the manifest that lies beside each version's files."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, FiniteFloat, model_validator

from models.calendar import CYCLES, Cycle
from models.names import NAME_PATTERN
from models.scaling import Scaler
from models.times import check_timezone, parse_frequency
from models.windows import context_length

Kind = Literal["gru", "lstm", "simple_rnn"]
RolloutMode = Literal["window", "state"]  # told apart in models/rollout.py
Count = Annotated[int, Field(ge=1)]
Row = tuple[FiniteFloat, ...]


def _check_frequency(text: str) -> str:
    parse_frequency(text)
    return text


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Golden(_Record):
    """A window with the answer that the model gave when it was published, both in raw units.

    `end` is the time of the window's last value, where the model asks for times.
    """

    window: tuple[Row, ...]
    predictions: tuple[Row, ...]
    end: datetime | None = None


class FileRecord(_Record):
    """The size and SHA-256 of one of a version's files."""

    size_bytes: Annotated[int, Field(ge=0)]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Scores(_Record):
    """Errors of next-value forecasts over `count` held-out values, in raw units (`mse` in their square)."""

    mae: FiniteFloat
    mse: FiniteFloat
    rmse: FiniteFloat
    count: Count


class Spread(_Record):
    """The test mean squared error of the same recipe under several seeds."""

    seeds: tuple[int, ...]
    mse: tuple[FiniteFloat, ...]


class Metrics(_Record):
    """How good the next-value forecasts are on data that training never saw, against naive ones."""

    tested_on: str
    model: Scores
    last_value: Scores
    seasonal_naive: Scores | None = None
    season: Count | None = None
    spread: Spread | None = None


class StepScores(_Record):
    """Errors of rolled-out forecasts at each step from 1 up, means over origins, series and targets.

    `mae` and `rmse` are in raw units. `mase` is the absolute error in units of the mean absolute change over one
    season before the held-out rows (Hyndman and Koehler 2006, doi:10.1016/j.ijforecast.2006.03.001); null where a
    series never changed. `smape` is in percent, from 0 to 200 (Makridakis 1993).
    """

    mae: tuple[FiniteFloat, ...]
    rmse: tuple[FiniteFloat, ...]
    mase: tuple[FiniteFloat, ...] | None
    smape: tuple[FiniteFloat, ...]


class Backtest(_Record):
    """A rolling-origin backtest: rolled-out forecasts on held-out rows beside the baselines' from the same origins."""

    tested_on: str
    horizon: Count
    origins: Count
    stride: Count
    series: Count = 1
    season: Count
    model: StepScores
    baselines: dict[str, StepScores]

    def skill(self) -> dict[str, tuple[float, ...]]:
        """For each baseline, the share of its mean absolute error at each step that the model does away with."""
        return {
            name: tuple(
                1 - mine / its if its else float(mine == its) - 1
                for mine, its in zip(self.model.mae, scores.mae, strict=True)
            )
            for name, scores in self.baselines.items()
        }


class Calibration(_Record):
    """What the prediction intervals rest on: `count` errors at each step, and the coverage measured on test rows.

    `coverage` maps a level in percent to the share of test values within its interval at each step. Intervals are
    marginal: they say nothing of several steps at once.
    """

    calibrated_on: str
    horizon: Count
    count: Count
    tested_on: str | None = None
    coverage: dict[str, tuple[FiniteFloat, ...]] = {}


class DataRecord(_Record):
    """Where the series came from, which rows did what, and the SHA-256 of its values.

    `rows` counts those of all series; `series` how many there are. `frequency` is the time between rows, `first_at`
    and `last_at` the first and last row's time, where the file tells times. `filled_rows` were missing.
    """

    source: str
    series: Count = 1
    rows: Count
    train_rows: Count
    validation_rows: Annotated[int, Field(ge=0)]
    calibration_rows: Annotated[int, Field(ge=0)] = 0
    test_rows: Annotated[int, Field(ge=0)]
    filled_rows: Annotated[int, Field(ge=0)] = 0
    first_at: datetime | None = None
    last_at: datetime | None = None
    minimum: Row
    maximum: Row
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class TrainingRecord(_Record):
    """How the model was fitted: the whole recipe, and what came of it."""

    recipe: dict[str, Any]
    duration_s: FiniteFloat
    parameters: Count
    loss: tuple[FiniteFloat, ...]
    validation_loss: tuple[FiniteFloat, ...] | None = None


class Seen(_Record):
    """The range of each column over the training rows, in the network's units."""

    minimum: Row
    maximum: Row


class Shape(_Record):
    """What it takes to run a network: its kind and size, its windows, its inputs and outputs and their scaling.

    A step's inputs are the features, then for each of `lags` the features so many steps before the target, then the
    `calendar` of the target's time in `timezone` (models/inputs.py). Its outputs are the targets' next `outputs`
    values. With `difference` the network works on each value's change from the value so many steps before.
    """

    kind: Kind
    units: Annotated[tuple[Count, ...], Field(min_length=1)]
    members: Count = 1
    window: Count
    lead: Count
    outputs: Count = 1
    rollout: RolloutMode = "window"
    lags: tuple[Count, ...] = ()
    difference: Count | None = None
    calendar: tuple[Cycle, ...] = ()
    timezone: Annotated[str, AfterValidator(check_timezone)] = "UTC"
    frequency: Annotated[str, AfterValidator(_check_frequency)] | None = None
    features: Annotated[tuple[str, ...], Field(min_length=1)]
    targets: Annotated[tuple[str, ...], Field(min_length=1)]
    scaler: Scaler
    seen: Seen | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        if len(set(self.features)) != len(self.features):
            raise ValueError("features must differ from each other")
        if not set(self.targets) <= set(self.features):
            raise ValueError("every target must be one of the features")
        if len(self.scaler.mean) != len(self.features):
            raise ValueError(f"the scaler is for {len(self.scaler.mean)} columns, not {len(self.features)}")
        if self.seen and {len(self.seen.minimum), len(self.seen.maximum)} != {len(self.features)}:
            raise ValueError(f"the range seen must be of {len(self.features)} columns")
        if self.lags and min(self.lags) < self.lead + self.outputs - 1:
            raise ValueError(
                f"every lag must be at least {self.lead + self.outputs - 1}, as the value {min(self.lags)} steps "
                "before the target is not known by then"
            )
        if self.outputs > 1 and self.lead > 1:
            raise ValueError("several outputs begin with the next value: the lead must be 1")
        if self.outputs > self.window and self.rollout == "state":
            raise ValueError("a rollout of states needs a window at least as long as the outputs")
        if (self.difference or self.outputs > 1) and not self.rolls_out:
            raise ValueError("differences and several outputs need every feature to be a target")
        return self

    @property
    def context(self) -> int:
        """How many values a request must bring."""
        return self.depth + (self.difference or 0)

    @property
    def depth(self) -> int:
        """How many values, differences already taken, the first call of the network looks back on."""
        return context_length(self.window, self.lead, self.lags)

    @property
    def channels(self) -> int:
        """How many numbers the network takes in at each step."""
        return len(self.features) * (1 + len(self.lags)) + self.calendar_channels

    @property
    def calendar_channels(self) -> int:
        """How many of these tell the calendar."""
        return sum(CYCLES[cycle].channels for cycle in self.calendar)

    @property
    def target_columns(self) -> tuple[int, ...]:
        """Each target's place among the features."""
        return tuple(self.features.index(target) for target in self.targets)

    @property
    def rolls_out(self) -> bool:
        """Whether the network's outputs can be fed back to it, so that any horizon can be reached."""
        return self.targets == self.features


class Description(Shape):
    """Everything that training knows of a model before it is published."""

    format_version: Literal[1] = 1
    description: str = ""
    training: TrainingRecord
    data: DataRecord
    metrics: Metrics
    backtest: Backtest | None = None
    calibration: Calibration | None = None
    warnings: tuple[str, ...] = ()
    libraries: dict[str, str]
    goldens: Annotated[tuple[Golden, ...], Field(min_length=1)]


class Manifest(Description):
    """A published version: its description, its number, and what its files must be."""

    name: Annotated[str, Field(pattern=f"^{NAME_PATTERN}$")]
    version: Count
    created_at: datetime
    files: dict[str, FileRecord]
