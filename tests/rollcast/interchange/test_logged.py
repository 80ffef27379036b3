"""What an MLflow server is told of a version."""

import json
import re

import pytest

from models.registry.registry import Registry
from models.spec.manifest import Manifest
from rollcast.interchange.logged import LoggedMetric, metrics_of, mlmodel_of, params_of, tags_of
from tests.support.reference import ARTIFACTS

KEY = re.compile(r"[\w./-]{1,250}", re.ASCII)  # what MLflow takes


@pytest.fixture(scope="module")
def demand() -> Manifest:
    return Registry.at(ARTIFACTS).manifest("victoria-demand", 3)


@pytest.fixture(scope="module")
def sine() -> Manifest:
    return Registry.at(ARTIFACTS).manifest("sine-lstm", 3)


def test_parameters_are_the_recipe_s_values(demand: Manifest, sine: Manifest) -> None:
    params = params_of(demand)
    assert params["network.units"] == "[128]"
    assert params["series.timezone"] == "Australia/Melbourne"
    assert params["fit.learning_rate"] == "0.003"
    assert (params["context_length"], params["parameters"]) == ("479", str(demand.training.parameters))
    assert "series.generator" not in params
    assert params_of(sine)["series.generator"] == "noisy-sine"


def test_metrics_are_errors_by_step_coverage_and_losses_by_epoch(demand: Manifest) -> None:
    metrics = metrics_of(demand)
    assert LoggedMetric("test.mae", demand.metrics.model.mae) in metrics
    assert LoggedMetric("test.last_value.mae", demand.metrics.last_value.mae) in metrics
    assert demand.backtest is not None
    assert demand.calibration is not None
    assert LoggedMetric("backtest.mae", demand.backtest.model.mae[47], 48) in metrics
    assert LoggedMetric("backtest.linear_336.mae", demand.backtest.baselines["linear 336"].mae[0], 1) in metrics
    assert LoggedMetric("coverage.80", 100 * demand.calibration.coverage["80"][0], 1) in metrics
    assert LoggedMetric("loss", demand.training.loss[0], 1) in metrics
    assert len({(each.key, each.step) for each in metrics}) == len(metrics)


def test_a_version_without_intervals_or_validation_has_fewer_metrics(sine: Manifest) -> None:
    keys = {each.key for each in metrics_of(sine)}
    assert {"test.mse", "backtest.mae", "loss"} <= keys
    assert not [key for key in keys if key.startswith("coverage")]


def test_mlflow_takes_every_key_and_text(demand: Manifest, sine: Manifest) -> None:
    for manifest in (demand, sine):
        long = manifest.model_copy(update={"warnings": ("x" * 10_000,)})
        keys = [*params_of(long), *tags_of(long), *(each.key for each in metrics_of(long))]
        assert [key for key in keys if not KEY.fullmatch(key)] == []
        assert max(map(len, [*params_of(long).values(), *tags_of(long).values()])) <= 5000


def test_tags_tell_the_version_from_every_other(demand: Manifest) -> None:
    tags = tags_of(demand)
    assert (tags["rollcast.name"], tags["rollcast.version"]) == ("victoria-demand", "3")
    assert tags["rollcast.sha256"] == demand.sha256
    assert tags["rollcast.library.keras"]


def test_the_model_s_file_names_our_flavor(demand: Manifest) -> None:
    document = json.loads(mlmodel_of(demand, "abc"))
    assert document["flavors"] == {"rollcast": {"name": "victoria-demand", "version": 3, "data": "model.onnx"}}
    assert document["run_id"] == "abc"
