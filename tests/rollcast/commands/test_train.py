"""`rollcast train`: flags to recipe to published version."""

import re
from pathlib import Path

import numpy as np
import pytest

from models.registry.registry import Registry
from tests.rollcast.conftest import Command
from training import extras
from training.classical.methods import Method
from training.recipes.fields import recipe_fields
from training.recipes.recipe import Recipe


@pytest.fixture
def csv(tmp_path: Path) -> Path:
    path = tmp_path / "series.csv"
    path.write_text("load,price\n" + "".join(f"{step % 7},{step % 5}\n" for step in range(80)))
    return path


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A recipe without values, with which nothing is searched for."""
    path = tmp_path / "bare.toml"
    path.write_text("")
    return path


def test_every_value_of_a_recipe_is_a_flag_with_help(rollcast: Command) -> None:
    shown = " ".join(rollcast("train", "--help").out.split())
    for leaf in recipe_fields(Recipe):
        assert f"--{leaf.name.replace('_', '-')} " in shown
        assert leaf.help in shown


def test_a_csv_becomes_a_published_version(rollcast: Command, csv: Path, tmp_path: Path) -> None:
    flags = ["--csv", csv, "--column", "load", "--name", "load", "--minutes", 0.01, "--members", 1]
    result = rollcast("train", *flags, "--units", 4, "--units", 3, "--registry", tmp_path)
    assert result.status == 0, result.err
    assert re.search(r"^seasons: 7 rows \(strength \d\.\d\d\)", result.err, re.MULTILINE)
    assert "trying plan 1 of 2, direct: all 7 steps at once, from 8 past values at each step; about 0.01 min left" in (
        result.err
    )
    assert re.search(r"^training (direct|seasonal change) in full; about", result.err, re.MULTILINE)
    assert f"published load@1 in {tmp_path / 'load' / '1'}" in result.out
    assert "the last value's MAE is" in result.out
    manifest = Registry.at(tmp_path).manifest("load", 1)
    assert (manifest.spec.units, manifest.spec.features, manifest.spec.nonnegative) == ((4, 3), ("load",), ("load",))
    assert manifest.spec.blend is not None
    assert sum(plan.chosen for plan in manifest.training.plans) == 1 < len(manifest.training.plans)
    assert [warning for warning in manifest.warnings if "loses to" in warning] == []


def test_a_card_does_not_describe_the_recipe_s_own_data_where_it_is_run_on_others(
    rollcast: Command, csv: Path, tmp_path: Path
) -> None:
    flags = ["--csv", csv, "--column", "load", "--name", "other", "--train-share", 0.7, "--units", 1, "--quiet"]
    short = ["--epochs", 1, "--seeds", 1, "--picture-every-epochs", 0]
    result = rollcast("train", "sine-lstm", *flags, *short, "--registry", tmp_path)
    assert result.status == 0, result.err
    card = (tmp_path / "other" / "1" / "card.md").read_text()
    assert card.startswith("# other@1\n\nBy the recipe sine-lstm, on other data.\n")
    assert "sine from the ten" not in card


def test_flags_override_a_recipes_values_and_its_series(rollcast: Command, csv: Path, tmp_path: Path) -> None:
    recipe = tmp_path / "mine.toml"
    recipe.write_text('name = "mine"\n[series]\ngenerator = "sine"\n[network]\nkind = "simple_rnn"\nunits = 2\n')
    flags = ["--csv", csv, "--column", "load", "--column", "price", "--epochs", 1, "--window", 3, "--quiet"]
    result = rollcast("train", recipe, *flags, "--registry", tmp_path / "registry")
    assert result.status == 0, result.err
    manifest = Registry.at(tmp_path / "registry").manifest("mine", 1)
    assert (manifest.spec.kind, manifest.spec.units, manifest.spec.features) == ("simple_rnn", (2,), ("load", "price"))


def test_a_model_worse_than_naive_forecasts_is_published_with_a_warning_but_none_of_classical_methods(
    rollcast: Command, bare: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    naive = Method("naive", "no season", lambda values, horizon: np.repeat(values[-1:], horizon))
    endless = Method("endless", "", lambda _, horizon: np.full(horizon, np.inf))
    monkeypatch.setattr("training.classical.scores.classical_methods", lambda _: (naive, endless))
    (tmp_path / "line.csv").write_text("y\n" + "".join(f"{step}\n" for step in range(100)))
    flags = ["--name", "line", "--epochs", 1, "--units", 1, "--window", 2, "--season", 3, "--quiet", "--compare"]
    result = rollcast("train", bare, "--csv", tmp_path / "line.csv", *flags, "--registry", tmp_path)
    assert result.status == 0
    assert "over 3 steps from 18 origins: MAE " in result.out
    assert "warning: line@1 loses to last value over 3 steps, " in result.err
    assert "warning: line@1 loses to linear 2 over 3 steps, with more than 10 times its error (p " in result.err
    assert re.search(r"^beside statsforecast 2\S+ from 18 origins: MAE \S+; naive 2$", result.out, re.MULTILINE)
    assert "endless: left out, as its forecast at row 81 is not of finite numbers\n" in result.out
    assert "loses to naive" not in result.err
    backtest = Registry.at(tmp_path).manifest("line", 1).backtest
    assert backtest is not None
    assert backtest.classical is not None
    assert backtest.classical.baselines == {"naive": backtest.baselines["last value"]}
    assert backtest.classical.model == backtest.model
    assert "| naive | skill |" in (tmp_path / "line" / "1" / "card.md").read_text()


@pytest.mark.parametrize("arguments", [["sine-lstm"], ["--csv", "series.csv", "--column", "load", "--name", "load"]])
def test_a_library_that_is_missing_is_told_before_anything_is_trained(
    rollcast: Command, csv: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    monkeypatch.chdir(csv.parent)
    monkeypatch.setattr(extras, "COMPARE", ("no_such_library",))
    result = rollcast("train", *arguments, "--compare", "--registry", "registry")
    assert (result.status, result.out) == (1, "")
    assert result.err.startswith("error: no_such_library must be installed for this: ")


def test_an_interrupt_says_that_nothing_was_published(
    rollcast: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("training.pipeline.train", interrupt)
    result = rollcast("train", "sine-lstm", "--registry", tmp_path)
    assert (result.status, result.err) == (130, "error: stopped; nothing was published\n")


def test_a_champion_goes_on_being_served_and_that_is_said(
    rollcast: Command, bare: Path, csv: Path, tmp_path: Path
) -> None:
    flags = ["--csv", csv, "--column", "load", "--name", "load", "--epochs", 1, "--units", 1, "--window", 3, "--quiet"]
    first = rollcast("train", bare, *flags, "--registry", tmp_path)
    assert "still means" not in first.out
    Registry.at(tmp_path).promote("load", 1)
    second = rollcast("train", bare, *flags, "--registry", tmp_path)
    assert "load still means version 1, its champion; to serve this one: rollcast models promote load 2" in second.out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "the model needs a name: add --name NAME"),
        (["sine-lst"], "did you mean sine-lstm"),
        (["missing.toml"], "missing.toml can't be read"),
        (["--name", "x"], "--csv"),
        (["--name", "Bad Name", "--generator", "sine"], "can't name a model"),
        (["--name", "x", "--csv", "missing.csv"], "missing.csv is not there"),
        (["sine-lstm", "--epochs", "0"], "fit.epochs should be greater than or equal to 1, not 0"),
        (
            ["sine-lstm", "--kind", "transformer"],
            "network.kind should be 'gru', 'lstm' or 'simple_rnn', not 'transformer'",
        ),
        (["sine-lstm", "--registry", "/proc/nowhere"], "can't be written"),
    ],
)
def test_what_can_not_be_trained_is_explained_before_anything_is_trained(
    rollcast: Command, tmp_path: Path, arguments: list[str], message: str
) -> None:
    if "--registry" not in arguments:
        arguments = [*arguments, "--registry", str(tmp_path)]
    result = rollcast("train", *arguments)
    assert (result.status, result.out) == (1, "")
    assert message in result.err
    assert Registry.at(tmp_path).listing() == {}


def test_rows_that_were_filled_are_told(rollcast: Command, bare: Path, tmp_path: Path) -> None:
    lines = [f"{step % 7}" for step in range(80)]
    lines[20] = lines[31] = ""
    (tmp_path / "holes.csv").write_text("row,y\n" + "".join(f"r{row},{line}\n" for row, line in enumerate(lines)))
    flags = ["--name", "holes", "--column", "y", "--epochs", 1, "--units", 1, "--window", 3, "--quiet"]
    result = rollcast(
        "train", bare, "--csv", tmp_path / "holes.csv", *flags, "--fill", "previous", "--registry", tmp_path
    )
    assert "warning: holes@1 learned from 2 rows that were filled (previous)\n" in result.err


def test_a_recipe_runs_on_a_file_without_times(rollcast: Command, tmp_path: Path) -> None:
    (tmp_path / "load.csv").write_text("y\n" + "".join(f"{step % 9 + step % 4}\n" for step in range(150)))
    flags = ["--csv", tmp_path / "load.csv", "--column", "y", "--time", "", "--name", "load", "--registry", tmp_path]
    small = ["--window", 8, "--burn-in", 4, "--lag", 9, "--feedback", 5, "--season", 9, "--horizon", 6, "--units", 3]
    quick = ["--members", 1, "--epochs", 1, "--feedback-epochs", 1, "--batches", 2, "--interval-season", 9, "--quiet"]
    result = rollcast("train", "victoria-demand", *flags, *small, *quick)
    assert result.status == 0, result.err
    manifest = Registry.at(tmp_path).manifest("load", 1)
    assert (manifest.spec.frequency, manifest.spec.lags, manifest.spec.rollout) == (None, (9,), "state")
