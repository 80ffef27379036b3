"""What it takes to run a network: its windows, inputs, outputs and scaling."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from models.seasonal.adjusted_windows import CHANNELS, LEAST_VALUES, MOST_VALUES
from models.spec.blend import Blend
from models.spec.covariate import Covariate, Covariates
from models.spec.record import Count, Record, RowValues
from models.timeseries.calendar_features import CYCLES, Cycle
from models.timeseries.frequency import check_frequency
from models.timeseries.holiday_inputs import check_holidays
from models.timeseries.local_time import check_timezone
from models.timeseries.scaling import Scaler

RolloutMode = Literal["window", "state"]  # models/inference/rollout.py has the difference
IntervalScale = Literal["scale", "window", "quantiles"]  # models/intervals/error_scale.py has the difference

MAX_MEMBERS = 32


def _check_quantiles(probabilities: tuple[float, float]) -> tuple[float, float]:
    lower, upper = probabilities
    if not 0 < lower < 0.5 < upper < 1:
        raise ValueError(f"a lower and an upper quantile lie on both sides of 0.5, not at {lower} and {upper}")
    return probabilities


Quantiles = Annotated[tuple[float, float], AfterValidator(_check_quantiles)]


class TrainingRange(Record):
    """The range of each column over the training rows, in the network's units."""

    minimum: RowValues
    maximum: RowValues


class Extension(Record):
    """How a window that is shorter than the context is made longer: by its own first season, again and again before it.

    It must have at least `least` values.
    """

    least: Count
    season: Count


class Decoder(Record):
    """How a network gives all its outputs at once: from its last state and from what is known of each target.

    The recurrent layer takes in `patch` values at each of its steps, and a hidden layer for each target has `units`.
    """

    patch: Count
    units: Count


