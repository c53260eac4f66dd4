"""Vocabularies: the closed lists of codes, read from the data files in ``vocabularies/``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib.resources import files
from types import MappingProxyType
from typing import Any

import yaml

from casus.schema.errors import SchemaDefinitionError

TEXTS = ("label", "definition", "includes", "excludes", "example", "since")
_FOLDER = files("casus.schema") / "vocabularies"
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Value:
    """One code of a vocabulary, with the texts that say when to use it."""

    code: str
    label: str
    definition: str
    includes: str
    excludes: str
    example: str
    since: str
    modes: tuple[Value, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict, hash=False, compare=False)


@dataclass(frozen=True)
class Vocabulary:
    """A closed list of codes.

    Iterating gives the codes in their order; ``vocabulary[code]`` gives the :class:`Value`.
    """

    name: str
    title: str
    description: str
    values: tuple[Value, ...]

    @cached_property
    def _by_code(self) -> Mapping[str, Value]:
        return MappingProxyType({value.code: value for value in self.values})

    @cached_property
    def codes(self) -> tuple[str, ...]:
        """All codes, in the order of the file."""
        return tuple(self._by_code)

    def __getitem__(self, code: str) -> Value:
        return self._by_code[code]

    def __contains__(self, code: object) -> bool:
        return code in self._by_code

    def __iter__(self) -> Iterator[str]:
        return iter(self.codes)

    def __len__(self) -> int:
        return len(self.values)


def names() -> tuple[str, ...]:
    """Return the names of all vocabularies that have a data file, and ``modes``, sorted."""
    from_files = {entry.name.removesuffix(".yaml") for entry in _FOLDER.iterdir() if entry.name.endswith(".yaml")}
    return tuple(sorted(from_files | {"modes"}))


@cache
def vocabulary(name: str) -> Vocabulary:
    """Return one vocabulary by name.

    ``modes`` is the union of the modes that the event types list.

    Raises
    ------
    SchemaDefinitionError
        If there is no such vocabulary, or its file lacks a text or repeats a code.
    """
    if name == "modes":
        return _modes()
    try:
        text = (_FOLDER / f"{name}.yaml").read_bytes()
    except OSError:
        raise SchemaDefinitionError(f"No vocabulary is named {name!r}; there are: {', '.join(names())}") from None
    raw = yaml.load(text, Loader=_LOADER)  # noqa: S506 - always a SafeLoader
    if raw.get("name") != name:
        raise SchemaDefinitionError(f"{name}.yaml: its `name` is {raw.get('name')!r}, not the file's name.")
    return Vocabulary(name, raw["title"], raw["description"], _values(raw["values"], f"{name}.yaml"))


@cache
def modes_of(event_type: str) -> tuple[str, ...]:
    """Return the mode codes that an event type allows (empty for an unknown type)."""
    types = vocabulary("event-types")
    return tuple(mode.code for mode in types[event_type].modes) if event_type in types else ()


def _values(rows: list[dict[str, Any]], where: str) -> tuple[Value, ...]:
    values = []
    for row in rows:
        rest = dict(row)
        code = rest.pop("code", None)
        texts = {name: rest.pop(name, None) for name in TEXTS}
        lacking = [name for name, text in {"code": code, **texts}.items() if not isinstance(text, str) or not text]
        if lacking:
            raise SchemaDefinitionError(f"{where}: the value {code!r} lacks the text(s) {', '.join(lacking)}.")
        modes = _values(rest.pop("modes", []), f"{where} ({code})")
        values.append(Value(code=str(code), **texts, modes=modes, extra=MappingProxyType(rest)))
    codes = [value.code for value in values]
    twice = sorted({code for code in codes if codes.count(code) > 1})
    if twice:
        raise SchemaDefinitionError(f"{where}: the code(s) {', '.join(twice)} stand there twice.")
    return tuple(values)


def _modes() -> Vocabulary:
    by_code: dict[str, Value] = {}
    for event_type in vocabulary("event-types").values:
        for mode in event_type.modes:
            by_code.setdefault(mode.code, mode)
    values = tuple(by_code[code] for code in sorted(by_code))
    description = "How the thing was done. Each event type has its own modes; several types share some codes."
    return Vocabulary("modes", "Mode", description, values)
