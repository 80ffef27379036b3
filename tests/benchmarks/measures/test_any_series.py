"""The row of the model for any series waits until there is one."""

from pathlib import Path

import pytest

from benchmarks.measures.any_series import measure
from benchmarks.timing import QUICK


def test_a_registry_without_the_models_is_skipped_by_name(
    tmp_path: Path, any_series_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert measure(QUICK, tmp_path) == []
    assert capsys.readouterr().out == f"skipped, for {tmp_path} has no any-series and no sine-lstm "
    assert measure(QUICK, any_series_path) == []
    assert capsys.readouterr().out == f"skipped, for {any_series_path} has no sine-lstm "
