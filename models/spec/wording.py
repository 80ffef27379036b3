"""What a version is, in words: one list of labelled facts for the command and for the card's page.

Labels are the names of fields in the manifest and in the API, where there is such a field.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from models.spec.covariate import Covariate
from models.spec.manifest import Description, UpdateRecord
from models.spec.metrics import ClassicalScores, Scores
from models.spec.model_spec import ModelSpec
from models.text import counted, listed
from models.timeseries.calendar_features import Cycle


class Fact(NamedTuple):
    """A label and a text, which is never empty."""

    label: str
    text: str


def model_facts(of: Description) -> list[Fact]:
    """What the network is, takes in and gives."""
    return _told(_MODEL, of)


def data_facts(of: Description) -> list[Fact]:
    """What the model was trained and tested on."""
    return _told(_DATA, of)


def score_facts(of: Description) -> list[Fact]:
    """How good the next-value forecasts are, and what was found wrong."""
    metrics = of.metrics
    facts = [
        Fact("tested on", metrics.tested_on),
        Fact("model", _scores(metrics.model)),
        Fact("last value", _scores(metrics.last_value)),
    ]
    if metrics.seasonal_naive is not None:
        facts.append(Fact(f"value {metrics.season} steps ago", _scores(metrics.seasonal_naive)))
    if metrics.spread is not None:
        by_seed = zip(metrics.spread.seeds, metrics.spread.mse, strict=True)
        facts.append(Fact("MSE by seed", ", ".join(f"{seed}: {mse:.3g}" for seed, mse in by_seed)))
    if (update := of.training.update) is not None:
        facts.append(Fact("update", update_text(update)))
    return [*facts, *(Fact("warning", text) for text in of.warnings)]


def classical_facts(scores: ClassicalScores) -> list[Fact]:
    """Which classical methods stand beside a model, from where, and what each was fitted to or why it is left out."""
    return [
        Fact("library", scores.library),
        Fact("origins", f"{scores.origins:,}, evenly spaced among those of the backtest"),
        Fact("fitted to", f"the target's own values before each origin, the newest {scores.rows:,} at most"),
        *(Fact(name, note) for name, note in scores.notes.items()),
    ]


def update_text(update: UpdateRecord) -> str:
    """How a version that has learned on compares with the one before."""
    chance = "" if update.p_value is None else f", p {update.p_value:.2g}"
    return (
        f"on the newest {counted(update.held_back_rows, 'row')} {update.measure} {update.updated_error:.4g}, that of "
        f"version {update.from_version} {update.published_error:.4g} (ratio {update.ratio:.4g}{chance})"
    )


def network_name(spec: ModelSpec) -> str:
    """The network's kind and size: lstm(64), or 3 x lstm(64) for the mean of three."""
    name = f"{spec.kind}({', '.join(map(str, spec.units))})"
    return name if spec.members == 1 else f"{spec.members} x {name}"


def _scores(scores: Scores) -> str:
    return f"MAE {scores.mae:.4g}, MSE {scores.mse:.4g}, RMSE {scores.rmse:.4g} over {scores.count} values"


def _network(of: Description) -> str:
    return f"{network_name(of.spec)}, {of.training.parameters:,} parameters, trained in {of.training.duration_s:.0f} s"


def _context(of: Description) -> str:
    spec = of.spec
    if spec.any_length:
        return (
            f"a request brings {spec.least_context} to {spec.context_length:,} values of any season (the network sees "
            f"the newest {spec.window}, seasonally adjusted)"
        )
    times = ", with their times" if spec.needs_times else ""
    return f"a request brings at least {spec.context_length} values{times} (window {spec.window}, lead {spec.lead})"


def _targets(of: Description) -> str:
    several = f", {of.spec.outputs} values at once" if of.spec.outputs > 1 else ""
    return ", ".join(of.spec.targets) + several


def _lags(of: Description) -> str:
    return "; ".join(f"the value {lag} steps before the target" for lag in of.spec.lags)


def _difference(of: Description) -> str:
    steps = of.spec.difference
    return "" if steps is None else f"works on each value's change from the value {steps} steps before"


_CYCLES: dict[Cycle, str] = {"day": "time of day", "week": "time of week", "year": "time of year", "weekday": "weekday"}


def _calendar(of: Description) -> str:
    told = [f"the target's {_CYCLES[cycle]}" for cycle in of.spec.calendar]
    return f"{'; '.join(told)} ({of.spec.timezone})" if told else ""


