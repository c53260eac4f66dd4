"""Fixes that can be pasted: the line or value as it should stand, in YAML.

Only what is certain enough is offered: a word that was probably meant, a number or day in another writing, or the
form of a field that is missing, with ``...`` for what only the writer knows.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import Any

from casus.schema.constraints import ISO_DATE
from casus.schema.description import Field, Kind, Struct
from casus.schema.findings import Path
from casus.schema.types import URL

#: What stands for a value that only the writer knows.
GAP = "..."
_PLAIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._/+-]*[A-Za-z0-9])?\Z")
_NUMBER_LIKE = re.compile(r"[-+]?[0-9][0-9_,]*(\.[0-9]*)?([eE][-+]?[0-9]+)?\Z|0[xob][0-9a-fA-F]+\Z|[0-9]+:[0-9:]+\Z")
_SPECIAL = {"", "~", "null", "true", "false", "yes", "no", "on", "off", "y", "n"}
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?\Z")
_LONGEST = 60
#: Other writings of a day that can be read in one way only.
_DAY_FORMS = (
    *("%Y/%m/%d", "%Y.%m.%d", "%Y-%m-%d", "%Y%m%d", "%d.%m.%Y"),
    *("%d %B %Y", "%d %b %Y", "%B %d, %Y", "%b %d, %Y"),
)


def scalar(value: object) -> str | None:
    """Return a single value as YAML on one line, or None for a list, a group of fields or a long text."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float | dt.date):
        return str(value)
    if not isinstance(value, str) or len(value) > _LONGEST:
        return None
    if _PLAIN.match(value) and not _NUMBER_LIKE.match(value) and value.lower() not in _SPECIAL:
        return value
    return value if re.match(ISO_DATE, value) else json.dumps(value, ensure_ascii=False)


def line(path: Path, value: object) -> str | None:
    """Return ``name: value``, or the bare value for an item of a list."""
    written = scalar(value)
    if written is None or not path:
        return None
    return written if isinstance(path[-1], int) else f"{path[-1]}: {written}"


def renamed(name: str, value: object) -> str:
    """Return ``name: value`` for a field that was misspelt; a value of many lines stays with the writer."""
    written = scalar(value)
    return f"{name}: {GAP if written is None else written}"


def sketch(field: Field) -> str:
    """Return the form of a field that is missing: ``url: ...``, or its required parts in braces."""
    inner = GAP if field.struct is None else _parts(field.struct)
    return f"{field.name}: {f'[{inner}]' if field.many else inner}"


def item(struct: Struct) -> str:
    """Return the form of an item of a list: ``- {key: ..., url: ...}``."""
    return f"- {_parts(struct)}"


def _parts(struct: Struct) -> str:
    return "{" + ", ".join(sketch(field) for field in struct.fields if field.required) + "}"


def converted(field: Field, value: Any) -> Any:
    """Return the value in the field's own type if that can be read in one way only, else None."""
    if field.kind in (Kind.NUMBER, Kind.INTEGER) and isinstance(value, str) and len(value) <= _LONGEST:
        text = value.strip().replace(" ", "")
        if _NUMBER.match(text):
            return float(text) if "." in text else int(text)
    if field.kind is Kind.BOOLEAN and isinstance(value, str):
        return {"true": True, "yes": True, "false": False, "no": False}.get(value.strip().lower())
    if field.kind is Kind.TEXT and isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return None


def address(value: object) -> str | None:
    """Return a web address that was written without its scheme, in brackets or with spaces, or None."""
    if not isinstance(value, str):
        return None
    text = value.strip().removeprefix("<").removesuffix(">").strip().replace(" ", "%20")
    text = text if "://" in text or "." not in text.partition("/")[0] else f"https://{text}"
    return text if text != value and re.match(URL.regex, text) else None


def day(value: object) -> str | None:
    """Return a day that is written in another form as ``2025-06-02``, if it can be read in one way only."""
    if not isinstance(value, str) or len(value) > _LONGEST:
        return None
    text = " ".join(value.split())
    text = re.sub(r"[T ]00:00(:00(\.0+)?)?\Z", "", text)
    for form in _DAY_FORMS:
        try:
            read = dt.datetime.strptime(text, form).date()  # noqa: DTZ007 - a day has no time zone
        except ValueError:
            continue
        written = read.isoformat()
        return written if re.match(ISO_DATE, written) else None
    return None
