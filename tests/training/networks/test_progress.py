import io

import pytest
from rich.console import Console

from training.networks.progress import progress_reporter


def shown(console: Console, epochs: int, validates: bool = True) -> None:
    with progress_reporter("load", epochs, 2, console) as reporter:
        for epoch in range(1, epochs + 1):
            reporter.batch()
            reporter.batch()
            reporter.epoch(epoch, 1 / epoch, 2 / epoch if validates else None)


def test_a_log_gets_a_few_plain_lines() -> None:
    file = io.StringIO()
    console = Console(file=file, force_terminal=False)
    shown(console, 100)
    lines = file.getvalue().splitlines()
    assert len(lines) == 11
    assert lines[0] == "load: epoch 1/100, loss 1  val 2"
    assert lines[-1] == "load: epoch 100/100, loss 0.01  val 0.02"


def test_a_terminal_that_can_not_move_a_bar_gets_them_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    file = io.StringIO()
    shown(Console(file=file, force_terminal=True), 1)
    assert file.getvalue() == "load: epoch 1/1, loss 1  val 2\n"


def test_a_terminal_gets_a_bar_with_losses_and_the_time_left() -> None:
    file = io.StringIO()
    console = Console(file=file, force_terminal=True, width=80)
    shown(console, 3, validates=False)
    text = file.getvalue()
    assert "epoch 3/3  loss 0.333" in text
    assert "val" not in text
    assert "left" in text
    assert "00:00" in text


def test_quiet_is_quiet(capfd: pytest.CaptureFixture[str]) -> None:
    with progress_reporter("load", 1, 1, None) as reporter:
        reporter.batch()
        reporter.epoch(1, 0.5, None)
    assert capfd.readouterr() == ("", "")
