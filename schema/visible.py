"""Text made harmless for whoever displays it: characters that are not seen are shown."""

from __future__ import annotations

import re

_SAFE = re.compile(r"[ -~]*\Z")
_BYTE, _PLANE = 0x100, 0x10000


def visible(text: str, *, keep: str = "") -> str:
    r"""Return the text with every character that is not seen written as an escape such as ``\x1b`` or ``\u202e``."""
    if _SAFE.match(text):
        return text
    return "".join(char if char in keep else shown_char(char) for char in text)


def shown_char(char: str) -> str:
    r"""Return a character as it may be displayed: itself, or an escape such as ``\u202e``.

    Escaped are controls, formats (direction overrides, zero-width characters), halves of characters, those that stand
    for nothing, and all separators but the plain space.
    """
    if char.isprintable():
        return char
    number = ord(char)
    return f"\\x{number:02x}" if number < _BYTE else f"\\u{number:04x}" if number < _PLANE else f"\\U{number:08x}"
