"""Rows in step, on networks whose answers can be worked out by hand."""

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from models.engine import batch as module
from models.engine.batch import Batch
from models.engine.request import RolloutRequest, SequenceState
from models.spec.model_spec import ModelSpec, RolloutMode
from tests.support.tiny import tiny_spec
from tests.support.worked import AddUp, Last, Summed

Array = NDArray[np.float32]
Network = AddUp | Last

MODES: list[RolloutMode] = ["window", "state"]
PAIRS = tiny_spec(window=2)  # sums of two values: 1, 2, 3, 5, 8, ...
CARRIED = tiny_spec(window=2, rollout="state")  # sums of all values: 1, 2, 3, 6, 12, ...


def request(
    network: Network, spec: ModelSpec, horizon: int, rows: int = 1, known_future: Array | None = None
) -> RolloutRequest:
    """A request whose predictions are -1 until they are written."""
    contexts = np.zeros((rows, spec.input_length, len(spec.features)), np.float32)
    found = RolloutRequest(network.as_network(), spec, contexts, horizon, known_future)
    found.predictions[:] = -1
    return found


def row(
    of: RolloutRequest,
    newest: Sequence[float | Sequence[float]],
    *,
    index: int = 0,
    done: int = 1,
    states: Sequence[Sequence[float]] = (),
) -> SequenceState:
    """A row as the first call leaves it: its newest values, and how many of them are predictions."""
    values = np.array(newest, np.float32).reshape(len(newest), -1)
    # A window has no states, and a network may have an empty one.
    states = (states or [[0]]) if of.spec.rollout == "state" else ()
    return SequenceState(of, index, done, values, tuple(np.array(state, np.float32) for state in states))


def batch_of(*rows: SequenceState) -> Batch:
    """A batch of rows that join together."""
    batch = Batch(rows[0].request.network, rows[0].request.spec)
    batch.join(rows)
    return batch


def values(of: RolloutRequest, index: int = 0) -> list[float]:
    """One row's predictions of the first target."""
    found: list[float] = of.predictions[index, :, 0].tolist()
    return found


def known(steps: int, *firsts: float) -> Array:
    """What is known of so many steps' targets, for a row that begins with each of some numbers; 4 channels."""
    found = np.zeros((len(firsts), steps, 4), np.float32)
    found[..., 0] = np.array(firsts)[:, None] + np.arange(steps)
    return found


def test_each_step_gives_every_row_its_next_value() -> None:
    network = AddUp()
    asked = request(network, PAIRS, 4, rows=2)
    batch = batch_of(row(asked, [2, 3]), row(asked, [20, 30], index=1))
    assert [batch.step(), batch.step()] == [[], []]
    assert len(batch.step()) == 2
    assert (values(asked), values(asked, 1)) == ([-1, 5, 8, 13], [-1, 50, 80, 130])
    assert network.shapes == [(2, 2, 1)] * 3


def test_a_row_is_done_with_its_own_horizon_and_the_others_go_on() -> None:
    network = AddUp()
    asked = [request(network, PAIRS, horizon) for horizon in (5, 2, 3)]
    rows = [row(each, [2, 3]) for each in asked]
    batch = batch_of(*rows)
    assert batch.step() == [rows[1]]
    assert batch.step() == [rows[2]]
    assert batch.step() == []
    assert batch.rows == [rows[0]]
    assert batch.step() == [rows[0]]
    assert batch.rows == []
    assert [values(each)[1:] for each in asked] == [[5, 8, 13, 21], [5], [5, 8]]


@pytest.mark.parametrize("spec", [PAIRS, CARRIED])
def test_a_row_that_joins_later_goes_on_from_its_own_values(spec: ModelSpec) -> None:
    network = AddUp()
    first, second = request(network, spec, 5), request(network, spec, 3)
    early, late = row(first, [2, 3], states=[[3], [2]]), row(second, [20, 30], states=[[30], [2]])
    batch = batch_of(early)
    batch.step()
    batch.step()
    batch.join([late])
    assert batch.rows == [early, late]
    assert batch.step() == []
    assert batch.step() == [early, late]
    expected = ([5, 8, 13, 21], [50, 80]) if spec is PAIRS else ([6, 12, 24, 48], [60, 120])
    assert (values(first)[1:], values(second)[1:]) == expected


