"""Every error that training raises on purpose, below models.errors.RollcastError.

RollcastError
└── TrainingError
    ├── MissingExtra           a library of an optional extra is not installed
    ├── RecipeError            a recipe that can't be found, read or followed
    ├── SeriesError            a series that can't be read or learned from
    └── DisagreementError      the exported graph differs from the network that was trained
"""

from models.errors import RollcastError


class TrainingError(RollcastError):
    """The root of training's errors."""


class MissingExtra(TrainingError):
    """A library of an optional extra that is not installed."""


class RecipeError(TrainingError):
    """A recipe that can't be found, read or followed."""


class SeriesError(TrainingError):
    """A series that can't be read, or that a recipe can't learn from."""


class DisagreementError(TrainingError):
    """An exported graph whose answers differ from those of the network that was trained."""
