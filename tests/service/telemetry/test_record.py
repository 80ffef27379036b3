"""What is known of a request: its id and trace from its headers, and what is noted on its way."""

import pytest

from service.telemetry import record as module
from service.telemetry.record import RequestRecord, current, note_forecast, note_problem, note_values
from tests.service.metrics.test_training_facts import manifest_of

TRACEPARENT = b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.mark.parametrize("sent", [b"a", b"A-9._z", b"x" * 64])
def test_an_id_that_is_sent_is_kept(sent: bytes) -> None:
    assert RequestRecord([(b"host", b"x"), (b"x-request-id", sent)]).request_id == sent.decode()


@pytest.mark.parametrize("sent", [b"", b"x" * 65, b"a b", b"a\n", b'a"', b"\xff", b"a/b"])
def test_an_id_that_could_do_harm_is_made_anew(sent: bytes) -> None:
    made = RequestRecord([(b"x-request-id", sent)]).request_id
    assert made.startswith(module._PROCESS)


def test_made_ids_differ() -> None:
    assert len({RequestRecord().request_id for _ in range(1000)}) == 1000


def test_of_headers_that_come_twice_the_first_counts() -> None:
    record = RequestRecord(
        [(b"x-request-id", b"one"), (b"x-request-id", b"two"), (b"traceparent", TRACEPARENT), (b"traceparent", b"x")]
    )
    assert record.request_id == "one"
    assert record.trace is not None


def test_what_is_noted_is_kept_with_the_request_that_is_answered() -> None:
    manifest, record = manifest_of(), RequestRecord()
    token = current.set(record)
    note_forecast(manifest, 3, 2)
    note_problem("unknown-model")
    note_values([[1.0]])
    current.reset(token)
    assert record.forecast == (manifest, 3, 2)
    assert (record.problem, record.values) == ("unknown-model", [[1.0]])


def test_without_a_request_nothing_is_noted() -> None:
    assert current.get() is None
    note_forecast(manifest_of(), 1, 1)
    note_problem("unknown-model")
    note_values([])
