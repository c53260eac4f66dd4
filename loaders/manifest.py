"""The manifest of a release: which files it has and what they must be."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, ValidationError

from casus.schema import SCHEMA_VERSION
from casus.schema.base import Record
from casus.schema.constraints import Items, Pattern, Range
from casus.schema.errors import InvalidRecordsError, NewerSchemaWarning, UsageError
from casus.schema.rules.field import explain
from casus.schema.rules.file import finding
from casus.schema.tables import TABLES
from casus.schema.types import VERSION, Day, Line, Paragraph
from casus.schema.versions import Standing, parse, published, standing, tables_of

FILE = "manifest.json"
RECORDS = "records"
#: Every table of a release: the nested records and the flat tables.
NAMES = (RECORDS, *TABLES)

_HEX = Pattern("^[0-9a-f]{64}$", "a SHA-256 in hexadecimal", "0" * 64)
_TABLE = Pattern("^[a-z_]{2,30}$", "the name of a table", "events")
_Count = Annotated[int, Range(0, 1e12)]


class TableFile(Record):
    """What one file of the release must be."""

    name: Annotated[str, _TABLE] = Field(description="Name of the table; the file is `<name>.parquet`.")
    rows: _Count = Field(description="Number of rows.")
    bytes: _Count = Field(description="Size of the file in bytes.")
    sha256: Annotated[str, _HEX] = Field(description="SHA-256 of the file's bytes.")
    digest: Annotated[str, _HEX] = Field(description="Logical digest of the rows, independent of the writer.")


class Manifest(Record):
    """The head of a release and the list of its files."""

    title: Line = Field(description="Title of the dataset.")
    description: Paragraph = Field(description="What it holds.")
    version: Annotated[str, VERSION] = Field(description="Version of the data.")
    schema_version: Annotated[str, VERSION] = Field(description="Version of the schema that the records follow.")
    as_of: Day = Field(description="Day up to which the records were kept.")
    licence: Line = Field(description="Licence of the data.")
    tables: Annotated[tuple[TableFile, ...], Items(least=1, most=100)] = Field(description="The files.")

    def table(self, name: str) -> TableFile:
        """Return what the file of one table must be."""
        return next(each for each in self.tables if each.name == name)


def read_manifest(folder: Path) -> Manifest:
    """Read and check the manifest of a release folder.

    The manifest of a newer schema is read as far as it is known: fields and tables that are not are left out, and a
    :class:`casus.schema.NewerSchemaWarning` says so.

    Raises
    ------
    InvalidRecordsError
        If it is missing (CAS441), malformed (CAS442), or of a schema that this package cannot read (CAS445).
    """
    path = folder / FILE
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        raise InvalidRecordsError([finding("CAS441", value=FILE).at(file=str(path))]) from None
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidRecordsError([finding("CAS442", problem=str(error)).at(file=str(path))]) from None
    how = _standing(text, path)
    try:
        manifest = Manifest.model_validate_json(_known_part(text) if how is Standing.NEWER else text)
    except ValidationError as error:
        said = (
            "; ".join(each.at(file=None).one_line() for each in explain(Manifest, error))
            if _is_json(text)
            else "it is not JSON"
        )
        raise InvalidRecordsError([finding("CAS442", problem=said).at(file=str(path))]) from None
    wanted = tables_of(manifest.schema_version) if how is Standing.OLDER else NAMES
    names = [table.name for table in manifest.tables]
    # A newer schema may do without a table.
    missing = [n for n in wanted if n not in names and how is not Standing.NEWER]
    unknown = [n for n in names if n not in wanted]
    if missing or unknown or len(set(names)) != len(names):
        said = f"it lacks {missing or 'no table'}, and has unknown or repeated {unknown or 'none'}"
        raise InvalidRecordsError([finding("CAS442", problem=said).at(file=str(path))])
    return manifest


def manifest_text(manifest: Manifest) -> str:
    """Return the manifest as it stands in its file."""
    return json.dumps(json.loads(manifest.model_dump_json()), ensure_ascii=False, indent=2) + "\n"


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (json.JSONDecodeError, RecursionError):
        return False
    return True


def _standing(text: str, path: Path) -> Standing:
    """Say that the release is of another schema before saying that its manifest looks different."""
    try:
        version = json.loads(text).get("schema_version")
    except (json.JSONDecodeError, AttributeError, RecursionError):
        return Standing.PRESENT
    if not isinstance(version, str):
        return Standing.PRESENT
    try:
        found = standing(version)
    except UsageError as error:
        raise InvalidRecordsError([finding("CAS442", problem=str(error)).at(file=str(path))]) from None
    if found is Standing.UNREADABLE:
        known = [*(each for each in published() if each != SCHEMA_VERSION), SCHEMA_VERSION]
        allowed = f"{', '.join(known)} and later versions of {parse(SCHEMA_VERSION).major}.x"
        raise InvalidRecordsError([finding("CAS445", value=version, allowed=allowed).at(file=str(path))])
    if found is Standing.NEWER:
        warnings.warn(
            f"{path.parent} follows schema {version}, which is newer than this package's {SCHEMA_VERSION}: columns "
            "that it does not know are left out, codes and rows are not judged. Upgrade: pip install -U casus-events",
            NewerSchemaWarning,
            stacklevel=3,
        )
    return found


def _known_part(text: str) -> str:
    """Return the manifest of a newer schema without the fields and tables that this package does not know."""
    whole: dict[str, Any] = json.loads(text)
    known = {name: value for name, value in whole.items() if name in Manifest.model_fields}
    if isinstance(known.get("tables"), list):
        known["tables"] = [
            {name: value for name, value in table.items() if name in TableFile.model_fields}
            for table in known["tables"]
            if isinstance(table, dict) and table.get("name") in NAMES
        ]
    return json.dumps(known)


__all__ = ["FILE", "NAMES", "RECORDS", "Manifest", "TableFile", "manifest_text", "read_manifest"]
