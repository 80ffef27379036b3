"""A registry's files in a folder of this machine."""

import errno
import fcntl
import os
import shutil
import tempfile
from collections.abc import Hashable, Iterator, Mapping
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path

from models.registry.durable_write import TEMPORARY, flush_folder, replace_durably, write_durably
from models.registry.file_lock import LOCK, locked
from models.registry.safe_read import open_regular
from models.registry.storage import MissingFile, OversizedFile, StorageConflict, StorageError

STAGING, VERSION = ".staging-", "version"  # a publisher's folder, and in it the folder that is to be renamed
MAX_FINGERPRINTED = 1000  # files of a version that are looked at: far more than any has
REMOVED = ".removed-"  # begins the name of a version's folder that is being deleted, only ever under the name's lock


class FolderStorage:
    """A folder with a folder for each name and in it one for each version."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.location = str(root)

    def locate(self, path: str) -> str:
        """Where a path lies."""
        return str(self.root / path)

    def folders(self, folder: str) -> list[str]:
        """The names of the folders right below one; links are passed over."""
        try:
            with os.scandir(self.root / folder) as entries:
                return [entry.name for entry in entries if entry.is_dir(follow_symlinks=False)]
        except FileNotFoundError:
            return []
        except OSError as error:
            raise _storage_error(error) from error

    def exists(self, folder: str, name: str) -> bool:
        """Whether a folder has a file, or can't be looked into."""
        try:
            os.lstat(os.path.join(self.root, folder, name))  # asked of thousands, and a Path takes longer than the look
        except FileNotFoundError:
            return False
        except OSError:
            return True
        return True

    def fingerprint(self, folder: str) -> Hashable:
        """When and how each file below a folder was last changed."""
        return tuple(sorted(islice(_statuses(self.root / folder), MAX_FINGERPRINTED)))

    def read(self, folder: str, name: str, max_bytes: int) -> bytes:
        """Read a regular file, which is no link and lies below its folder."""
        return _read(self.root / folder, name, max_bytes)

    def swap(self, folder: str, name: str, content: bytes, expected: bytes | None, *, beside: str = "") -> None:
        """Replace a small file in one step, if its content is the expected one."""
        home = self.root / folder
        with _storage_errors(), locked(home):
            _check_content(home, name, expected)
            if not (home / beside).is_dir():
                raise StorageConflict(f"{beside} is not there any more")
            _remove_leftovers(home)
            replace_durably(home / name, content, by_way_of=home)  # where leftovers are looked for

    def remove(self, folder: str, below: str, name: str, expected: bytes | None) -> None:
        """Rename a folder to a hidden one, flush that, and delete what it holds."""
        home = self.root / folder
        with _storage_errors(), locked(home):
            _check_content(home, name, expected)
            _remove_leftovers(home)
            hidden = (home / below).rename(home / f"{REMOVED}{below}")
            flush_folder(home)
            shutil.rmtree(hidden)

    def remove_leftovers(self, folder: str) -> list[str]:
        """Remove what dead publishers have left; nothing is locked or made where there is nothing of theirs."""
        home = self.root / folder
        with _storage_errors():
            if not _leftovers(home, TEMPORARY, STAGING, REMOVED):
                return []
            with locked(home):
                return _remove_leftovers(home)

    @contextmanager
    def stage(self, folder: str, files: Mapping[str, bytes]) -> Iterator["StagedFolder"]:
        """Write a new version's files into a folder of their own beside the versions."""
        home = self.root / folder
        with _storage_errors(), locked(home):
            _remove_leftovers(home)
            staging = Path(tempfile.mkdtemp(prefix=STAGING, dir=home))
            # Held as long as this publisher lives, so that no other takes the folder for a dead one's. The lock of a
            # file, as network file systems have none for folders.
            lock = os.open(staging / LOCK, os.O_RDWR | os.O_CREAT, 0o644)
            fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            with _storage_errors():
                _write(staging / VERSION, files)
            yield StagedFolder(staging / VERSION, home)
        finally:
            # The version is published or not, whatever these come to; what is left is the next one's to remove.
            with suppress(OSError):  # Python itself ignores most of them, not all
                shutil.rmtree(staging, ignore_errors=True)
            with suppress(OSError):
                os.close(lock)

    def check_writable(self, folder: str) -> None:
        """Raise StorageError where a name's folder can't be made or locked."""
        with _storage_errors(), locked(self.root / folder):
            pass


