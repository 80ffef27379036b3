import pytest

from training.errors import MissingExtra
from training.extras import require_train


def test_what_is_installed_is_not_missed() -> None:
    require_train()


def test_what_is_missing_is_named_with_the_command_that_brings_it() -> None:
    with pytest.raises(MissingExtra, match=r"make train.*pip install -e"):
        require_train("json", "no_such_library")
