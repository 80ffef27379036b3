"""`rollcast update`: what is said of each outcome."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.registry.registry import Registry
from tests.rollcast.conftest import Command
from tests.support.newer_files import HORIZON, TRAINED_ROWS, write_hours
from training.networks.fit import FittedNetwork


@pytest.fixture
def csv(tmp_path: Path) -> Path:
    return write_hours(tmp_path / "newer.csv", 100, TRAINED_ROWS + 40)


def learning(monkeypatch: pytest.MonkeyPatch, factor: float) -> None:
    """In place of training, all weights are multiplied: 1 is no worse, 5 is."""

    def learn_on(*arguments: Any) -> FittedNetwork:
        fitted: FittedNetwork = arguments[2]
        fitted.network.set_weights([np.float32(factor) * each for each in fitted.network.get_weights()])
        return fitted

    monkeypatch.setattr("training.updating.update.learn_on", learn_on)


def test_an_update_is_published_and_both_scores_are_told(
    rollcast: Command, load_registry: Registry, csv: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    learning(monkeypatch, 1)
    load_registry.promote("load", 1)
    folder = load_registry.storage.location
    result = rollcast("update", "load", "--csv", csv, "--quiet", "--minutes", 0, "--registry", folder)
    assert result.status == 0, result.err
    assert f"published load@2 in {Path(folder) / 'load' / '2'}\n" in result.out
    manifest = load_registry.manifest("load", 2)
    update = manifest.training.update
    assert update is not None
    error = f"{update.published_error:.4g}"
    scores = f"on the newest 15 rows MAE {error}, that of version 1 {error} (ratio 1)"
    assert f"learned on from load@1: {scores}\n" in result.out
    assert "intervals from 25 errors at each of 5 steps on the last 15 of 120 rows of newer.csv, before" in result.out
    assert "load still means version 1, its champion; to serve this one: rollcast models promote load 2" in result.out
    shown = rollcast("models", "show", "load@2", "--registry", folder).out
    assert scores in shown


def test_what_is_worse_is_not_published_and_calibrating_is_offered(
    rollcast: Command, load_registry: Registry, csv: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    learning(monkeypatch, 5)
    result = rollcast("update", "load", "--csv", csv, "--registry", load_registry.storage.location)
    assert result.status == 0, result.err
    worse, nothing = result.out.splitlines()
    assert worse.startswith("learning on makes load@1 worse: on the newest 15 rows MAE ")
    assert nothing.startswith(
        f"nothing was published; to renew its intervals alone: rollcast calibrate load@1 --csv {csv}"
    )
    assert load_registry.listing()["load"].versions == (1,)


def test_too_few_new_rows_are_told_and_renew_the_intervals(
    rollcast: Command, load_registry: Registry, tmp_path: Path
) -> None:
    csv = write_hours(tmp_path / "few.csv", 100, TRAINED_ROWS + HORIZON)
    result = rollcast("update", "load", "--csv", csv, "--registry", load_registry.storage.location)
    assert result.status == 0, result.err
    assert result.err.startswith("few.csv has 5 rows that load@1 was not trained on, fewer than three horizons of 5: ")
    assert result.out.startswith("published load@2 in ")
    assert load_registry.manifest("load", 2).training.update is None


def test_an_interrupt_says_that_nothing_was_published(
    rollcast: Command, load_registry: Registry, csv: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("training.updating.update.learn_on", interrupt)
    result = rollcast("update", "load", "--csv", csv, "--registry", load_registry.storage.location)
    assert (result.status, result.err) == (130, "error: stopped; nothing was published\n")


@pytest.mark.parametrize(
    ("start", "heading", "message"),
    [
        (
            TRAINED_ROWS + 1,
            "load",
            "newer.csv begins at 2024-01-08T13:00:00, but load@1 was trained on rows",
        ),
        (100, "price", 'newer.csv has no column "load"'),
    ],
)
def test_what_can_not_be_updated_is_one_line(
    rollcast: Command, load_registry: Registry, tmp_path: Path, start: int, heading: str, message: str
) -> None:
    csv = write_hours(tmp_path / "newer.csv", start, TRAINED_ROWS + 60, heading)
    result = rollcast("update", "load", "--csv", csv, "--registry", load_registry.storage.location)
    assert (result.status, result.out, len(result.err.splitlines())) == (1, "", 1)
    assert message in result.err


@pytest.mark.parametrize("factor", [1, 5])
def test_json_tells_both_scores_and_what_was_published_if_anything(
    rollcast: Command, load_registry: Registry, csv: Path, monkeypatch: pytest.MonkeyPatch, factor: int
) -> None:
    learning(monkeypatch, factor)
    flags = ["--csv", csv, "--quiet", "--json", "--registry", load_registry.storage.location]
    document = json.loads(rollcast("update", "load", *flags).out)
    assert document["updated"] == {"model": "load", "version": 1}
    assert document["update"]["published_error"] > 0
    assert (document["published"] is None) == (factor == 5)
    if document["published"] is not None:
        assert document["published"]["version"] == 2
