"""A file, columns and a little time: what is found, and that all of it is served."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from models.registry.registry import Registry
from models.spec.example_request import example_request
from models.spec.manifest import Manifest
from rollcast.cli import app
from service.settings import Settings
from tests.support.in_process import running
from training import plain
from training.errors import RecipeError, SeriesError
from training.plain import train_plain
from training.recipes.recipe import Recipe

SMALL: dict[str, Any] = {"units": [4], "members": 1, "epochs": 2, "batches": 3, "feedback_epochs": 1, "learn_on": 1}


@pytest.fixture(scope="module")
def panel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two long series and a short one, which follow a temperature, a kind of day and the hour. A day is ahead."""
    path, random = tmp_path_factory.mktemp("panel") / "panel.csv", np.random.default_rng(0)
    lines = ["shop,at,sold,temperature,kind,visitors,region"]
    for shop, rows, level in (("A", 700, 40.0), ("B", 700, 900.0), ("C", 100, 5.0)):
        times = np.arange("2024-01-01T00", rows, dtype="M8[h]")
        warm, kind = random.normal(20, 5, rows), random.choice(["calm", "busy"], rows)
        hours = np.sin(np.arange(rows) * 2 * np.pi / 24)
        sold = level * (2 + hours + 0.02 * warm + 0.3 * (kind == "busy"))
        for row in range(rows):
            known = f"{sold[row]:.4f}" if row < rows - 24 else "", f"{row % 7}" if row < rows - 24 else ""
            region = "north" if shop == "A" else "south"
            lines.append(f"{shop},{times[row]},{known[0]},{warm[row]:.3f},{kind[row]},{known[1]},{region}")
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.fixture(scope="module")
def trained(panel: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Registry, Manifest]:
    registry = Registry.at(tmp_path_factory.mktemp("registry"))
    values = {
        "csv": str(panel),
        "column": ["sold"],
        "id": "shop",
        "time": "at",
        "horizon": 24,
        "name": "shops",
        **SMALL,
    }
    values |= {"past": ["visitors"], "static": ["region"]}
    values |= {"future": ["temperature", "kind"], "holidays": "DE", "timezone": "Europe/Berlin"}
    return registry, train_plain(values, registry, minutes=0.01, progress=False)


def test_what_was_found_stands_in_the_manifest(trained: tuple[Registry, Manifest]) -> None:
    _, manifest = trained
    spec = manifest.spec
    assert (spec.scaler.kind, spec.nonnegative, spec.holidays) == ("context", ("sold",), "DE")
    assert [(covariate.name, covariate.categories) for covariate in spec.future] == [
        ("temperature", ()),
        ("kind", ("busy", "calm")),
    ]
    assert (spec.past[0].name, spec.static[0].categories) == ("visitors", ("north", "south"))
    assert spec.outputs == spec.max_horizon == 24  # visitors are not known after the first step
    assert {plan.name for plan in manifest.training.plans} == {"direct", "seasonal change"}
    assert {"day", "week"} <= set(spec.calendar)
    assert spec.blend is not None
    assert spec.least_context == 24 < spec.context_length
    assert sum(plan.chosen for plan in manifest.training.plans) == 1
    assert manifest.backtest is not None
    assert (manifest.backtest.season, manifest.backtest.series) == (24, 3)
    assert set(manifest.backtest.comparisons) == set(manifest.backtest.baselines)


def test_its_card_tells_the_plans_and_the_comparison(trained: tuple[Registry, Manifest]) -> None:
    registry, _ = trained
    card = (Path(registry.storage.locate("shops/1")) / "card.md").read_text()
    assert "## Plans that were tried" in card
    assert "- blend: " in card
    assert "- future: temperature, kind\n- past: visitors\n- static: region\n" in card
    assert "- nonnegative: sold: never below 0, as in training" in card
    assert "## Error over the whole horizon" in card
    assert "## Error by series" in card


def test_each_series_of_the_panel_has_its_error(trained: tuple[Registry, Manifest]) -> None:
    _, manifest = trained
    assert manifest.backtest is not None
    panel = manifest.backtest.panel
    assert panel is not None
    assert {(score.series, score.rows) for score in panel.worst} == {("A", 676), ("B", 676), ("C", 76)}
    assert (panel.baseline, panel.by_length) == ("seasonal naive 24", ())
    mean = sum(score.mase for score in panel.worst) / 3
    assert manifest.backtest.model.mase is not None
    assert mean == pytest.approx(sum(manifest.backtest.model.mase) / manifest.backtest.horizon)


