"""A version's model card: card.md, a page beside the model for readers of the registry's folder."""

import json
import re
import textwrap
from collections.abc import Sequence
from pathlib import PurePosixPath

from models.spec.example_request import example_request
from models.spec.manifest import Description, PlanTrial, UpdateRecord
from models.spec.metrics import Backtest, Calibration, Scores
from models.spec.wording import Fact, classical_facts, data_facts, model_facts
from training.report.panel_tables import lengths_table, worse_lengths, worst_table
from training.report.tables import TextTable, comparison_table, errors_table, intervals_table

CARD = "card.md"
MAX_STEPS = 8  # about, in a table
ADDRESS = "http://127.0.0.1:8000"  # where rollcast serves by default


def card_markdown(name: str, description: Description, pictures: Sequence[str] = ()) -> str:
    """The card as Markdown; `pictures` are paths from the folder of the card."""
    sections = [
        f"# {name}",
        _text(description.description),
        _warnings(description.warnings),
        _section("Model", model_facts(description)),
        _section("Data", data_facts(description)),
        _update(description.training.update),
        _next_value(description),
        _plans(description.training.plans),
        _whole_horizon(description.backtest),
        _error_by_series(description.backtest),
        _error_by_step(description.backtest),
        _classical(description.backtest),
        _intervals(description),
        _interval_choice(description.calibration),
        _request(name, description),
        "\n\n".join(f"![{PurePosixPath(path).stem.replace('-', ' ')}]({path})" for path in pictures),
    ]
    return "\n\n".join(section for section in sections if section) + "\n"


def _warnings(warnings: Sequence[str]) -> str:
    return "\n".join(f"- **Warning:** it {_text(warning)}" for warning in warnings)


def _update(update: UpdateRecord | None) -> str:
    if update is None:
        return ""
    rows = [
        [f"version {update.from_version}", f"{update.published_error:.4g}"],
        ["the same, having learned on", f"{update.updated_error:.4g}"],
    ]
    told = "can't be told" if update.p_value is None else f"is {update.p_value:.2g}"
    return (
        f"## Update\n\nVersion {update.from_version} has learned on from a newer file, with {update.new_rows:,} new "
        f"rows. The newest {update.held_back_rows:,} were held back first, to compare the two over the whole horizon: "
        f"the ratio of their errors is {update.ratio:.4g}, and p {told}. The errors on this page are of the network "
        "that had not seen these rows; then it learned from them as well."
        f"\n\n{_table(TextTable(['', update.measure], rows))}"
    )


def _next_value(description: Description) -> str:
    metrics = description.metrics
    rows = [_scores_row("model", metrics.model), _scores_row("last value", metrics.last_value)]
    if metrics.seasonal_naive is not None:
        rows.append(_scores_row(f"value {metrics.season} steps before", metrics.seasonal_naive))
    table = _table(TextTable(["", "MAE", "RMSE", "values"], rows))
    spread = ""
    if metrics.spread is not None:
        pairs = zip(metrics.spread.seeds, metrics.spread.mse, strict=True)
        spread = "\n\nMean squared error by seed: " + ", ".join(f"{seed}: {mse:.3g}" for seed, mse in pairs) + "."
    return f"## Error of the next value\n\nOn {_text(metrics.tested_on)}, each from true values.\n\n{table}{spread}"


def _plans(plans: Sequence[PlanTrial]) -> str:
    if not plans:
        return ""
    rows = [[plan.name, plan.description, plan.told_error, "chosen" if plan.chosen else ""] for plan in plans]
    table = _table(TextTable(["plan", "", "error", ""], rows))
    return (
        "## Plans that were tried\n\nEach was trained briefly, and the one that forecast the validation rows best was "
        "trained in full. Errors are mean absolute ones over the horizon, in units of the mean change from row to row."
        f"\n\n{table}"
    )


def _whole_horizon(backtest: Backtest | None) -> str:
    if backtest is None or not backtest.comparisons:
        return ""
    basis = "MASE, in which each series counts alike" if backtest.series > 1 else "the mean absolute error"
    return (
        f"## Error over the whole horizon\n\nThe ratios are of {basis}. p is how likely chance alone would make such a "
        "difference (Diebold and Mariano's test, with Harvey's correction); a baseline is better by more than noise "
        f"where p is below 0.05 and the ratio above 1.02.\n\n{_table(comparison_table(backtest))}"
    )


