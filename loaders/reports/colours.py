"""The few colours of the text formats: they follow the theme of the terminal, light or dark."""

from __future__ import annotations

from casus.reports.viewing import View

_RESET = "\x1b[0m"
_STYLES = {
    "file": "1;4",
    "place": "1",
    "error": "1;31",
    "warning": "1;35",
    "good": "1;32",
    "paste": "36",
    "dim": "2",
}


def painted(text: str, style: str, view: View) -> str:
    """Return the text in a style, if the view is coloured."""
    return f"\x1b[{_STYLES[style]}m{text}{_RESET}" if view.colour and text else text
