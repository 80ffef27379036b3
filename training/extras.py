"""Checking that the optional libraries of training are installed, before one is imported."""

from importlib.util import find_spec

from training.errors import MissingExtra

TRAIN = ("keras", "matplotlib", "onnx", "polars", "tensorflow")


def require_train(*modules: str) -> None:
    """Raise MissingExtra unless these libraries of the `train` extra are installed, by default all of them."""
    missing = [module for module in modules or TRAIN if find_spec(module) is None]
    if missing:
        raise MissingExtra(
            f"{', '.join(missing)} must be installed for this: run `make train`, "
            "or in a checkout pip install -e '.[train]'"
        )
