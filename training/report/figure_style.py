"""Colours, marks and small PNGs, the same for all pictures."""

import io

from matplotlib.figure import Figure
from PIL import Image

SERIES_COLOR, MODEL_COLOR, MARK_COLOR = "#1f2933", "#e9777f", "#2b6cb0"
MAX_PANELS = 4  # one for each target
MAX_MARKED_POINTS = 30  # of a line, up to which each point has a mark
PNG_COLORS = 32  # a third of the bytes, with no loss that one sees: rare colours are kept as well


def marker(points: int) -> str | None:
    """The mark of the points of a line; none where there are many."""
    return "o" if points <= MAX_MARKED_POINTS else None


def png(figure: Figure) -> bytes:
    """The figure as the bytes of a small PNG, drawn without pyplot, whose global state would outlive it."""
    drawn, small = io.BytesIO(), io.BytesIO()
    figure.savefig(drawn, format="png")
    Image.open(drawn).convert("RGB").quantize(PNG_COLORS, Image.Quantize.MAXCOVERAGE).save(small, "PNG", optimize=True)
    return small.getvalue()