def test_what_a_batch_has_predicted_is_in_the_requests_once_another_row_joins() -> None:
    asked = request(AddUp(), PAIRS, 9)
    batch = batch_of(row(asked, [2, 3]))
    batch.step()
    batch.step()
    batch.join([row(request(AddUp(), PAIRS, 9), [0, 0])])
    assert values(asked) == [-1, 5, 8, -1, -1, -1, -1, -1, -1]


@pytest.mark.parametrize("spec", [PAIRS, CARRIED])
def test_a_row_that_was_evicted_goes_on_elsewhere_as_if_it_had_stayed(spec: ModelSpec) -> None:
    network = AddUp()
    asked, other = request(network, spec, 6), request(network, spec, 9)
    mover, stays = row(asked, [2, 3], states=[[3], [2]]), row(other, [7, 7], states=[[14], [2]])
    batch = batch_of(stays, mover)
    batch.step()
    batch.step()
    assert batch.evict(lambda each: each is mover) == [mover]
    assert batch.rows == [stays]
    assert mover.done == 3
    elsewhere = batch_of(mover)
    done = [elsewhere.step() for _ in range(3)]
    assert done == [[], [], [mover]]
    assert values(asked)[1:] == ([5, 8, 13, 21, 34] if spec is PAIRS else [6, 12, 24, 48, 96])


def test_eviction_gives_back_the_newest_values_and_each_state() -> None:
    network = AddUp()
    rows = [
        row(request(network, CARRIED, 9), [number, 2 * number], states=[[3 * number], [number]])
        for number in (1, 10, 100)
    ]
    batch = batch_of(*rows)
    batch.step()
    batch.step()
    # 2 taken in gives 3 + 2, that taken in 10; and so on for the tenfold.
    assert batch.evict(lambda each: each is not rows[1]) == [rows[0], rows[2]]
    assert [each.newest.tolist() for each in rows[::2]] == [[[5], [10]], [[500], [1000]]]
    assert [[state.tolist() for state in each.states] for each in rows[::2]] == [[[10], [3]], [[1000], [102]]]
    batch.evict(lambda _: True)
    assert (rows[1].newest.tolist(), rows[1].states[0].tolist()) == ([[50], [100]], [100])


def test_who_stays_keeps_its_own_values_and_states() -> None:
    network = AddUp()
    asked = [request(network, CARRIED, 4) for _ in range(3)]
    rows = [
        row(each, [number, 2 * number], states=[[3 * number], [2]])
        for each, number in zip(asked, (1, 10, 100), strict=True)
    ]
    batch = batch_of(*rows)
    batch.step()
    batch.evict(lambda each: each is rows[0])
    batch.step()
    assert batch.step() == rows[1:]
    assert [values(each)[1:] for each in asked] == [[5, -1, -1], [50, 100, 200], [500, 1000, 2000]]


def test_evicting_nobody_tells_the_requests_how_far_they_have_come_and_changes_nothing() -> None:
    asked = request(AddUp(), PAIRS, 5)
    kept = row(asked, [2, 3])
    batch = batch_of(kept)
    batch.step()
    assert batch.evict(lambda _: False) == []
    assert (values(asked), kept.done) == ([-1, 5, -1, -1, -1], 2)
    batch.step()
    batch.evict(lambda _: False)
    assert (values(asked), kept.done) == ([-1, 5, 8, -1, -1], 3)


def test_rows_are_evicted_by_the_predictions_that_they_have_gained_since_they_joined() -> None:
    network = AddUp()
    early, late = (row(request(network, PAIRS, 50), [2, 3]) for _ in range(2))
    batch = batch_of(early)
    batch.step()
    batch.step()
    batch.join([late])
    batch.step()
    assert batch.evict_after(4) == []
    assert batch.evict_after(3) == [early]
    batch.join([early])  # it counts from the beginning again
    batch.step()
    assert batch.evict_after(2) == [late]
    assert batch.rows == [early]


