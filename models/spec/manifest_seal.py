"""The manifest's file: JSON that is written in one way only, with the SHA-256 of what it says.

The hash is of the document without its own field `sha256`, as canonical JSON: sorted keys, no white space, UTF-8. The
file itself has a line for each value, and the hash last. As there is one way to write a document, every byte counts: a
byte that changed no value, such as a blank, would change the form.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

HASH = "sha256"
# What is said of a version that was published before there was a hash.
UNSEALED = "its manifest has no hash of its own: add it with rollcast models upgrade-manifest"


def digest(document: Mapping[str, Any]) -> str:
    """The SHA-256 of a manifest's document without its hash, in hexadecimal."""
    rest = {key: value for key, value in document.items() if key != HASH}
    canonical = json.dumps(rest, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def sealed(document: Mapping[str, Any]) -> bytes:
    """The content of the file for a manifest's document, which may have a hash or not."""
    rest = {key: value for key, value in document.items() if key != HASH}
    return json.dumps({**rest, HASH: digest(rest)}, indent=1, ensure_ascii=False, allow_nan=False).encode() + b"\n"


def is_sealed(content: bytes) -> bool:
    """Whether a file's content is the one way to write what it says, and has the hash of it."""
    try:
        return sealed(json.loads(content)) == content
    except (ValueError, RecursionError):
        return False
