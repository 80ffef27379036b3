"""Checking that the optional libraries of training are installed, before one is imported."""

from importlib.util import find_spec

from training.errors import MissingExtra

TRAIN = ("keras", "matplotlib", "onnx", "polars", "tensorflow")
COMPARE = ("statsforecast",)


def require_train(*modules: str) -> None:
    """Raise MissingExtra unless these libraries of the `train` extra are installed, by default all of them."""
    _require(modules or TRAIN, "run `make train`, or pip install 'rollcast[train]', in a checkout -e '.[train]'")


def require_compare(*modules: str) -> None:
    """Raise MissingExtra unless these libraries of the `compare` extra are installed, by default all of them."""
    _require(
        modules or COMPARE, "pip install 'rollcast[compare]', in a checkout -e '.[compare]', or leave --compare out"
    )


def _require(modules: tuple[str, ...], what_to_do: str) -> None:
    missing = [module for module in modules if find_spec(module) is None]
    if missing:
        raise MissingExtra(f"{', '.join(missing)} must be installed for this: {what_to_do}")
