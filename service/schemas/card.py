"""A version's card: all that is known of it, for GET /models/{name}/versions/{version}."""

from datetime import datetime
from typing import Any

from pydantic import Field

from models.spec.example_request import example_request
from models.spec.manifest import DataRecord, Manifest
from models.spec.metrics import Calibration, Metrics, Steps, StepScores
from models.spec.model_spec import Kind, RolloutMode
from models.timeseries.calendar_features import Cycle
from service.schemas.predict import WireModel


class CardBacktest(WireModel):
    """The model's errors at each step from 1 up, and the baselines' from the same origins."""

    tested_on: str
    horizon: int
    origins: int
    stride: int = Field(description="Rows from one origin to the next.")
    series: int
    season: int = Field(description="Steps between the values whose changes scale the MASE.")
    model: StepScores
    baselines: dict[str, StepScores]
    skill: dict[str, Steps] = Field(
        description="By baseline, the share of its mean absolute error at each step that the model does away with."
    )


class Card(WireModel):
    """All that is known of one version: its data, its training, how good it is, and a request that works."""

    name: str
    version: int
    description: str
    created_at: datetime
    kind: Kind
    units: list[int]
    members: int = Field(description="How many networks are averaged.")
    context: int = Field(description="How many values a window must bring.")
    window: int = Field(description="How many values the network sees at once.")
    lead: int = Field(description="How many steps after the window its target lies.")
    outputs: int = Field(description="How many next values the network gives at once.")
    lags: list[int] = Field(description="Further inputs: the values so many steps before the target.")
    difference: int | None = Field(description="The network works on changes from the value so many steps before.")
    calendar: list[Cycle] = Field(
        description="Further inputs: where in these cycles the target's time lies; the model then needs times."
    )
    timezone: str = Field(description="The IANA time zone whose clocks the calendar tells.")
    frequency: str | None = Field(description="The time between values, where training knew it.")
    features: list[str]
    targets: list[str]
    rollout: RolloutMode = Field(
        description="How further steps are reached: by sliding the window over predictions, or by carrying the state."
    )
    metrics: Metrics = Field(description="The error of the next value.")
    backtest: CardBacktest | None = Field(description="The error at each step of rolled-out forecasts.")
    interval_season: int | None = Field(
        description="Intervals are as wide as each window's mean change over so many steps; null: alike for all."
    )
    calibration: Calibration | None = Field(
        description="What the intervals rest on, and the share of test values that they held at each step. Marginal: "
        "each step's on its own."
    )
    warnings: list[str] = Field(description="What was found wrong with the model when it was published.")
    data: DataRecord
    training: dict[str, Any]
    libraries: dict[str, str]
    example: dict[str, Any] = Field(description="A request that this version answers.")


def card(manifest: Manifest) -> Card:
    """A version's card."""
    backtest = manifest.backtest
    made: dict[str, Any] = {
        "backtest": None if backtest is None else CardBacktest(**dict(backtest), skill=backtest.skill()),
        "training": manifest.training.model_dump(mode="json"),
        "example": example_request(f"{manifest.name}@{manifest.version}", manifest),
    }
    for name in Card.model_fields.keys() - made.keys():
        value = getattr(manifest, "context_length" if name == "context" else name)
        made[name] = list(value) if isinstance(value, tuple) else value
    return Card(**made)
