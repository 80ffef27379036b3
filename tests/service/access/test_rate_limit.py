"""How often each key may ask."""

import pytest

from service.access.rate_limit import RateLimit


class Clock:
    """Seconds that pass when told."""

    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_a_second_s_requests_may_come_at_once_and_then_at_the_rate(clock: Clock) -> None:
    limit = RateLimit(clock)
    assert [limit.take("a", 2.0) for _ in range(3)] == [0, 0, 1]
    clock.now_s = 0.5
    assert [limit.take("a", 2.0) for _ in range(2)] == [0, 1]
    clock.now_s = 100
    assert [limit.take("a", 2.0) for _ in range(3)] == [0, 0, 1]


def test_a_refused_request_does_not_put_off_the_next(clock: Clock) -> None:
    limit = RateLimit(clock)
    limit.take("a", 1.0)
    for tenth in range(1, 10):
        clock.now_s = tenth / 10
        assert limit.take("a", 1.0) == 1
    clock.now_s = 1.0
    assert limit.take("a", 1.0) == 0


def test_a_slow_rate_tells_how_long_to_wait(clock: Clock) -> None:
    limit = RateLimit(clock)
    assert limit.take("a", 0.1) == 0
    assert limit.take("a", 0.1) == 10
    clock.now_s = 7.5
    assert limit.take("a", 0.1) == 3
    clock.now_s = 10
    assert limit.take("a", 0.1) == 0


def test_each_name_has_its_own(clock: Clock) -> None:
    limit = RateLimit(clock)
    assert [limit.take(name, 1.0) for name in ("a", "b", "a", "b")] == [0, 0, 1, 1]
