"""Text from files on one line, harmless and cut."""

from __future__ import annotations

from casus.schema.visible import shown_char, visible


def one_line(text: str) -> str:
    """Return the text on one line, harmless; runs of white space become one space."""
    return visible(" ".join(text.split()))


def cut(text: str, most: int) -> str:
    """Return the text cut to so many characters, with its full length where it is longer."""
    return text if len(text) <= most else f"{text[:most].rstrip()}... ({len(text)} characters)"


__all__ = ["cut", "one_line", "shown_char", "visible"]
