"""Warnings of baselines that are better than the model."""

from collections.abc import Mapping

from models.spec.metrics import Backtest

MANY_TIMES = 10


def baseline_warnings(backtest: Backtest, descriptions: Mapping[str, str]) -> tuple[str, ...]:
    """A sentence for each baseline that is better than the model over the whole horizon, by more than noise.

    `descriptions` says in words what each baseline does.
    """
    steps = f"over {backtest.horizon} steps" if backtest.horizon > 1 else "at the next value"
    return tuple(
        f"loses to {name} {steps}, {_by(compared.error_ratio)} (p {compared.p_value:.2g}): "
        f"{descriptions[name]} is better"
        for name, compared in backtest.comparisons.items()
        if compared.is_lost
    )


def _by(error_ratio: float) -> str:
    if error_ratio > MANY_TIMES:
        return f"with more than {MANY_TIMES} times its error"
    return f"by {100 * (error_ratio - 1):.3g} %"
