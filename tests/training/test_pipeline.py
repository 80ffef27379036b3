"""Whole runs on small series, and what interrupts them."""

import math
import signal
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from models.errors import IncompatibleVersion, InvalidName, RegistryError
from models.registry.registry import Registry
from models.timeseries.frequency import parse_frequency
from models.timeseries.time_index import TimeIndex
from service.forecasting import ForecastRequest, forecast_now
from service.window_times import WindowTimes
from training import pipeline, publication
from training.errors import DisagreementError, RecipeError, SeriesError
from training.keras_backend import load_keras
from training.pipeline import train
from training.recipes.recipe import Recipe

QUICK = {"name": "load", "window": 4, "units": 3, "epochs": 2, "batch_size": 64}


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    return Registry.at(tmp_path / "artifacts")


@pytest.fixture(scope="module")
def csv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("series") / "load.csv"
    rows = (f"{100 + 10 * math.sin(row / 3):.4f},{math.cos(row / 5):.4f}" for row in range(120))
    path.write_text("load,temp\n" + "\n".join(rows) + "\n")
    return path


@pytest.fixture(scope="module")
def trained(csv: Path, tmp_path_factory: pytest.TempPathFactory) -> Registry:
    """A registry with load@1."""
    registry = Registry.at(tmp_path_factory.mktemp("artifacts"))
    train(recipe(csv, season=19, description="A load."), registry, progress=False)
    return registry


def recipe(csv: Path, **values: object) -> Recipe:
    return Recipe().with_values({**QUICK, "csv": str(csv), "column": ("load",), **values})


def published(registry: Registry) -> Mapping[str, tuple[int, ...]]:
    return {name: entry.versions for name, entry in registry.listing().items()}


def test_a_csv_becomes_a_model_of_windows_of_any_length(csv: Path, registry: Registry) -> None:
    values = {
        "scaler": "seasonal",
        "window": 8,
        "outputs": 4,
        "decoder_units": 4,
        "season": (19,),
        "horizon": 4,
        "members": 2,
    }
    manifest = train(recipe(csv, **values, calibration_share=0.15), registry, progress=False)
    _, forecaster = registry.open("load", 1)
    for window in ([100.0] * 8, [100 + 10 * math.sin(row / 3) for row in range(70)]):
        answer = forecast_now(ForecastRequest([window], 3, levels=(50,)), manifest, forecaster)
        assert np.isfinite(answer.predictions).all()
        assert (answer.intervals[50].lower <= answer.predictions).all()
    assert all(golden.seasons == (19,) for golden in manifest.goldens)
    assert manifest.data.sources == ()


def test_a_csv_becomes_a_model_that_forecasts(trained: Registry) -> None:
    manifest, forecaster = trained.open("load", 1)
    assert forecaster.forecast([[100, 101, 102, 103]], horizon=5).shape == (1, 5, 1)
    assert set(manifest.files) == {
        "model.onnx",
        "model.keras",
        "plots/before-training.png",
        "plots/after-training.png",
        "plots/loss.png",
        "plots/error-by-step.png",
        "plots/forecasts.png",
        "card.md",
    }
    data = manifest.data
    assert (data.source, data.rows, data.train_rows, data.validation_rows, data.test_rows) == (
        "load.csv",
        120,
        84,
        12,
        24,
    )
    assert data.maximum[0] == pytest.approx(110, abs=0.2)
    assert data.minimum[0] == pytest.approx(90, abs=0.2)
    assert (data.series, data.calibration_rows) == (1, 0)
    assert data.first_at is None
    card = (Path(trained.storage.location) / "load" / "1" / "card.md").read_text()
    assert card.startswith("# load@1\n")
    assert '"model": "load@1"' in card
    assert (manifest.description, manifest.metrics.tested_on) == ("A load.", "the last 24 of 120 rows")
    assert manifest.backtest is not None
    assert (manifest.backtest.horizon, manifest.backtest.origins) == (19, 6)
    assert set(manifest.backtest.baselines) == {"last value", "seasonal naive 19", "linear 4"}
    assert manifest.calibration is None
    assert manifest.metrics.seasonal_naive is not None
    assert manifest.metrics.spread is None
    assert (len(manifest.goldens), len(manifest.goldens[0].window), len(manifest.goldens[0].predictions)) == (3, 4, 24)
    assert manifest.training.recipe["series"]["csv"] == "load.csv"
    assert manifest.training.parameters == 4 * (3 * 3 + 3 + 3) + 4
    assert {"keras", "onnx", "numpy"} <= set(manifest.libraries)
    assert {"tensorflow", "tensorflow-cpu"} & set(manifest.libraries)


