"""The one intermediate description of the models, from which everything else is rendered.

:func:`describe` walks a model's annotations once and gives a tree of :class:`Field` objects: name, kind,
constraints, description. JSON Schema, Arrow schema, codebook and the checks of the tables are renderers over it.
A constraint or a type that the walk does not know is an error, never something that silently is not checked.
"""

from __future__ import annotations

import datetime as dt
import types
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache, cached_property
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from casus.schema.constraints import Coded, Constraint, IsoDate, Items, NotNull, Pattern, Reference
from casus.schema.errors import SchemaDefinitionError

C = TypeVar("C", bound=Constraint)


ANY_NUMBER = Items()


class Kind(StrEnum):
    """What a single value is."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    BYTES = "bytes"
    STRUCT = "struct"


_KINDS = {str: Kind.TEXT, int: Kind.INTEGER, float: Kind.NUMBER, bool: Kind.BOOLEAN, dt.date: Kind.DATE}


@dataclass(frozen=True, eq=False)
class Struct:
    """A model: its name, what it is, its fields in order."""

    name: str
    doc: str
    fields: tuple[Field, ...]

    def field(self, name: str) -> Field | None:
        """Return the field of that name, or None."""
        return self._by_name.get(name)

    @cached_property
    def _by_name(self) -> dict[str, Field]:
        return {field.name: field for field in self.fields}


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """One field of a model.

    ``constraints`` bind the value, or each item where ``many`` is true; ``items`` binds the list. ``experimental``
    says that coders agree too little on it (docs/reliability.md): its rules may change, and counts of it mislead.
    """

    name: str
    description: str
    kind: Kind
    required: bool
    many: bool = False
    constraints: tuple[Constraint, ...] = ()
    items: Items = ANY_NUMBER
    struct: Struct | None = None
    default: Any = None
    experimental: bool = False

    def constraint(self, sort: type[C]) -> C | None:
        """Return the field's constraint of that class, or None."""
        return next((each for each in self.constraints if isinstance(each, sort)), None)

    @property
    def few(self) -> bool:
        """Whether the text has few distinct values over many records: codes, keys, ids of registries, short forms.

        Such columns are dictionaries in Arrow, and are checked once for each distinct value.
        """
        if self.kind is not Kind.TEXT:
            return False
        marks = (self.constraint(Coded), self.constraint(Reference), self.constraint(Pattern))
        reference, pattern = marks[1], marks[2]
        if reference is not None:
            return reference.to != "event"
        return marks[0] is not None or (pattern is not None and pattern.few)

    @property
    def vocabulary(self) -> str | None:
        """Name of the vocabulary that the value is a code of, or None."""
        coded = self.constraint(Coded)
        return coded.vocabulary if coded else None


@cache
def describe(model: type[BaseModel]) -> Struct:
    """Return the description of a model.

    Raises
    ------
    SchemaDefinitionError
        If a field has no description, or a type or constraint that no renderer knows.
    """
    fields = []
    for name, info in model.model_fields.items():
        where = f"{model.__name__}.{name}"
        if not info.description:
            raise SchemaDefinitionError(f"{where} has no description.")
        bare = _read(info.annotation, where)
        metadata = tuple(each for each in info.metadata if isinstance(each, Constraint))
        unknown = [each for each in info.metadata if not isinstance(each, Constraint)]
        if unknown:
            raise SchemaDefinitionError(f"{where}: no renderer knows {unknown[0]!r}.")
        field = replace(_bound(bare, metadata), name=name, description=info.description, required=info.is_required())
        default = None if info.default is PydanticUndefined or info.default == () else info.default
        fields.append(replace(field, default=default, experimental=_is_experimental(info)))
    return Struct(model.__name__, (model.__doc__ or "").strip().split("\n\n")[0].replace("\n", " "), tuple(fields))


def _is_experimental(info: FieldInfo) -> bool:
    extra = info.json_schema_extra
    return isinstance(extra, dict) and extra.get("experimental") is True


def _read(annotation: Any, where: str) -> Field:
    """Return a nameless field for an annotation."""
    origin = get_origin(annotation)
    if origin is Annotated:
        inner, *metadata = get_args(annotation)
        unknown = [each for each in metadata if not isinstance(each, Constraint)]
        if unknown:
            raise SchemaDefinitionError(f"{where}: no renderer knows {unknown[0]!r}.")
        return _bound(_read(inner, where), tuple(metadata))
    if origin in (Union, types.UnionType):
        inner = [each for each in get_args(annotation) if each is not type(None)]
        if len(inner) == 1:
            return _read(inner[0], where)
    if origin is tuple and get_args(annotation)[1:] == (...,):
        item = _read(get_args(annotation)[0], where)
        if not item.many:
            return replace(item, many=True)
    if isinstance(annotation, type) and annotation in _KINDS:
        return Field("", "", _KINDS[annotation], required=True)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return Field("", "", Kind.STRUCT, required=True, struct=describe(annotation))
    raise SchemaDefinitionError(f"{where}: no renderer knows the type {annotation!r}.")


def _bound(field: Field, constraints: tuple[Constraint, ...]) -> Field:
    """Return the field with more constraints, list constraints apart."""
    own = tuple(each for each in constraints if not isinstance(each, Items | NotNull | IsoDate))
    items = next((each for each in constraints if isinstance(each, Items)), field.items)
    return replace(field, constraints=field.constraints + own, items=items)


def walk(struct: Struct, prefix: str = "") -> Iterator[tuple[str, Field]]:
    """Yield ``(path, field)`` for every field of a description, parents first.

    Paths read like ``participants[].represented_by[].person``.
    """
    for field in struct.fields:
        path = f"{prefix}{field.name}" + ("[]" if field.many else "")
        yield path, field
        if field.struct:
            yield from walk(field.struct, f"{path}.")
