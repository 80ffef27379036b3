"""Showing how training goes: a bar on a terminal, a few plain lines elsewhere, nothing where quiet is wanted."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

LINES = 10  # about how many are written where there is no terminal


class Reporter(Protocol):
    """What training tells as it goes."""

    def batch(self) -> None:
        """One step of the optimizer is done."""

    def epoch(self, number: int, loss: float, validation_loss: float | None) -> None:
        """Epoch `number`, counted from 1, is done."""


class Silent:
    """Says nothing."""

    def batch(self) -> None:
        """Say nothing."""

    def epoch(self, number: int, loss: float, validation_loss: float | None) -> None:
        """Say nothing."""


class Lines:
    """Writes a plain line every few epochs, for logs."""

    def __init__(self, title: str, epochs: int, console: Console) -> None:
        self._title, self._epochs, self._console = title, epochs, console

    def batch(self) -> None:
        """Say nothing."""

    def epoch(self, number: int, loss: float, validation_loss: float | None) -> None:
        """Write a line, unless it is one of many."""
        if number in (1, self._epochs) or number % max(1, self._epochs // LINES) == 0:
            text = f"{self._title}: epoch {number}/{self._epochs}, {_losses(loss, validation_loss)}"
            self._console.print(text, markup=False, highlight=False, soft_wrap=True)


class Bar:
    """Moves a bar that tells the epoch, the losses and the time left."""

    def __init__(self, progress: Progress, task: TaskID, epochs: int) -> None:
        self._progress, self._task, self._epochs = progress, task, epochs

    def batch(self) -> None:
        """Move on by one batch."""
        self._progress.advance(self._task)

    def epoch(self, number: int, loss: float, validation_loss: float | None) -> None:
        """Tell the losses."""
        text = f"epoch {number}/{self._epochs}  {_losses(loss, validation_loss)}"
        self._progress.update(self._task, losses=text)


@contextmanager
def reporting(title: str, epochs: int, batches: int, console: Console | None) -> Iterator[Reporter]:
    """A reporter for one fit of so many epochs and batches per epoch; without a console, a silent one."""
    if console is None:
        yield Silent()
    elif not console.is_terminal:
        yield Lines(title, epochs, console)
    else:
        columns = (
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=None),  # what is left of the line, so that 80 columns do
            TextColumn("{task.fields[losses]}", markup=False),
            TimeRemainingColumn(compact=True),
            TextColumn("left"),
        )
        with Progress(*columns, console=console, expand=True) as progress:
            task = progress.add_task(title, total=epochs * batches, losses=f"epoch 0/{epochs}")
            yield Bar(progress, task, epochs)
            progress.update(task, completed=epochs * batches)  # where it stopped early, too


def _losses(loss: float, validation_loss: float | None) -> str:
    return f"loss {loss:.3g}" + ("" if validation_loss is None else f"  val {validation_loss:.3g}")
