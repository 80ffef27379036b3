"""What is known of a version from a card."""

from pathlib import Path
from typing import Any

import pytest

from models.errors import RollcastError
from models.registry.registry import Registry
from rollcast.described import Described
from service.schemas.models import card_of


@pytest.mark.parametrize("card", [{}, {"features": ["a"]}, {"features": 3}])
def test_a_card_of_another_time_is_told(card: dict[str, Any]) -> None:
    with pytest.raises(RollcastError, match="another version of rollcast"):
        Described.of_card(card)


def test_a_card_tells_the_spec_of_a_model_for_any_series(any_series_path: Path) -> None:
    manifest = Registry.at(any_series_path).manifest("any-series", 1)
    found = Described.of_card(card_of(manifest).model_dump(mode="json"))
    assert (found.spec.least_context, found.spec.any_length) == (8, True)
