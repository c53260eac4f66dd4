"""The rules of single fields (CAS1xx): what Pydantic finds, told in the project's words.

Pydantic's own texts and JSON Schema's differ between versions and show regular expressions; here each kind of
error has a code, and the message is made from the field's own constraints.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

from casus.schema.constraints import ISO_DATE
from casus.schema.description import Field, Struct, describe
from casus.schema.findings import Finding, Path
from casus.schema.rules.base import REMOVE, Patch, Rule, Scope
from casus.schema.rules.hints import Hints, Place, hints
from casus.schema.rules.wording import did_you_mean, nearest, shown


def _rule(
    number: int, title: str, reason: str, message: str, fix: str, patch: Patch, *, about_key: bool = False
) -> Rule:
    return Rule(f"CAS{number}", Scope.FIELD, title, reason, message, fix, patch, about_key=about_key)


FIELD_RULES: tuple[Rule, ...] = (
    _rule(
        101,
        "No unknown fields",
        "A misspelt field would be lost.",
        "There is no field {name} here{nearest}.",
        "Correct the name, or remove the field.",
        Patch({"titel": "Talks"}),
        about_key=True,
    ),
    _rule(
        102,
        "Required fields are there",
        "Without them a record says nothing that can be used.",
        "The field {name} is missing: {description}",
        "Add the field `{name}`.",
        Patch({"title": REMOVE}),
    ),
    _rule(
        103,
        "Values have the field's type",
        "A text is not a number, a number is not a text.",
        "{value} is not {kind}.",
        "Write {kind}.",
        Patch({"quantities[0].best": "66"}),
    ),
    _rule(
        104,
        "Codes are in the vocabulary",
        "Free words cannot be counted.",
        "{value} is not in the vocabulary {vocabulary}{nearest}.",
        "Use a code of the vocabulary.",
        Patch({"type": "talk"}),
    ),
    _rule(
        105,
        "Texts have the field's form",
        "Ids, keys, dates and addresses are read by programs.",
        "{value} is not {says}{nearest}.",
        "Write it in this form.",
        Patch({"date.start": "2 June 2025"}),
    ),
    _rule(
        106,
        "Numbers are finite and in range",
        "Latitudes end at 90, and nothing is counted below zero.",
        "{value} is not a number {range}.",
        "Correct the number.",
        Patch({"quantities[0].best": -1}),
    ),
    _rule(
        107,
        "Texts are neither empty nor too long",
        "A record is a summary, not a document.",
        "The text has {length} characters; allowed are {range}.",
        "Shorten the text, or fill it in.",
        Patch({"title": ""}),
    ),
    _rule(
        108,
        "Lists have enough items, and not too many",
        "An event without a source is a rumour.",
        "The list has {length} items; allowed are {range}.",
        "Add or remove items.",
        Patch({"participants[0].roles": []}),
    ),
    _rule(
        109,
        "Nothing is null",
        "What is unknown is left out.",
        "The value is empty (null).",
        "Leave the field out.",
        Patch({"mode": None}),
    ),
    _rule(
        110,
        "Days exist",
        "30 February is nobody's date.",
        "{value} is not a day of the calendar.",
        "Correct the day.",
        Patch({"date.start": "2025-02-30"}),
    ),
    _rule(
        111,
        "No value stands in a list twice",
        "A list of codes is a set.",
        "{value} stands in the list twice.",
        "Remove one of the two.",
        Patch({"issues": ["ceasefire", "ceasefire"]}),
        about_key=True,
    ),
)
_BY_CODE = {rule.code: rule for rule in FIELD_RULES}

_CODE_OF = {
    "extra_forbidden": "CAS101",
    "missing": "CAS102",
    "literal_error": "CAS104",
    "string_pattern_mismatch": "CAS105",
    "greater_than_equal": "CAS106",
    "less_than_equal": "CAS106",
    "finite_number": "CAS106",
    "int_parsing_size": "CAS106",
    "string_too_short": "CAS107",
    "string_too_long": "CAS107",
    "too_short": "CAS108",
    "too_long": "CAS108",
    "date_from_datetime_parsing": "CAS110",
    "date_parsing": "CAS110",
    "date_from_datetime_inexact": "CAS110",
    "repeated_item": "CAS111",
}


def explain(model: type[BaseModel], error: ValidationError) -> Iterator[Finding]:
    """Yield a finding for every error that Pydantic has found in fields.

    Record rules that the model reports as one error of type ``record_rule`` come back as their own findings.
    """
    struct = describe(model)
    for each in error.errors(include_url=False):
        if each["type"] == "record_rule":
            yield from each.get("ctx", {}).get("findings", ())
            continue
        path = tuple(each["loc"])
        value = each.get("input")
        code = "CAS109" if value is None and each["type"] != "missing" else _CODE_OF.get(each["type"], "CAS103")
        found = _found(code, struct, path, value)
        if found is not None:
            yield found


def wrong_lengths(struct: Struct, data: Any, path: Path = ()) -> Iterator[Finding]:
    """Yield a finding for every list of parsed text that has too few or too many items.

    Pydantic counts only the valid items of a list, so that a bad item would hide, or feign, a wrong length.
    """
    for field in struct.fields if isinstance(data, Mapping) else ():
        value = data.get(field.name)
        here = (*path, field.name)
        listed = field.many and isinstance(value, list | tuple)
        if listed and not field.items.least <= len(value) <= field.items.most:
            yield _said("CAS108", here, hints("CAS108", Place(struct, struct, field, here, value)), length=len(value))
        if field.struct is not None:
            for index, item in enumerate(value) if listed else ((None, value),):
                yield from wrong_lengths(field.struct, item, here if index is None else (*here, index))


def field_at(struct: Struct, path: Path) -> tuple[Struct, Field | None]:
    """Return the struct that a path ends in, and its field there, if there is one."""
    field: Field | None = None
    for step in path:
        if isinstance(step, int):
            continue
        if field is not None and field.struct is not None:
            struct = field.struct
        field = struct.field(step)
    return struct, field


def _found(code: str, struct: Struct, path: Path, value: Any) -> Finding | None:
    """Return the finding, or None where Pydantic's error follows from another one."""
    parent, field = field_at(struct, path)
    size = len(value) if isinstance(value, str | list | tuple) else 0
    if code == "CAS108" and field is not None and field.items.least <= size <= field.items.most:
        return None  # the list is long enough: Pydantic counts only its valid items, and these have their findings
    found = hints(code, Place(struct, parent, field, path, value))
    name = str(path[-1]) if path else "record"
    said = shown(value) if code != "CAS103" else _shown_kind(value)
    values = {"name": f"`{name}`" if code == "CAS101" else name, "value": said, "length": size}
    if field is not None:
        values |= {"description": field.description, "vocabulary": field.vocabulary}
    return _said(code, path, found, **values)


def _shown_kind(value: Any) -> str:
    """Return a value as it is shown where its kind is wrong: a list and a group by what they are."""
    if isinstance(value, Mapping):
        return "A group of fields"
    if isinstance(value, list | tuple) and any(isinstance(each, Mapping | list | tuple) for each in value):
        return f"A list of {len(value)} item{'' if len(value) == 1 else 's'}"
    return shown(value)


def _said(code: str, path: Path, found: Hints, **values: Any) -> Finding:
    rule = _BY_CODE[code]
    values |= {"nearest": did_you_mean(found.nearest), **found.words}
    fix = rule.fix
    for name, text in values.items():
        fix = fix.replace("{" + name + "}", str(text))
    return Finding(
        code,
        rule.say(values),
        path,
        fix=fix,
        allowed=found.allowed,
        nearest=found.nearest,
        paste=found.paste,
        see=found.see,
    )


__all__ = ["FIELD_RULES", "ISO_DATE", "explain", "field_at", "nearest", "wrong_lengths"]
