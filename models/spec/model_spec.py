"""What it takes to run a network: its kind and size, its windows, its inputs and outputs and their scaling."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from models.spec.record import Count, Record, Row
from models.timeseries.calendar_features import CYCLES, Cycle
from models.timeseries.frequency import check_frequency
from models.timeseries.local_time import check_timezone
from models.timeseries.scaling import Scaler

Kind = Literal["gru", "lstm", "simple_rnn"]
RolloutMode = Literal["window", "state"]  # told apart in models/inference/rollout.py

MAX_MEMBERS = 32


class TrainingRange(Record):
    """The range of each column over the training rows, in the network's units."""

    minimum: Row
    maximum: Row


class ModelSpec(Record):
    """What it takes to run a network.

    A step's inputs are the features, then for each of `lags` the features so many steps before the target, then the
    `calendar` of the target's time in `timezone` (models/inference/step_inputs.py). Its outputs are the
    targets' next `outputs`
    values; where they are several, the target is the first of them. With `difference` the network works on each
    value's change from the value so many steps before. `members` networks are averaged. With `interval_season`
    intervals are as wide as windows change over so many steps (models/inference/forecaster.py).
    """

    kind: Kind
    units: Annotated[tuple[Count, ...], Field(min_length=1)]
    members: Annotated[int, Field(ge=1, le=MAX_MEMBERS)] = 1
    window: Count
    lead: Count
    outputs: Count = 1
    rollout: RolloutMode = "window"
    lags: tuple[Count, ...] = ()
    difference: Count | None = None
    calendar: tuple[Cycle, ...] = ()
    timezone: Annotated[str, AfterValidator(check_timezone)] = "UTC"
    frequency: Annotated[str, AfterValidator(check_frequency)] | None = None
    features: Annotated[tuple[str, ...], Field(min_length=1)]
    targets: Annotated[tuple[str, ...], Field(min_length=1)]
    scaler: Scaler
    seen: TrainingRange | None = None
    interval_season: Count | None = None

    @model_validator(mode="after")
    def _check_columns(self) -> Self:
        count = len(self.features)
        if len(set(self.features)) != count:
            raise ValueError("features must differ from each other")
        if not set(self.targets) <= set(self.features):
            raise ValueError("every target must be one of the features")
        if len(self.scaler.mean) != count:
            raise ValueError(f"the scaler is for {len(self.scaler.mean)} columns, not {count}")
        if self.seen is not None:
            if {len(self.seen.minimum), len(self.seen.maximum)} != {count}:
                raise ValueError(f"the range seen must be of {count} columns")
            if any(low > high for low, high in zip(self.seen.minimum, self.seen.maximum, strict=True)):
                raise ValueError("the range seen must begin with the minimum")
        return self

    @model_validator(mode="after")
    def _check_steps(self) -> Self:
        if self.lags and min(self.lags) < self.lead:
            raise ValueError(
                f"every lag must be at least the lead of {self.lead}: the value {min(self.lags)} steps before the "
                "target is not known by then"
            )
        if self.interval_season is not None and self.interval_season >= self.input_length:
            raise ValueError(
                f"intervals can't be as wide as changes over {self.interval_season} steps: windows have "
                f"{self.input_length}"
            )
        if self.outputs > 1 and self.lead > 1:
            raise ValueError("several outputs begin with the next value: the lead must be 1")
        if self.outputs > self.window and self.rollout == "state":
            raise ValueError("a rollout of states needs a window at least as long as the outputs")
        if (self.difference or self.outputs > 1) and not self.rolls_out:
            raise ValueError("differences and several outputs need every feature to be a target")
        if self.calendar and self.frequency is None:
            raise ValueError("calendar inputs need the frequency: the time between values")
        return self

    @property
    def context_length(self) -> int:
        """How many values a request must bring."""
        return self.input_length + (self.difference or 0)

    @property
    def input_length(self) -> int:
        """How many values, differences already taken, the first call of the network looks back on.

        The first prediction is the value after the last one sent, whatever the lead, so the window that predicts it
        ends `lead` steps before. An input that lies `lag` steps before its target reaches back further.
        """
        return self.window + max(self.lead, *self.lags, 0) - 1

    @property
    def channels(self) -> int:
        """How many numbers the network takes in at each step."""
        calendar = sum(CYCLES[cycle].channels for cycle in self.calendar)
        return len(self.features) * (1 + len(self.lags)) + calendar

    @property
    def target_columns(self) -> tuple[int, ...]:
        """Each target's place among the features."""
        return tuple(self.features.index(target) for target in self.targets)

    @property
    def rolls_out(self) -> bool:
        """Whether the network's outputs can be fed back to it, so that any horizon can be reached."""
        return self.targets == self.features
