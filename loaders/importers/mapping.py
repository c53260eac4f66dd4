"""The mapping of a source: which column becomes which field, which code which code, and why. Read from data files.

A mapping is a table that people read (``docs/importers/``) and the importer obeys: its codes are looked up in it, and
its columns are checked against every file.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from typing import Any

import yaml

from casus.schema.errors import SchemaDefinitionError, UsageError
from casus.schema.rules.wording import closest

_FOLDER = files("casus.importers") / "mappings"
_HEAD = ("name", "title", "keeper", "publisher", "page", "licence", "version", "form", "columns")


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a source.

    Attributes
    ----------
    name
        As the source's documentation names it.
    to
        The fields of the record that it fills; empty if it is not taken over.
    why
        How it is turned into them, or why it is not taken over.
    required
        Whether a file without it is not read.
    """

    name: str
    to: tuple[str, ...]
    why: str
    required: bool


@dataclass(frozen=True, slots=True)
class Code:
    """What one code of a source becomes, and why.

    Attributes
    ----------
    code
        The source's code, as text.
    label
        What it means there.
    to
        By field: the code here, None where it says nothing of the field. Empty if rows with it are out of scope.
    why
        The reason.
    scope
        For rows out of scope: what they are, in a few words (``protests``), by which they are counted.
    """

    code: str
    label: str
    to: Mapping[str, str | None]
    why: str
    scope: str = ""


@dataclass(frozen=True)
class SourceMapping:
    """The mapping of one source; see the attributes of the data file."""

    name: str
    title: str
    keeper: str
    publisher: str
    page: str
    licence: str
    version: str
    notice: str
    form: Mapping[str, Any]
    columns: tuple[Column, ...]
    codes: Mapping[str, Mapping[str, Code]]
    layouts: tuple[tuple[str, ...], ...]
    scope: str
    others: str
    doubts: tuple[str, ...]

    @cached_property
    def identity(self) -> str:
        """The column that holds the id of a row, or the first of those that are it together; empty if there is none."""
        return next(iter(self.identities), "")

    @cached_property
    def identities(self) -> tuple[str, ...]:
        """The columns that are the id of a row together."""
        return tuple(column.name for column in self.columns if "external_ids" in column.to)

    @cached_property
    def required(self) -> frozenset[str]:
        """The columns without which a file is not read."""
        return frozenset(column.name for column in self.columns if column.required)

    @cached_property
    def known(self) -> frozenset[str]:
        """All columns of the documentation."""
        return frozenset(column.name for column in self.columns)

    def table(self, codes: str, field: str) -> dict[str, str | None]:
        """Return, for one list of codes, what each becomes in one field; None where it says nothing of the field."""
        return {code: entry.to.get(field) for code, entry in self.codes[codes].items()}

    def out_of_scope(self, codes: str) -> dict[str, tuple[str, ...]]:
        """Return the codes whose rows are not events of this dataset, by what they are."""
        found: dict[str, list[str]] = {}
        for code, entry in self.codes[codes].items():
            if not entry.to:
                found.setdefault(entry.scope or entry.label, []).append(code)
        return {what: tuple(each) for what, each in found.items()}


@dataclass(frozen=True, slots=True)
class Drift:
    """How the columns of a file differ from those of the documentation.

    Attributes
    ----------
    missing, extra
        Names of columns.
    renamed
        Pairs of a missing column and an extra one that looks like it.
    """

    missing: tuple[str, ...]
    extra: tuple[str, ...]
    renamed: tuple[tuple[str, str], ...]

    def lines(self) -> Iterator[str]:
        """Yield one sentence a difference."""
        renamed = {old for old, _ in self.renamed} | {new for _, new in self.renamed}
        yield from (f"The column {old!r} seems to be called {new!r} now." for old, new in self.renamed)
        yield from (f"The column {name!r} is missing." for name in self.missing if name not in renamed)
        yield from (
            f"The column {name!r} is not known; it is not taken over." for name in self.extra if name not in renamed
        )


