"""A backtest as tables of text, a row for each step, for the terminal and for the card."""

from collections.abc import Callable, Sequence
from statistics import fmean
from typing import NamedTuple

from models.spec.metrics import Backtest, Calibration, SideBySide
from training.evaluation.interval_scores import IntervalScores

MEAN_LABEL = "mean"  # of the row of means


class TextTable(NamedTuple):
    """Headings, and rows with a cell for each heading."""

    headings: list[str]
    rows: list[list[str]]


def evenly_spaced_steps(horizon: int, most: int) -> list[int]:
    """About `most` steps of a horizon, evenly spaced, the first and the last among them; all where they are fewer."""
    stride = -(-horizon // most)
    return sorted({1, horizon, *range(stride, horizon + 1, stride)})


def errors_table(backtest: SideBySide, most: int) -> TextTable:
    """Errors at about `most` steps, each baseline's mean absolute error and the model's skill against it; their means.

    The last row's skills are those of the mean errors. MASE is left out where it is not known.
    """
    model, skill = backtest.model, backtest.skill()
    columns: dict[str, Sequence[float]] = {"MAE": model.mae, "RMSE": model.rmse}
    if model.mase is not None:
        columns["MASE"] = model.mase
    columns["sMAPE"] = model.smape
    headings = ["step", *columns]
    for name in backtest.baselines:
        headings += [name, "skill"]

    def row(label: str, errors: Sequence[float], baselines: Sequence[tuple[float, float]]) -> list[str]:
        """The cells of the model's errors, and of each baseline's error and the skill against it."""
        pairs = [(number_text(mae), _skill(against)) for mae, against in baselines]
        return [label, *map(number_text, errors), *(text for pair in pairs for text in pair)]

    rows = [
        row(
            str(step + 1),
            [errors[step] for errors in columns.values()],
            [(scores.mae[step], skill[name][step]) for name, scores in backtest.baselines.items()],
        )
        for step in (number - 1 for number in evenly_spaced_steps(backtest.horizon, most))
    ]
    if backtest.horizon > 1:
        model_mae = fmean(model.mae)
        baseline_maes = [fmean(scores.mae) for scores in backtest.baselines.values()]
        pairs = [(mae, 1 - model_mae / mae if mae else 0.0) for mae in baseline_maes]
        rows.append(row(MEAN_LABEL, [fmean(errors) for errors in columns.values()], pairs))
    return TextTable(headings, rows)


def comparison_table(backtest: Backtest) -> TextTable:
    """The model's error beside each baseline's over the whole horizon, and how likely chance alone is."""
    rows = []
    for name, compared in backtest.comparisons.items():
        scores = backtest.baselines[name]
        mase = "" if scores.mase is None else number_text(fmean(scores.mase))
        told = p_value_text(compared.p_value)
        rows.append([name, number_text(fmean(scores.mae)), mase, f"{compared.error_ratio:.3g}", told])
    mine = backtest.model
    own = ["model", number_text(fmean(mine.mae)), "" if mine.mase is None else number_text(fmean(mine.mase)), "", ""]
    return TextTable(["", "MAE", "MASE", "model's error in units of it", "p"], [own, *rows])


def intervals_table(intervals: Calibration | IntervalScores, most: int) -> TextTable:
    """The share of values within each level's intervals at about `most` steps, in percent, their scores; the means."""
    coverage, scores, pinball = intervals.coverage, intervals.interval_score, intervals.pinball
    columns: dict[str, tuple[Sequence[float], Callable[[float], str]]] = {}
    for level, shares in coverage.items():
        columns[f"{level} %"] = shares, lambda share: f"{100 * share:.1f}"
        if level in scores:
            columns[f"score {level}"] = scores[level], number_text
    if pinball is not None:
        columns["pinball"] = pinball, number_text
    horizon = len(next(iter(coverage.values())))
    rows = [
        [str(step), *(told(values[step - 1]) for values, told in columns.values())]
        for step in evenly_spaced_steps(horizon, most)
    ]
    if horizon > 1:
        rows.append([MEAN_LABEL, *(told(fmean(values)) for values, told in columns.values())])
    return TextTable(["step", *columns], rows)


def _skill(value: float) -> str:
    return f"{value:.2f}" if value > -100 else f"{value:.1e}"


def number_text(value: float) -> str:
    """A number as tables have it."""
    return f"{value:.4g}"


def p_value_text(p_value: float | None) -> str:
    """How likely chance is, as tables have it."""
    return "not told by so few forecasts" if p_value is None else f"{p_value:.2g}"
