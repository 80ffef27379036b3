"""What window and state rollouts err by at each horizon, trained on the same series with the same epochs.

python benchmarks/rollout_modes.py sine     about four minutes on two cores
python benchmarks/rollout_modes.py demand   about six; `--sequence 96` for other training sequences of state

Mean absolute errors, in the series' units, of the next value and of whole rollouts from held-out windows, beside
the last value and the seasonal naive. docs/rollouts.md has the figures.
"""

import argparse
from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from models.graphs.onnx_network import OnnxNetwork
from models.inference.forecaster import Forecaster
from training.data.dataset import Dataset, build_dataset, load_series
from training.export.from_keras import to_onnx
from training.networks.fit import fit
from training.recipes.loader import load_recipe
from training.recipes.recipe import Recipe

Array = NDArray[np.float64]


class Study(NamedTuple):
    """A recipe for every mode, and what it is judged by."""

    recipe: Recipe
    seeds: int
    season: int
    horizons: tuple[int, ...]
    stride: int  # rows between the windows that are rolled out


DEMAND = {
    "name": "demand",
    "csv": "package://tsdata/fpp3/vic_elec.csv",
    "column": ("Demand",),
    "window": 48,
    "units": (64,),
    "epochs": 8,
    "patience": 0,
    "batch_size": 64,
}
STUDIES = {
    "sine": Study(
        load_recipe("sine-lstm").with_values({"epochs": 80}), seeds=3, season=63, horizons=(1, 48, 100), stride=1
    ),
    "demand": Study(Recipe().with_values(DEMAND), seeds=2, season=48, horizons=(1, 48, 96), stride=29),
}


def held_out_windows(dataset: Dataset, study: Study) -> tuple[Array, Array]:
    """What comes before each rollout, at least a season of it, and the values that follow.

    Both have shape (rollouts, rows, 1).
    """
    before, after = max(study.season, dataset.spec.context_length), study.horizons[-1]
    found = [
        sliding_window_view(each.values[each.part.start :], before + after, axis=0)[:: study.stride].transpose(0, 2, 1)
        for each in dataset.held_out
    ]
    pooled = np.concatenate(found).astype(np.float64)
    return pooled[:, :before], pooled[:, before:]


def naive(known: Array, study: Study) -> dict[str, Array]:
    """The last value and the last season, repeated over the longest horizon."""
    steps = np.arange(study.horizons[-1]) % study.season
    return {"last value": known[:, -1:], "seasonal naive": known[:, -study.season :][:, steps]}


def row(name: str, forecasts: Array, truth: Array, study: Study, note: str = "") -> None:
    """Print the mean absolute errors of the steps up to each horizon."""
    errors = np.abs(forecasts - truth)
    cells = "".join(f"{errors[:, :horizon].mean():12.4g}" for horizon in study.horizons)
    print(f"  {name:<24}{cells}   {note}", flush=True)


def judged(name: str, recipe: Recipe, study: Study) -> None:
    """Train a recipe under each seed and print its errors, then the naive ones."""
    forecasts, actuals, seconds = [], [], 0.0
    for seed in range(study.seeds):
        seeded = recipe.with_values({"seed": seed})
        dataset = build_dataset(seeded, load_series(seeded))
        fitted = fit(seeded, dataset)
        forecaster = Forecaster(dataset.spec, OnnxNetwork(to_onnx(dataset.spec, fitted.network)))
        known, truth = held_out_windows(dataset, study)
        forecasts.append(forecaster.forecast(known, study.horizons[-1]))
        actuals.append(truth)
        seconds += fitted.duration_s / study.seeds
        if study.seeds > 1:
            row(f"{name}, seed {seed}", forecasts[-1], truth, study)
    row(name, np.concatenate(forecasts), np.concatenate(actuals), study, f"{seconds:.0f} s to train")


def main() -> None:
    """Print a table for one study."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("study", choices=STUDIES)
    parser.add_argument("--sequence", type=int, help="values in state's training sequences (default: four windows)")
    arguments = parser.parse_args()
    study = STUDIES[arguments.study]
    recipe = study.recipe
    print(f"{recipe.name}, {recipe.fit.epochs} epochs, seeds: {study.seeds}; mean absolute error")
    print(f"  {'steps':<24}" + "".join(f"{f'1 to {each}':>12}" for each in study.horizons))
    judged("window", recipe, study)
    judged("state", recipe.with_values({"rollout": "state", "sequence": arguments.sequence}), study)
    known, truth = held_out_windows(build_dataset(recipe, load_series(recipe)), study)
    for name, forecasts in naive(known, study).items():
        row(name, forecasts, truth, study)


if __name__ == "__main__":
    main()
