r"""Constraints as value objects.

Each stands in the ``Annotated[...]`` of a field. Pydantic applies it through ``__get_pydantic_core_schema__``;
the other renderers read the object itself (see :mod:`casus.schema.description`), so a constraint is written once.
Patterns keep to a portable subset (anchored, no ``\d`` or ``\w``, no look-around), so that every engine agrees.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from casus.schema.errors import SchemaDefinitionError
from casus.schema.vocabulary import vocabulary

ISO_DATE = "^(18|19|20|21)[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"


def _merged(schema: CoreSchema, kinds: tuple[str, ...], extra: Mapping[str, Any], what: object) -> CoreSchema:
    if schema["type"] not in kinds:
        raise SchemaDefinitionError(f"{what!r} is for {' or '.join(kinds)}, not for {schema['type']}.")
    merged: Any = {**schema, **extra}
    return merged  # type: ignore[no-any-return]


@dataclass(frozen=True, slots=True)
class Constraint:
    """Base of all constraints: equal and hashable by what they say."""


@dataclass(frozen=True, slots=True)
class Plain:
    """The form that most texts of a pattern have, and that is quicker to see: all texts of it match.

    It begins with a head that ends in ``head_ends`` and is the same in many texts, and goes on with at least one
    character, the first of which is none of ``not_first``, all of the ``ranges``. A head is good if a text of it and
    one such character matches the pattern.
    """

    head_ends: str
    not_first: str
    ranges: tuple[tuple[str, str], ...]

    def has(self, char: str) -> bool:
        """Whether a character is of the form's class."""
        return any(low <= char <= high for low, high in self.ranges)


@dataclass(frozen=True, slots=True)
class Pattern(Constraint):
    """Text must match an anchored regular expression; people are shown the example, not the expression.

    ``few`` says that fields of this form have few distinct values over many records, ``plain`` what most look like.
    """

    regex: str
    says: str
    example: str
    few: bool = False
    plain: Plain | None = None

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return _merged(handler(source), ("str",), {"pattern": self.regex}, self)


@dataclass(frozen=True, slots=True)
class Length(Constraint):
    """Text must have between ``least`` and ``most`` characters."""

    most: int
    least: int = 1

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        limits = {"min_length": self.least, "max_length": self.most}
        return _merged(handler(source), ("str",), limits, self)


@dataclass(frozen=True, slots=True)
class Range(Constraint):
    """A number must lie in ``least .. most``, both included; this also refuses NaN and infinity."""

    least: float
    most: float

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        schema = handler(source)
        limits: dict[str, Any] = {"ge": self.least, "le": self.most}
        if schema["type"] == "float":
            limits["allow_inf_nan"] = False
            return _merged(schema, ("float",), limits, self)
        whole = _merged(schema, ("int",), {key: int(value) for key, value in limits.items()}, self)
        return core_schema.no_info_before_validator_function(_whole, whole)


def _whole(value: Any) -> Any:
    """Judge 7.0 as JSON Schema does: a whole number, however it is written."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


@dataclass(frozen=True, slots=True)
class Coded(Constraint):
    """Text must be a code of the named vocabulary."""

    vocabulary: str

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        _merged(handler(source), ("str",), {}, self)
        return core_schema.literal_schema(list(vocabulary(self.vocabulary).codes))


@dataclass(frozen=True, slots=True)
class Reference(Constraint):
    """Text is the id of an entry in a registry, or the key of another part of the record.

    ``to`` is one of ``actor``, ``speaker`` (actor or publisher), ``person``, ``place``, ``publisher``, ``state``,
    ``event``, ``source`` (key of one of the record's sources), ``quantity`` (key of one of its quantities)
    and ``part`` (a pointer such as ``quantities/q2``). Whether it resolves is a rule's business, not the field's.
    """

    to: str

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return _merged(handler(source), ("str",), {}, self)


@dataclass(frozen=True, slots=True)
class Items(Constraint):
    """A list must have between ``least`` and ``most`` items; ``distinct`` forbids equal ones."""

    most: int = 1000
    least: int = 0
    distinct: bool = False

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        limits = {"min_length": self.least, "max_length": self.most}
        schema = _merged(handler(source), ("tuple", "list"), limits, self)
        if not self.distinct:
            return schema
        return core_schema.no_info_after_validator_function(_distinct, schema)


def _distinct(values: tuple[Any, ...]) -> tuple[Any, ...]:
    from pydantic_core import PydanticCustomError

    twice = [value for index, value in enumerate(values) if value in values[:index]]
    if twice:
        raise PydanticCustomError("repeated_item", "{value} stands in the list twice", {"value": repr(twice[0])})
    return values


@dataclass(frozen=True, slots=True)
class NotNull(Constraint):
    """An optional field is left out when unknown; an explicit null is refused."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        schema = handler(source)
        if schema["type"] != "nullable":
            raise SchemaDefinitionError(f"{self!r} is for optional fields, not for {schema['type']}.")
        unless_none = core_schema.wrap_serializer_function_ser_schema(_unless_none)
        inner: Any = {**schema["schema"], "serialization": unless_none}
        return inner  # type: ignore[no-any-return]


def _unless_none(value: Any, write: Any) -> Any:
    """Write an absent value as None, which the schema without null does not know."""
    return None if value is None else write(value)


@dataclass(frozen=True, slots=True)
class IsoDate(Constraint):
    """A day, written ``2025-06-02``: in text as exactly that, in Python as :class:`datetime.date`."""

    def __get_pydantic_core_schema__(self, source: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:
        if source is not dt.date:
            raise SchemaDefinitionError(f"{self!r} is for datetime.date, not for {source!r}.")
        text = core_schema.chain_schema(
            [core_schema.str_schema(strict=True, pattern=ISO_DATE), core_schema.date_schema(strict=False)]
        )
        return core_schema.json_or_python_schema(
            json_schema=text,
            python_schema=core_schema.date_schema(strict=True),
        )