async def post(registry: Registry, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    async with running(Settings(registry=Path(registry.storage.location))) as client:
        answer = await client.post("/predict", json=body)
        return answer.status_code, answer.json()


@pytest.mark.anyio
async def test_it_is_served_with_its_covariates_and_its_own_example(trained: tuple[Registry, Manifest]) -> None:
    registry, manifest = trained
    body = example_request("shops", manifest)
    status, answer = await post(registry, body)
    assert status == 200, answer
    assert len(answer["predictions"]) == body["horizon"]
    assert min(answer["predictions"]) >= 0
    short = body | {
        "window": body["window"][-30:],
        "future": {name: values[-30 - body["horizon"] :] for name, values in body["future"].items()},
        "past": {name: values[-30:] for name, values in body["past"].items()},
    }
    assert (await post(registry, short))[0] == 200
    many = {
        "model": "shops",
        "windows": [body["window"]] * 2,
        **{kind: [body[kind]] * 2 for kind in ("future", "past", "static")},
        "horizon": body["horizon"],
    }
    many |= {"end": [body["end"]] * 2, "freq": body["freq"]}
    status, both = await post(registry, many)
    assert status == 200, both
    # A product over two rows may add in another order than one over a single row.
    assert np.array(both["predictions"]) == pytest.approx(np.array([answer["predictions"]] * 2), rel=1e-12)


@pytest.mark.anyio
async def test_unknown_categories_are_told_and_wrong_lengths_refused(trained: tuple[Registry, Manifest]) -> None:
    registry, manifest = trained
    body = example_request("shops", manifest)
    steps = len(body["window"]) + body["horizon"]
    _, answer = await post(registry, body | {"future": {**body["future"], "kind": ["odd"] * steps}})
    assert answer["warnings"][0] == "kind is 'odd', which training never saw: it is taken for none of the known ones"
    for future, field, message in (
        (None, "future", "shops@1 takes in temperature, kind: send the values"),
        ({"kind": body["future"]["kind"]}, "future", f"expected {steps} values of temperature"),
        ({**body["future"], "kind": ["calm"]}, "future.kind", f"expected {steps} values, .* but 1 came"),
        ({**body["future"], "tmp": [1.0]}, "future", "there is no covariate tmp"),
        ([body["future"]], "future", "expected one object, as window came"),
    ):
        status, problem = await post(registry, body | {"future": future})
        assert status == 422
        assert problem["detail"].startswith(field)
        assert message.split(".*")[0] in problem["detail"]
    window = len(body["window"])
    for change, detail in (
        (
            {"past": {"visitors": [1] * (window + 1)}},
            f"past.visitors: expected {window} values, those of the window, but",
        ),
        ({"static": {}}, "static: expected 1 value of region, but none came"),
        (
            {"horizon": 25},
            "horizon: shops@1 takes in visitors, not known after the window, and gives 24 values at once",
        ),
    ):
        status, problem = await post(registry, body | change)
        assert (status, problem["detail"][: len(detail)]) == (422, detail)
    assert problem["type"].endswith("invalid-horizon")


def test_the_command_reads_each_kind_from_the_file(trained: tuple[Registry, Manifest], panel: Path) -> None:
    registry, _ = trained
    location = str(registry.storage.location)
    result = CliRunner().invoke(
        app, ["predict", "shops", "--csv", str(panel), "--horizon", "24", "--registry", location]
    )
    assert result.exit_code == 0, result.output
    assert len(result.stdout.splitlines()) == 1 + 3 * 24


def test_rows_of_business_hours_are_counted(tmp_path: Path) -> None:
    days = [day for day in np.arange("2024-01-01", 90, dtype="M8[D]") if (day.astype(int) + 3) % 7 < 5]
    rows = [(day + np.timedelta64(8 + hour, "h"), 10 + 5 * hour) for day in days for hour in range(8)]
    path = tmp_path / "calls.csv"
    path.write_text("at,calls\n" + "".join(f"{at},{calls + index % 3}\n" for index, (at, calls) in enumerate(rows)))
    values = {"csv": str(path), "column": ["calls"], "time": "at", "name": "calls", **SMALL}
    manifest = train_plain(values, Registry.at(tmp_path / "registry"), minutes=0.01, progress=False)
    assert manifest.spec.frequency is None
    assert manifest.backtest is not None
    assert (manifest.backtest.horizon, manifest.backtest.season) == (8, 8)
    assert manifest.data.gaps.startswith("a day has 8 rows and then a gap")


@pytest.mark.anyio
async def test_a_network_learns_to_do_without_values_and_is_served_with_nulls(tmp_path: Path) -> None:
    random, path = np.random.default_rng(0), tmp_path / "y.csv"
    cells = [f"{10 + step % 12}" if random.random() > 0.1 else "" for step in range(200)]
    path.write_text("at,y\n" + "".join(f"{1900 + step},{cell}\n" for step, cell in enumerate(cells) if step % 50 != 7))
    values = {"csv": str(path), "column": ["y"], "time": "at", "horizon": 6, "name": "y", "missing": "mask", **SMALL}
    registry = Registry.at(tmp_path / "registry")
    manifest = train_plain(values, registry, minutes=0.01, progress=False)
    assert manifest.spec.masked
    assert (manifest.data.rows, manifest.data.filled_rows) == (200, 0)
    assert manifest.backtest is not None
    assert np.isfinite(manifest.backtest.model.mae).all()
    assert manifest.calibration is not None
    assert manifest.calibration.joint
    whole = [10.0 + step % 12 for step in range(manifest.spec.context_length)]
    status, with_gap = await post(
        registry, {"model": "y", "window": [whole[0], *[None] * (len(whole) - 2), whole[-1]], "horizon": 3}
    )
    assert status == 200, with_gap
    _, without = await post(registry, {"model": "y", "window": whole, "horizon": 3})
    assert with_gap["predictions"] != without["predictions"]
    status, problem = await post(registry, {"model": "y", "window": [None] * len(whole)})
    assert (status, problem["detail"].split(":")[0]) == (422, "window[0]")
    result = CliRunner().invoke(app, ["predict", "y", "--csv", str(path), "--registry", str(registry.storage.location)])
    assert result.exit_code == 0, result.output


def test_one_seed_gives_one_model(tmp_path: Path) -> None:
    path = tmp_path / "y.csv"
    path.write_text("y\n" + "".join(f"{step % 12 + step % 5}\n" for step in range(100)))
    values = {"csv": str(path), "column": ["y"], "horizon": 6, "name": "y", **SMALL}
    first, second = (
        train_plain(values, Registry.at(tmp_path / number), minutes=0, progress=False) for number in ("1", "2")
    )
    assert first.files["model.onnx"] == second.files["model.onnx"]
    assert (first.spec, first.backtest) == (second.spec, second.backtest)
    assert [plan.error for plan in first.training.plans] == [plan.error for plan in second.training.plans]


def test_a_clock_that_is_over_cuts_and_the_card_says_so(tmp_path: Path) -> None:
    path = tmp_path / "y.csv"
    path.write_text("y\n" + "".join(f"{step % 12 + step % 5}\n" for step in range(100)))
    values = {"csv": str(path), "column": ["y"], "horizon": 6, "name": "y", **SMALL, "epochs": 4}
    manifest = train_plain(values, Registry.at(tmp_path / "1"), minutes=1e-6, progress=False)
    assert manifest.training.cut_by_clock
    assert len(manifest.training.loss) < 4


def test_values_that_no_plan_goes_with_are_a_recipe_with_the_lags_of_its_season(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trained: list[Recipe] = []
    monkeypatch.setattr(plain, "train_on", lambda _, recipe, *__, **___: trained.append(recipe))
    path = tmp_path / "y.csv"
    path.write_text("y\n" + "".join(f"{step % 24 + step % 5}\n" for step in range(3_000)))
    values = {"csv": str(path), "column": ["y"], "name": "y", "season": [24], "horizon": 150, "dropout": 0.1}
    train_plain(values, Registry.at(tmp_path / "registry"), progress=False)
    train_plain({**values, "lag": [7]}, Registry.at(tmp_path / "registry"), progress=False)
    assert [recipe.windows.lag for recipe in trained] == [(24, 25), (7,)]
    assert [recipe.network.dropout for recipe in trained] == [0.1, 0.1]


@pytest.mark.parametrize(
    ("content", "values", "error", "message"),
    [
        ("y\n" + "1\n2\n" * 5, {"horizon": 6}, SeriesError, "has 10 rows; to forecast 6 steps it takes at least 20"),
        ("y\n" + "1\n2\n" * 50, {"name": ""}, RecipeError, "give it one with --name"),
        ("id,ds,y\nA,2024,1\nA,2025,2\n", {"future": ["x"]}, SeriesError, 'has no column "x"'),
    ],
)
def test_what_can_not_be_trained_is_told(
    tmp_path: Path, content: str, values: dict[str, Any], error: type[Exception], message: str
) -> None:
    path = tmp_path / "y.csv"
    path.write_text(content)
    with pytest.raises(error, match=message):
        train_plain({"csv": str(path), "column": ["y"], "name": "y", **values}, Registry.at(tmp_path), progress=False)
