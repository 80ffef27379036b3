"""Showing the progress of training: a bar on a terminal that can move one, a few plain lines in a log, or nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

LOG_LINES = 10  # about this many lines are written where there is no terminal


class Reporter(Protocol):
    """What training reports its progress to."""

    def batch(self) -> None:
        """One step of the optimizer is done."""

    def epoch(self, number: int, loss: float, validation_loss: float | None) -> None:
        """Epoch `number`, counted from 1, is done."""


class SilentReporter:
    """Shows nothing."""

    def batch(self) -> None:
        """Show nothing."""

    def epoch(self, number: int, loss: float, validation_loss: float | None) -> None:
        """Show nothing."""


class LogReporter:
    """Writes a plain line every few epochs, for logs."""

    def __init__(self, title: str, epochs: int, console: Console) -> None:
        self._title, self._epochs, self._console = title, epochs, console

    def batch(self) -> None:
        """Show nothing."""

    def epoch(self, number: int, loss: float, validation_loss: float | None) -> None:
        """Write a line in some of the epochs, always in the first and the last one."""
        if number in (1, self._epochs) or number % max(1, self._epochs // LOG_LINES) == 0:
            say(self._console, f"{self._title}: epoch {number}/{self._epochs}, {_losses(loss, validation_loss)}")


class BarReporter:
    """Moves a bar that shows the epoch, the losses and the time left."""

    def __init__(self, progress: Progress, task: TaskID, epochs: int) -> None:
        self._progress, self._task, self._epochs = progress, task, epochs

    def batch(self) -> None:
        """Move the bar by one batch."""
        self._progress.advance(self._task)

    def epoch(self, number: int, loss: float, validation_loss: float | None) -> None:
        """Show the epoch and its losses."""
        text = f"epoch {number}/{self._epochs}  {_losses(loss, validation_loss)}"
        self._progress.update(self._task, losses=text)


@contextmanager
def progress_reporter(title: str, epochs: int, batches: int, console: Console | None) -> Iterator[Reporter]:
    """A reporter for one fit of `epochs` epochs of `batches` batches each. Without a console it is silent."""
    if console is None:
        yield SilentReporter()
    elif not console.is_terminal or console.is_dumb_terminal:
        yield LogReporter(title, epochs, console)
    else:
        columns = (
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=None),  # the rest of the line, so that a terminal of 80 columns is enough
            TextColumn("{task.fields[losses]}", markup=False),
            TimeRemainingColumn(compact=True),
            TextColumn("left"),
        )
        with Progress(*columns, console=console, expand=True) as progress:
            task = progress.add_task(title, total=epochs * batches, losses=f"epoch 0/{epochs}")
            yield BarReporter(progress, task, epochs)
            progress.update(task, completed=epochs * batches)  # early stopping leaves the bar before its end


def say(console: Console | None, text: str) -> None:
    """Write a line as it is, where there is a console."""
    if console is not None:
        console.print(text, markup=False, highlight=False, soft_wrap=True)


def _losses(loss: float, validation_loss: float | None) -> str:
    return f"loss {loss:.3g}" + ("" if validation_loss is None else f"  val {validation_loss:.3g}")
