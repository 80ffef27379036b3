"""A version's card as a page: card.md, beside the model, for whoever looks into the registry's folder."""

import json
import re
import textwrap
from collections.abc import Sequence
from pathlib import PurePosixPath

from models.spec.example_request import example_request
from models.spec.manifest import Description
from models.spec.metrics import Backtest, Scores
from models.timeseries.calendar_features import Cycle
from training.report.tables import TextTable, coverage_table, errors_table

CARD = "card.md"
STEPS = 8  # about so many in a table
ADDRESS = "http://127.0.0.1:8000"  # where rollcast serves unless told otherwise
CYCLES: dict[Cycle, str] = {"day": "time of day", "week": "time of week", "year": "time of year", "weekday": "weekday"}


def card_markdown(name: str, description: Description, pictures: Sequence[str] = ()) -> str:
    """The card as Markdown; `pictures` are paths from its own folder."""
    sections = [
        f"# {name}",
        _text(description.description),
        _warned(description.warnings),
        _model(description),
        _data(description),
        _next_value(description),
        _rolled_out(description.backtest),
        _intervals(description),
        _request(name, description),
        "\n\n".join(f"![{PurePosixPath(path).stem.replace('-', ' ')}]({path})" for path in pictures),
    ]
    return "\n\n".join(section for section in sections if section) + "\n"


def _warned(warnings: Sequence[str]) -> str:
    return "\n".join(f"- **Warning:** it {_text(warning)}" for warning in warnings)


def _model(its: Description) -> str:
    units = ", ".join(map(str, its.units))
    network = f"{its.kind}({units})" if its.members == 1 else f"the mean of {its.members} of {its.kind}({units})"
    inputs = [f"the last {its.window} values of {_listed(its.features)}"]
    inputs += [f"the value {lag} steps before the target" for lag in its.lags]
    inputs += [f"the target's {CYCLES[cycle]} ({its.timezone})" for cycle in its.calendar]
    lines = [
        f"network: {network}, {its.training.parameters:,} parameters, trained in {its.training.duration_s:.0f} s",
        f"inputs: {'; '.join(inputs)}",
        f"forecasts: {_listed(its.targets)}" + (f", {its.outputs} values at once" if its.outputs > 1 else ""),
        f"context: a request brings at least {its.context_length} values"
        + (", with their times" if its.calendar else ""),
    ]
    if its.difference is not None:
        lines.append(f"works on: each value's change from the value {its.difference} steps before")
    if its.rolls_out:
        how = {"window": "the window slides over what was forecast", "state": "the network's state is carried on"}
        lines.append(f"further steps: {how[its.rollout]}")
    else:
        lines.append("further steps: none, as it does not forecast all that it forecasts from")
    lines.append(f"epochs: {len(its.training.loss)}")
    return _section("Model", lines)


def _data(its: Description) -> str:
    data = its.data
    parts = {
        "to train on": data.train_rows,
        "to stop training by": data.validation_rows,
        "to calibrate intervals on": data.calibration_rows,
        "to test on": data.test_rows,
    }
    lines = [
        f"source: {_text(data.source)}",
        f"rows: {data.rows:,}" + (f" of {data.series:,} series" if data.series > 1 else ""),
        f"of these: {', '.join(f'{rows:,} {what}' for what, rows in parts.items() if rows)}",
    ]
    if data.first_at is not None and data.last_at is not None:
        lines.append(f"times: {data.first_at.isoformat()} to {data.last_at.isoformat()}")
    if its.frequency is not None:
        lines.append(f"time between values: {its.frequency}")
    if data.filled_rows:
        lines.append(f"filled: {data.filled_rows:,} rows that were missing or had empty cells")
    ranges = zip(its.features, data.minimum, data.maximum, strict=True)
    lines.append("range: " + "; ".join(f"{_text(name)} {low:.6g} to {high:.6g}" for name, low, high in ranges))
    return _section("Data", lines)


def _next_value(its: Description) -> str:
    metrics = its.metrics
    rows = [_scored("model", metrics.model), _scored("last value", metrics.last_value)]
    if metrics.seasonal_naive is not None:
        rows.append(_scored(f"value {metrics.season} steps before", metrics.seasonal_naive))
    table = _table(TextTable(["", "MAE", "RMSE", "values"], rows))
    spread = ""
    if metrics.spread is not None:
        pairs = zip(metrics.spread.seeds, metrics.spread.mse, strict=True)
        spread = "\n\nMean squared error by seed: " + ", ".join(f"{seed}: {mse:.3g}" for seed, mse in pairs) + "."
    return f"## Error of the next value\n\nOn {_text(metrics.tested_on)}, each from true values.\n\n{table}{spread}"


def _rolled_out(backtest: Backtest | None) -> str:
    if backtest is None:
        return ""
    among = f" of {backtest.series:,} series" if backtest.series > 1 else ""
    apart = f", {backtest.stride} rows apart" if backtest.stride > 1 else ""
    season = "one step" if backtest.season == 1 else f"{backtest.season} steps"
    return (
        f"## Error by step\n\nForecasts of {backtest.horizon} steps from {backtest.origins:,} origins{among}{apart}, "
        f"on {_text(backtest.tested_on)}. Below each baseline its mean absolute error, beside it the share of that "
        f"which the model does away with. MASE is in units of the mean change over {season} before these rows, sMAPE "
        f"in percent from 0 to 200.\n\n{_table(errors_table(backtest, STEPS))}"
    )


def _intervals(its: Description) -> str:
    calibration = its.calibration
    if calibration is None:
        return ""
    text = (
        f"## Intervals\n\nSplit conformal, from {calibration.count:,} errors at each of {calibration.horizon} steps on "
        f"{_text(calibration.calibrated_on)}. They are marginal: a level is that of each step, not of all together."
    )
    if its.interval_season is not None:
        text += f" Their width goes with the window's mean change over {its.interval_season} steps."
    if not calibration.coverage:
        return text
    return (
        f"{text} What they covered of {_text(calibration.tested_on or 'the test rows')}, in percent:\n\n"
        f"{_table(coverage_table(calibration.coverage, STEPS))}"
    )


def _request(name: str, its: Description) -> str:
    body = json.dumps(example_request(name, its))
    lines = textwrap.fill(body, 110, break_long_words=False, break_on_hyphens=False)
    return f"## Ask it\n\n```sh\ncurl {ADDRESS}/predict -H 'Content-Type: application/json' \\\n  -d '{lines}'\n```"


def _scored(name: str, scores: Scores) -> list[str]:
    return [name, f"{scores.mae:.4g}", f"{scores.rmse:.4g}", f"{scores.count:,}"]


def _section(title: str, lines: Sequence[str]) -> str:
    return f"## {title}\n\n" + "\n".join(f"- {line}" for line in lines)


def _table(table: TextTable) -> str:
    rule = ["---:" if place else "---" for place in range(len(table.headings))]
    return "\n".join(f"| {' | '.join(map(_text, cells))} |" for cells in (table.headings, rule, *table.rows))


def _listed(names: Sequence[str]) -> str:
    return ", ".join(map(_text, names))


def _text(text: str) -> str:
    """A text that others wrote, on one line and without Markdown's marks."""
    return re.sub(r"([\\`*_\[\]<>|#])", r"\\\1", " ".join(text.split()))
