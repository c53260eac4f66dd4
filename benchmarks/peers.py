"""Peers in memory: dataframely, pandera (polars) and patito, on the rules that they can express.

Flat: the fields of an event that are neither lists nor groups, and the two rules that compare them. Nested: every field
of the record in dataframely, which is the only one of them that knows lists and groups. What none of them is given is
listed in the result: their schemas here check less than Casus does, never more.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import dataframely as dy
import pandera.polars as pandera
import patito
import polars as pl
import pyarrow as pa
from measuring import INVALID_EVERY, timed
from synthetic import make_records

from casus.building import ROW_GROUP
from casus.schema.columnar import check_batch
from casus.schema.columnar.fields import check_level
from casus.schema.columnar.levels import Level
from casus.schema.columnar.rules import wrong_rows
from casus.schema.constraints import Coded, Length, Pattern, Range
from casus.schema.description import Field, Kind, Struct, describe
from casus.schema.event import Event
from casus.schema.rules.expressions import AllOf
from casus.schema.rules.record import RECORD_RULES
from casus.schema.types import CLEAN
from casus.schema.vocabulary import modes_of, vocabulary

FIRST, LAST = dt.date(1800, 1, 1), dt.date(2199, 12, 31)
TEXTS = ("id", "type", "mode", "title", "summary", "status")
DAYS = ("start", "end")
_PAIRS = {f"{each}/{mode}" for each in vocabulary("event-types").codes for mode in modes_of(each)}
#: The part of CAS203 that is about the one mode of the flat fields.
_MODE_OF_TYPE = next(
    replace(rule, check=part)
    for rule in RECORD_RULES
    if rule.code == "CAS203" and isinstance(rule.check, AllOf)
    for part in rule.check.exprs
    if part.reads() == ("type", "mode")
)
NOT_EXPRESSED = [
    "nested in dataframely: " + ", ".join(rule.code for rule in RECORD_RULES if rule.code not in ("CAS201", "CAS203")),
    "nested in dataframely: no value twice in a list (CAS111)",
    "pandera, patito: lists and groups of fields, and every rule over them",
    "all three: rules across records, other than unique keys",
]


def _event_fields() -> dict[str, Field]:
    return {field.name: field for field in describe(Event).fields}


def flat_struct() -> Struct:
    """Return the description of the flat fields, days in their group as in the record."""
    fields = _event_fields()
    date = fields["date"].struct
    assert date is not None  # noqa: S101 - a group of fields has a description
    days = Struct(date.name, date.doc, tuple(field for field in date.fields if field.name in DAYS))
    whole = Field("date", fields["date"].description, Kind.STRUCT, required=True, struct=days)
    return Struct("Flat", "The flat fields of an event.", (*(fields[name] for name in TEXTS), whole))


def own_flat(batch: pa.Table) -> int:
    """Return how many rows Casus finds wrong in the flat fields, by its own checks and rules."""
    root = Level(flat_struct(), batch, "")
    rows = {int(row) for _, _, level, found in check_level(root) for row in level.rows_of(found)}
    rows.update(wrong_rows(_MODE_OF_TYPE, root).tolist())
    days = root.level("date")
    start, end = days.values("start"), days.values("end")
    rows.update(((end.numbers < start.numbers) & start.there() & end.there()).nonzero()[0].tolist())
    root.close()
    return len(rows)


def _pair(of: Callable[[str], pl.Expr] = pl.col) -> pl.Expr:
    return of("mode").is_null() | (of("type").cast(pl.String) + "/" + of("mode").cast(pl.String)).is_in(list(_PAIRS))


def _column(field: Field) -> Any:
    """Return a field as dataframely writes it."""
    if field.many:
        inner = _scalar(field, nullable=False) if field.struct is None else _struct(field.struct, nullable=False)
        return dy.List(inner, min_length=field.items.least or None, max_length=field.items.most, nullable=False)
    nullable = not (field.required or field.default is not None)
    return _struct(field.struct, nullable=nullable) if field.struct is not None else _scalar(field, nullable=nullable)


def _struct(struct: Struct, *, nullable: bool) -> Any:
    return dy.Struct({field.name: _column(field) for field in struct.fields}, nullable=nullable)


def _scalar(field: Field, *, nullable: bool) -> Any:
    length, pattern, limits = field.constraint(Length), field.constraint(Pattern), field.constraint(Range)
    match field.kind:
        case Kind.TEXT if field.constraint(Coded):
            return dy.Enum(list(vocabulary(field.vocabulary or "").codes), nullable=nullable)
        case Kind.TEXT:
            least, most = (length.least, length.most) if length else (None, None)
            regex = None if pattern is None or pattern == CLEAN else pattern.regex
            return dy.String(min_length=least, max_length=most, regex=regex, nullable=nullable)
        case Kind.INTEGER if limits:
            return dy.Int32(min=int(limits.least), max=int(limits.most), nullable=nullable)
        case Kind.NUMBER if limits:
            return dy.Float64(min=limits.least, max=limits.most, nullable=nullable)
        case Kind.BOOLEAN:
            return dy.Bool(nullable=nullable)
        case _:
            return dy.Date(min=FIRST, max=LAST, nullable=nullable)


def _schema(name: str, columns: dict[str, Any], start: pl.Expr, end: pl.Expr) -> Any:
    def ordered(cls: Any) -> pl.Expr:  # noqa: ARG001 - the signature is dataframely's
        return (end >= start).fill_null(True)  # noqa: FBT003

    def mode_of_type(cls: Any) -> pl.Expr:  # noqa: ARG001
        return _pair()

    return type(name, (dy.Schema,), {**columns, "ordered": dy.rule()(ordered), "mode_of_type": dy.rule()(mode_of_type)})


def _frame(table: pa.Table) -> pl.DataFrame:
    """Return a table as polars holds it: vocabularies as enums where all words are codes, else as texts."""
    return pl.DataFrame(table)


def _flat_frame(table: pa.Table) -> pl.DataFrame:
    frame = _frame(table.select(["id", "type", "mode", "title", "summary", "status", "date"]))
    days = [pl.col("date").struct.field(name) for name in DAYS]
    texts = [pl.col(name).cast(pl.String) for name in TEXTS]
    return frame.select(*texts, *days)


def _dataframely_flat() -> Any:
    columns = {}
    for name in TEXTS:
        field = _event_fields()[name]
        codes = vocabulary(field.vocabulary).codes if field.vocabulary else None
        check = (lambda expr, codes=codes: expr.is_in(list(codes))) if codes else None
        length, pattern = field.constraint(Length), field.constraint(Pattern)
        columns[name] = dy.String(
            nullable=not field.required,
            min_length=length.least if length else None,
            max_length=length.most if length else None,
            regex=pattern.regex if pattern and pattern != CLEAN else None,
            check=check,
        )
    columns |= {name: dy.Date(min=FIRST, max=LAST, nullable=True) for name in DAYS}
    return _schema("Flat", columns, pl.col("start"), pl.col("end"))


def _pandera_flat() -> Any:
    columns: dict[str, Any] = {}
    for name in TEXTS:
        field = _event_fields()[name]
        length, pattern = field.constraint(Length), field.constraint(Pattern)
        checks = [pandera.Check.isin(list(vocabulary(field.vocabulary).codes))] if field.vocabulary else []
        checks += [pandera.Check.str_length(length.least, length.most)] if length else []
        checks += [pandera.Check.str_matches(pattern.regex)] if pattern and pattern != CLEAN else []
        columns[name] = pandera.Column(pl.String, checks, nullable=not field.required)
    for name in DAYS:
        columns[name] = pandera.Column(pl.Date, [pandera.Check.in_range(FIRST, LAST)], nullable=True)
    rules = [
        pandera.Check(lambda data: data.lazyframe.select((pl.col("end") >= pl.col("start")).fill_null(True))),  # noqa: FBT003
        pandera.Check(lambda data: data.lazyframe.select(_pair())),
    ]
    return pandera.DataFrameSchema(columns, checks=rules)


def _patito_flat() -> Any:
    fields: dict[str, Any] = {}
    for name in TEXTS:
        field = _event_fields()[name]
        length, pattern = field.constraint(Length), field.constraint(Pattern)
        given: dict[str, Any] = {}
        if length:
            given |= {"min_length": length.least, "max_length": length.most}
        if pattern and pattern != CLEAN:
            given["pattern"] = pattern.regex
        if field.vocabulary:
            given["constraints"] = [pl.col(name).is_in(list(vocabulary(field.vocabulary).codes))]
        if not field.required:
            given["default"] = None
        fields[name] = (str if field.required else str | None, patito.Field(**given))
    between = [pl.col(name).is_between(FIRST, LAST) for name in DAYS]
    fields["start"] = (dt.date | None, patito.Field(default=None, constraints=[between[0], _pair()]))
    ordered = pl.col("end") >= pl.col("start")
    fields["end"] = (dt.date | None, patito.Field(default=None, constraints=[between[1], ordered]))
    values = {name: value for name, (_, value) in fields.items()}
    kinds = {name: kind for name, (kind, _) in fields.items()}
    return type("Flat", (patito.Model,), {**values, "__annotations__": kinds})


def _quietly(check: Callable[[], Any]) -> Callable[[], None]:
    def run() -> None:
        try:
            check()
        except (pandera.errors.SchemaErrors, pandera.errors.SchemaError, patito.exceptions.DataFrameValidationError):
            return

    return run


def peers(rows: int, rounds: int, _folder: Path) -> dict[str, Any]:
    """Return the time of each peer over that of Casus, in memory, on the same rows."""
    firsts = range(0, rows, ROW_GROUP)
    parts = [make_records(min(ROW_GROUP, rows - first), 1, INVALID_EVERY, first) for first in firsts]
    table = pa.concat_tables(parts)
    batches = [each for part in parts for each in part.to_batches()]
    flat = _flat_frame(table)
    nested_frame = _frame(table)
    flat_dy, flat_pandera, flat_patito = _dataframely_flat(), _pandera_flat(), _patito_flat()
    times = timed(
        {
            "casus, flat rules": lambda: sum(own_flat(each) for each in batches),
            "dataframely, flat rules": lambda: flat_dy.filter(flat),
            "pandera, flat rules": _quietly(lambda: flat_pandera.validate(flat, lazy=True)),
            "patito, flat rules": _quietly(lambda: flat_patito.validate(flat)),
            "casus, all rules": lambda: [check_batch(each) for each in batches],
            **_nested(nested_frame),
        },
        rounds,
    )
    return {
        "rows": rows,
        "seconds": times,
        "over_casus": {
            name: taken / times["casus, flat rules" if name.endswith("flat rules") else "casus, all rules"]
            for name, taken in times.items()
            if not name.startswith("casus")
        },
        "found_in_flat_fields": sum(map(own_flat, batches)),
        "not_expressed": NOT_EXPRESSED,
    }


def _nested(frame: pl.DataFrame) -> dict[str, Callable[[], Any]]:
    columns = {field.name: _column(field) for field in describe(Event).fields}
    date = pl.col("date").struct
    schema = _schema("Nested", columns, date.field("start"), date.field("end"))
    return {"dataframely, all rules that it knows": lambda: schema.filter(frame, cast=True)}
