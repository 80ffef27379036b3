"""The table of connections: who makes room for whom, and whose time is up when."""

import logging

import pytest

from service.connections.table import LINGER_S, MOST_AT_ONCE, PROGRESS_BYTES, Connections, Limits
from service.settings import Settings

SETTINGS = Settings(max_connections=3, idle_timeout_s=10, receive_timeout_s=5, send_timeout_s=4)


class Client:
    """A connection that only remembers what was asked of it."""

    def __init__(self, table: Connections) -> None:
        self.table = table
        self.asked: list[str] = []
        self.unsent = 0
        self.ended = False
        table.made(self)

    def close_idle(self) -> None:
        self.asked.append("idle")
        self.end()

    def give_up_receiving(self) -> None:
        self.asked.append("receipt")

    def cut(self, why: str) -> None:
        self.asked.append(f"cut {why}".strip())
        self.table.lost(self, why)

    def unsent_bytes(self) -> int:
        return self.unsent

    def has_ended(self) -> bool:
        return self.ended

    def end(self) -> None:
        self.ended = True
        self.table.ended(self)

    def work(self) -> None:
        del self.table.idle[self]


class Clock:
    """Time that passes as told, with a sweep each second as the event loop would have it."""

    def __init__(self) -> None:
        self.now_s = 1000.0
        self.table = Connections(Limits.of(SETTINGS), lambda: self.now_s)

    def pass_by(self, seconds: int) -> None:
        for _ in range(seconds):
            self.now_s += 1
            self.table.sweep()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def table(clock: Clock) -> Connections:
    return clock.table


def test_the_connection_that_has_waited_longest_makes_room(table: Connections) -> None:
    first, second, third = (Client(table) for _ in range(3))
    first.work()
    assert table.admit()
    assert second.asked == ["cut bound"]
    assert first.asked == third.asked == []
    assert table.closed == {"bound": 1}
    assert table.refused == 0


def test_one_whose_request_does_not_come_to_its_end_makes_room_after_the_idle_ones(table: Connections) -> None:
    receiving, idle, _ = (Client(table) for _ in range(3))
    table.receiving[receiving] = table.idle.pop(receiving)
    assert table.admit()
    assert (receiving.asked, idle.asked) == ([], ["cut bound"])
    Client(table).work()
    for waiting in list(table.idle):
        del table.idle[waiting]
    assert table.admit()
    assert receiving.asked == ["cut bound"]


def test_where_all_are_busy_the_new_one_is_refused(table: Connections) -> None:
    for _ in range(3):
        Client(table).work()
    assert not table.admit()
    assert table.refused == 1


def test_those_that_shake_hands_count(table: Connections) -> None:
    table.shaking_hands = 3
    assert not table.admit()
    table.shaking_hands = 2
    assert table.admit()


def test_the_bound_is_told_once_in_a_while(clock: Clock, table: Connections, caplog: pytest.LogCaptureFixture) -> None:
    table.shaking_hands = 3
    with caplog.at_level(logging.WARNING, "rollcast"):
        for _ in range(5):
            table.admit()
            clock.pass_by(1)
    (record,) = caplog.records
    assert "the bound of 3 connections was reached: so far 0 that waited were closed" in record.getMessage()


def test_an_idle_connection_is_ended_in_time_and_closed_after_a_moment(clock: Clock, table: Connections) -> None:
    client = Client(table)
    clock.pass_by(9)
    assert client.asked == []
    clock.pass_by(1)
    assert client.asked == ["idle"]
    clock.pass_by(round(LINGER_S) + 2)
    assert client.asked == ["idle", "cut"]
    assert not table.open


def test_a_request_must_arrive_in_time(clock: Clock, table: Connections) -> None:
    client = Client(table)
    table.receiving[client] = table.idle.pop(client)
    clock.pass_by(4)
    assert client.asked == []
    clock.pass_by(2)
    assert client.asked == ["receipt"]


def test_a_connection_that_works_has_no_deadline_here(clock: Clock, table: Connections) -> None:
    client = Client(table)
    client.work()
    clock.pass_by(100)
    assert client.asked == []


def test_who_takes_no_answer_is_cut(clock: Clock, table: Connections) -> None:
    client = Client(table)
    client.work()
    client.unsent = 1 << 20
    table.stuck(client)
    clock.pass_by(4)
    assert client.asked == []
    clock.pass_by(1)
    assert client.asked == ["cut unsent"]


def test_who_takes_them_slowly_is_not(clock: Clock, table: Connections) -> None:
    client = Client(table)
    client.work()
    client.unsent = 10 * PROGRESS_BYTES
    table.stuck(client)
    for _ in range(10):
        clock.pass_by(3)
        client.unsent -= PROGRESS_BYTES
    clock.pass_by(50)
    assert client.asked == []
    assert not table.unsent


def test_one_that_takes_its_last_answer_slowly_lingers_after_it(clock: Clock, table: Connections) -> None:
    client = Client(table)
    client.unsent = PROGRESS_BYTES
    client.end()
    clock.pass_by(3)
    assert client.asked == []
    client.unsent = 0
    clock.pass_by(round(LINGER_S) + 2)
    assert client.asked == ["cut"]


def test_a_sweep_that_comes_late_ends_nothing(clock: Clock, table: Connections) -> None:
    """What has come while the event loop was held up is not read yet."""
    client = Client(table)
    clock.now_s += 60
    table.sweep()
    assert client.asked == []
    clock.now_s += 0.25
    table.sweep()
    assert client.asked == ["idle"]


def test_what_is_lost_is_forgotten_and_counted(table: Connections) -> None:
    client = Client(table)
    client.end()
    table.lost(client, "client")
    assert table.closed == {"client": 1}
    assert not table.open | table.idle.keys() | table.lingering.keys() | table.unsent.keys()


def test_a_sweep_ends_a_limited_number_and_says_that_there_are_more(clock: Clock, table: Connections) -> None:
    clients = [Client(table) for _ in range(MOST_AT_ONCE + 1)]
    clock.now_s += 0.5
    assert table.sweep()
    clock.now_s += 0.5 + SETTINGS.idle_timeout_s
    table._swept_s = clock.now_s  # the loop was not held up
    assert not table.sweep()
    assert sum(client.asked == ["idle"] for client in clients) == MOST_AT_ONCE
    assert table.sweep()
    assert all(client.asked == ["idle"] for client in clients)


def test_memory_of_answers_that_nobody_took_is_given_back_once(
    clock: Clock, table: Connections, monkeypatch: pytest.MonkeyPatch
) -> None:
    given_back = []
    monkeypatch.setattr("service.connections.table.give_back", lambda: given_back.append(clock.now_s))
    client = Client(table)
    client.unsent = 100
    table.stuck(client)
    clock.pass_by(5)
    assert client.asked == ["cut unsent"]
    clock.pass_by(5)
    assert given_back == [1006.0]
