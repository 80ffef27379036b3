"""The recipe: every value that decides what a training run does, and which values go together."""

import json
from collections.abc import Mapping
from typing import Any, Self

from pydantic import Field, ValidationError, model_validator

from models.text import listed
from models.timeseries.scaling import ScalerKind
from training.errors import RecipeError
from training.recipes.fields import format_errors, section_of
from training.recipes.sections import (
    CollectionSection,
    EvaluationSection,
    FitSection,
    NetworkSection,
    PicturesSection,
    Section,
    SeriesSection,
    SplitSection,
    WindowsSection,
)


class Recipe(Section):
    """All values of a training run. No two values have the same name, because every name is also a flag."""

    name: str = Field("", description="the name to publish under: lower-case letters, digits and hyphens")
    description: str = Field("", description="a sentence on the model, for its card")
    series: SeriesSection = SeriesSection()
    windows: WindowsSection = WindowsSection()
    collection: CollectionSection = CollectionSection()
    split: SplitSection = SplitSection()
    network: NetworkSection = NetworkSection()
    fit: FitSection = FitSection()
    evaluation: EvaluationSection = EvaluationSection()
    pictures: PicturesSection = PicturesSection()

    @model_validator(mode="after")
    def _check(self) -> Self:
        self._check_series()
        self._check_feedback()
        self._check_sequence()
        self._check_split()
        if self.collection.synthetic and self.scaler != "seasonal":
            raise ValueError("synthetic series are for a model of any series: set scaler = seasonal, or leave them out")
        self._check_seasonal()
        if self.collection.sources and not self.collection.synthetic:
            raise ValueError("sources come with synthetic series: set synthetic, or leave sources out")
        if self.fit.seed + self.evaluation.seeds > 2**31:
            raise ValueError(f"the seeds from {self.fit.seed} up pass the largest, {2**31 - 1}: lower seed or seeds")
        if self.fit.leave_out and self.network.members < 2:
            raise ValueError("leave_out takes members to take turns: set members to 2 at least, or leave it out")
        if (self.windows.calendar or self.series.holidays) and self.series.time is None:
            raise ValueError("calendar inputs need each row's time: name its column with time")
        return self

    def _check_series(self) -> None:
        series = self.series
        if series.csv is not None and series.generator is not None:
            raise ValueError("a series comes from csv or from generator, not from both: leave one out")
        if series.generator is not None and (
            series.column or series.target or series.id or series.time or series.covariates
        ):
            raise ValueError("a generated series has one column: leave out column, target, id, time and covariates")
        for key, names in (("column", series.column), ("target", series.target), ("a covariate", series.covariates)):
            if len(set(names)) != len(names):
                raise ValueError(f"{key} must name each column once, not {', '.join(names)}")
        if set(series.covariates) & {*series.column, series.id, series.time}:
            raise ValueError("future, past and static name columns of their own: not those of column, id and time")
        if series.static and series.id is None:
            raise ValueError("static tells series from each other: name the column that does with id, or leave it out")
        if series.missing == "mask" and series.fill != "none":
            raise ValueError("fill leaves no value missing: leave fill or missing out")
        if series.column and not set(series.target) <= set(series.column):
            raise ValueError(f"each target must be one of the columns {', '.join(series.column)}")

    def _check_seasonal(self) -> None:
        """A network of windows of any length has one way to its outputs, and keeps to each window's own floor."""
        starts = self.network.start_from is not None
        if starts and self.collection.synthetic:
            raise ValueError("start_from is for a series of one's own: leave it or synthetic out")
        if starts and self.fit.leave_out:
            raise ValueError("a network that starts from a published one has seen all rows: leave leave_out out")
        if self.scaler != "seasonal":
            return
        others = {
            "residual": self.windows.residual,
            "linear_path": self.windows.linear_path,
            "dropout": self.network.dropout,
            "blend": self.evaluation.blend,
            "nonnegative": self.evaluation.nonnegative,
            "interval_season": self.evaluation.interval_season,
        }
        given = [name for name, value in others.items() if value]
        if given:
            raise ValueError(f"scaler = seasonal goes without {listed(given)}: leave {listed(given)} out")

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
        if windows.linear_path and windows.residual:
            raise ValueError("linear_path takes in the latest value already: leave residual out")
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

    def _check_sequence(self) -> None:
        windows = self.windows
        if windows.rollout == "window" and windows.sequence is not None:
            raise ValueError("sequence is for training through time: add rollout = state, or leave sequence out")
        if windows.rollout == "state" and windows.sequence_length <= windows.window:
            raise ValueError(
                f"sequence must be longer than the window of {windows.window}, not {windows.sequence}: "
                "what goes beyond the window is where the network learns to go on from its state"
            )

    def _check_split(self) -> None:
        split = self.split
        used = split.train_share + split.validation_share + split.calibration_share
        if used > 1 + 1e-9:  # shares such as 0.7 + 0.2 + 0.1 can add up to a little more than 1
            raise ValueError(
                f"train_share, validation_share and calibration_share must add up to 1 at most, not {used:g}"
            )
        if split.test_rows is None and (split.calibration_rows or split.validation_rows):
            raise ValueError("calibration_rows and validation_rows count back from test_rows: add test_rows")

    @property
    def scaler(self) -> ScalerKind:
        """How values are scaled: as the recipe says, otherwise by context for many series and standard for one."""
        many = self.series.id is not None or self.series.generator == "m3-monthly"
        return self.fit.scaler or ("context" if many else "standard")

    @property
    def naive_seasons(self) -> tuple[int, ...]:
        """The seasons of a blend's naive forecasts, of which 1 is the last value."""
        return (1, *(season for season in self.evaluation.season if season > 1))

    @property
    def horizon(self) -> int:
        """How many steps ahead forecasts are evaluated and calibrated."""
        if self.evaluation.horizon is not None:
            return self.evaluation.horizon
        usual = max(self.evaluation.season, default=max(self.windows.window, self.windows.outputs))
        return min(usual, self.split.test_rows or usual)

    @classmethod
    def parsed(cls, document: Mapping[str, Any]) -> Self:
        """The recipe of a parsed TOML document. Raises RecipeError, which names every wrong value."""
        try:
            # In strict mode pydantic takes lists for tuples only if they come from JSON, which has no tuples.
            return cls.model_validate_json(json.dumps(document, default=str))
        except ValidationError as error:
            raise RecipeError(format_errors(error, cls)) from error

    def with_values(self, values: Mapping[str, object]) -> Self:
        """The recipe with some values replaced, by names without a section, as in {"epochs": 5, "units": (64, 32)}.

        A csv removes the generator, a generator removes the csv and its columns, and rollout = window removes
        sequence, burn_in and feedback. Raises RecipeError.
        """
        document = self.model_dump(mode="json")
        if values.get("csv") is not None:
            document["series"]["generator"] = None
        if values.get("generator") is not None:
            document["series"] |= {
                "csv": None,
                "column": [],
                "target": [],
                "id": None,
                "time": None,
                "frequency": None,
                "future": [],
                "past": [],
                "static": [],
                "holidays": None,
            }
        if values.get("rollout") == "window":
            document["windows"] |= {"sequence": None, "burn_in": None, "feedback": 0}
        for name, value in values.items():
            section = section_of(name, type(self))
            (document if section is None else document[section])[name] = value
        return self.parsed(document)
