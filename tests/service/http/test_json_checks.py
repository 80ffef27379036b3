"""What is counted before it is parsed, and names that come twice."""

import json

import pytest

from models.errors import InvalidRequest
from service.http.json_checks import MAX_NAMES, UNCOUNTED_BYTES, check_names, check_size
from service.http.problems import BODY_TOO_LARGE, ProblemException
from service.routes.predict import parse

MB = 1 << 20

HOSTILE = {
    "empty windows": (b'{"windows":[' + b"[]," * 340_000 + b"[]]}", "60000 lists, but 340003 came"),
    "an unknown field of nested lists": (b'{"x":[' + b"[[[]]]," * 140_000 + b"[]]}", "60000 lists, but 420003 came"),
    "objects": (b'{"x":[' + b"{}," * 340_000 + b"{}]}", "60000 lists, but 340003 came"),
    "depth": (b'{"window":' + b"[" * 150_000, "60000 lists, but 150001 came"),
    "spaced lists": (b'{"windows":[' + b"[ ] , " * 170_000 + b"[]]}", "60000 lists, but 170003 came"),
    "zeros": (b'{"window":[' + b"0," * 500_000 + b"0]}", "250000 values, but 500001 came"),
    "texts": (b'{"timestamps":[' + b'"",' * 300_000 + b'""]}', "250000 values, but 300001 came"),
    "fields": (b"{" + b'"":0,' * 200_000 + b'"":0}', "5000 fields, but 200001 came"),
    "spaced fields": (b"{" + b'"a" \n:0,' * 100_000 + b'"":0}', "5000 fields, but 100001 came"),
    "brackets in a text": (b'{"model":"' + b"[" * 100_000 + b'"}', "60000 lists, but 100001 came"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_body_that_would_be_too_many_things_is_refused_uncounted_by_the_parser(name: str) -> None:
    body, words = HOSTILE[name]
    with pytest.raises(ProblemException, match=words) as caught:
        check_size(body, 250_000, 60_000)
    assert caught.value.kind == BODY_TOO_LARGE


LARGE = {
    "1,000 windows of 48 rows": {"windows": [[[0.25, -1.5]] * 48] * 1_000},
    "one window of 100,000 values": {"window": [0.123456] * 100_000},
    "48,000 timestamps": {
        "windows": [[1.5] * 24] * 1_000,
        "timestamps": [["2024-01-01T00:00:00Z"] * 24] * 1_000,
        "freq": "1h",
    },
}


@pytest.mark.parametrize("name", LARGE)
def test_large_requests_that_are_valid_pass(name: str) -> None:
    body = json.dumps(LARGE[name]).encode()
    assert UNCOUNTED_BYTES < len(body) < MB + MB // 8
    check_size(body, 250_000, 60_000)
    assert parse(body).count in (1, 1_000)


def test_smaller_limits_hold_for_small_bodies() -> None:
    body = b'{"windows":[[1,2],[3,4]]}'
    check_size(body, 4, 4)
    with pytest.raises(ProblemException, match="at most 3 lists, but 4 came"):
        check_size(body, 4, 3)
    with pytest.raises(ProblemException, match="at most 3 values, but 4 came"):
        check_size(body, 3, 4)


def test_a_body_below_the_bound_is_not_looked_at() -> None:
    check_size(b"[" * UNCOUNTED_BYTES, MB, MB)


def test_as_many_names_as_there_may_be_pass() -> None:
    names = b",".join(b'"%d":%40d' % (number, 0) for number in range(MAX_NAMES))
    check_size(b"{" + names + b"}", MB, MB)
    with pytest.raises(ProblemException, match="at most 5000 fields, but 5001 came"):
        check_size(b'{"one more":0,' + names + b"}", MB, MB)


@pytest.mark.parametrize(
    ("body", "name"),
    [
        (b'{"horizon":1,"window":[1],"horizon":2}', "horizon"),
        (b'{"window":[1] ,\n"window" : [2]}', "window"),
        (b'{"window":[1],"horizon":1,"hori\\u007aon":1}', "horizon"),
        (b'{"window":[1],"end":"12:00","model":"a","end":"12:00"}', "end"),
        (b'{"window":[1],"end":"\\":","end":"12:00"}', "end"),
        (b'{"window":[1],"window":[1],"window":[1]}', "window"),
    ],
)
def test_a_field_that_comes_twice_is_named(body: bytes, name: str) -> None:
    with pytest.raises(InvalidRequest, match="once") as caught:
        parse(body)
    assert caught.value.location == (name,)


@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        b'{"window":[1],"horizon":2}',
        b'{"window" : [1], "end":"2024-01-01T12:00:00", "freq":"1h"}',
        b'{"window":[1],"end":"12:00","freq":"\\u003a"}',
        b'{"window":[1],"end":"\\"end\\":","freq":"\\\\"}',
        b'{"window":[1],"timestamps":["\\"end\\":","end",":","a\\":b"],"freq":"x"}',
    ],
)
def test_fields_that_come_once_pass_whatever_their_texts_hold(body: bytes) -> None:
    check_names(body, json.loads(body))
