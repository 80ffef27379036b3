"""The thread that writes access lines."""

import io
import threading

import pytest

from service.telemetry import line_writer as module
from service.telemetry.line_writer import LineWriter


def test_lines_are_written_in_their_order_and_none_is_lost_at_the_end() -> None:
    stream = io.StringIO()
    writer = LineWriter(stream, str)
    for number in range(1000):
        writer.write(number)
    writer.stop()
    assert not writer._thread.is_alive()  # it ended by itself: a service that stops waits for nothing
    assert stream.getvalue().splitlines() == [str(number) for number in range(1000)]
    assert writer.dropped == 0


class Stuck(io.StringIO):
    """A stream whose reader takes nothing until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.reached, self.free = threading.Event(), threading.Event()

    def write(self, text: str) -> int:
        self.reached.set()
        assert self.free.wait(20)
        return super().write(text)


def test_a_reader_that_takes_nothing_holds_nobody_up_and_what_is_too_much_is_dropped(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "MAX_LINES", 10)
    stream = Stuck()
    writer = LineWriter(stream, str)
    writer.write("first")
    assert stream.reached.wait(20)
    for number in range(25):
        writer.write(number)  # comes back, though nothing is taken
    assert writer.dropped == 15
    stream.free.set()
    writer.stop()
    assert stream.getvalue().splitlines() == ["first", *(str(number) for number in range(10))]


def test_a_stream_that_is_gone_costs_its_lines_and_nothing_else() -> None:
    stream = io.StringIO()
    stream.close()
    writer = LineWriter(stream, str)
    writer.write("a")
    writer.stop()
    assert writer.dropped == 1
