"""What a registry asks of the place where its files lie."""

from collections.abc import Callable, Hashable, Mapping
from contextlib import AbstractContextManager
from typing import Protocol

from models.errors import RegistryError

# Reads one file of a version: its name and the most bytes that it may have. Raises StorageError.
ReadFile = Callable[[str, int], bytes]

MAX_DOCUMENT_BYTES = 16 << 20  # of a manifest or a list of aliases: far above any, and soon read


class StorageError(RegistryError):
    """A file of the registry that can't be read or written; the text is the reason alone."""


class MissingFile(StorageError):
    """A file that is not there."""


class OversizedFile(StorageError):
    """A file larger than it may be."""

    def __init__(self, size_bytes: int, max_bytes: int) -> None:
        super().__init__(f"it has {size_bytes} bytes; at most {max_bytes} are allowed")
        self.size_bytes = size_bytes


class StorageConflict(StorageError):
    """A file or a version that somebody else has written in the meantime."""


class StagedVersion(Protocol):
    """A version that is written but not seen yet."""

    def read(self, name: str, max_bytes: int) -> bytes:
        """Read one of its files back. Raises as `Storage.read`."""

    def commit(self, version: int) -> None:
        """Let it be seen under a number, whole. Raises StorageConflict where the number is taken, and StorageError."""


class Storage(Protocol):
    """Files in folders, read whole, and ways to write and to remove that leave nothing half-done.

    A folder is named by its path, such as "sine-lstm/3"; "" is the whole storage. Every method raises StorageError,
    whose text is the reason alone. Who writes a version is not alone: numbers are reserved by `swap`.
    """

    location: str  # how messages name the storage

    def locate(self, path: str) -> str:
        """Where a path lies, for people: a file's or a folder's full name."""

    def folders(self, folder: str) -> list[str]:
        """The names of the folders right below one, in no order; none where it does not exist."""

    def exists(self, folder: str, name: str) -> bool:
        """Whether a folder has a file; where that can't be told, it may."""

    def fingerprint(self, folder: str) -> Hashable:
        """What is another once any file below a folder has changed; found without reading them."""

    def read(self, folder: str, name: str, max_bytes: int) -> bytes:
        """Read a file below a folder, never outside of it. Raises MissingFile, OversizedFile and StorageError."""

    def swap(self, folder: str, name: str, content: bytes, expected: bytes | None, *, beside: str = "") -> None:
        """Replace a small file below a folder in one step, if it is as expected; None expects that there is none.

        `beside` is a folder in the same one that must be there, such as the version that an alias is to name. Raises
        StorageConflict where one or the other is not as expected, and StorageError; the old content then stands, or the
        new one where only the flush at the end has failed.
        """

    def stage(self, folder: str, files: Mapping[str, bytes]) -> AbstractContextManager[StagedVersion]:
        """Write a new version's files below a name's folder. Without a commit nothing is left of them."""

    def remove(self, folder: str, below: str, name: str, expected: bytes | None) -> None:
        """Let the folder `below` one vanish in one step, if the file `name` beside it has the expected content.

        None expects no such file. Raises StorageConflict where it is not so, MissingFile where there is no such
        folder, and StorageError. What could not be deleted in full is hidden, and one of the leftovers.
        """

    def remove_leftovers(self, folder: str) -> list[str]:
        """Remove what writers that died have left hidden in a folder, and tell the names. Raises StorageError."""

    def check_writable(self, folder: str) -> None:
        """Raise StorageError where a name's folder can't be written."""