def test_no_folder_of_this_machine_is_published(csv: Path, trained: Registry) -> None:
    contents = [
        file.read_bytes() for file in (Path(trained.storage.location) / "load" / "1").rglob("*") if file.is_file()
    ]
    assert len(contents) == 9
    assert not any(str(csv.parent).encode() in content for content in contents)


def test_a_second_run_of_one_seed_is_the_same_model_as_the_next_version(csv: Path, trained: Registry) -> None:
    first = trained.manifest("load", 1)
    second = train(recipe(csv, season=19), trained, progress=False)
    assert trained.open("load", second.version)[0] == second
    assert second.version > 1
    assert second.files["model.onnx"] == first.files["model.onnx"]
    assert second.metrics == first.metrics


def test_several_columns_and_fewer_targets(csv: Path, registry: Registry) -> None:
    values = {"column": ("load", "temp"), "kind": "simple_rnn", "units": (3, 2), "lead": 2}
    both = train(recipe(csv, name="both", **values), registry, progress=False)
    assert (both.spec.features, both.spec.targets, both.spec.context_length) == (("load", "temp"), ("load", "temp"), 5)
    one = train(recipe(csv, name="one", target=("load",), **values), registry, progress=False)
    assert (one.spec.targets, len(one.goldens[0].predictions), len(one.goldens[0].predictions[0])) == (("load",), 1, 1)


@pytest.mark.parametrize(
    "values",
    [
        {"kind": "lstm"},
        {"kind": "simple_rnn", "units": (3, 2), "column": ("load", "temp"), "lead": 2, "sequence": 9},
    ],
)
def test_a_model_trained_through_time_forecasts_from_its_state(
    csv: Path, registry: Registry, values: dict[str, object]
) -> None:
    first, second = (train(recipe(csv, rollout="state", **values), registry, progress=False) for _ in range(2))
    manifest, forecaster = registry.open("load", 1)
    assert (manifest.spec.rollout, manifest.files) == ("state", first.files)
    assert (first.files["model.onnx"], first.metrics) == (second.files["model.onnx"], second.metrics)
    window = manifest.goldens[0].window
    assert forecaster.forecast([window], horizon=50).shape == (1, 50, len(manifest.spec.features))
    # As Keras does it: predictions are the network's answers to the growing sequence of values and predictions.
    keras_file = Path(registry.storage.location) / "load" / "1" / "model.keras"
    network = load_keras().models.load_model(keras_file)
    scale = manifest.spec.scaler.of(np.array([window]))
    sequence = scale.scaled(np.array([window]))
    for step in range(24):
        answer = np.asarray(network(sequence[:, : manifest.spec.window + step]))
        sequence = np.concatenate([sequence, answer[:, None]], axis=1)
    expected = scale.unscaled(sequence[0, len(window) :])
    assert np.allclose(manifest.goldens[0].predictions, expected, rtol=1e-4, atol=1e-4)


def test_fewer_targets_train_through_time_as_well(csv: Path, registry: Registry) -> None:
    values = {"column": ("load", "temp"), "target": ("load",), "rollout": "state"}
    manifest = train(recipe(csv, **values), registry, progress=False)
    assert (manifest.spec.targets, len(manifest.goldens[0].predictions)) == (("load",), 1)


def test_the_spread_over_seeds_begins_with_the_recipes_own(registry: Registry) -> None:
    values = {**QUICK, "generator": "noisy-sine", "epochs": 1, "seed": 3}
    manifest = train(Recipe().with_values({**values, "seeds": 2}), registry, progress=False)
    alone = train(Recipe().with_values({**values, "seed": 4}), registry, progress=False)
    assert manifest.metrics.spread is not None
    assert manifest.metrics.spread.seeds == (3, 4)
    assert manifest.metrics.spread.mse == (manifest.metrics.model.mse, alone.metrics.model.mse)


def test_the_spread_on_a_file_reads_it_once(csv: Path, registry: Registry) -> None:
    manifest = train(recipe(csv, seeds=2, epochs=1), registry, progress=False)
    assert manifest.metrics.spread is not None
    assert len(set(manifest.metrics.spread.mse)) == 2


def test_progress_goes_to_stderr(csv: Path, registry: Registry, capfd: pytest.CaptureFixture[str]) -> None:
    train(recipe(csv), registry)
    out, err = capfd.readouterr()
    assert out == ""
    assert "load: epoch 2/2, loss" in err