def test_with_several_outputs_every_one_counts_as_a_prediction_gained() -> None:
    lone = row(request(Last([1, 1, 1]), tiny_spec(window=1, outputs=3), 50), [1], done=3)
    batch = batch_of(lone)
    batch.step()
    assert batch.evict_after(4) == []
    assert batch.evict_after(3) == [lone]


def test_rows_go_on_beyond_what_was_laid_out_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_AHEAD", 2)
    network = AddUp()
    asked = request(network, PAIRS, 8, rows=2)
    batch = batch_of(row(asked, [2, 3]), row(asked, [20, 30], index=1))
    for _ in range(5):
        assert batch.step() == []
    assert values(asked) == [-1, 5, 8, 13, 21, -1, -1, -1]  # what was laid out has been used up twice
    assert batch.step() == []
    assert len(batch.step()) == 2
    assert (values(asked)[4:], values(asked, 1)[4:]) == ([21, 34, 55, 89], [210, 340, 550, 890])
    assert network.shapes == [(2, 2, 1)] * 7


def test_states_outlive_what_was_laid_out_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_AHEAD", 2)
    network = AddUp()
    asked = request(network, CARRIED, 6)
    batch = batch_of(row(asked, [2, 3], states=[[3], [2]]))
    assert [len(batch.step()) for _ in range(5)] == [0, 0, 0, 0, 1]
    assert values(asked)[1:] == [6, 12, 24, 48, 96]
    assert network.shapes == [(1, 1, 1)] * 5


def test_what_is_laid_out_may_end_within_a_step_of_several_outputs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_AHEAD", 3)
    asked = request(Last([1, 2]), tiny_spec(window=1, outputs=2), 11)
    lone = row(asked, [2], done=2)
    batch = batch_of(lone)
    assert [len(batch.step()) for _ in range(5)] == [0, 0, 0, 0, 1]
    assert values(asked)[2:] == [2, 4, 4, 8, 8, 16, 16, 32, 32]


@pytest.mark.parametrize(("mode", "length"), [("window", 3), ("state", 2)])
def test_several_outputs_go_forward_by_as_many_values(mode: RolloutMode, length: int) -> None:
    network = Last([1, 10])
    asked = request(network, tiny_spec(window=3, outputs=2, rollout=mode), 6, rows=2)
    batch = batch_of(row(asked, [1, 1, 10], done=2), row(asked, [3, 3, 30], index=1, done=2))
    assert batch.step() == []
    assert len(batch.step()) == 2
    assert values(asked) == [-1, -1, 10, 100, 100, 1000]
    assert values(asked, 1) == [-1, -1, 30, 300, 300, 3000]
    assert network.shapes == [(length, 2, 1)] * 2


def test_several_outputs_of_several_features_follow_step_by_step() -> None:
    asked = request(Last([1, 0, 3, 0], [0, 1, 0, 5]), tiny_spec(features=("a", "b"), window=1, outputs=2), 6, rows=2)
    batch = batch_of(row(asked, [[6, 500]], done=2), row(asked, [[1, 2]], index=1, done=2))
    batch.step()
    assert len(batch.step()) == 2
    assert asked.predictions[0, 2:].tolist() == [[6, 500], [18, 2500], [18, 2500], [54, 12500]]
    assert asked.predictions[1, 2:].tolist() == [[1, 2], [3, 10], [3, 10], [9, 50]]


def test_values_beyond_the_horizon_are_not_wanted() -> None:
    network = Last([1, 2, 4])
    spec = tiny_spec(window=1, outputs=3)
    short, long = request(network, spec, 4, rows=2), request(network, spec, 8)
    rows = [row(short, [4], done=3), row(short, [5], index=1, done=3), row(long, [6], done=3)]
    batch = batch_of(*rows)
    assert batch.step() == rows[:2]
    assert (values(short), values(short, 1)) == ([-1, -1, -1, 4], [-1, -1, -1, 5])
    assert batch.step() == rows[2:]
    assert values(long) == [-1, -1, -1, 6, 12, 24, 24, 48]


