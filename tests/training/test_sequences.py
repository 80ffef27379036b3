import numpy as np
import pytest

from training import sequences
from training.sequences import training_sequences

ROWS = np.arange(8.0)[:, None]


def test_every_step_from_the_windows_last_on_has_its_target() -> None:
    samples = training_sequences(ROWS, window=3, sequence=5, lead=1)
    assert samples.windows[:, :, 0].tolist() == [[0, 1, 2, 3, 4], [1, 2, 3, 4, 5], [2, 3, 4, 5, 6]]
    assert samples.targets[:, :, 0].tolist() == [[3, 4, 5], [4, 5, 6], [5, 6, 7]]


def test_targets_lie_the_lead_after_their_steps() -> None:
    samples = training_sequences(ROWS, window=2, sequence=3, lead=4)
    assert samples.windows[:, :, 0].tolist() == [[0, 1, 2], [1, 2, 3]]
    assert samples.targets[:, :, 0].tolist() == [[5, 6], [6, 7]]


def test_columns_stay_side_by_side() -> None:
    samples = training_sequences(np.array([[1, 10], [2, 20], [3, 30], [4, 40]]), window=1, sequence=3, lead=1)
    assert samples.windows.tolist() == [[[1, 10], [2, 20], [3, 30]]]
    assert samples.targets.tolist() == [[[2, 20], [3, 30], [4, 40]]]


def test_a_long_series_gives_one_sequence_in_so_many_and_the_newest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sequences, "ENOUGH", 2)
    # Of seven sequences every third would leave two, but twice the window's work is won back by every second.
    samples = training_sequences(np.arange(11.0)[:, None], window=2, sequence=4, lead=1)
    assert samples.windows[:, 0, 0].tolist() == [0, 2, 4, 6]
    assert samples.targets[-1, :, 0].tolist() == [8, 9, 10]
    # Of four there are twice as many as are enough.
    few = training_sequences(np.arange(10.0)[:, None], window=1, sequence=6, lead=1)
    assert few.windows[:, 0, 0].tolist() == [1, 3]


def test_too_few_rows_are_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="window shape cannot be larger"):
        training_sequences(ROWS, window=2, sequence=8, lead=1)
