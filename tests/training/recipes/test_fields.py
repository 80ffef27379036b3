import pytest

from training.errors import RecipeError
from training.recipes.fields import RecipeField, recipe_fields, section_of
from training.recipes.recipe import Recipe

BY_NAME = {field.name: field for field in recipe_fields(Recipe)}


def test_names_are_unique_across_sections_for_each_is_a_flag() -> None:
    names = [field.name for field in recipe_fields(Recipe)]
    assert len(set(names)) == len(names)


def test_every_field_has_a_help() -> None:
    assert [field.name for field in recipe_fields(Recipe) if not field.help] == []


@pytest.mark.parametrize(
    ("name", "section", "kind", "many", "choices", "default"),
    [
        ("name", None, str, False, (), ""),
        ("csv", "series", str, False, (), None),
        ("column", "series", str, True, (), ()),
        ("generator", "series", str, False, ("m3-monthly", "noisy-sine", "sine"), None),
        ("units", "network", int, True, (), (64,)),
        ("kind", "network", str, False, ("gru", "lstm", "simple_rnn"), "lstm"),
        ("epochs", "fit", int, False, (), 100),
        ("train_share", "split", float, False, (), 0.7),
        ("season", "evaluation", int, True, (), ()),
        ("horizon", "evaluation", int, False, (), None),
    ],
)
def test_a_field_says_what_its_flag_takes(
    name: str, section: str | None, kind: type[str | int | float], many: bool, choices: tuple[str, ...], default: object
) -> None:
    assert BY_NAME[name] == RecipeField(name, section, kind, many, choices, default, BY_NAME[name].help)


def test_a_value_is_found_in_its_section() -> None:
    assert (section_of("name", Recipe), section_of("epochs", Recipe)) == (None, "fit")
    with pytest.raises(RecipeError, match='no value "epoch"; did you mean epochs'):
        section_of("epoch", Recipe)


def test_a_value_has_its_own_flag_and_where_the_field_has_one_a_short_one() -> None:
    assert BY_NAME["train_share"].flags == ("--train-share",)
    assert BY_NAME["horizon"].flags == ("--h", "--horizon")
    assert BY_NAME["start_from"].flags == ("--from", "--start-from")
    assert BY_NAME["frequency"].flags == ("--freq", "--frequency")
    flags = [flag for field in recipe_fields(Recipe) for flag in field.flags]
    assert len(set(flags)) == len(flags)
