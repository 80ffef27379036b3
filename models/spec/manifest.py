"""What a trained model is: the manifest that lies beside each version's files."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import Field, FiniteFloat, SerializerFunctionWrapHandler, model_serializer, model_validator

from models.references import NAME_PATTERN
from models.spec.metrics import Backtest, Calibration, Metrics
from models.spec.model_spec import ModelSpec
from models.spec.record import Count, Record, RowValues


class Golden(Record):
    """A window with the answer that the model gave when it was published, both in raw units.

    `end` is the time of the window's last value, where the model asks for times. `future`, `past` and `static` are the
    values of each covariate: those of the window and of the predictions, those of the window, and one. `seasons` are
    what a model for windows of any season is told of the window's.
    """

    window: tuple[RowValues, ...]
    predictions: tuple[RowValues, ...]
    end: datetime | None = None
    future: dict[str, tuple[FiniteFloat | str, ...]] = Field(default_factory=dict)
    past: dict[str, tuple[FiniteFloat | str, ...]] = Field(default_factory=dict)
    static: dict[str, FiniteFloat | str] = Field(default_factory=dict)
    seasons: tuple[Count, ...] | None = None


class FileRecord(Record):
    """The size and SHA-256 of one of a version's files."""

    size_bytes: Annotated[int, Field(ge=0)]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class SourceRecord(Record):
    """A source of many series that were learned from: its file in a package, that file's SHA-256, and how much."""

    name: str
    file: str
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    series: Count
    values: Count


class DataRecord(Record):
    """Where the series came from, which rows did what, and the SHA-256 of its values.

    `rows` counts those of all series; `series` how many there are. `first_at` and `last_at` are the first and the
    last row's time, where the file tells times. `filled_rows` were missing, and `gaps` says which rows are
    absent by rule. Where the model learned from a collection, `sources` has what it is of.
    """

    source: str
    series: Count = 1
    rows: Count
    train_rows: Count
    validation_rows: Annotated[int, Field(ge=0)]
    calibration_rows: Annotated[int, Field(ge=0)] = 0
    test_rows: Annotated[int, Field(ge=0)]
    filled_rows: Annotated[int, Field(ge=0)] = 0
    gaps: str = ""
    first_at: datetime | None = None
    last_at: datetime | None = None
    minimum: RowValues
    maximum: RowValues
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    sources: tuple[SourceRecord, ...] = ()


class PlanTrial(Record):
    """A plan that was tried before the recipe was chosen: what it does, and its error on validation rows.

    `error` is the mean absolute error over the horizon, each series in units of its mean change from row to row; null
    where validation rows have no room for the horizon, or the network forecast no finite numbers.
    """

    name: str
    description: str
    error: FiniteFloat | None
    duration_s: FiniteFloat
    chosen: bool = False

    @property
    def told_error(self) -> str:
        """The error as it is shown."""
        return "not known" if self.error is None else f"{self.error:.4g}"


class UpdateRecord(Record):
    """How a version came of an earlier one, whose network has learned on from a newer file.

    Of its `new_rows` the newest `held_back_rows` were held back, both counted over all series. `published_error` is
    that of the earlier version on these, over the whole horizon, and `updated_error` that of a network which had
    learned on from the rows before them; `measure` says what the errors are. `ratio` is the second in units of the
    first, and `p_value` that of Diebold and Mariano's test, null where there are too few forecasts to tell. The network
    that was then published has learned from the rows that were held back as well.
    """

    from_version: Count
    new_rows: Count
    held_back_rows: Count
    measure: Literal["MAE", "MASE"]
    published_error: FiniteFloat
    updated_error: FiniteFloat
    ratio: FiniteFloat
    p_value: FiniteFloat | None = None


class TrainingRecord(Record):
    """How the model was fitted: the whole recipe, what came of it, and which other plans were tried.

    `cut_by_clock` says that the time was over before all that was planned was trained. `update` tells what the version
    learned on from; the losses are then those of the training before.
    """

    recipe: dict[str, Any]
    duration_s: FiniteFloat
    parameters: Count
    loss: tuple[FiniteFloat, ...]
    validation_loss: tuple[FiniteFloat, ...] | None = None
    plans: tuple[PlanTrial, ...] = ()
    cut_by_clock: bool = False
    update: UpdateRecord | None = None


class Description(Record):
    """Everything that training knows of a model before it is published.

    In JSON the spec's fields stand beside the others, not below a name of their own.
    """

    spec: ModelSpec
    format_version: Literal[1, 2] = 2  # 1: without a loop, so that each step is a call
    description: str = ""
    training: TrainingRecord
    data: DataRecord
    metrics: Metrics
    backtest: Backtest | None = None
    calibration: Calibration | None = None
    warnings: tuple[str, ...] = ()
    libraries: dict[str, str]
    goldens: Annotated[tuple[Golden, ...], Field(min_length=1)]

    def with_plans(self, plans: tuple[PlanTrial, ...]) -> Self:
        """The same with the plans that were tried before its recipe was chosen."""
        return self.model_copy(update={"training": self.training.model_copy(update={"plans": plans})})

    def with_update(self, update: UpdateRecord) -> Self:
        """The same with what it learned on from."""
        return self.model_copy(update={"training": self.training.model_copy(update={"update": update})})

    @model_validator(mode="before")
    @classmethod
    def _gather_spec(cls, document: Any) -> Any:
        if not isinstance(document, dict) or isinstance(document.get("spec"), ModelSpec):
            return document
        if "spec" in document:
            raise ValueError('there is no "spec" in a manifest: its fields stand beside the others')
        spec = {name: value for name, value in document.items() if name in ModelSpec.model_fields}
        return {"spec": spec, **{name: value for name, value in document.items() if name not in spec}}

    @model_serializer(mode="wrap")
    def _spread_spec(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        document = handler(self)
        return {**document.pop("spec", {}), **document}


class Manifest(Description):
    """A published version: its description, its number, what its files must be, and the hash of all this."""

    name: Annotated[str, Field(pattern=f"^{NAME_PATTERN}$")]
    version: Count
    created_at: datetime
    files: dict[str, FileRecord]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None  # manifest_seal.py has what it is of

    @property
    def title(self) -> str:
        """How messages name the version: sine-lstm@3."""
        return f"{self.name}@{self.version}"

    def description_with(self, **changes: Any) -> Description:
        """Its description with some changes: that of a version which is made from this one."""
        kept = {name: getattr(self, name) for name in Description.model_fields}
        return Description(**{**kept, **changes})
