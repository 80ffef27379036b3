"""Every error that rollcast raises on purpose.

RollcastError
├── InvalidRequest             what was asked can't be answered; the caller can mend it
│   ├── InvalidWindow          the window's length, columns or values
│   └── InvalidHorizon         the number of steps
├── UnknownModel               no such name, version or alias
├── RefusedVersion             a version on disk that failed its checks
├── ForecastTimeout            the rollout ran past its deadline
├── Overloaded                 too much waits to be answered already
└── RegistryError              the registry can't be read or written as asked
    ├── InvalidName            a name, version or alias that is not well formed
    ├── IncompatibleVersion    a new version whose columns differ from the ones before
    └── StorageError           and three below it, in models/registry/storage.py: they don't leave the registry
"""

from typing import Self

Location = tuple[str | int, ...]


class RollcastError(Exception):
    """The root of every error raised on purpose; its text says what was expected, what came, what to do."""


class InvalidRequest(RollcastError):
    """A request that can't be answered as it stands.

    `location` is the path to the offending part of the request, such as ("window", 3).
    """

    def __init__(self, message: str, location: Location = ()) -> None:
        super().__init__(message)
        self.location = location

    def at(self, location: Location) -> Self:
        """The same error at another location."""
        return type(self)(str(self), location)

    def within(self, *prefix: str | int) -> Self:
        """The same error, its location as seen from further outside: `prefix`, then the location of before."""
        return self.at((*prefix, *self.location))


class InvalidWindow(InvalidRequest):
    """A window whose length, columns or values the model can't take."""


class InvalidHorizon(InvalidRequest):
    """A number of steps that the model can't roll out."""


class UnknownModel(RollcastError):
    """A name, version or alias that the registry does not hold."""


class RefusedVersion(RollcastError):
    """A version on disk that failed its checks and is not served."""


class ForecastTimeout(RollcastError):
    """A rollout that ran past its deadline."""


class Overloaded(RollcastError):
    """Too much waits to be answered already; `retry_after_s` tells when to ask again, in whole seconds."""

    def __init__(self, message: str, retry_after_s: int) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class RegistryError(RollcastError):
    """The registry can't be read or written as asked."""


class InvalidName(RegistryError):
    """A model name, version or alias that is not well formed."""


class IncompatibleVersion(RegistryError):
    """A new version whose columns differ from those of the versions before it."""
