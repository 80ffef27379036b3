"""The values of a recipe as one flat list, in which each value has the name of its command-line flag."""

from dataclasses import dataclass
from types import NoneType
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import BaseModel, ValidationError

from models.text import did_you_mean
from training.errors import RecipeError


@dataclass(frozen=True)
class RecipeField:
    """One value of a recipe.

    `type` is str, int, float or bool. With `many` there may be several of this type. `choices` are the texts that are
    allowed; if it is empty, any is. `section` is None for a value at the top of the recipe.
    """

    name: str
    section: str | None
    type: type[str | int | float | bool]
    many: bool
    choices: tuple[str, ...]
    default: Any
    help: str

    @property
    def flags(self) -> tuple[str, ...]:
        """The flags that set it: its own last, before it a shorter one that the field uses, where there is one."""
        own = "--" + self.name.replace("_", "-")
        return (SHORT_FLAGS[own], own) if own in SHORT_FLAGS else (own,)


# As other forecasting libraries and commands have them.
SHORT_FLAGS = {"--frequency": "--freq", "--horizon": "--h", "--start-from": "--from"}


def recipe_fields(recipe: type[BaseModel]) -> tuple[RecipeField, ...]:
    """Every value of a recipe, in the order of the recipe's file."""
    fields: list[RecipeField] = []
    for key, field in recipe.model_fields.items():
        annotation = field.annotation
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            fields += [_recipe_field(name, key, annotation) for name in annotation.model_fields]
        else:
            fields.append(_recipe_field(key, None, recipe))
    return tuple(fields)


def section_of(name: str, recipe: type[BaseModel]) -> str | None:
    """The section of a value, None at the top of the recipe. Raises RecipeError where there is no such value."""
    sections = {each.name: each.section for each in recipe_fields(recipe)}
    if name not in sections:
        raise RecipeError(f'a recipe has no value "{name}"{did_you_mean(name, sections)}')
    return sections[name]


def format_errors(error: ValidationError, recipe: type[BaseModel]) -> str:
    """The message for a wrong recipe, one line for each wrong value."""
    lines = []
    for problem in error.errors(include_url=False):
        path, value = [str(part) for part in problem["loc"]], problem["input"]
        if problem["type"] == "extra_forbidden":
            section = recipe.model_fields[path[0]].annotation if len(path) > 1 else recipe
            known = section.model_fields if isinstance(section, type) and issubclass(section, BaseModel) else ()
            lines.append(f"{'.'.join(path)} is not known{did_you_mean(path[-1], known)}")
        elif problem["type"] == "value_error":
            lines.append(problem["msg"].removeprefix("Value error, "))
        else:
            message = problem["msg"].removeprefix("Input ")
            lines.append(f"{'.'.join(path)} {message}, not {value!r}")
    return "the recipe can't be followed: " + "\n".join(lines)


def _recipe_field(name: str, section: str | None, model: type[BaseModel]) -> RecipeField:
    field = model.model_fields[name]
    value_type, many, choices = _plain_type(field.annotation)
    return RecipeField(name, section, value_type, many, choices, field.default, field.description or "")


def _plain_type(annotation: Any) -> tuple[Any, bool, tuple[str, ...]]:
    """The plain type in a value's annotation, whether there may be several, and the choices."""
    if get_origin(annotation) is Annotated:
        return _plain_type(get_args(annotation)[0])
    if get_origin(annotation) is Literal:
        return str, False, get_args(annotation)
    if get_origin(annotation) is tuple:
        value_type, _, choices = _plain_type(get_args(annotation)[0])
        return value_type, True, choices
    options = [option for option in get_args(annotation) if option is not NoneType]
    return _plain_type(options[0]) if options else (annotation, False, ())