class ModelSpec(Record):
    """What it takes to run a network.

    A step takes in the features, then for each of `lags` the features that many steps before the target, then what is
    known of the target's time (models/inference/step_inputs.py). It gives the targets' next `outputs` values; where
    these are several, the (first) target is the first of them. docs/architecture.md has a diagram of window, lead,
    lags, difference and context. Each field's description is what GET /models/{name}/versions/{version} says of it.
    """

    kind: str = Field(pattern=r"^[a-z][a-z0-9_]*$", description="The kind of recurrent layer, as training names it.")
    units: Annotated[tuple[Count, ...], Field(min_length=1)] = Field(description="The size of each recurrent layer.")
    members: Annotated[int, Field(ge=1, le=MAX_MEMBERS)] = Field(1, description="How many networks are averaged.")
    state_sizes: tuple[Count, ...] | None = Field(
        None, description="The size of each state that the network carries; where unknown the network itself tells."
    )
    window: Count = Field(description="How many values the network sees at once.")
    lead: Count = Field(description="How many steps after the window its target lies.")
    outputs: Count = Field(1, description="How many next values the network gives at once.")
    quantiles: Quantiles | None = Field(
        None, description="The probabilities of a lower and an upper quantile that the network gives with each value."
    )
    rollout: RolloutMode = Field(
        "window",
        description="How further steps are reached: by sliding the window over predictions, or by carrying the state.",
    )
    lags: tuple[Count, ...] = Field((), description="Further inputs: the values this many steps before the target.")
    difference: Count | None = Field(
        None, description="The network works on changes from the value this many steps before."
    )
    calendar: tuple[Cycle, ...] = Field(
        (), description="Further inputs: where in these cycles the target's time lies; the model then needs times."
    )
    timezone: Annotated[str, AfterValidator(check_timezone)] = Field(
        "UTC", description="The IANA time zone whose clocks the calendar tells."
    )
    future: tuple[Covariate, ...] = Field(
        (), description="Further inputs: columns whose values are known ahead; a request brings them to its last step."
    )
    past: tuple[Covariate, ...] = Field(
        (),
        description="Further inputs: columns known for the window alone; no forecast reaches beyond `outputs`.",
    )
    static: tuple[Covariate, ...] = Field(
        (), description="Further inputs: columns with one value for each series, such as its kind."
    )
    holidays: Annotated[str, AfterValidator(check_holidays)] | None = Field(
        None, description="A further input: whether the target's local day is a public holiday there, such as AU-VIC."
    )
    masked: bool = Field(
        False, description="Whether values of a window may be null: the last known one and a mask stand in for them."
    )
    frequency: Annotated[str, AfterValidator(check_frequency)] | None = Field(
        None, description="The time between values, where training knew it."
    )
    features: Annotated[tuple[str, ...], Field(min_length=1)] = Field(description="The columns that a window has.")
    targets: Annotated[tuple[str, ...], Field(min_length=1)] = Field(description="The columns that are forecast.")
    scaler: Scaler = Field(description="How columns are scaled.")
    decoder: Decoder | None = Field(
        None,
        description="How windows of any length and season lead to all outputs at once: the values that a step of the "
        "recurrent layer takes in, and the size of the hidden layers; null: one linear layer gives the outputs.",
    )
    seen: TrainingRange | None = Field(None, description="The range of each column in training.")
    interval_season: Count | None = Field(
        None, description="Intervals are as wide as each window's mean change over this many steps; null: all alike."
    )
    interval_scale: IntervalScale = Field(
        "scale",
        description="What intervals are scaled by: what values are scaled by, each window's standard deviation, or the "
        "quantiles of each step.",
    )
    blend: Blend | None = Field(
        None, description="What is mixed into the network's forecasts, and the share of each at every step."
    )
    extension: Extension | None = Field(
        None, description="How windows shorter than the context are extended; null: they are refused."
    )
    nonnegative: tuple[str, ...] = Field(
        (), description="Targets that were never negative in training: nor are their forecasts and intervals."
    )

    @model_validator(mode="after")
    def _check_columns(self) -> Self:
        count = len(self.features)
        if len(set(self.features)) != count:
            raise ValueError("features must differ from each other")
        if len(set(self.targets)) != len(self.targets):
            raise ValueError("targets must differ from each other")
        if not set(self.targets) <= set(self.features):
            raise ValueError("every target must be one of the features")
        if not set(self.nonnegative) <= set(self.targets):
            raise ValueError("what is not negative must be among the targets")
        if self.blend is not None and len(self.blend.linear) not in (0, len(self.targets)):
            raise ValueError("a blend has one linear forecast for each target, or none")
        known = len(self.known_of_target)
        for linear in () if self.blend is None else self.blend.linear:
            if len(linear.covariates) not in (0, known):
                raise ValueError(
                    f"a linear forecast has a weight for each of the {known} channels of what is known of a target, or "
                    f"none, not {len(linear.covariates)}"
                )
        if len(self.scaler.mean) != count:
            raise ValueError(f"the scaler is for {len(self.scaler.mean)} columns, not {count}")
        if self.seen is not None:
            if {len(self.seen.minimum), len(self.seen.maximum)} != {count}:
                raise ValueError(f"the range seen must be of {count} columns")
            if any(low > high for low, high in zip(self.seen.minimum, self.seen.maximum, strict=True)):
                raise ValueError("the range seen must begin with the minimum")
        return self

    @model_validator(mode="after")
    def _check_decoder(self) -> Self:
        if (self.decoder is None) != (self.scaler.kind != "seasonal"):
            raise ValueError("a decoder goes with a scaler of the kind seasonal, and only with it")
        if self.decoder is None:
            return self
        if self.window % self.decoder.patch or self.window < max(2, self.outputs):
            raise ValueError("a decoder's window is a multiple of its patch, at least 2 and as long as the outputs")
        plain = {"lead": 1, "lags": (), "rollout": "window", "difference": None, "calendar": (), "holidays": None}
        plain |= {"future": (), "past": (), "static": (), "masked": False, "blend": None, "extension": None}
        plain |= {"seen": None, "nonnegative": (), "interval_season": None}
        others = [name for name, value in plain.items() if getattr(self, name) != value]
        if others or len(self.features) > 1 or len(self.units) > 1 or self.quantiles is None:
            raise ValueError(
                "a decoder is for one column, one recurrent layer and quantiles"
                + (f": leave {', '.join(others)} out" if others else "")
            )
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
        if self.interval_scale == "quantiles" and self.quantiles is None:
            raise ValueError("intervals can be scaled by quantiles where the network gives them")
        if self.outputs > 1 and self.lead > 1:
            raise ValueError("several outputs begin with the next value: the lead must be 1")
        if self.outputs > self.window and self.rollout == "state":
            raise ValueError("a rollout of states needs a window at least as long as the outputs")
        if (self.difference or self.outputs > 1) and not self.rolls_out:
            raise ValueError("differences and several outputs need every feature to be a target")
        if self.needs_times and self.frequency is None:
            raise ValueError("calendar inputs need the frequency: the time between values")
        names = (*self.covariates.names, *self.features)
        if len(set(names)) < len(names):
            raise ValueError("covariates and features must differ from each other")
        if self.past and (self.rollout == "state" or self.lead > 1):
            raise ValueError("past covariates are not known after the first step: leave rollout and lead out")
        return self

    @property
    def covariates(self) -> Covariates:
        """All of them."""
        return Covariates(self.future, self.past, self.static)

    @property
    def max_horizon(self) -> int | None:
        """How far a forecast can reach; None where there is no end."""
        if not self.rolls_out:
            return 1
        return self.outputs if self.past else None

    @property
    def context_length(self) -> int:
        """How many values a forecast rests on; a request must bring them, unless shorter windows are extended.

        Of a model for windows of any length, how many it looks at.
        """
        if self.any_length:
            return MOST_VALUES
        return max(self.network_context, 0 if self.blend is None else self.blend.context_length)

    @property
    def least_context(self) -> int:
        """The fewest values that a request may bring."""
        if self.any_length:
            return LEAST_VALUES
        context = self.context_length
        return context if self.extension is None else min(context, self.extension.least)

    @property
    def any_length(self) -> bool:
        """Whether windows of any length and season are forecast, each adjusted and scaled by itself."""
        return self.scaler.kind == "seasonal"

    @property
    def training_context(self) -> int:
        """How many rows come before the first that can be learned from; training extends no windows."""
        return self.least_context if self.any_length else self.context_length

    @property
    def takes_missing(self) -> bool:
        """Whether values of a window may be null."""
        return self.masked or self.any_length

    @property
    def network_context(self) -> int:
        """How many of these the network's answer rests on: its input and what differences are taken from."""
        return self.input_length + (self.difference or 0)

    @property
    def input_length(self) -> int:
        """How many values the first call of the network looks back on, differences already taken.

        The first prediction is the value after the last one sent, whatever the lead, so the window that predicts it
        ends `lead` steps before. An input that lies `lag` steps before its target reaches back further.
        """
        return self.window + max(self.lead, *self.lags, 0) - 1

    @property
    def step_length(self) -> int:
        """How many values each call after the first takes in: carried states hold what came before the newest ones."""
        return self.outputs if self.rollout == "state" else self.window

    @property
    def steps_per_call(self) -> int | None:
        """How many closed-loop steps one call can make: none may need a lagged value that the call predicts.

        None where any number can be.
        """
        return 1 + (min(self.lags) - 1) // self.outputs if self.lags else None

    @property
    def needs_times(self) -> bool:
        """Whether a request must bring its values' times."""
        return bool(self.calendar) or self.holidays is not None

    @property
    def time_inputs(self) -> str:
        """What the network takes in of the times, in words."""
        return ", ".join([*self.calendar, *([] if self.holidays is None else ["holidays"])])

    @property
    def known_future_channels(self) -> int:
        """How many of a step's inputs are no values of the series: those of its times, of covariates and of masks.

        Of a model for windows of any length, what stands beside its values.
        """
        if self.any_length:
            return CHANNELS - 1
        ahead, past, static = map(_channels, self.covariates)
        return self._time_channels + self.outputs * ahead + past + static + self.masks

    @property
    def known_of_target(self) -> tuple[int, ...]:
        """Which of these, by index, tell of a step's own (first) target and are known at every step ahead.

        Those of its time, of its own future covariates and of static ones. What future covariates are at the targets of
        a step's further outputs is left out, and so are past covariates and masks: they tell of what came before.
        """
        ahead, past, static = map(_channels, self.covariates)
        first_static = self._time_channels + self.outputs * ahead + past
        return (*range(self._time_channels + ahead), *range(first_static, first_static + static))

    @property
    def _time_channels(self) -> int:
        return sum(CYCLES[cycle].channels for cycle in self.calendar) + (self.holidays is not None)

    @property
    def masks(self) -> int:
        """How many of a step's inputs, its last ones, tell which of its newest values were missing."""
        return len(self.features) if self.masked else 0

    @property
    def channels(self) -> int:
        """How many numbers the network takes in at each step."""
        return len(self.features) * (1 + len(self.lags)) + self.known_future_channels

    @property
    def output_columns(self) -> int:
        """How many columns a predicted value has: one for each target, then their lower and their upper quantiles."""
        return len(self.targets) * (1 if self.quantiles is None else 3)

    @property
    def target_columns(self) -> tuple[int, ...]:
        """Each target's index among the features."""
        return tuple(self.features.index(target) for target in self.targets)

    @property
    def rolls_out(self) -> bool:
        """Whether the network's outputs can be fed back to it, so that any horizon can be reached.

        What is known of the future is no feature, so it does not end a rollout.
        """
        return self.targets == self.features


def _channels(covariates: tuple[Covariate, ...]) -> int:
    return sum(covariate.channels for covariate in covariates)
