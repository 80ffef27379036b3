"""What is known of a version from a card."""

from typing import Any

import pytest

from models.errors import RollcastError
from rollcast.described import Described


@pytest.mark.parametrize("card", [{}, {"features": ["a"]}, {"features": 3}])
def test_a_card_of_another_time_is_told(card: dict[str, Any]) -> None:
    with pytest.raises(RollcastError, match="another version of rollcast"):
        Described.of_card(card)