def _names(covariates: Sequence[Covariate]) -> str:
    return ", ".join(covariate.name for covariate in covariates)


def _holidays(of: Description) -> str:
    return of.spec.holidays or ""


def _blend(of: Description) -> str:
    """What is mixed in, and how much of the answer is the network's."""
    blend = of.spec.blend
    if blend is None:
        return ""
    names = ["the last value" if season == 1 else f"the value {season} steps before" for season in blend.seasons]
    if blend.linear:
        linear = blend.linear[0]
        known = f" and {counted(len(linear.covariates), 'known input')}" if linear.covariates else ""
        names.append(f"a linear forecast of {counted(len(linear.weights), 'lag')}{known}")
    shares = [f"{100 * step[0]:.0f} %" for step in (blend.weights[0], blend.weights[-1])]
    if not names:
        return ""
    return f"{listed(names)} have a share in it; the network's is {shares[0]} at step 1, {shares[1]} at the last"


def _nonnegative(of: Description) -> str:
    return f"{listed(of.spec.nonnegative)}: never below 0, as in training" if of.spec.nonnegative else ""


def _missing_values(of: Description) -> str:
    if of.spec.any_length:
        return "may be null: the values around them and the season stand in for them"
    return "may be null: the last known value and a mask stand in for them" if of.spec.masked else ""


def _short_windows(of: Description) -> str:
    extension = of.spec.extension
    if extension is None or of.spec.least_context == of.spec.context_length:
        return ""
    return f"from {of.spec.least_context} values on, extended by their first {extension.season}"


def _rollout(of: Description) -> str:
    if not of.spec.rolls_out:
        return "next values only, as it does not forecast all that it forecasts from"
    return {"window": "the window slides over what was forecast", "state": "the network's state is carried on"}[
        of.spec.rollout
    ]


def _intervals(of: Description) -> str:
    season = of.spec.interval_season
    return (
        "" if season is None or of.calibration is None else f"as wide as the window's mean change over {season} steps"
    )


def _rows(of: Description) -> str:
    data = of.data
    parts = {
        "to train on": data.train_rows,
        "to stop training by": data.validation_rows,
        "to calibrate intervals on": data.calibration_rows,
        "to test on": data.test_rows,
    }
    series = f" of {data.series:,} series" if data.series > 1 else ""
    return f"{data.rows:,}{series}: {', '.join(f'{rows:,} {what}' for what, rows in parts.items() if rows)}"


def _times(of: Description) -> str:
    first, last = of.data.first_at, of.data.last_at
    return "" if first is None or last is None else f"{first.isoformat()} to {last.isoformat()}"


def _filled(of: Description) -> str:
    return f"{of.data.filled_rows:,} rows that were missing or had empty cells" if of.data.filled_rows else ""


def _epochs(of: Description) -> str:
    cut = ", cut short by the clock" if of.training.cut_by_clock else ""
    return f"{len(of.training.loss)}{cut}"


def _range(of: Description) -> str:
    columns = zip(of.spec.features, of.data.minimum, of.data.maximum, strict=True)
    return "; ".join(f"{name} {low:.6g} to {high:.6g}" for name, low, high in columns)


_Facts = Mapping[str, Callable[[Description], str]]

_MODEL: _Facts = {
    "network": _network,
    "context": _context,
    "features": lambda of: ", ".join(of.spec.features),
    "targets": _targets,
    "lags": _lags,
    "difference": _difference,
    "calendar": _calendar,
    "holidays": _holidays,
    "future": lambda of: _names(of.spec.future),
    "past": lambda of: _names(of.spec.past),
    "static": lambda of: _names(of.spec.static),
    "rollout": _rollout,
    "blend": _blend,
    "nonnegative": _nonnegative,
    "missing values": _missing_values,
    "short windows": _short_windows,
    "intervals": _intervals,
    "epochs": _epochs,
}
_DATA: _Facts = {
    "source": lambda of: of.data.source,
    "rows": _rows,
    "gaps": lambda of: of.data.gaps,
    "times": _times,
    "frequency": lambda of: of.spec.frequency or "",
    "filled": _filled,
    "range": _range,
}


def _told(facts: _Facts, of: Description) -> list[Fact]:
    return [Fact(label, text) for label, word in facts.items() if (text := word(of))]
