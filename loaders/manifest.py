"""The manifest of a release: which files it has and what they must be."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationError

from casus.schema import SCHEMA_VERSION
from casus.schema.base import Record
from casus.schema.constraints import Items, Pattern, Range
from casus.schema.errors import InvalidRecordsError
from casus.schema.rules.field import explain
from casus.schema.rules.file import finding
from casus.schema.tables import TABLES
from casus.schema.types import VERSION, Day, Line, Maybe, Paragraph, Texts, Url

FILE = "manifest.json"
RECORDS = "records"
#: Every table of a release: the nested records and the flat tables.
NAMES = (RECORDS, *TABLES)

_HEX = Pattern("^[0-9a-f]{64}$", "a SHA-256 in hexadecimal", "0" * 64)
_TABLE = Pattern("^[a-z_]{2,30}$", "the name of a table", "events")
_FILE = Pattern("^[A-Za-z][A-Za-z0-9_-]{0,60}\\.(json|jsonld|csv|md)$", "the name of a file", "datapackage.json")
_Count = Annotated[int, Range(0, 1e12)]


class TableFile(Record):
    """What one file of the release must be."""

    name: Annotated[str, _TABLE] = Field(description="Name of the table; the file is `<name>.parquet`.")
    rows: _Count = Field(description="Number of rows.")
    bytes: _Count = Field(description="Size of the file in bytes.")
    sha256: Annotated[str, _HEX] = Field(description="SHA-256 of the file's bytes.")
    digest: Annotated[str, _HEX] = Field(description="Logical digest of the rows, independent of the writer.")


class OtherFile(Record):
    """What a file of the release that holds no table must be."""

    name: Annotated[str, _FILE] = Field(description="Name of the file.")
    bytes: _Count = Field(description="Size of the file in bytes.")
    sha256: Annotated[str, _HEX] = Field(description="SHA-256 of the file's bytes.")


class Manifest(Record):
    """The head of a release and the list of its files."""

    title: Line = Field(description="Title of the dataset.")
    description: Paragraph = Field(description="What it holds.")
    version: Annotated[str, VERSION] = Field(description="Version of the data.")
    schema_version: Annotated[str, VERSION] = Field(description="Version of the schema that the records follow.")
    as_of: Day = Field(description="Day up to which the records were kept.")
    licence: Line = Field(description="Licence of the data.")
    creators: Texts = Field(default=(), description="Who made it, as they are to be cited.")
    keywords: Texts = Field(default=(), description="Words that people search for.")
    homepage: Maybe[Url] = Field(default=None, description="Its page.")
    tables: Annotated[tuple[TableFile, ...], Items(least=1, most=100)] = Field(description="The files of the tables.")
    files: Annotated[tuple[OtherFile, ...], Items(most=100)] = Field(
        default=(), description="The other files: what the release says of itself to other tools."
    )

    def table(self, name: str) -> TableFile:
        """Return what the file of one table must be."""
        return next(each for each in self.tables if each.name == name)


def read_manifest(folder: Path) -> Manifest:
    """Read and check the manifest of a release folder.

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
    _known_schema(text, path)
    try:
        manifest = Manifest.model_validate_json(text)
    except ValidationError as error:
        said = (
            "; ".join(each.at(file=None).one_line() for each in explain(Manifest, error))
            if _is_json(text)
            else "it is not JSON"
        )
        raise InvalidRecordsError([finding("CAS442", problem=said).at(file=str(path))]) from None
    names = [table.name for table in manifest.tables]
    missing, unknown = [n for n in NAMES if n not in names], [n for n in names if n not in NAMES]
    if missing or unknown or len(set(names)) != len(names):
        said = f"it lacks {missing or 'no table'}, and has unknown or repeated {unknown or 'none'}"
        raise InvalidRecordsError([finding("CAS442", problem=said).at(file=str(path))])
    return manifest


def manifest_text(manifest: Manifest) -> str:
    """Return the manifest as it stands in its file."""
    said = {key: value for key, value in json.loads(manifest.model_dump_json()).items() if value not in (None, [])}
    return json.dumps(said, ensure_ascii=False, indent=2) + "\n"


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (json.JSONDecodeError, RecursionError):
        return False
    return True


def _known_schema(text: str, path: Path) -> None:
    """Say that the release is of another schema before saying that its manifest looks different."""
    try:
        version = json.loads(text).get("schema_version")
    except (json.JSONDecodeError, AttributeError, RecursionError):
        return
    if isinstance(version, str) and version != SCHEMA_VERSION:
        raise InvalidRecordsError([finding("CAS445", value=version, allowed=SCHEMA_VERSION).at(file=str(path))])


__all__ = ["FILE", "NAMES", "RECORDS", "Manifest", "OtherFile", "TableFile", "manifest_text", "read_manifest"]
