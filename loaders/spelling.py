"""Spellings made comparable: case, accents, scripts and the ways to write Slavic names in Latin letters."""

from __future__ import annotations

import re
import unicodedata

#: Ukrainian and Russian letters as news in English mostly write them, after accents are gone.
_CYRILLIC = str.maketrans(
    {
        "а": "a", "б": "b", "в": "v", "г": "h", "ґ": "g", "д": "d", "е": "e", "є": "ie", "ж": "zh", "з": "z",
        "и": "y", "і": "i", "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s",
        "т": "t", "у": "u", "ф": "f", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ы": "y",
        "ь": "", "э": "e", "ю": "iu", "я": "ia",
    }
)  # fmt: skip
#: Latin letters that do not come apart into a letter and an accent.
_LATIN = str.maketrans({"ı": "i", "ł": "l", "ø": "o", "đ": "d", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d"})
_APOSTROPHES = re.compile("['`\u02b9\u02bc\u2018\u2019\u201b\u2032]")
_NO_LETTERS = re.compile(r"[^a-z0-9]+")
#: Ways to write one sound, in the order in which they are made equal.
_SOUNDS = tuple(
    (re.compile(pattern), instead)
    for pattern, instead in (
        ("tsch", "ch"),
        ("shch|sch", "sh"),
        ("kh", "h"),
        ("ph", "f"),
        ("ck", "k"),
        ("x", "ks"),
        ("ou", "u"),
        ("w", "v"),
        ("g", "h"),
        ("[jy]", "i"),
        ("i+(?=[aeou])", ""),
        (r"([a-z])\1+", r"\1"),
    )
)


def same_text(text: str) -> str:
    """Return a text so that spellings which differ in case, spaces or the sign for an apostrophe are equal."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(_APOSTROPHES.sub("'", folded).split())


def latin(text: str) -> str:
    """Return a text in plain Latin letters, lower case, without accents and signs."""
    folded = unicodedata.normalize("NFKD", _APOSTROPHES.sub("", text).casefold())
    bare = "".join(letter for letter in folded if not unicodedata.combining(letter))
    return _NO_LETTERS.sub(" ", bare.translate(_CYRILLIC).translate(_LATIN)).strip()


def sound(text: str) -> str:
    """Return a text in plain Latin letters where the usual ways to write one Slavic name are equal.

    >>> sound("Zelenskyy") == sound("Zelenskiy") == sound("Зеленський")
    True
    """
    found = latin(text)
    for pattern, instead in _SOUNDS:
        found = pattern.sub(instead, found)
    return found
