"""Covariates: from the values that a request sends to what a network takes in.

Between the two they are codes, shape (…, covariates): numbers as they are, and categories as their indexes, where -1 is
one that training never saw. Those known ahead come first, then those of the past, then static ones.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.errors import InvalidRequest
from models.spec.covariate import Covariate, CovariateKind
from models.spec.model_spec import ModelSpec
from models.text import counted, did_you_mean, printable

Codes = NDArray[np.float64]
UNSEEN, UNSEEN_TEXT = -1.0, "(unseen)"
MIN_SPREAD = 0.01  # of a covariate's spread in training: a window in which it hardly changes is divided by this


def covariate_inputs(spec: ModelSpec, codes: Codes) -> NDArray[np.float32]:
    """What a network takes in of codes, shape (rows, lead + steps, covariates): shape (rows, steps, channels).

    The codes begin with the row of the first step's newest value, so that its target's come `lead` rows later. A step
    takes in what is known ahead of its target, or of the targets of all its outputs, one after another; of the past
    what came with its newest value. What lies beyond the last row is taken to be as it is. Where each context has a
    scale of its own, so have numbers that change: that of the window's steps.
    """
    covariates, steps = spec.covariates, codes.shape[1] - spec.lead
    ahead, now = codes[:, spec.lead :], codes[:, :steps]
    first, second = len(covariates.future), len(covariates.future) + len(covariates.past)
    channels = []
    if covariates.future:
        encoded = np.concatenate(
            [_channels(spec, each, ahead[..., index], by_context=True) for index, each in enumerate(covariates.future)],
            axis=-1,
        )
        channels += [encoded[:, np.minimum(np.arange(steps) + more, steps - 1)] for more in range(spec.outputs)]
    channels += [
        _channels(spec, each, now[..., index], by_context=True)
        for index, each in enumerate(covariates.past, start=first)
    ]
    channels += [
        _channels(spec, each, ahead[..., index], by_context=False)
        for index, each in enumerate(covariates.static, start=second)
    ]
    return np.concatenate(channels, axis=-1).astype(np.float32)


def _channels(spec: ModelSpec, covariate: Covariate, column: Codes, *, by_context: bool) -> Codes:
    """The channels of one covariate's codes, shape (rows, steps): shape (rows, steps, channels)."""
    if covariate.categories:
        return np.asarray(column[..., None] == np.arange(len(covariate.categories)), np.float64)
    mean, scale = np.array(covariate.mean), np.array(covariate.scale)
    if by_context and spec.scaler.kind == "context":
        window = column[:, : spec.window]
        mean, spread = window.mean(axis=1, keepdims=True), window.std(axis=1, keepdims=True)
        scale = np.maximum(spread, MIN_SPREAD * covariate.scale)
    return np.asarray(((column - mean) / scale)[..., None])


def covariate_values(covariates: Sequence[Covariate], codes: Codes) -> dict[str, tuple[float | str, ...]]:
    """The values of codes of shape (steps, covariates), as a request sends them."""
    return {
        covariate.name: tuple(_value(covariate, float(code)) for code in column)
        for covariate, column in zip(covariates, codes.T, strict=True)
    }


def _value(covariate: Covariate, code: float) -> float | str:
    if not covariate.categories:
        return code
    return UNSEEN_TEXT if code == UNSEEN else covariate.categories[int(code)]


_EXPECTED: dict[CovariateKind, str] = {
    "future": ", those of the window and of the horizon",
    "past": ", those of the window",
    "static": "",
}


def request_codes(
    kind: CovariateKind,
    covariates: Sequence[Covariate],
    sent: Sequence[Mapping[str, Sequence[Any]]],
    lengths: Sequence[int],
    steps: int,
) -> tuple[Codes, dict[str, str]]:
    """The codes of the last `steps` values that came with each window, and a category that is not known, by covariate.

    `sent` has the values of each window's covariates by name, `lengths` how many there must be of each. The codes have
    shape (windows, steps, covariates). Raises InvalidRequest, whose location is the index of the window and the name.
    """
    names = [covariate.name for covariate in covariates]
    codes = np.empty((len(sent), steps, len(covariates)))
    unseen: dict[str, str] = {}
    for window, (values, length) in enumerate(zip(sent, lengths, strict=True)):
        for name in values:
            if name not in names:
                raise InvalidRequest(f"there is no covariate {printable(name)}{did_you_mean(name, names)}", (window,))
        for index, covariate in enumerate(covariates):
            name = covariate.name
            if name not in values:
                raise InvalidRequest(
                    f"expected {counted(length, 'value')} of {name}{_EXPECTED[kind]}, but none came",
                    (window,),
                )
            if len(values[name]) != length:
                raise InvalidRequest(
                    f"expected {counted(length, 'value')}{_EXPECTED[kind]}, but {len(values[name])} came",
                    (window, name),
                )
            first = max(0, length - steps)
            newest = _codes(covariate, values[name][first:], unseen, (window, name), first)
            # A window may be shorter than what the network looks back on.
            codes[window, :, index] = newest[np.maximum(np.arange(len(newest) - steps, len(newest)), 0)]
    return codes, unseen


def _codes(
    covariate: Covariate, values: Sequence[Any], unseen: dict[str, str], where: tuple[int, str], first: int
) -> Codes:
    if covariate.categories:
        known = {category: float(index) for index, category in enumerate(covariate.categories)}
        for index, value in enumerate(values):
            if not isinstance(value, str):
                raise InvalidRequest(f"expected a text such as {covariate.categories[0]!r}", (*where, first + index))
            if value not in known:
                unseen.setdefault(covariate.name, value)
        return np.array([known.get(value, UNSEEN) for value in values])
    for index, value in enumerate(values):
        if isinstance(value, str) or value is None:
            raise InvalidRequest("expected a number", (*where, first + index))
    codes = np.array(values, np.float64)
    with np.errstate(over="ignore"):
        bad = ~np.isfinite(((codes - covariate.mean) / covariate.scale).astype(np.float32))
    if bad.any():
        raise InvalidRequest("expected a number that fits in a 32-bit float", (*where, first + int(np.argmax(bad))))
    return codes