@pytest.mark.parametrize(
    ("values", "error", "message"),
    [
        ({"name": ""}, RecipeError, "give it one with --name"),
        ({"name": "My Load"}, InvalidName, "can't name a model"),
        ({"column": ("wind",)}, SeriesError, 'no column "wind"'),
        ({"window": 90}, SeriesError, "choose a smaller --window"),
    ],
)
def test_mistakes_are_told_before_anything_is_made(
    csv: Path, registry: Registry, values: dict[str, object], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        train(recipe(csv, **values), registry, progress=False)
    assert not Path(registry.storage.location).exists()


def test_what_would_not_be_published_is_not_trained(
    csv: Path, trained: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline, "fit", lambda *_, **__: pytest.fail("trained in vain"))
    with pytest.raises(IncompatibleVersion, match="train under another name"):
        train(recipe(csv, column=("temp",)), trained, progress=False)
    (tmp_path / "file").touch()
    with pytest.raises(RegistryError, match="can't be written"):
        train(recipe(csv), Registry.at(tmp_path / "file"), progress=False)


def test_a_disagreement_publishes_nothing(csv: Path, registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    def disagree(*_: object) -> None:
        raise DisagreementError("off")

    monkeypatch.setattr(publication, "check_reopened", disagree)
    with pytest.raises(DisagreementError):
        train(recipe(csv), registry, progress=False)
    assert published(registry) == {}


def test_an_interrupt_while_fitting_publishes_nothing(
    csv: Path, registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(_: object, epochs: int, __: object) -> None:
        if epochs == 1:
            raise KeyboardInterrupt

    monkeypatch.setattr("training.report.training_pictures.TrainingPictures.on_epoch_end", interrupted)
    with pytest.raises(KeyboardInterrupt):
        train(recipe(csv), registry, progress=False)
    assert published(registry) == {}
    monkeypatch.undo()
    assert train(recipe(csv), registry, progress=False).version == 1


def test_a_kill_while_fitting_publishes_nothing(csv: Path, registry: Registry) -> None:
    code = (
        "import sys; from pathlib import Path\n"
        "from models.registry.registry import Registry\n"
        "from training.pipeline import train\n"
        "from training.recipes.recipe import Recipe\n"
        "values = dict(name='load', csv=sys.argv[1], column=['load'], epochs=100000, patience=0)\n"
        "train(Recipe().with_values(values), Registry.at(Path(sys.argv[2])))"
    )
    command = [sys.executable, "-c", code, str(csv), str(Path(registry.storage.location))]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        line = process.stderr.readline()  # the very first: TensorFlow's notes are hidden
        assert line.startswith("load: epoch 1/100000"), line
        process.kill()
        assert process.wait(timeout=30) == -signal.SIGKILL
    assert published(registry) == {}


ALL = {
    "rollout": "state",
    "lag": (6, 19),
    "calendar": ("day", "week"),
    "timezone": "Australia/Melbourne",
    "residual": True,
    "feedback": 5,
    "feedback_epochs": 1,
    "members": 2,
    "kind": "gru",
    "train_share": 0.6,
    "calibration_share": 0.1,
    "horizon": 6,
    "season": (19, 7),
    "stride": 2,
}


@pytest.fixture
def timed(tmp_path: Path) -> Path:
    path = tmp_path / "timed.csv"
    times = np.datetime64("2024-03-30T00:00") + np.arange(240) * np.timedelta64(30, "m")
    rows = (f"{time}Z,{100 + 10 * math.sin(row / 3):.4f}" for row, time in enumerate(times))
    path.write_text("at,load\n" + "\n".join(rows) + "\n")
    return path


def test_every_option_at_once_is_published_calibrated_and_served(timed: Path, registry: Registry) -> None:
    manifest = train(recipe(timed, time="at", **ALL), registry, progress=False)
    opened, forecaster = registry.open("load", 1)
    assert opened == manifest
    assert (manifest.spec.frequency, manifest.spec.lags, manifest.spec.members, manifest.spec.context_length) == (
        "30m",
        (6, 19),
        2,
        22,
    )
    assert (manifest.data.first_at, manifest.data.calibration_rows) == (datetime(2024, 3, 30, tzinfo=UTC), 24)
    assert manifest.calibration is not None
    assert (manifest.calibration.horizon, manifest.calibration.count) == (6, 19)
    assert {len(shares) for shares in manifest.calibration.coverage.values()} == {6}
    golden = manifest.goldens[0]
    assert golden.end is not None
    prepared = forecaster.prepare([golden.window], 6, [TimeIndex(golden.end, parse_frequency("30m"))])
    assert (np.diff(forecaster.error_bounds(80, prepared.horizon).upper[..., 0], axis=-1) != 0).any()
    assert {"calibration.npy", "plots/coverage.png", "card.md"} <= set(manifest.files)
    assert len(manifest.training.loss) == 2 + 1


def test_intervals_may_be_calibrated_on_rows_that_members_left_out(csv: Path, registry: Registry) -> None:
    values = {"train_share": 0.6, "calibration_share": 0.1, "horizon": 2, "season": 19, "blend": True, "learn_on": 1}
    train(recipe(csv, members=2, leave_out=True, **values), registry, progress=False)
    manifest, forecaster = registry.open("load", 1)
    assert manifest.spec.members == 2
    assert manifest.spec.blend is not None
    assert manifest.calibration is not None
    slice_alone, both = manifest.calibration.candidates
    assert (slice_alone.name, slice_alone.count, slice_alone.score) == ("calibration rows", 11, 1)
    # Of each block all rows but the last begin a horizon, from where there is the blend's context before them.
    assert both.count > 11 + 30
    assert slice_alone.chosen != both.chosen
    assert forecaster.intervals is not None
    assert forecaster.intervals.count == (both if both.chosen else slice_alone).count
    assert forecaster.intervals.joint_errors is not None
    card = (Path(registry.storage.location) / "load" / "1" / "card.md").read_text()
    assert "| calibration rows | 11 | 1 |" in card
    assert "| calibration and left-out rows |" in card


def test_intervals_are_as_wide_as_the_hour_is_uncertain(tmp_path: Path, registry: Registry) -> None:
    """Noise ten times as large at noon as at midnight, on four rows a day."""
    path = tmp_path / "noisy.csv"
    times = np.datetime64("2024-03-30T00:00") + np.arange(800) * np.timedelta64(6, "h")
    noise = np.random.default_rng(0).normal(size=800) * np.tile([1.0, 5, 10, 5], 200)
    path.write_text(
        "at,load\n" + "".join(f"{time}Z,{100 + each:.4f}\n" for time, each in zip(times, noise, strict=True))
    )
    values = {"kind": "simple_rnn", "units": 4, "window": 4, "calendar": "day", "time": "at", "linear_path": True}
    fit = {"quantile_outputs": True, "loss": "mae", "epochs": 12, "learning_rate": 0.01, "batch_size": 16}
    split = {"train_share": 0.5, "validation_share": 0.2, "calibration_share": 0.15, "horizon": 4}
    manifest = train(recipe(path, **values, **fit, **split), registry, progress=False)
    assert manifest.calibration is not None
    by_window, by_quantiles = manifest.calibration.candidates
    assert (by_quantiles.name, by_quantiles.chosen) == ("calibration rows, by quantiles", True)
    assert by_window.score == 1
    assert by_quantiles.score is not None
    assert by_quantiles.score < 0.9
    _, forecaster = registry.open("load", 1)
    assert forecaster.spec.interval_scale == "quantiles"
    end = WindowTimes(end=f"{times[799]}Z", freq="6h")
    asked = ForecastRequest([100 + noise[-4:]], 4, levels=[80], times=[end])
    bounds = forecast_now(asked, manifest, forecaster).intervals[80]
    midnight, _, noon, _ = (bounds.upper - bounds.lower)[0, :, 0].tolist()
    assert midnight < 0.4 * noon
    assert all(abs(share - 0.8) < 0.15 for share in manifest.calibration.coverage["80"])


def test_a_panel_is_one_model_for_series_of_any_level(tmp_path: Path, registry: Registry) -> None:
    rows = [
        f"{name},{level * (10 + math.sin(row / 2)):.4f}"
        for name, level in (("small", 1), ("large", 1000))
        for row in range(80)
    ]
    (tmp_path / "panel.csv").write_text("who,y\n" + "\n".join(rows) + "\n")
    values = {
        "column": ("y",),
        "id": "who",
        "outputs": 3,
        "window": 8,
        "test_rows": 3,
        "calibration_rows": 3,
        "members": 2,
    }
    manifest = train(recipe(tmp_path / "panel.csv", **values), registry, progress=False)
    assert (manifest.spec.scaler.kind, manifest.data.series, manifest.data.rows) == ("context", 2, 160)
    assert manifest.backtest is not None
    assert (manifest.backtest.series, manifest.backtest.origins) == (2, 2)
    _, forecaster = registry.open("load", 1)
    window = 10 + np.sin(np.arange(8) / 2)
    small, large = forecaster.forecast([window, 1000 * window], 7)
    assert np.allclose(large, 1000 * small, rtol=1e-5)