def drift(mapping: SourceMapping, header: Sequence[str]) -> Drift:
    """Return how a file's header differs from the documented columns; those of older layouts are not missed."""
    names = set(header)
    layout = min(mapping.layouts or (tuple(mapping.known),), key=lambda each: len(names ^ set(each)))
    missing = [name for name in layout if name not in names]
    extra = [name for name in header if name not in mapping.known and not mapping.others]
    nearest = {name: closest(name, extra) for name in missing}
    # Renamed is what is nearest to each other both ways: else one new name would be taken for several old ones.
    renamed = [(old, new) for old, new in nearest.items() if new and closest(new, missing) == old]
    return Drift(tuple(missing), tuple(extra), tuple(renamed))


def sources() -> tuple[str, ...]:
    """Return the names of all sources that can be imported, sorted."""
    return tuple(sorted(each.name.removesuffix(".yaml") for each in _FOLDER.iterdir() if each.name.endswith(".yaml")))


@cache
def mapping(name: str) -> SourceMapping:
    """Return the mapping of a source.

    Raises
    ------
    UsageError
        If there is no such source.
    SchemaDefinitionError
        If the data file says too little.
    """
    if name not in sources():
        near = closest(name, sources())
        hint = f" (did you mean {near!r}?)" if near else ""
        raise UsageError(f"There is no source {name!r}{hint}. The sources are: {', '.join(sources())}.")
    data = yaml.safe_load((_FOLDER / f"{name}.yaml").read_text("utf-8"))
    lacking = [key for key in _HEAD if key not in data]
    if lacking or data["name"] != name:
        raise SchemaDefinitionError(f"The mapping {name}.yaml lacks {', '.join(lacking) or 'its own name'}.")
    return SourceMapping(
        **{key: data[key] for key in _HEAD if key not in ("form", "columns", "version")},
        version=str(data["version"]),
        notice=" ".join(str(data.get("notice", "")).split()),
        form=data["form"],
        columns=tuple(_column(name, each) for each in data["columns"]),
        codes={
            **(mapping(data["codes_of"]).codes if "codes_of" in data else {}),
            **{key: _codes(name, key, table) for key, table in data.get("codes", {}).items()},
        },
        layouts=tuple(
            tuple(layout.split()) if isinstance(layout, str) else tuple(layout) for layout in data.get("layouts", ())
        ),
        scope=" ".join(str(data.get("scope", "")).split()),
        others=" ".join(str(data.get("others", "")).split()),
        doubts=tuple(data.get("doubts", ())),
    )


def _column(source: str, data: Mapping[str, Any]) -> Column:
    to = data.get("to") or ()
    if not data.get("why"):
        raise SchemaDefinitionError(f"The mapping {source}.yaml gives no reason for the column {data.get('column')!r}.")
    return Column(data["column"], (to,) if isinstance(to, str) else tuple(to), data["why"], data.get("required", False))


def _codes(source: str, name: str, table: Sequence[Mapping[str, Any]] | str) -> dict[str, Code]:
    """Return a list of codes; a text is the name of a data file that several sources share."""
    if isinstance(table, str):
        return shared_codes(table)
    codes: dict[str, Code] = {}
    for row in table:
        code = row["code"]
        if not isinstance(code, str) or not row.get("why") or code in codes:
            raise SchemaDefinitionError(
                f"The mapping {source}.yaml, {name}: {code!r} is no text, has no reason, or stands twice."
            )
        codes[code] = Code(code, row.get("label", ""), row.get("to") or {}, row["why"], row.get("scope", ""))
    return codes


@cache
def shared_codes(name: str) -> dict[str, Code]:
    """Return the codes of a data file: ``code``, ``label``, ``scope``, ``why``, and a column for each field of ours."""
    text = (files("casus.importers") / name).read_text("utf-8")
    codes: dict[str, Code] = {}
    for row in csv.DictReader(text.splitlines()):
        code, label, scope, why = (row.pop(key) for key in ("code", "label", "scope", "why"))
        to = {field: value for field, value in row.items() if value}
        if not why or code in codes or bool(to) == bool(scope):
            raise SchemaDefinitionError(f"{name}: {code!r} has no reason, stands twice, or leads nowhere.")
        codes[code] = Code(code, label, to, why, scope)
    return codes
