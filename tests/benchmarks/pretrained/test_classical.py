"""The command measures what its file does not hold yet."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks.pretrained.classical import main
from benchmarks.pretrained.figures import read, write
from benchmarks.pretrained.sets import EvaluationSet, rolling

RISING = np.arange(40.0) + np.tile([0.1, -0.1], 20)


def small() -> EvaluationSet:
    return rolling({"a": RISING}, (2,), 4)


def test_methods_are_measured_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = tmp_path / "figures.json"
    arguments = ["--output", str(output)]
    main(arguments, {"small": small})
    found = read(output)
    assert list(found["small"]) == ["seasonal naive 2", "AutoTheta", "AutoETS"]
    assert found["small"]["AutoETS"].relative < 0.5 < found["small"]["seasonal naive 2"].relative == 1
    assert "small: AutoETS … " in capsys.readouterr().out

    write(output, {"small": {name: each for name, each in found["small"].items() if name != "AutoTheta"}})
    main(arguments, {"small": small})
    told = capsys.readouterr().out
    assert "small: AutoTheta … " in told
    assert "small: AutoETS … " not in told
    assert set(read(output)["small"]) == {"seasonal naive 2", "AutoTheta", "AutoETS"}

    main([*arguments, "--again"], {"small": small})
    assert "small: AutoETS … " in capsys.readouterr().out


def test_what_another_library_measured_is_measured_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = tmp_path / "figures.json"
    main(["--output", str(output)], {"small": small})
    old = read(output)["small"]
    write(output, {"small": {**old, "AutoTheta": old["AutoTheta"].model_copy(update={"source": "statsforecast 1"})}})
    capsys.readouterr()
    main(["--output", str(output)], {"small": small})
    assert capsys.readouterr().out.count("…") == 1
    assert read(output)["small"]["AutoTheta"].source == old["AutoTheta"].source


def test_a_set_that_is_not_there_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--set", "m5", "--output", str(tmp_path / "figures.json")], {"small": small})
    assert "choose from" in capsys.readouterr().err
