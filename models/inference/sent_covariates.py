"""The covariates that come with a request's windows: those known ahead, those of the past, and static ones."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, get_args

import numpy as np

from models.errors import InvalidRequest
from models.inference.covariates import Codes, request_codes
from models.spec.covariate import CovariateKind
from models.spec.model_spec import ModelSpec

Values = Mapping[str, Sequence[Any]]
KINDS: tuple[CovariateKind, ...] = get_args(CovariateKind)
_ASKED = {
    "future": "send the values of the window and of the horizon of each as future",
    "past": "send the values of the window of each as past",
    "static": "send the value of each as static",
}


class SentCovariates(NamedTuple):
    """The values of each window's covariates by name; None where a kind did not come.

    Of `future` they are those of the window and of the horizon, of `past` those of the window, of `static` one.
    """

    future: Sequence[Values] | None = None
    past: Sequence[Values] | None = None
    static: Sequence[Mapping[str, Any]] | None = None

    def codes(
        self, spec: ModelSpec, title: str, lengths: Sequence[int], horizon: int
    ) -> tuple[Codes | None, dict[str, str]]:
        """The codes that a forecaster takes, and a category that is not known, by covariate.

        `lengths` has the values in each window; `title` is how errors name the model. The codes have shape (windows,
        window + lead - 1 + horizon, covariates); None where the model takes in none. Raises InvalidRequest, whose
        location is the kind, the window's index and the name.
        """
        self.check(spec, title)
        before = spec.window + spec.lead - 1
        found: list[Codes] = []
        unseen: dict[str, str] = {}
        for kind, sent in zip(KINDS, self, strict=True):
            if sent is None:
                continue
            if len(sent) != len(lengths):
                raise InvalidRequest(f"expected one for each of {len(lengths)} windows, but {len(sent)} came", (kind,))
            more = horizon if kind == "future" else 0
            needed = [1 if kind == "static" else length + more for length in lengths]
            series = [{name: [value] for name, value in each.items()} for each in sent] if kind == "static" else sent
            try:
                codes, strange = request_codes(kind, getattr(spec, kind), series, needed, before + more)
            except InvalidRequest as error:
                raise error.within(kind) from None
            # What is not known any more stays as it was.
            found.append(np.pad(codes, ((0, 0), (0, horizon - more), (0, 0)), mode="edge"))
            unseen |= strange
        return (np.concatenate(found, axis=-1) if found else None), unseen

    def check(self, spec: ModelSpec, title: str) -> None:
        """Raise InvalidRequest, its location a kind, where the model takes in none of what came, or lacks some."""
        for kind, sent in zip(KINDS, self, strict=True):
            covariates = getattr(spec, kind)
            if sent is None and covariates:
                names = ", ".join(covariate.name for covariate in covariates)
                raise InvalidRequest(f"{title} takes in {names}: {_ASKED[kind]}", (kind,))
            if sent is not None and not covariates:
                raise InvalidRequest(f"{title} takes in no {kind} covariates: leave {kind} out", (kind,))


NO_COVARIATES = SentCovariates()
