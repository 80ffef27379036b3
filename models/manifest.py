"""What a trained model is: the manifest that lies beside each version's files."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, model_validator

from models.names import NAME_PATTERN
from models.scaling import Scaler
from models.windows import context_length

Kind = Literal["lstm", "simple_rnn"]
RolloutMode = Literal["window", "state"]  # told apart in models/rollout.py
Count = Annotated[int, Field(ge=1)]
Row = tuple[FiniteFloat, ...]


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Golden(_Record):
    """A window with the answer that the model gave when it was published, both in raw units."""

    window: tuple[Row, ...]
    predictions: tuple[Row, ...]


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


class DataRecord(_Record):
    """Where the series came from, which rows did what, and the SHA-256 of its values."""

    source: str
    rows: Count
    train_rows: Count
    validation_rows: Annotated[int, Field(ge=0)]
    test_rows: Annotated[int, Field(ge=0)]
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


class Shape(_Record):
    """What it takes to run a network: its kind and size, its windows, its columns and their scaling."""

    kind: Kind
    units: Annotated[tuple[Count, ...], Field(min_length=1)]
    window: Count
    lead: Count
    rollout: RolloutMode = "window"
    features: Annotated[tuple[str, ...], Field(min_length=1)]
    targets: Annotated[tuple[str, ...], Field(min_length=1)]
    scaler: Scaler

    @model_validator(mode="after")
    def _check(self) -> Self:
        if len(set(self.features)) != len(self.features):
            raise ValueError("features must differ from each other")
        if not set(self.targets) <= set(self.features):
            raise ValueError("every target must be one of the features")
        if len(self.scaler.mean) != len(self.features):
            raise ValueError(f"the scaler is for {len(self.scaler.mean)} columns, not {len(self.features)}")
        return self

    @property
    def context(self) -> int:
        """How many values a request must bring."""
        return context_length(self.window, self.lead)

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
    libraries: dict[str, str]
    goldens: Annotated[tuple[Golden, ...], Field(min_length=1)]


class Manifest(Description):
    """A published version: its description, its number, and what its files must be."""

    name: Annotated[str, Field(pattern=f"^{NAME_PATTERN}$")]
    version: Count
    created_at: datetime
    files: dict[str, FileRecord]
