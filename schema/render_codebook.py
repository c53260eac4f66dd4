"""The generated half of the codebook, and the page of rules, as Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from casus.schema.constraints import Coded, Length, Pattern, Range, Reference
from casus.schema.corpus import MODELS
from casus.schema.description import Field, Kind, Struct, describe
from casus.schema.event import Event
from casus.schema.rules import ALL_RULES, Rule
from casus.schema.vocabulary import Value, names, vocabulary

_GENERATED = "<!-- Generated from the schema. Edit schema/ and run: python -m casus.schema.artefacts --write -->\n"
_SCOPES = {"1": "Fields", "2": "One record", "3": "Records and registries together", "4": "Files and releases",
           "5": "Editorial warnings", "6": "Imports"}  # fmt: skip


def codebook(handwritten: str) -> str:
    """Return the whole codebook: the hand-written rules, then fields and vocabularies."""
    parts = [_GENERATED, handwritten.rstrip() + "\n", "\n# Fields\n", *_fields(), "\n# Vocabularies\n"]
    for name in names():
        if name != "modes":
            parts.extend(_vocabulary(name))
    parts.extend(["\n# Crosswalks of the event types\n", *_crosswalks()])
    return "\n".join(parts).rstrip() + "\n"


def rules_page() -> str:
    """Return the page of rules, one anchor for every code."""
    lines = [_GENERATED, "# Rules\n"]
    lines.append(
        "Every finding has a stable code. Errors block; warnings do not. Rules marked *authored* leave imported rows "
        "(`dataset:row`) alone.\n"
    )
    for digit, title in _SCOPES.items():
        lines.append(f"## CAS{digit}xx: {title}\n")
        lines.extend(_rule(rule) for rule in ALL_RULES if rule.code[3] == digit)
    return "\n".join(lines).rstrip() + "\n"


def _rule(rule: Rule) -> str:
    marks = ", ".join([str(rule.severity), *(["authored"] if rule.authored_only else [])])
    said = rule.message.replace("{", "*").replace("}", "*")
    fix = rule.fix.replace("{", "*").replace("}", "*")
    return f"### {rule.code}\n\n**{rule.title}** ({marks}). {rule.reason}\n\n- Says: {said}\n- Fix: {fix}\n"


def _fields() -> Iterator[str]:
    yield (
        "What is unknown is left out. `+` at least one, `[]` a list (empty when left out), `?` may be left out, "
        "`=` the value when left out.\n"
    )
    done: set[str] = set()
    for struct in [describe(Event), *(describe(model) for kind, model in MODELS.items() if kind != "event")]:
        yield from _struct(struct, done)


def _struct(struct: Struct, done: set[str]) -> Iterator[str]:
    if struct.name in done:
        return
    done.add(struct.name)
    yield f"## {struct.name}\n\n{struct.doc}\n"
    yield _table(("field", "value", "meaning"), ((_name(f), _value(f), _meaning(f)) for f in struct.fields))
    for field in struct.fields:
        if field.struct:
            yield from _struct(field.struct, done)


def _meaning(field: Field) -> str:
    mark = " **Experimental**: coders agree too little on it, see [reliability](reliability.md)."
    return field.description + (mark if field.experimental else "")


def _name(field: Field) -> str:
    if field.many:
        return f"`{field.name}`{'+' if field.items.least else '[]'}"
    if field.default is not None:
        return f"`{field.name}` = {str(field.default).lower()}"
    return f"`{field.name}`" if field.required else f"`{field.name}`?"


def _value(field: Field) -> str:
    if field.struct:
        return f"[{field.struct.name}](#{field.struct.name.lower()})"
    said = {Kind.DATE: "day, such as 2025-06-02", Kind.BOOLEAN: "true or false"}.get(field.kind, str(field.kind))
    for constraint in field.constraints:
        match constraint:
            case Coded(name):
                said = f"[{name}](#{name})" if name != "modes" else "mode of the [type](#event-types)"
            case Pattern(_, says, example):
                said = f"{says}, such as `{example}`" if said == "text" and says != _CLEAN else said
            case Length(most, _):
                said = f"{said}, at most {most} characters" if said == "text" else said
            case Range(least, most):
                said = f"{said}, {least:g} to {most:g}"
            case Reference(to):
                said = f"id of a {to}" if to in ("actor", "place", "publisher", "person", "state", "event") else said
                said = "id of an actor or publisher" if to == "speaker" else said
                said = f"key of a {to}" if to in ("source", "quantity") else said
    return said


_CLEAN = "text without control characters or direction overrides"


def _vocabulary(name: str) -> Iterator[str]:
    words = vocabulary(name)
    yield f"## {name}\n\n{words.title}. {words.description}\n"
    for value in words.values:
        yield _entry(value, "###")
        for mode in value.modes:
            yield _entry(mode, "####", value.code)


def _entry(value: Value, level: str, of: str | None = None) -> str:
    extra = "; ".join(
        f"{key.replace('_', ' ')}: {_plain(item)}" for key, item in value.extra.items() if key != "crosswalk"
    )
    head = f"{level} `{of}` / `{value.code}`" if of else f"{level} `{value.code}`"
    lines = [
        f"{head}\n",
        f"{value.definition}\n",
        f"- Includes: {value.includes}",
        f"- Excludes: {value.excludes}",
    ]
    lines.append(f"- Example: {value.example}")
    return "\n".join([*lines, *([f"- ({extra})"] if extra else []), ""])


def _plain(item: Any) -> str:
    return (
        ", ".join(map(str, item))
        if isinstance(item, list)
        else str(item).lower()
        if isinstance(item, bool)
        else str(item)
    )


def _crosswalks() -> Iterator[str]:
    yield "How the types correspond to those of other datasets; codes stay text.\n"
    rows = []
    for value in vocabulary("event-types").values:
        walk = value.extra["crosswalk"]
        plover = "; ".join("-".join(filter(None, (each["type"], each.get("mode")))) for each in walk["plover"])
        acled = "; ".join(
            " / ".join(filter(None, (each["event_type"], each.get("sub_event_type")))) for each in walk["acled"]
        )
        rows.append(
            (
                f"`{value.code}`",
                plover,
                ", ".join(walk["cameo"]),
                acled,
                ", ".join(walk["ucdp"]),
                walk["note"],
            )
        )
    yield _table(("type", "PLOVER", "CAMEO", "ACLED", "UCDP", "note"), rows)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    def line(cells: Iterable[str]) -> str:
        return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"

    return "\n".join([line(head), line("---" for _ in head), *map(line, rows), ""])
