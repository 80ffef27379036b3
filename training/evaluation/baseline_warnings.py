"""Warnings of baselines that are better than the model."""

from collections.abc import Mapping, Sequence

from models.spec.metrics import Backtest
from models.text import listed

MAX_RUNS = 6  # of steps in one sentence


def baseline_warnings(backtest: Backtest, descriptions: Mapping[str, str]) -> tuple[str, ...]:
    """A sentence for each baseline with a lower mean absolute error at some step, as in "loses to last value at ...".

    `descriptions` says in words what each baseline does.
    """
    sentences = []
    for name, scores in backtest.baselines.items():
        pairs = enumerate(zip(backtest.model.mae, scores.mae, strict=True), start=1)
        lost = [step for step, (model_mae, baseline_mae) in pairs if baseline_mae < model_mae]
        if lost:
            where = "every step" if len(lost) == backtest.horizon > 1 else describe_steps(lost)
            sentences.append(f"loses to {name} at {where}: {descriptions[name]} is better there")
    return tuple(sentences)


def describe_steps(numbers: Sequence[int]) -> str:
    """Ascending steps in words: "step 1", "steps 3 to 7 and 12"."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    texts = [str(run[0]) if len(run) == 1 else f"{run[0]} to {run[-1]}" for run in runs]
    if len(texts) > MAX_RUNS:
        return f"{len(numbers)} steps, the first of them {', '.join(texts[: MAX_RUNS - 1])}"
    return f"{'step' if len(numbers) == 1 else 'steps'} {listed(texts)}"