def _error_by_series(backtest: Backtest | None) -> str:
    if backtest is None or (panel := backtest.panel) is None:
        return ""
    beside = f"MASE over the whole horizon, beside that of {panel.baseline} from the same origins."
    texts = [f"## Error by series\n\nErrors are {beside}"]
    if panel.worst:
        texts.append(f"The highest of {backtest.series:,} series:\n\n{_table(worst_table(panel))}")
    if panel.by_length:
        texts.append(
            "By the length of the series, each counting alike; ratios are of the model's error to the other one, and p "
            "is that of each group alone. A warning takes a ratio above 1.02, and a p below 0.05 divided by the number "
            f"of groups.{worse_lengths(panel)}\n\n{_table(lengths_table(panel))}"
        )
    if panel.without_mase is not None:
        texts.append(f"Without MASE, as they never changed over a season before: {_text(panel.without_mase.told)}.")
    return "\n\n".join(texts)


def _error_by_step(backtest: Backtest | None) -> str:
    if backtest is None:
        return ""
    among = f" of {backtest.series:,} series" if backtest.series > 1 else ""
    apart = f", {backtest.stride} rows apart" if backtest.stride > 1 else ""
    season = "one step" if backtest.season == 1 else f"{backtest.season} steps"
    return (
        f"## Error by step\n\nForecasts of {backtest.horizon} steps from {backtest.origins:,} origins{among}{apart}, "
        f"on {_text(backtest.tested_on)}. Below each baseline its mean absolute error, beside it the share of that "
        f"which the model does away with. MASE is in units of the mean change over {season} before these rows, sMAPE "
        f"in percent from 0 to 200.\n\n{_table(errors_table(backtest, MAX_STEPS))}"
    )


def _classical(backtest: Backtest | None) -> str:
    if backtest is None or backtest.classical is None:
        return ""
    facts = _section("Beside classical methods", classical_facts(backtest.classical))
    return f"{facts}\n\n{_table(errors_table(backtest.classical, MAX_STEPS))}"


def _intervals(description: Description) -> str:
    calibration = description.calibration
    if calibration is None:
        return ""
    text = (
        f"## Intervals\n\nSplit conformal, from {calibration.count:,} errors at each of {calibration.horizon} steps on "
        f"{_text(calibration.calibrated_on)}. They are marginal: a level is that of each step, not of all together."
    )
    if not calibration.coverage:
        return text
    scored = (
        " A score is the mean width and a penalty for values beyond it, pinball the mean loss of all bounds and the "
        "forecast: lower is better."
        if calibration.interval_score
        else ""
    )
    return (
        f"{text} What they covered of {_text(calibration.tested_on or 'the test rows')}, in percent.{scored}\n\n"
        f"{_table(intervals_table(calibration, MAX_STEPS))}"
    )


def _interval_choice(calibration: Calibration | None) -> str:
    if calibration is None or not calibration.candidates:
        return ""
    rows = []
    for each in calibration.candidates:
        score = "not known" if each.score is None else f"{each.score:.4g}"
        rows.append([each.name, f"{each.count:,}", score, "chosen" if each.chosen else ""])
    return (
        "Intervals could be made in these ways. Scores are mean interval scores of 80 and 95 percent on the validation "
        "rows, in units of the first one's; the lowest was chosen, the first where none is lower."
        f"\n\n{_table(TextTable(['calibrated on', 'errors', 'score', ''], rows))}"
    )


def _request(name: str, description: Description) -> str:
    body = json.dumps(example_request(name, description))
    lines = textwrap.fill(body, 110, break_long_words=False, break_on_hyphens=False)
    return f"## Ask it\n\n```sh\ncurl {ADDRESS}/predict -H 'Content-Type: application/json' \\\n  -d '{lines}'\n```"


def _scores_row(name: str, scores: Scores) -> list[str]:
    return [name, f"{scores.mae:.4g}", f"{scores.rmse:.4g}", f"{scores.count:,}"]


def _section(title: str, facts: Sequence[Fact]) -> str:
    return f"## {title}\n\n" + "\n".join(f"- {label}: {_text(text)}" for label, text in facts)


def _table(table: TextTable) -> str:
    rule = ["---", *["---:"] * (len(table.headings) - 1)]  # numbers to the right
    return "\n".join(f"| {' | '.join(map(_text, cells))} |" for cells in (table.headings, rule, *table.rows))


def _text(text: str) -> str:
    """A text from outside, on one line and with Markdown's special characters escaped."""
    return re.sub(r"([\\`*_\[\]<>|#])", r"\\\1", " ".join(text.split()))
