"""Exogenous features, which come without names, as the covariates of a model: their places tell which is which.

Nixtla's client sends those known ahead first, then the others, and each time numbers before categories. A model's own
are put in the same order; of a static one, which Nixtla has not, each series' newest value counts.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from models.errors import InvalidRequest
from models.inference.sent_covariates import SentCovariates
from models.spec.covariate import Covariate
from models.spec.manifest import Manifest
from models.spec.model_spec import ModelSpec
from models.text import listed
from service.protocols.nixtla.cuts import Cut
from service.protocols.nixtla.schemas import Series

MAX_VALUES = 1_000_000  # of all windows together: they may overlap, so that a small body asks for many


class Exogenous(NamedTuple):
    """The rows of a request by the covariate that they are of; `ahead` are those of the horizon, series by series.

    Without `ahead` what is known ahead lies in the rows themselves, after each window.
    """

    rows: Mapping[str, Sequence[Any]]
    ahead: Mapping[str, Sequence[Any]] | None

    @classmethod
    def of(cls, series: Series, manifest: Manifest, hist_exog: Sequence[int] | None, *, ahead: bool) -> "Exogenous":
        """Which row is which. `ahead` tells that rows of the horizon come as X_future. Raises InvalidRequest."""
        spec = manifest.spec
        known, others = spec.future, (*spec.past, *spec.static)
        order = order_of(spec, ahead=ahead)
        rows, future = series.X or [], series.X_future or []
        categories = [index for index, each in enumerate(order) if each.categories]
        not_ahead = [index for index, each in enumerate(order) if each in others and not each.categories]
        if (
            len(rows) != len(order)
            or (ahead and len(future) != len(known))
            or sorted(series.categorical_exog or ()) != categories
            or (not ahead and hist_exog is not None and sorted(hist_exog) != not_ahead)
        ):
            raise InvalidRequest(f"{manifest.title} takes in {_told(known, others)}", ("series", "X"))
        names = [each.name for each in order]
        return cls(dict(zip(names, rows, strict=True)), dict(zip(names, future, strict=False)) if ahead else None)

    def covariates(self, manifest: Manifest, cuts: Sequence[Cut], horizon: int) -> SentCovariates:
        """The covariates of each window. Raises InvalidRequest where they are too many values."""
        spec = manifest.spec
        count = len(self.rows) * sum(cut.end - cut.begin + horizon for cut in cuts)
        if count > MAX_VALUES:
            raise InvalidRequest(
                f"expected at most {MAX_VALUES} values of covariates for all forecasts together, but {count} came: ask "
                "for fewer n_windows, or set num_partitions",
                ("series", "X"),
            )

        def future(name: str, cut: Cut) -> list[Any]:
            row = self.rows[name]
            if self.ahead is None:
                return list(row[cut.begin : cut.end + horizon])
            return [*row[cut.begin : cut.end], *self.ahead[name][cut.series * horizon : (cut.series + 1) * horizon]]

        return SentCovariates(
            future=[{each.name: future(each.name, cut) for each in spec.future} for cut in cuts]
            if spec.future
            else None,
            past=[{each.name: self.rows[each.name][cut.begin : cut.end] for each in spec.past} for cut in cuts]
            if spec.past
            else None,
            static=[{each.name: self.rows[each.name][cut.end - 1] for each in spec.static} for cut in cuts]
            if spec.static
            else None,
        )


def order_of(spec: ModelSpec, *, ahead: bool) -> list[Covariate]:
    """A model's covariates in the order of rows; `ahead` tells that those known ahead come first."""
    others = (*spec.past, *spec.static)
    if ahead:
        return [*_numbers_first(spec.future), *_numbers_first(others)]
    return _numbers_first((*spec.future, *others))


def _numbers_first(covariates: Iterable[Covariate]) -> list[Covariate]:
    return sorted(covariates, key=lambda each: bool(each.categories))


def _told(known: Sequence[Covariate], others: Sequence[Covariate]) -> str:
    """What there must be, in the words of Nixtla's client."""
    if not known and not others:
        return "no exogenous features: leave out X_df, hist_exog_list and date_features"
    parts = []
    for covariates, where in ((known, "as columns of df and X_df"), (others, "as columns of df in hist_exog_list")):
        if covariates:
            names = [each.name + " (categorical_exog_list)" * bool(each.categories) for each in covariates]
            order = ", in this order," if len(names) > 1 else ""
            parts.append(f"{listed(names)}{order} {where}")
    return f"{'; and '.join(parts)}; and no other exogenous features"
