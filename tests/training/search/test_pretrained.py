"""The plan that goes on from a model for any series, and how long it learns."""

from pathlib import Path
from typing import Any

import pytest

from models.registry.registry import Registry
from models.spec.manifest import PlanTrial
from tests.support.any_series.pretrained import write_waves
from training.data.dataset import load_series
from training.errors import RecipeError
from training.fine_tuning.start import Start
from training.reading.series import Series
from training.recipes.recipe import Recipe
from training.search import search
from training.search.pretrained import BATCHES, LEARN_ON, pretrained_schedule
from training.search.search import Found, find_recipe


@pytest.fixture(scope="module")
def start(pretrained_path: Path) -> Start:
    return Start.read(Registry.at(pretrained_path), "any-series")


@pytest.fixture(scope="module")
def series(tmp_path_factory: pytest.TempPathFactory) -> tuple[Series, ...]:
    csv = write_waves(tmp_path_factory.mktemp("waves") / "waves.csv", 300)
    return load_series(Recipe().with_values({"csv": str(csv)}))


@pytest.fixture(autouse=True)
def _pretrained_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    """No network is trained; what is pretrained has the lowest error."""

    def tried(candidate: Any, *_: object) -> PlanTrial:
        error = 0.5 if candidate.plan.name == "pretrained" else 1.0
        return PlanTrial(name=candidate.plan.name, description="", error=error, duration_s=0.0)

    monkeypatch.setattr(search, "_tried", tried)


def names(found: Found | None) -> list[str]:
    assert found is not None
    return [trial.name for trial in found.trials]


def test_it_is_tried_beside_the_others_and_can_be_chosen(start: Start, series: tuple[Series, ...]) -> None:
    found = find_recipe({}, series, 1, None, start)
    assert names(found) == ["rollout", "direct", "seasonal change", "pretrained"]
    assert found is not None
    assert found.recipe.network.start_from == "any-series@1"
    assert (found.recipe.evaluation.season, found.recipe.horizon) == ((12,), 12)
    assert found.recipe.fit.learn_on == LEARN_ON
    assert "pretrained" not in names(find_recipe({}, series, 1, None))


@pytest.mark.parametrize("values", [{"window": 48}, {"units": [32]}, {"lag": [12]}, {"blend": True}])
def test_it_is_left_out_where_it_does_not_go_with_the_user_s_values(
    start: Start, series: tuple[Series, ...], values: dict[str, Any]
) -> None:
    assert "pretrained" not in names(find_recipe(values, series, 1, None, start))


def test_where_the_user_asks_for_it_there_is_no_other_and_nothing_is_tried(
    start: Start, series: tuple[Series, ...]
) -> None:
    values = {"start_from": "any-series", "epochs": 3, "season": [6], "batches": 7}
    found = find_recipe(values, series, 1, None, start)
    assert found is not None
    assert found.trials == ()
    assert (found.recipe.fit.epochs, found.recipe.fit.batches, found.recipe.evaluation.season) == (3, 7, (6,))
    for wrong in ({"window": 48}, {"lag": [12]}):
        with pytest.raises(RecipeError, match=next(iter(wrong))):
            find_recipe({**values, **wrong}, series, 1, None, start)


@pytest.mark.parametrize(
    ("seconds", "samples", "members", "batches"),
    [
        (400, 100_000, 1, BATCHES),
        (400, 90, 1, 10),
        (400, 3, 1, 1),
        (4, 100_000, 1, 10),
        (4, 100_000, 5, 2),
        (0, 9, 1, 1),
    ],
)
def test_few_samples_many_networks_and_little_time_take_fewer_batches(
    seconds: float, samples: int, members: int, batches: int
) -> None:
    planned = pretrained_schedule(seconds, samples, members, trial=False)
    assert planned == {"batches": batches, "learn_on": LEARN_ON}
    assert pretrained_schedule(seconds, samples, members, trial=True) == {"batches": batches, "learn_on": 0}
