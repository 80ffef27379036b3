"""Warnings of baselines that are better than the model."""

from collections.abc import Mapping

from models.spec.comparison import Comparison
from models.spec.metrics import Backtest
from models.spec.panel_scores import PanelScores

MANY_TIMES = 10


def baseline_warnings(backtest: Backtest, descriptions: Mapping[str, str]) -> tuple[str, ...]:
    """A sentence for each baseline that is better than the model over the whole horizon, by more than noise.

    `descriptions` says in words what each baseline does.
    """
    steps = f"over {backtest.horizon} steps" if backtest.horizon > 1 else "at the next value"
    return tuple(
        f"loses to {name} {steps}, {_by(compared)}: {descriptions[name]} is better"
        for name, compared in backtest.comparisons.items()
        if compared.is_lost
    )


def length_warnings(panel: PanelScores | None) -> tuple[str, ...]:
    """A sentence for each group of series of some lengths, on which a baseline is better by more than noise."""
    if panel is None:
        return ()
    return tuple(
        f"loses to {panel.baseline} on the {group.series} series of {group.rows}, {_by(group.comparison)}"
        for group in panel.lost_lengths()
    )


def _by(compared: Comparison) -> str:
    ratio, chance = compared.error_ratio, f"(p {compared.p_value:.2g})"
    if ratio > MANY_TIMES:
        return f"with more than {MANY_TIMES} times its error {chance}"
    return f"by {100 * (ratio - 1):.3g} % {chance}"
