"""Covariates known ahead: from the values that a request sends to what a network takes in.

Between the two they are codes, shape (…, covariates): numbers as they are, and categories as their indexes, where -1 is
one that training never saw.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.errors import InvalidRequest
from models.spec.covariate import Covariate
from models.spec.model_spec import ModelSpec
from models.text import did_you_mean, printable

Codes = NDArray[np.float64]
UNSEEN, UNSEEN_TEXT = -1.0, "(unseen)"
MIN_SPREAD = 0.01  # of a covariate's spread in training: a window in which it hardly changes is divided by this


def covariate_inputs(spec: ModelSpec, codes: Codes) -> NDArray[np.float32]:
    """What a network takes in of codes, shape (rows, steps, covariates): shape (rows, steps, channels x outputs).

    The steps begin with the window's. Where each context has a scale of its own, so have a covariate's numbers: that
    of the window's steps. A network of several outputs sees the covariates of all their targets, one target's after
    another's; what lies beyond the last step is taken to be as it is.
    """
    channels = []
    for covariate, column in zip(spec.future, np.moveaxis(codes, -1, 0), strict=True):
        if covariate.categories:
            channels.append(column[..., None] == np.arange(len(covariate.categories)))
            continue
        mean, scale = np.array(covariate.mean), np.array(covariate.scale)
        if spec.scaler.kind == "context":
            window = column[:, : spec.window]
            mean, spread = window.mean(axis=1, keepdims=True), window.std(axis=1, keepdims=True)
            scale = np.maximum(spread, MIN_SPREAD * covariate.scale)
        channels.append(((column - mean) / scale)[..., None])
    encoded = np.concatenate(channels, axis=-1).astype(np.float32)
    if spec.outputs == 1:
        return encoded
    steps = encoded.shape[-2]
    return np.concatenate(
        [encoded[..., np.minimum(np.arange(steps) + ahead, steps - 1), :] for ahead in range(spec.outputs)], axis=-1
    )


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


def request_codes(
    covariates: Sequence[Covariate], sent: Sequence[Mapping[str, Sequence[Any]]], lengths: Sequence[int], steps: int
) -> tuple[Codes, dict[str, str]]:
    """The codes of the last `steps` values that came with each window, and a category that is not known, by covariate.

    `sent` has the values of each window's covariates by name, `lengths` how many there must be of each: those of the
    window and of the horizon. The codes have shape (windows, steps, covariates). Raises InvalidRequest, whose location
    is the index of the window and the name.
    """
    names = [covariate.name for covariate in covariates]
    codes = np.empty((len(sent), steps, len(covariates)))
    unseen: dict[str, str] = {}
    for window, (values, length) in enumerate(zip(sent, lengths, strict=True)):
        for name in values:
            if name not in names:
                hint = did_you_mean(name, names)
                known = f"those known ahead are {', '.join(names)}" if names else "the model takes in none"
                raise InvalidRequest(f"there is no covariate {printable(name)}{hint}; {known}", (window,))
        for index, covariate in enumerate(covariates):
            name = covariate.name
            if name not in values:
                raise InvalidRequest(
                    f"expected {length} values of {name}, those of the window and of the horizon, but none came",
                    (window,),
                )
            if len(values[name]) != length:
                raise InvalidRequest(
                    f"expected {length} values, those of the window and of the horizon, but {len(values[name])} came",
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
