"""The registry's change token: one small file that is new after every change, so that watching costs one read."""

import secrets
from contextlib import suppress

from models.errors import RegistryError
from models.registry.storage import MissingFile, Storage, StorageError

CHANGED = ".changed"  # at the registry's root
MAX_TOKEN_BYTES = 256


def read_change_token(storage: Storage) -> bytes | None:
    """What the token is now; None where nothing has changed yet. Raises RegistryError."""
    try:
        return storage.read("", CHANGED, MAX_TOKEN_BYTES)
    except MissingFile:
        return None
    except StorageError as error:
        raise RegistryError(f"{CHANGED} can't be read: {error}") from error


def renew_change_token(storage: Storage) -> None:
    """Say that something has changed; called after the change is made.

    Never fails, as the change stands: who can't write the token is noticed later, when watchers look at everything.
    """
    with suppress(StorageError, RegistryError):  # a conflict says that somebody else has just renewed it
        storage.swap("", CHANGED, secrets.token_hex(8).encode() + b"\n", expected=read_change_token(storage))
