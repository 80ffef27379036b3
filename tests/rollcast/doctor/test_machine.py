"""What is told of Python, the extras and the cores."""

import re
import tomllib
from pathlib import Path

import pytest

from models.cores import usable_cores
from rollcast.doctor import machine
from rollcast.doctor.check import Check
from rollcast.doctor.machine import EXTRAS, core_check, version_checks
from service.settings import Settings

PROJECT = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text())["project"]


def test_every_extra_of_the_package_is_looked_at() -> None:
    assert set(EXTRAS) == set(PROJECT["optional-dependencies"]) - {"dev", "examples"}


def test_what_is_there_is_told_with_its_version() -> None:
    checks = {check.name: check for check in version_checks()}
    assert re.match(r"3\.\d+\.\d+ on ", checks["python"].found)
    assert re.search(r"\bonnxruntime \d+\.\d+", checks["extra serve"].found)
    assert {check.state for check in checks.values()} == {"good"}


def test_an_extra_that_is_not_there_is_good_and_one_that_is_half_there_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    extras = {"none": ("magic", ("no_such_module",)), "half": ("more magic", ("numpy", "no_such_module"))}
    monkeypatch.setattr(machine, "EXTRAS", extras)
    assert list(version_checks())[2:] == [
        Check("extra none", "good", "not installed; for magic: pip install 'rollcast[none]'"),
        Check(
            "extra half",
            "warning",
            "no_such_module can't be found, and more magic may need it",
            "pip install 'rollcast[half]'",
        ),
    ]


def test_more_threads_than_cores_are_warned_of() -> None:
    cores = usable_cores()
    assert core_check(Settings(workers=1, threads=cores)).state == "good"
    assert core_check(Settings(workers=1, threads=cores + 1)).state == "warning"
    crowded = core_check(Settings(workers=cores + 1))
    assert str(crowded).endswith("1 compute thread each: set fewer by ROLLCAST_WORKERS and ROLLCAST_THREADS")
