"""A recipe's values as one flat list, the way that command-line flags name them."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from types import NoneType
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import BaseModel, ValidationError

from training.errors import RecipeError


@dataclass(frozen=True)
class RecipeField:
    """One value of a recipe.

    `type` is str, int, float or bool; `many` says that there may be several, `choices` which texts are taken
    (empty: any). `section` is None for a value at the recipe's top.
    """

    name: str
    section: str | None
    type: type[str | int | float | bool]
    many: bool
    choices: tuple[str, ...]
    default: Any
    help: str


def recipe_fields(recipe: type[BaseModel]) -> tuple[RecipeField, ...]:
    """Every value of a recipe, in the order of its file."""
    found: list[RecipeField] = []
    for key, field in recipe.model_fields.items():
        annotation = field.annotation
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            found += [_leaf(name, key, annotation) for name in annotation.model_fields]
        else:
            found.append(_leaf(key, None, recipe))
    return tuple(found)


def place(name: str, recipe: type[BaseModel]) -> str | None:
    """The section that a value lies in. Raises RecipeError where there is no such value."""
    sections = {leaf.name: leaf.section for leaf in recipe_fields(recipe)}
    if name not in sections:
        raise RecipeError(f'a recipe has no value "{name}"{did_you_mean(name, sections)}')
    return sections[name]


def did_you_mean(wanted: str, known: Iterable[str]) -> str:
    """A hint at the names that are like a wrong one, or at all of them where none is."""
    names = list(known)
    close = difflib.get_close_matches(wanted, names, n=3, cutoff=0.5)
    return f"; did you mean {' or '.join(close)}?" if close else f"; there are {', '.join(names)}"


def format_errors(error: ValidationError, recipe: type[BaseModel]) -> str:
    """What is wrong with a recipe, one line for each value."""
    lines = []
    for problem in error.errors(include_url=False):
        where, value = [str(part) for part in problem["loc"]], problem["input"]
        if problem["type"] == "extra_forbidden":
            section = recipe.model_fields[where[0]].annotation if len(where) > 1 else recipe
            known = section.model_fields if isinstance(section, type) and issubclass(section, BaseModel) else ()
            lines.append(f"{'.'.join(where)} is not known{did_you_mean(where[-1], known)}")
        elif problem["type"] == "value_error":
            lines.append(problem["msg"].removeprefix("Value error, "))
        else:
            message = problem["msg"].removeprefix("Input ")
            lines.append(f"{'.'.join(where)} {message}, not {value!r}")
    return "the recipe can't be followed: " + "\n".join(lines)


def _leaf(name: str, section: str | None, model: type[BaseModel]) -> RecipeField:
    field = model.model_fields[name]
    kind, many, choices = _kind(field.annotation)
    return RecipeField(name, section, kind, many, choices, field.default, field.description or "")


def _kind(annotation: Any) -> tuple[Any, bool, tuple[str, ...]]:
    """The plain type of a value's annotation, whether it takes several, and its choices."""
    if get_origin(annotation) is Annotated:
        return _kind(get_args(annotation)[0])
    if get_origin(annotation) is Literal:
        return str, False, get_args(annotation)
    if get_origin(annotation) is tuple:
        kind, _, choices = _kind(get_args(annotation)[0])
        return kind, True, choices
    options = [option for option in get_args(annotation) if option is not NoneType]
    return _kind(options[0]) if options else (annotation, False, ())
