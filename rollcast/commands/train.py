"""`rollcast train`: every value of a recipe is a flag."""

import inspect
from collections.abc import Callable, Iterator
from typing import Any

import typer

from models.registry.registry import Registry
from models.spec.manifest import Manifest
from rollcast.completion import recipes
from rollcast.options import CompareOption, JsonOption, RegistryOption, open_registry
from rollcast.published import backtest_lines, coverage_line, or_nothing_published, tell_published
from rollcast.run import Run
from training.recipes.fields import RecipeField, recipe_fields
from training.recipes.loader import recipe_names
from training.recipes.recipe import Recipe
from training.search.budget import USUAL_MINUTES

_HELP = f"""Train a model and publish it as the next version of its name.

RECIPE is one of {", ".join(recipe_names())}, or a file ending in .toml. Without one, say what to learn from, and the
rest is found: rollcast train --csv FILE --column NAME --name NAME, and --time, --id and --horizon where they apply.
Every other flag sets a value that holds whatever is found.
"""


def _command() -> Callable[..., None]:
    """The command, its flags made of the recipe's values."""

    def train(**arguments: Any) -> None:
        run = Run(**{name: arguments.pop(name) for name in Run._fields})
        registry, as_json = open_registry(arguments.pop("registry")), arguments.pop("as_json")
        given = {name: value for name, value in arguments.items() if value is not None}
        _train(run, registry, given, as_json=as_json)

    parameters = [
        _parameter("recipe", str | None, typer.Argument(None, help="A recipe's name or file.", autocompletion=recipes)),
        *(_flag(field) for field in recipe_fields(Recipe)),
        inspect.Parameter("registry", inspect.Parameter.KEYWORD_ONLY, default=None, annotation=RegistryOption),
        _parameter(
            "minutes",
            float,
            typer.Option(
                USUAL_MINUTES, "--minutes", min=0, help="Without a recipe, how long to train; 0 as long, by no clock."
            ),
        ),
        _parameter("compare", CompareOption, False),
        _parameter("quiet", bool, typer.Option(False, "--quiet", help="Show no progress.")),
        _parameter("as_json", JsonOption, False),
    ]
    # typer reads a command's flags from its signature; this is the place where the recipe becomes one.
    train.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    train.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    train.__doc__ = _HELP
    return train


def _train(run: Run, registry: Registry, values: dict[str, Any], *, as_json: bool) -> None:
    with or_nothing_published():
        manifest = run.publish(values, registry)
    tell_published(registry, manifest, _found(manifest), as_json=as_json)


def _found(manifest: Manifest) -> Iterator[str]:
    """What the test rows said, a line each of the next value, the whole horizon and the intervals."""
    metrics, backtest, calibration = manifest.metrics, manifest.backtest, manifest.calibration
    among = f" (the mean over {', '.join(manifest.spec.targets)})" if len(manifest.spec.targets) > 1 else ""
    yield (
        f"tested on {metrics.tested_on}: MAE {metrics.model.mae:.4g}{among}, MSE {metrics.model.mse:.4g}; "
        f"the last value's MAE is {metrics.last_value.mae:.4g}"
    )
    if backtest is not None:
        yield from backtest_lines(backtest)
    if calibration is not None and calibration.coverage:
        yield coverage_line(calibration)


def _flag(field: RecipeField) -> inspect.Parameter:
    kind: Any = list[field.type] if field.many else field.type  # type: ignore[name-defined]
    default = ", ".join(map(str, field.default)) if field.many else field.default
    default_text = "" if default in (None, "") else f" [default: {default}]"
    option = typer.Option(
        None,
        *field.flags,
        help=field.help + (" (repeat the flag for several)" if field.many else "") + default_text,
        metavar="|".join(field.choices) or None,
    )
    return _parameter(field.name, kind | None, option)


def _parameter(name: str, kind: Any, default: Any) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=kind)


train = _command()
