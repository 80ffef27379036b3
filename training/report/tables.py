"""A backtest in tables of text, one row a step: for the terminal and for the card."""

from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import NamedTuple

from models.spec.metrics import Backtest

MEAN = "mean"  # the label of the row of means


class TextTable(NamedTuple):
    """Headings, and rows of as many cells."""

    headings: list[str]
    rows: list[list[str]]


def chosen_steps(horizon: int, most: int) -> list[int]:
    """About `most` steps of a horizon, evenly spaced, the first and the last among them; all where they are fewer."""
    every = -(-horizon // most)
    return sorted({1, horizon, *range(every, horizon + 1, every)})


def errors_table(backtest: Backtest, most: int) -> TextTable:
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

    def row(label: str, numbers: Sequence[float], pairs: Sequence[tuple[float, float]]) -> list[str]:
        return [label, *map(_number, numbers), *(text for mae, its in pairs for text in (_number(mae), _share(its)))]

    rows = [
        row(
            str(step + 1),
            [each[step] for each in columns.values()],
            [(scores.mae[step], skill[name][step]) for name, scores in backtest.baselines.items()],
        )
        for step in (number - 1 for number in chosen_steps(backtest.horizon, most))
    ]
    if backtest.horizon > 1:
        mine = fmean(model.mae)
        means = [fmean(scores.mae) for scores in backtest.baselines.values()]
        pairs = [(its, 1 - mine / its if its else 0.0) for its in means]
        rows.append(row(MEAN, [fmean(each) for each in columns.values()], pairs))
    return TextTable(headings, rows)


def coverage_table(coverage: Mapping[str, Sequence[float]], most: int) -> TextTable:
    """The share of values within each level's intervals at about `most` steps, in percent, and the means."""
    horizon = len(next(iter(coverage.values())))
    rows = [
        [str(step), *(f"{100 * shares[step - 1]:.1f}" for shares in coverage.values())]
        for step in chosen_steps(horizon, most)
    ]
    if horizon > 1:
        rows.append([MEAN, *(f"{100 * fmean(shares):.1f}" for shares in coverage.values())])
    return TextTable(["step", *(f"{level} %" for level in coverage)], rows)


def _share(value: float) -> str:
    return f"{value:.2f}" if value > -100 else f"{value:.1e}"


def _number(value: float) -> str:
    return f"{value:.4g}"
