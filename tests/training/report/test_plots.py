"""Pictures of a training run have the size that they should, and are small files."""

import io

import numpy as np
import pytest
from PIL import Image

from training.report.plots import loss_picture, next_values_picture


def size(content: bytes) -> tuple[int, int]:
    assert content.startswith(b"\x89PNG")
    return Image.open(io.BytesIO(content)).size


@pytest.mark.parametrize(("targets", "height"), [(1, 420), (2, 720), (9, 1320)])
@pytest.mark.parametrize("rows", [3, 2000])
def test_a_picture_of_next_values_has_a_panel_for_each_target(targets: int, height: int, rows: int) -> None:
    values = np.sin(np.arange(rows) / 10)[:, None] * np.arange(1.0, targets + 1)
    names = [f"column {number}" for number in range(targets)]
    content = next_values_picture(values, values[1:] + 0.1, names, "load", tested_from=rows - 2)
    assert size(content) == (1000, height)
    assert len(content) < 50_000 * min(targets, 4)


@pytest.mark.parametrize("validation_loss", [None, [0.3, 0.2, 0.1]])
@pytest.mark.parametrize("epochs", [3, 60])
def test_a_loss_picture_is_small(validation_loss: list[float] | None, epochs: int) -> None:
    validation_loss = validation_loss and validation_loss * (epochs // 3)
    content = loss_picture([0.5, 0.4, 0.3] * (epochs // 3), validation_loss, "load")
    assert size(content) == (700, 400)
    assert len(content) < 30_000
