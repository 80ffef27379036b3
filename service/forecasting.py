"""What a request is answered with: forecasts in raw units, their times, intervals and warnings."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.errors import InvalidWindow
from models.inference.forecaster import Forecaster, ForecastInputs
from models.spec.manifest import Manifest

Array = NDArray[np.float64]

NAMED = 5  # windows or columns that one warning names; it counts the others


def half_widths(forecaster: Forecaster, prepared: ForecastInputs, levels: Sequence[float]) -> dict[str, Array]:
    """Half the width of each level's intervals, in raw units, by the level as it was sent: 80 or 97.5.

    Each broadcasts against the answers. Raises InvalidRequest where there are none.
    """
    return {repr(level).removesuffix(".0"): forecaster.half_widths(prepared, level) for level in levels}


def answer_of(
    manifest: Manifest,
    prepared: ForecastInputs,
    raw: Array,
    *,
    many: bool,
    timestamps: Sequence[Sequence[str]] | None = None,
    halves: Mapping[str, Array] | None = None,
) -> dict[str, Any]:
    """The answer, for JSON; `raw` has shape (windows, horizon, targets), and `timestamps` are each window's.

    One window's numbers are a list, those of `many` a list of lists; with several targets each step is a row. Raises
    InvalidWindow, its location the window's place, where a bound is not finite.
    """
    answer: dict[str, Any] = {
        "model": manifest.name,
        "version": manifest.version,
        "predictions": _listed(raw, many),
    }
    if timestamps is not None:
        answer["timestamps"] = timestamps if many else timestamps[0]
    if halves:
        answer["intervals"] = {level: _bounds(raw, half, many) for level, half in halves.items()}
    if prepared.out_of_range:
        names = [f"windows[{place}]" for place in prepared.out_of_range] if many else ["the window"]
        answer["warnings"] = [out_of_range_warning(manifest, names)]
    return answer


def out_of_range_warning(manifest: Manifest, names: Sequence[str]) -> str:
    """A sentence on windows that lie far outside what training saw; the first few are named."""
    more = [f"{len(names) - NAMED} more"] if len(names) > NAMED else []
    who = f"{_all([*names[:NAMED], *more])} {'holds' if len(names) == 1 else 'hold'}"
    what = "values" if manifest.difference is None else "changes"
    return f"{who} {what} far outside those of training{_range(manifest)}: the forecast may be far off"


def _range(manifest: Manifest) -> str:
    """What training saw, where it can be told in the series' own units."""
    if manifest.difference is not None or manifest.scaler.kind == "context":
        return ""
    data = manifest.data
    ranges = [f"{low:.6g} to {high:.6g}" for low, high in zip(data.minimum, data.maximum, strict=True)]
    if len(ranges) > 1:
        ranges = [f"{name} {span}" for name, span in zip(manifest.features, ranges, strict=True)][:NAMED]
    more = [f"{len(manifest.features) - NAMED} more columns"] if len(manifest.features) > NAMED else []
    return f" (trained on {_all(ranges + more)})"


def _all(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _bounds(raw: Array, half: Array, many: bool) -> dict[str, Any]:
    with np.errstate(over="ignore"):
        lower, upper = raw - half, raw + half
    finite = (np.isfinite(lower) & np.isfinite(upper)).all(axis=(1, 2))
    if not finite.all():
        raise InvalidWindow(
            "the interval is not a finite number: the window's values are too large for it", (int(np.argmin(finite)),)
        )
    return {"lower": _listed(lower, many), "upper": _listed(upper, many)}


def _listed(values: Array, many: bool) -> Any:
    """Numbers of shape (windows, horizon, targets) as lists, without the axes that the request did not ask for."""
    if values.shape[-1] == 1:
        values = values[..., 0]
    return (values if many else values[0]).tolist()
