"""Text made harmless for whoever displays it: characters that are not seen are shown."""

from __future__ import annotations

import re
import unicodedata

#: Categories of characters that are not seen, or that act on what displays them: controls, formats (direction
#: overrides, zero-width characters), surrogates, and the separators of lines and paragraphs.
_UNSEEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}
_SAFE = re.compile(r"[ -~]*\Z")
_BYTE, _PLANE = 0x100, 0x10000


def visible(text: str, *, keep: str = "") -> str:
    r"""Return the text with every character that is not seen written as an escape such as ``\x1b`` or ``\u202e``."""
    if _SAFE.match(text):
        return text
    return "".join(char if char in keep else shown_char(char) for char in text)


def shown_char(char: str) -> str:
    r"""Return a character as it may be displayed: itself, or an escape such as ``\u202e``."""
    if unicodedata.category(char) not in _UNSEEN:
        return char
    number = ord(char)
    return f"\\x{number:02x}" if number < _BYTE else f"\\u{number:04x}" if number < _PLANE else f"\\U{number:08x}"
