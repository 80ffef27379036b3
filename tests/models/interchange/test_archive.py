"""A version as one file: the same bytes each time, and everything else refused before anything is written."""

import json
import random
import stat
import zipfile
from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from models.errors import RefusedVersion
from models.interchange.archive import pack, unpack
from models.interchange.sent_version import SentVersion
from models.registry.loader import file_record
from models.registry.registry import Registry
from models.spec.manifest_seal import sealed
from tests.support.tiny import publish_tiny

Change = Callable[[dict[str, Any]], object]


@pytest.fixture
def files(tmp_path: Path) -> dict[str, bytes]:
    """The files of tiny@1."""
    registry = Registry.at(tmp_path)
    publish_tiny(registry, "tiny")
    return dict(SentVersion.of(registry, "tiny", 1).files)


def zipped(files: Mapping[str, bytes], compression: int = zipfile.ZIP_STORED, **attributes: Any) -> bytes:
    """An archive as another program might write it."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name)
            entry.compress_type = compression
            for attribute, value in attributes.items():
                setattr(entry, attribute, value)
            archive.writestr(entry, content)
    return buffer.getvalue()


def rewritten(files: Mapping[str, bytes], change: Change) -> dict[str, bytes]:
    """The files with another manifest, which has the right hash of itself."""
    document = json.loads(files["manifest.json"])
    change(document)
    return {**files, "manifest.json": sealed(document)}


def with_file(files: Mapping[str, bytes], name: str) -> dict[str, bytes]:
    """The files and one more, which the manifest lists."""
    record = file_record(b"x").model_dump(mode="json")
    return rewritten({**files, name: b"x"}, lambda document: document["files"].update({name: record}))


def test_what_was_packed_comes_out(files: dict[str, bytes]) -> None:
    sent = unpack(pack(files))
    assert (sent.manifest.title, sent.files) == ("tiny@1", files)
    assert list(sent.files)[-1] == "manifest.json"  # which is to be written last


def test_a_version_has_one_archive(files: dict[str, bytes]) -> None:
    backwards = dict(reversed(files.items()))
    assert pack(files) == pack(backwards)
    with zipfile.ZipFile(BytesIO(pack(files))) as archive:
        entries = archive.infolist()
        assert archive.testzip() is None
    assert [entry.filename for entry in entries] == sorted(files)
    assert {(entry.date_time, entry.external_attr >> 16) for entry in entries} == {((1980, 1, 1, 0, 0, 0), 0o100644)}


@pytest.mark.parametrize(
    "name",
    [
        "../up",
        "/etc/passwd",
        "plots/../../up",
        "C:\\up",
        "a//b",
        ".hidden",
        "plots/.x",
        "a" * 101,
        "a/b/c/d/e",
        "x\n",
        "",
    ],
)
def test_no_file_is_written_outside_of_its_version(files: dict[str, bytes], name: str) -> None:
    with pytest.raises(RefusedVersion, match="which is no name of a version's file"):
        unpack(pack(with_file(files, name)))


def test_a_manifest_lists_neither_itself_nor_nothing(files: dict[str, bytes]) -> None:
    with pytest.raises(RefusedVersion, match="no name of a version's file"):
        unpack(pack(rewritten(files, lambda document: document["files"].update({"manifest.json": FILE}))))
    with pytest.raises(RefusedVersion, match=r"lists no model\.onnx"):
        unpack(pack(rewritten(files, lambda document: document["files"].clear())))


FILE = file_record(b"x").model_dump(mode="json")


def test_a_bomb_is_refused_before_it_is_unpacked(files: dict[str, bytes]) -> None:
    bomb = zipped({**files, "zeros": bytes(50 << 20)}, zipfile.ZIP_DEFLATED)
    assert len(bomb) < 1 << 20
    with pytest.raises(RefusedVersion, match="is compressed; rollcast packs files as they are"):
        unpack(bomb)
    overlapping = bytearray(pack({"a": bytes(100_000), "b": bytes(1)}))
    second = overlapping.rindex(b"PK\x01\x02")
    overlapping[second + 20 : second + 28] = (99_000).to_bytes(4, "little") * 2  # b's sizes, in the list of contents
    with pytest.raises(RefusedVersion, match="tells of more content than its"):
        unpack(bytes(overlapping))
    with pytest.raises(RefusedVersion, match="holds 1002 files; at most 1001 are read"):
        unpack(pack({f"{number}": b"" for number in range(1002)}))
    huge = {"size_bytes": 2 << 30, "sha256": "0" * 64}
    telling = pack(rewritten(files, lambda document: document["files"].update({"huge": huge})))
    with pytest.raises(RefusedVersion, match=r"tells of \d+ bytes in all files"):
        unpack(telling)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (lambda files: {**files, "more.txt": b""}, r"holds 'more\.txt', which its manifest\.json does not list"),
        (lambda files: {**files, "../up": b""}, r"holds '\.\./up', which"),
        (lambda files: {**files, "plots/": b""}, "holds 'plots/', which"),
        (lambda files: without(files, "model.onnx"), r"model\.onnx can't be read: it is not in the archive"),
        (lambda files: without(files, "manifest.json"), r"manifest\.json can't be read: it is not in the archive"),
        (lambda files: {**files, "model.onnx": b"other"}, r"model\.onnx has 5 bytes; the manifest says"),
        (lambda files: {**files, "model.onnx": files["model.onnx"][::-1]}, "its SHA-256 differs"),
        (lambda files: {**files, "manifest.json": files["manifest.json"] + b" "}, "its SHA-256 or its form differs"),
    ],
)
def test_it_holds_the_files_that_were_published_and_no_others(
    files: dict[str, bytes], content: Callable[[Mapping[str, bytes]], dict[str, bytes]], message: str
) -> None:
    with pytest.raises(RefusedVersion, match=message):
        unpack(pack(content(files)))


def without(files: Mapping[str, bytes], name: str) -> dict[str, bytes]:
    return {each: content for each, content in files.items() if each != name}


def test_links_comments_and_what_lies_around_it_are_refused(files: dict[str, bytes]) -> None:
    good, link = pack(files), stat.S_IFLNK | 0o777
    hidden = [
        zipped(dict(sorted(files.items())), external_attr=link << 16),
        zipped(dict(sorted(files.items())), comment=b"hello"),
        zipped(dict(sorted(files.items(), reverse=True))),
        b"#!/bin/sh\n" + good,
        good[:-2] + b"\x02\x00hi",  # a comment of the whole
    ]
    for content in hidden:
        with pytest.raises(RefusedVersion, match="not as rollcast writes it"):
            unpack(content)


def test_two_files_of_one_name_are_refused(files: dict[str, bytes]) -> None:
    buffer = BytesIO(pack(files))
    with zipfile.ZipFile(buffer, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr("model.onnx", b"another")
    with pytest.raises(RefusedVersion, match="two files of one name"):
        unpack(buffer.getvalue())


def test_what_is_no_archive_or_half_of_one_is_refused(files: dict[str, bytes]) -> None:
    good = pack(files)
    flipped = bytearray(good)
    flipped[good.index(b"PNG")] ^= 1
    for content in (b"", b"hello", good[: len(good) // 2], good[:-1], bytes(flipped)):
        with pytest.raises(RefusedVersion, match="this is no archive that can be read"):
            unpack(content)


def test_every_byte_counts(files: dict[str, bytes]) -> None:
    good, dice = pack(files), random.Random(0)
    for place in [*range(40), *(dice.randrange(len(good)) for _ in range(200)), *range(len(good) - 100, len(good))]:
        changed = bytearray(good)
        changed[place] ^= dice.randrange(1, 256)
        with pytest.raises(RefusedVersion):
            unpack(bytes(changed))


def test_an_unsealed_manifest_is_refused_with_what_mends_it(files: dict[str, bytes]) -> None:
    document = json.loads(files["manifest.json"])
    del document["sha256"]
    with pytest.raises(RefusedVersion, match=r"tiny@1 can't be sent: .* rollcast models upgrade-manifest"):
        unpack(pack({**files, "manifest.json": json.dumps(document).encode()}))