class StagedFolder:
    """A version in a folder that is no version's yet."""

    def __init__(self, path: Path, home: Path) -> None:
        self._path, self._home = path, home

    def read(self, name: str, max_bytes: int) -> bytes:
        """Read one of its files back."""
        return _read(self._path, name, max_bytes)

    def commit(self, version: int) -> None:
        """Let it be seen under a number, by one rename."""
        target = self._home / str(version)
        with _storage_errors():
            try:
                self._path.rename(target)  # which replaces an empty folder, and no other
            except OSError as error:
                if error.errno in (errno.ENOTEMPTY, errno.EEXIST):
                    raise StorageConflict("there is such a version already") from error
                raise
            try:
                flush_folder(self._home)
            except OSError:  # it could be lost yet, so it is taken back: who is told of an error has published nothing
                target.rename(self._path)
                raise


def _statuses(folder: Path) -> Iterator[tuple[str, int, int, int]]:
    """Each file below a folder: its path, its number, its size, and when it changed last, whatever clock it tells."""
    for path, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):  # it has just gone
                status = os.lstat(os.path.join(path, name))
                yield os.path.join(path, name), status.st_ino, status.st_size, status.st_ctime_ns


def _read(folder: Path, name: str, max_bytes: int) -> bytes:
    path = folder / name
    if "\0" in name:  # which Python's versions word differently
        raise StorageError("embedded null byte")
    with _storage_errors():
        try:
            # Not resolve(), which fails in its own way on links that lead in a circle.
            if not path.is_symlink() and not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder)):
                raise StorageError("it lies outside its version's folder")
            with open_regular(path) as (file, size_bytes):
                if size_bytes > max_bytes:
                    raise OversizedFile(size_bytes, max_bytes)
                return file.read()
        except ValueError as error:  # a name that no file can have
            raise StorageError(str(error)) from error


def _write(staging: Path, files: Mapping[str, bytes]) -> None:
    """Write and flush a version's files, the last one last."""
    staging.mkdir()
    staging.chmod(0o755)  # a service run by another user reads it, whatever the umask
    for name, content in files.items():
        (staging / name).parent.mkdir(parents=True, exist_ok=True)
        write_durably(staging / name, content)
    for folder in {staging, *((staging / name).parent for name in files)}:
        flush_folder(folder)


def _check_content(home: Path, name: str, expected: bytes | None) -> None:
    """Raise StorageConflict unless a file has the expected content; only with the name's lock."""
    try:
        current = _read(home, name, max(len(expected or b""), 1))
    except MissingFile:
        current = None
    except OversizedFile as error:
        raise StorageConflict("its content has changed") from error
    if current != expected:
        raise StorageConflict("its content has changed")


def _leftovers(home: Path, *prefixes: str) -> list[Path]:
    return [path for prefix in prefixes for path in sorted(home.glob(f"{prefix}*"))]


def _remove_leftovers(home: Path) -> list[str]:
    """Remove what dead publishers have left, and tell the names.

    Only with the name's lock, under which temporary files are made and versions are removed.
    """
    removed = []
    for leftover in _leftovers(home, TEMPORARY):
        if leftover.is_file():
            leftover.unlink()
            removed.append(leftover.name)
    for leftover in _leftovers(home, REMOVED):
        if leftover.is_dir() and not leftover.is_symlink():
            shutil.rmtree(leftover)
            removed.append(leftover.name)
    for leftover in _leftovers(home, STAGING):
        with suppress(FileNotFoundError, NotADirectoryError):  # just removed, or no publisher's at all
            lock = os.open(leftover / LOCK, os.O_RDWR | os.O_CREAT, 0o644)  # one that died early has none
            try:
                with suppress(BlockingIOError):  # its publisher is alive
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    shutil.rmtree(leftover)
                    removed.append(leftover.name)
            finally:
                os.close(lock)
    return removed


@contextmanager
def _storage_errors() -> Iterator[None]:
    """Turn what the system says into StorageError."""
    try:
        yield
    except OSError as error:
        raise _storage_error(error) from error


def _storage_error(error: OSError) -> StorageError:
    reason = error.strerror or str(error)
    return MissingFile(reason) if isinstance(error, FileNotFoundError) else StorageError(reason)
