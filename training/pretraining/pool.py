"""A pool of examples that batches are drawn from, and that is renewed bit by bit; one seed gives the same batches."""

import numpy as np

from models.spec.model_spec import ModelSpec
from training.pretraining.examples import Examples, joined
from training.pretraining.packaged_windows import PackagedWindows
from training.pretraining.synthetic_windows import synthetic_windows

CHUNK = 20_000  # examples that are made at once
CHUNKS = 15  # in the pool
USES = 5  # of an example, about, before another one takes its place
ROLLED_OUT = 0.15  # of the groups are of what comes after the first outputs
SYNTHETIC_ROWS, PACKAGED_ROWS = 1_024, 384  # of a group, whose windows have one length


class Pool:
    """Examples for the steps of a training, of which any can be the first: so a training can go on where it ended.

    `packaged_share` is the share of the groups that are of real series.
    """

    def __init__(self, spec: ModelSpec, packaged: PackagedWindows | None, packaged_share: float, seed: int) -> None:
        self._spec, self._packaged, self._seed = spec, packaged, seed
        self._share = 0.0 if packaged is None else packaged_share
        self._chunks: dict[int, Examples] = {}

    def batch(self, step: int, size: int) -> Examples:
        """The batch of a step, from 0."""
        newest = step * size // (CHUNK * USES)
        held = range(max(0, newest - CHUNKS + 1), newest + 1)
        for number in list(self._chunks):
            if number not in held:
                del self._chunks[number]
        for number in held:
            if number not in self._chunks:
                self._chunks[number] = self._made(number)
        rng = np.random.default_rng((self._seed, 1, step))
        chunks = rng.integers(held.start, held.stop, size)
        parts = []
        for number in np.unique(chunks).tolist():
            count = int((chunks == number).sum())
            parts.append(self._chunks[number].chosen(rng.integers(0, CHUNK, count)))
        return joined(parts)

    def _made(self, number: int) -> Examples:
        rng = np.random.default_rng((self._seed, 0, number))
        parts: list[Examples] = []
        while sum(each.size for each in parts) < CHUNK:
            rolled_out = rng.random() < ROLLED_OUT
            ahead = self._spec.outputs * (2 if rolled_out else 1)
            if self._packaged is not None and rng.random() < self._share:
                windows = self._packaged.draw(rng, PACKAGED_ROWS, ahead)
            else:
                windows = synthetic_windows(rng, SYNTHETIC_ROWS, ahead)
            predicted = rng.random(len(windows.values)).astype(np.float32) if rolled_out else None
            parts.append(Examples.of(windows.values, windows.seasons, self._spec, predicted))
        return joined(parts).chosen(np.arange(CHUNK))
