"""The manifest of a release: which files it has and what they must be."""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, NamedTuple

from pydantic import Field, ValidationError

from casus.schema import SCHEMA_VERSION
from casus.schema.base import Record
from casus.schema.constraints import Items, Pattern, Range
from casus.schema.errors import InvalidRecordsError, NewerSchemaWarning, UsageError
from casus.schema.rules.field import explain
from casus.schema.rules.file import finding
from casus.schema.tables import TABLES
from casus.schema.types import VERSION, Day, Line, Maybe, Paragraph, Texts, Url
from casus.schema.versions import Standing, parse, published, standing, tables_of

FILE = "manifest.json"
RECORDS = "records"
#: Every table of a release: the nested records and the flat tables.
NAMES = (RECORDS, *TABLES)

_HEX = Pattern("^[0-9a-f]{64}$", "a SHA-256 in hexadecimal", "0" * 64)
_TABLE = Pattern("^[a-z_]{2,30}$", "the name of a table", "events")
#: What a manifest may have at most.
MOST_BYTES = 16_000_000
#: Names that lead nowhere else on any system.
_PLAIN_NAME = re.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_FILE = Pattern("^[A-Za-z][A-Za-z0-9_-]{0,60}\\.(json|jsonld|csv|md)$", "the name of a file", "datapackage.json")
_Count = Annotated[int, Range(0, 1e12)]


class ListedFile(NamedTuple):
    """A file that a manifest lists: what it is called, and what it must be."""

    name: str
    bytes: int
    sha256: str


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

    The manifest of a newer schema is read as far as it is known: fields and tables that are not are left out, and a
    :class:`casus.schema.NewerSchemaWarning` says so.

    Raises
    ------
    InvalidRecordsError
        If it is missing (CAS441), malformed (CAS442), or of a schema that this package cannot read (CAS445).
    """
    path = folder / FILE
    try:
        _small_file(path)
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


def listed_files(folder: Path) -> list[ListedFile]:
    """Return every file that a release folder's manifest lists: the tables, then the files of metadata.

    This is read from the manifest as it stands, because that of a newer schema may list tables which this package does
    not know; they are fetched and verified all the same.

    Raises
    ------
    InvalidRecordsError
        If a file's name could lead out of the folder, or stands twice (CAS442).
    """
    path = folder / FILE
    try:
        said = json.loads(path.read_bytes())
        found = [_listed(each, ".parquet") for each in said["tables"]] + [
            _listed(each) for each in said.get("files", ())
        ]
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        problem = "a file that it lists is without a plain name, size or SHA-256"
        raise InvalidRecordsError([finding("CAS442", problem=problem).at(file=str(path))]) from None
    names = [each.name for each in found]
    if FILE in names or len({name.casefold() for name in names}) != len(names):
        raise InvalidRecordsError([finding("CAS442", problem="it lists a file twice").at(file=str(path))])
    return found


def _listed(said: Mapping[str, Any], suffix: str = "") -> ListedFile:
    name, size, digest = said["name"] + suffix, said["bytes"], said["sha256"]
    if not (_PLAIN_NAME.fullmatch(name) and type(size) is int and size >= 0 and re.fullmatch(_HEX.regex, digest)):
        raise ValueError(name)
    return ListedFile(name, size, digest)


def manifest_text(manifest: Manifest) -> str:
    """Return the manifest as it stands in its file."""
    said = {key: value for key, value in json.loads(manifest.model_dump_json()).items() if value not in (None, [])}
    return json.dumps(said, ensure_ascii=False, indent=2) + "\n"


def _small_file(path: Path) -> None:
    """Raise unless the manifest is a plain file of a size that it may have: a pipe would be read for ever."""
    if path.exists() and not path.is_file():
        raise InvalidRecordsError([finding("CAS454", value=FILE, problem="no plain file").at(file=str(path))])
    if path.stat().st_size > MOST_BYTES:
        said = f"it has {path.stat().st_size} bytes; {MOST_BYTES} are allowed"
        raise InvalidRecordsError([finding("CAS442", problem=said).at(file=str(path))])


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
    if isinstance(known.get("files"), list):
        known["files"] = [
            {name: value for name, value in file.items() if name in OtherFile.model_fields}
            for file in known["files"]
            if isinstance(file, dict)
        ]
    return json.dumps(known)


__all__ = [
    "FILE",
    "NAMES",
    "RECORDS",
    "ListedFile",
    "Manifest",
    "OtherFile",
    "TableFile",
    "listed_files",
    "manifest_text",
    "read_manifest",
]
