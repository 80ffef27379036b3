"""Showing text from outside in a message: on one line, and not at any length."""


def printable(text: str, limit: int = 80) -> str:
    """The text itself where it is short and printable; escaped, so that it can't forge a line, and cut where not."""
    line = text if text and text.isprintable() else ascii(text)
    return line if len(line) <= limit else f"{line[:limit]}…"
