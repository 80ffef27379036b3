import pytest

from training.errors import MissingExtra
from training.extras import TRAIN, require_compare, require_train


def test_what_is_missing_is_named_with_the_command_that_brings_it() -> None:
    with pytest.raises(MissingExtra, match=r"make train.*pip install 'rollcast\[train\]'"):
        require_train("json", "no_such_library")
    with pytest.raises(MissingExtra) as caught:
        require_train(*TRAIN, "no_such_library")
    assert not [module for module in TRAIN if module in str(caught.value)]  # they are installed here


def test_an_extra_that_not_every_training_needs_has_a_command_of_its_own() -> None:
    with pytest.raises(MissingExtra, match=r"no_such_library must be installed for this: .*\[compare\].*--compare"):
        require_compare("no_such_library")
    require_compare()
