"""API keys: what is kept of one, and finding the one that a secret belongs to.

A key is 256 random bits, and only its SHA-256 is kept. Nobody can guess 256 bits, so a slow hash would only slow down
those who have a key.
"""

import hashlib
import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from models.references import NAME_PATTERN

Scope = Literal["predict", "read"]

PREFIX = "rollcast_"  # tells people, and programs that look for leaked secrets, what it is
SECRET_BYTES = 32


class ApiKey(BaseModel):
    """What is kept of a key."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, Field(pattern=f"^{NAME_PATTERN}$")]  # so that it fits into logs and metrics as it is
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    scopes: Annotated[Sequence[Scope], Field(min_length=1)]
    expires_at: AwareDatetime | None = None
    rate_per_s: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None

    def expired(self, now: datetime) -> bool:
        """Whether it is too late to use it."""
        return self.expires_at is not None and now >= self.expires_at


class ApiKeys(BaseModel):
    """All keys of a file; no two have the same name or the same secret."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    keys: tuple[ApiKey, ...] = ()

    @model_validator(mode="after")
    def _tell_apart(self) -> "ApiKeys":
        for field in ("name", "sha256"):
            if twice := _first_twice(getattr(key, field) for key in self.keys):
                raise ValueError(f"two keys have the {field} {twice}; remove one of them")
        return self

    def by_digest(self) -> Mapping[bytes, ApiKey]:
        """Each key under the SHA-256 of its secret, for `digest` to look up.

        How long a look-up takes may tell something of a digest, but nothing of the 256 random bits that it was made of.
        So it is as safe as comparing in constant time, and costs the same with one key as with a thousand.
        """
        return {bytes.fromhex(key.sha256): key for key in self.keys}


def new_secret() -> str:
    """A new key, as it is sent: 256 random bits in letters, digits, - and _ behind a prefix."""
    return PREFIX + secrets.token_urlsafe(SECRET_BYTES)


def digest(secret: bytes) -> bytes:
    """The SHA-256 of a key as it was sent."""
    return hashlib.sha256(secret).digest()


def utc_now() -> datetime:
    """The time that keys expire by."""
    return datetime.now(UTC)


def _first_twice(values: Iterable[str]) -> str | None:
    seen: set[str] = set()
    for value in values:
        if value in seen:
            return value
        seen.add(value)
    return None