@pytest.mark.parametrize("ahead", [2, 256])
@pytest.mark.parametrize("mode", MODES)
def test_rows_that_joined_at_different_times_are_each_told_of_their_own_future(
    mode: RolloutMode, ahead: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where a buffer ends in between; the network answers what is known ahead of its last step's target."""
    monkeypatch.setattr(module, "MAX_AHEAD", ahead)
    network = Last([0], [1], [0], [0], [0])
    spec = tiny_spec(window=2, calendar=("day",), frequency="1h", rollout=mode)
    asked = [request(network, spec, 9, 1, known(10, 0)), request(network, spec, 4, 2, known(5, 100, 200))]
    early = row(asked[0], [0, 0])
    late = [row(asked[1], [0, 0], index=index) for index in (1, 0)]
    batch = batch_of(early)
    for _ in range(3):
        batch.step()
    batch.join(late)
    assert [batch.step() for _ in range(5)] == [[], [], late, [], [early]]
    # The last step's target of the first call was the window's second; the next ones follow.
    assert values(asked[0])[1:] == [2, 3, 4, 5, 6, 7, 8, 9]
    assert (values(asked[1])[1:], values(asked[1], 1)[1:]) == ([102, 103, 104], [202, 203, 204])


def test_a_window_is_told_the_future_of_each_of_its_steps() -> None:
    network = Summed([0], [1], [0], [0], [0])
    asked = request(network, tiny_spec(window=3, calendar=("day",), frequency="1h"), 4, known_future=known(6, 1))
    batch = batch_of(row(asked, [0, 0, 0]))
    assert [len(batch.step()) for _ in range(3)] == [0, 0, 1]
    assert values(asked)[1:] == [2 + 3 + 4, 3 + 4 + 5, 4 + 5 + 6]


@pytest.mark.parametrize("mode", MODES)
def test_lagged_values_are_found_in_the_buffer(mode: RolloutMode, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_AHEAD", 2)
    asked = request(Last([1], [1]), tiny_spec(window=1, lags=(3,), rollout=mode), 5)
    batch = batch_of(row(asked, [2, 3, 4]))
    assert [len(batch.step()) for _ in range(4)] == [0, 0, 0, 1]
    assert values(asked)[1:] == [6, 9, 13, 19]  # 4 + 2, 6 + 3, 9 + 4, 13 + 6


def test_with_a_lead_the_window_slides_over_the_values_sent_first() -> None:
    asked = request(AddUp(), tiny_spec(window=2, lead=2), 4)
    batch = batch_of(row(asked, [2, 3, 3]))
    assert [len(batch.step()) for _ in range(3)] == [0, 0, 1]
    assert values(asked)[1:] == [5, 6, 8]


def test_a_batch_that_all_rows_have_left_takes_others() -> None:
    network = AddUp()
    first, second = request(network, CARRIED, 2), request(network, CARRIED, 3)
    batch = batch_of(row(first, [2, 3], states=[[3], [2]]))
    assert len(batch.step()) == 1
    batch.join([row(second, [5, 10], states=[[15], [2]])])
    assert [len(batch.step()), len(batch.step())] == [0, 1]
    assert (values(first)[1:], values(second)[1:]) == ([6], [25, 50])


def test_who_asks_is_told_how_far_its_rows_have_come() -> None:
    told: list[list[int]] = []
    asked, other = request(AddUp(), PAIRS, 5, rows=2), request(AddUp(), PAIRS, 9)
    asked.tell_by(lambda: told.append(asked.reached.tolist()))
    batch = batch_of(row(asked, [2, 3]), row(asked, [20, 30], index=1), row(other, [1, 1]))
    batch.step()
    batch.tell(1.0)
    batch.step()
    batch.tell(1.0 + module.TELL_EVERY_S / 2)  # too soon
    batch.step()
    batch.tell(1.0 + module.TELL_EVERY_S)
    assert told == [[2, 2], [4, 4]]
    assert values(asked)[:4] == [-1, 5, 8, 13]
    assert len(batch.step()) == 2
    assert asked.reached.tolist() == [5, 5]
    assert batch.told == []
