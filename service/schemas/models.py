"""What the endpoints of models answer: names, versions, and each version's card."""

from datetime import datetime
from typing import Any

from pydantic import Field, create_model

from models.spec.comparison import Comparison
from models.spec.example_request import example_request
from models.spec.manifest import DataRecord, Manifest
from models.spec.metrics import Calibration, ClassicalScores, Metrics, StepScores, StepValues
from models.spec.model_spec import ModelSpec
from models.spec.panel_scores import LeftOut, PanelScores
from service.schemas.wire import WireModel


class ModelSummary(WireModel):
    """One name in the registry."""

    name: str = Field(description="What requests call it.")
    default: int | None = Field(description="The version that the bare name means: the champion, else the newest.")
    versions: list[int] = Field(description="Those that were published, ascending.")
    aliases: dict[str, int] = Field(description="The version that each alias names.")
    problem: str | None = Field(None, description="Why the aliases can't be read, where they can't.")


class ModelList(WireModel):
    """Every name in the registry."""

    models: list[ModelSummary] = Field(description="One for each name.")
    hint: str | None = Field(None, description="What to do where there is no model.")


class CardBacktest(WireModel):
    """The model's errors at each step from 1 up, and the baselines' from the same origins."""

    tested_on: str = Field(description="The rows that forecasts were compared with.")
    horizon: int = Field(description="How many steps each forecast had.")
    origins: int = Field(description="How many forecasts there were, each from a row of its own.")
    stride: int = Field(description="Rows from one origin to the next.")
    series: int = Field(description="How many series the rows are of.")
    season: int = Field(description="Steps between the values whose changes scale the MASE.")
    model: StepScores = Field(description="The model's errors.")
    baselines: dict[str, StepScores] = Field(description="The errors of naive and linear forecasts, by name.")
    classical: ClassicalScores | None = Field(
        description="The model's errors beside those of classical methods, where training was asked for these."
    )
    comparisons: dict[str, Comparison] = Field(
        description="By baseline, the model's error over the whole horizon beside it, and whether that is chance."
    )
    panel: PanelScores | None = Field(
        description="Of several series, those with the highest errors, and the errors of groups by their length."
    )
    left_out: LeftOut | None = Field(description="The series that have too few rows to test on.")
    skill: dict[str, StepValues] = Field(
        description="By baseline, the share of its mean absolute error at each step that the model does away with."
    )


class _CardFacts(WireModel):
    """What a card tells besides the model's spec."""

    name: str = Field(description="The model's name.")
    version: int = Field(description="The version's number.")
    description: str = Field(description="What the recipe says that it is.")
    created_at: datetime = Field(description="When it was published.")
    context: int = Field(description="How many values a forecast rests on; longer windows are cut to the newest.")
    least_context: int = Field(description="How many values a window must bring at least.")
    takes_missing: bool = Field(description="Whether values of a window may be null.")
    takes_seasons: bool = Field(
        description="Whether windows of any season are forecast, so that a request may bring its `season`."
    )
    metrics: Metrics = Field(description="The error of the next value.")
    backtest: CardBacktest | None = Field(description="The error at each step of rolled-out forecasts.")
    calibration: Calibration | None = Field(
        description="What the intervals rest on, and the share of test values that they held at each step. Marginal: "
        "each step's on its own."
    )
    warnings: list[str] = Field(description="What was found wrong with the model when it was published.")
    data: DataRecord = Field(description="What it learned from.")
    training: dict[str, Any] = Field(description="How it was trained: the recipe, value by value, and what came of it.")
    libraries: dict[str, str] = Field(description="The version of each library that it was made with.")
    plots: list[str] = Field(description="The pictures of its training, each below the card at `plots/`.")
    example: dict[str, Any] = Field(description="A request that this version answers.")


PLOTS = "plots/"  # the folder of a version that its pictures lie in

# Of the spec a card tells all but how the network's inside is scaled: one field each, with the spec's own words.
_SPEC_FIELDS = [name for name in ModelSpec.model_fields if name not in ("scaler", "seen", "state_sizes")]

Card = create_model(
    "Card",
    __base__=_CardFacts,
    __doc__="All that is known of one version: its data, its training, how good it is, and a request that works.",
    **{
        name: (field.annotation, Field(description=field.description))
        for name in _SPEC_FIELDS
        for field in [ModelSpec.model_fields[name]]
    },  # type: ignore[call-overload]
)


def plots_of(manifest: Manifest) -> list[str]:
    """The names of a version's pictures."""
    return sorted(
        name.removeprefix(PLOTS) for name in manifest.files if name.startswith(PLOTS) and name.endswith(".png")
    )


def card_of(manifest: Manifest) -> WireModel:
    """A version's card."""
    backtest = manifest.backtest
    card: WireModel = Card(
        **{name: getattr(manifest.spec, name) for name in _SPEC_FIELDS},
        name=manifest.name,
        version=manifest.version,
        description=manifest.description,
        created_at=manifest.created_at,
        context=manifest.spec.context_length,
        least_context=manifest.spec.least_context,
        takes_missing=manifest.spec.takes_missing,
        takes_seasons=manifest.spec.any_length,
        metrics=manifest.metrics,
        backtest=None if backtest is None else CardBacktest(**dict(backtest), skill=backtest.skill()),
        calibration=manifest.calibration,
        warnings=list(manifest.warnings),
        data=manifest.data,
        training=manifest.training.model_dump(mode="json"),
        libraries=manifest.libraries,
        plots=plots_of(manifest),
        example=example_request(manifest.title, manifest),
    )
    return card
