"""What a JSON parser does not refuse: more than there is room for, and a name that comes twice."""

import json
import re
from collections.abc import Collection
from typing import Any

import numpy as np

from models.errors import InvalidRequest
from service.http.problems import BODY_TOO_LARGE, ProblemException

# More names than this are no request: those of the fields are a dozen, and those of covariates a few for each window.
MAX_NAMES = 5_000
UNCOUNTED_BYTES = 1 << 15  # a smaller body costs a few milliseconds at most, whatever it holds

_BEFORE_COLON = np.frombuffer(b'" \t\r\n', np.uint8)
_SPACED_COLONS = (b" :", b"\t:", b"\r:", b"\n:")
# Every text, and the colon after it where it is a name. Texts are taken whole, so that none begins where another ends.
_TEXTS = re.compile(rb'"([^"\\]*+(?:\\.[^"\\]*+)*+)"\s*(:?)', re.DOTALL)


def check_size(body: bytes, max_values: int, max_lists: int) -> None:
    """Raise ProblemException, 413, where a parser would make too many things of a body.

    Each list or object costs the parser some hundred bytes however little it holds, so they are counted before there
    are any. Brackets and commas are counted wherever they stand: no text that is valid in a request holds either.
    """
    if len(body) <= min(max_values, max_lists, UNCOUNTED_BYTES):
        return
    characters = np.frombuffer(body, np.uint8)

    def count(character: bytes) -> int:
        return int(np.count_nonzero(characters == character[0]))

    if (lists := count(b"[") + count(b"{")) > max_lists:
        raise _too_many(lists, "lists", max_lists)
    if (values := count(b",") + 1) > max_values:
        raise _too_many(values, "values", max_values)
    # A name ends with a quote, perhaps a space, and a colon. Times hold colons as well, but between digits.
    colons = np.flatnonzero(characters[1:] == b":"[0])
    if len(colons) > MAX_NAMES and (names := int(np.isin(characters[colons], _BEFORE_COLON).sum())) > MAX_NAMES:
        raise _too_many(names, "fields", MAX_NAMES)


def check_names(body: bytes, fields: Collection[str]) -> None:
    """Raise InvalidRequest where a field came twice; `fields` are those that a parser found in this body.

    A parser keeps the last one and says nothing, and others keep the first, so that two programs would read one request
    as two. The body is known to be one object; it holds others only in covariates.
    """
    if {"future", "past", "static"}.intersection(fields):
        check_all_names(body)
        return
    # Every name has its colon, and a quote right before it where no space stands there. Texts may hold more of these.
    if body.count(b":") == len(fields):
        return
    if body.count(b'":') == len(fields) and not any(spaced in body for spaced in _SPACED_COLONS):
        return
    names: set[str] = set()
    for text, colon in _TEXTS.findall(body):
        if not colon:
            continue
        name = json.loads(b'"%b"' % text)
        if name in names:
            raise _repeated(name)
        names.add(name)


def check_all_names(body: bytes) -> None:
    """Raise InvalidRequest where an object anywhere in a body, which is known to be JSON, has a name twice."""
    _NAMES_ONCE.decode(body.decode())


def _without_repetition(pairs: list[tuple[str, Any]]) -> None:
    names: set[str] = set()
    for name, _ in pairs:
        if name in names:
            raise _repeated(name)
        names.add(name)


_NAMES_ONCE = json.JSONDecoder(object_pairs_hook=_without_repetition)  # to make one takes as long as a small body


def _repeated(name: str) -> InvalidRequest:
    return InvalidRequest("expected each field once, but this one came again: send one of them", (name,))


def _too_many(count: int, what: str, limit: int) -> ProblemException:
    return ProblemException(
        BODY_TOO_LARGE, f"the body may hold at most {limit} {what}, but {count} came; send fewer windows"
    )
