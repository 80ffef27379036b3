"""What a training run does, value by value: the recipe."""

import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from models.manifest import Count, Kind, RolloutMode
from models.scaling import ScalerKind
from training.errors import RecipeError
from training.leaves import explain, place

GeneratorName = Literal["noisy-sine", "sine"]
DEFAULT_SEQUENCE = 4  # windows; docs/rollouts.md has the measurements


def _several(value: object) -> object:
    return tuple(value) if isinstance(value, list) else (value,)  # so that `units = 64` needs no brackets


Names = Annotated[tuple[str, ...], BeforeValidator(_several)]
Sizes = Annotated[tuple[Count, ...], BeforeValidator(_several)]
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


class WindowsSection(_Section):
    """What the network sees, and what it should say."""

    window: Count = Field(24, description="how many values the network sees")
    lead: Count = Field(1, description="how many steps after the window its target lies; 1 is the next value")
    rollout: RolloutMode = Field(
        "window", description="how horizons are reached: by a new window for each step, or by carrying the state on"
    )
    sequence: Count | None = Field(
        None, description="with rollout state, values in a training sequence; by default four windows"
    )

    @property
    def sequence_length(self) -> int:
        """How many values a training sequence has."""
        return self.sequence or DEFAULT_SEQUENCE * self.window


class SplitSection(_Section):
    """Which rows do what, in order of time; those left over are tested on."""

    train_share: Annotated[float, Field(gt=0, le=1)] = Field(0.7, description="share of rows to train on, the first")
    validation_share: Share = Field(0.1, description="share of rows after them to validate on")


class NetworkSection(_Section):
    """The network."""

    kind: Kind = Field("lstm", description="the recurrent layers' kind")
    units: Annotated[Sizes, Field(min_length=1)] = Field(
        (64,), description="units of a recurrent layer; more than one stacks layers"
    )
    dropout: Annotated[float, Field(ge=0, lt=1)] = Field(0.0, description="share of each layer's outputs to drop")


class FitSection(_Section):
    """How the network is fitted: mean squared error, Adam."""

    scaler: ScalerKind = Field("standard", description="scaling per column, fitted on the training rows")
    epochs: Count = Field(100, description="most passes over the training rows")
    patience: Annotated[int, Field(ge=0)] = Field(
        10, description="stop after this many epochs without a lower validation loss and keep the best; 0 never stops"
    )
    batch_size: Count = Field(32, description="windows per step of the optimizer")
    learning_rate: Annotated[float, Field(gt=0)] = Field(0.001, description="Adam's learning rate")
    seed: Annotated[int, Field(ge=0, lt=2**31)] = Field(0, description="seed of generated data, weights and order")


class EvaluationSection(_Section):
    """How the result is judged."""

    season: Count | None = Field(None, description="steps in a season, for the seasonal naive baseline")
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
        if series.generator is not None and (series.column or series.target):
            raise ValueError("a generated series has one column: leave out column and target")
        for key, names in (("column", series.column), ("target", series.target)):
            if len(set(names)) != len(names):
                raise ValueError(f"{key} must name each column once, not {', '.join(names)}")
        if series.column and not set(series.target) <= set(series.column):
            raise ValueError(f"each target must be one of the columns {', '.join(series.column)}")
        if windows.rollout == "window" and windows.sequence is not None:
            raise ValueError("sequence is for training through time: add rollout = state, or leave sequence out")
        if windows.rollout == "state" and windows.sequence_length <= windows.window:
            raise ValueError(
                f"sequence must be longer than the window of {windows.window}, not {windows.sequence}: "
                "what goes beyond the window is where the network learns to go on from its state"
            )
        used = split.train_share + split.validation_share
        if used > 1 + 1e-9:
            raise ValueError(f"train_share and validation_share must add up to 1 at most, not {used:g}")
        return self

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
            document["series"] |= {"csv": None, "column": [], "target": []}
        if values.get("rollout") == "window":
            document["windows"]["sequence"] = None
        for name, value in values.items():
            section = place(name, type(self))
            (document if section is None else document[section])[name] = value
        return self.parsed(document)
