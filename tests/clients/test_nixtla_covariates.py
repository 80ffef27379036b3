"""Nixtla's client and models that take in more than a series: covariates, and times."""

from pathlib import Path
from typing import Any

import pytest

from models.spec.covariate import Covariate
from tests.clients.asking import ask, predicted
from tests.support.real_server import real_server
from tests.support.tiny import publish_tiny, timed_registry, tiny_spec


def flat(answer: Any) -> Any:
    return pytest.approx([value for row in answer["predictions"] for value in row])


def test_features_are_covariates_and_times_are_taken_in(tmp_path: Path) -> None:
    spec = tiny_spec(future=(Covariate(name="price"), Covariate(name="heat")), static=(Covariate(name="size"),))
    publish_tiny(timed_registry(tmp_path), "known", spec)
    with real_server(registry=tmp_path) as server:
        found = ask("ask_nixtla_with_covariates.py", server)
        windows = [each["y"][:8] for each in found["columns"]]
        known = predicted(
            server,
            model="known",
            windows=windows,
            horizon=2,
            future=[{name: each[name] for name in ("price", "heat")} for each in found["columns"]],
            static=[{"size": each["size"][0]} for each in found["columns"]],
        )
        ends = ["2024-02-29T23:30:00Z"] * 2
        clock = predicted(server, model="clock", windows=windows, horizon=2, end=ends)
    assert found["known"] == found["crossed"] == flat(known)
    assert found["clock"] == flat(clock)
