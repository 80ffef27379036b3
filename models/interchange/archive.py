"""A version as one file: a ZIP archive that is written in one way only, so that every byte of it counts.

It holds the version's files, not compressed, in alphabetical order, under the same date, and nothing else. What is read
is written anew and compared, so links, comments, further files and whatever else a ZIP archive may hide are refused.
"""

import zipfile
from collections.abc import Mapping
from io import BytesIO

from models.errors import RefusedVersion
from models.interchange.sent_version import SentVersion
from models.registry.loader import MANIFEST, MAX_FILES, MAX_VERSION_BYTES
from models.registry.storage import MAX_DOCUMENT_BYTES, MissingFile, OversizedFile
from models.text import printable

# A version's files, its manifest, and what ZIP tells of each.
MAX_ARCHIVE_BYTES = MAX_VERSION_BYTES + MAX_DOCUMENT_BYTES + MAX_FILES * 1024
EPOCH = (1980, 1, 1, 0, 0, 0)  # the first date that ZIP knows
UNIX, REGULAR_FILE = 3, 0o100644


def pack(files: Mapping[str, bytes]) -> bytes:
    """The archive of a version's files, by their names; the same files give the same bytes."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.create_system, entry.external_attr = UNIX, REGULAR_FILE << 16
            archive.writestr(entry, files[name])
    return buffer.getvalue()


def unpack(content: bytes) -> SentVersion:
    """The version in an archive. Raises RefusedVersion where it is not what `pack` writes of a version's files."""
    found = _entries(content)

    def read(name: str, max_bytes: int) -> bytes:
        if name not in found:
            raise MissingFile("it is not in the archive")
        if len(found[name]) > max_bytes:
            raise OversizedFile(len(found[name]), max_bytes)
        return found[name]

    sent = SentVersion.read(read)
    more = sorted(found.keys() - sent.files.keys())
    if more:
        raise RefusedVersion(f"the archive holds {printable(repr(more[0]))}, which its {MANIFEST} does not list")
    if pack(sent.files) != content:
        raise RefusedVersion("the archive is not as rollcast writes it: something is in it beside the files' content")
    return sent


def _entries(content: bytes) -> dict[str, bytes]:
    """The files in an archive, before anything is known of them."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            entries = archive.infolist()
            _check_entries(entries, len(content))
            return {entry.filename: archive.read(entry) for entry in entries}
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError, OSError) as error:
        raise RefusedVersion(f"this is no archive that can be read: {printable(str(error), 200)}") from error


def _check_entries(entries: list[zipfile.ZipInfo], size_bytes: int) -> None:
    """Raise RefusedVersion, before anything is read, where an archive tells of more than it can hold."""
    if len(entries) > MAX_FILES + 1:
        raise RefusedVersion(f"the archive holds {len(entries)} files; at most {MAX_FILES + 1} are read")
    for entry in entries:
        if entry.compress_type != zipfile.ZIP_STORED:
            raise RefusedVersion(f"{printable(repr(entry.filename))} is compressed; rollcast packs files as they are")
    if len({entry.filename for entry in entries}) < len(entries):
        raise RefusedVersion("the archive holds two files of one name")
    if sum(max(entry.file_size, entry.compress_size) for entry in entries) > size_bytes:
        raise RefusedVersion(f"the archive tells of more content than its {size_bytes} bytes can hold")
