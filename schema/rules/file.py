"""The rules of files (CAS40x ... CAS42x) and of releases (CAS44x ... CAS46x); the readers report them."""

from __future__ import annotations

from typing import Any

from casus.schema.findings import Finding, Path
from casus.schema.rules.base import Damage, Rule, Scope, Text

#: So many findings of one file are listed.
MOST_LISTED = 1_000


def _file(number: int, title: str, reason: str, message: str, fix: str, example: Text) -> Rule:
    return Rule(f"CAS{number}", Scope.FILE, title, reason, message, fix, example)


def _release(number: int, title: str, reason: str, message: str, fix: str, example: Damage) -> Rule:
    return Rule(f"CAS{number}", Scope.RELEASE, title, reason, message, fix, example)


FILE_RULES: tuple[Rule, ...] = (
    _file(
        401,
        "The file can be read",
        "What cannot be parsed cannot be checked.",
        "{problem}",
        "Correct the syntax at this place.",
        Text(b"id: [1\n"),
    ),
    _file(
        402,
        "No key stands twice",
        "Readers would silently keep the last.",
        "The key {value} already stands in line {first}.",
        "Remove one of the two.",
        Text(b"id: a\nid: b\n"),
    ),
    _file(
        403,
        "No anchors and aliases",
        "A record says everything where it is read.",
        "Anchors and aliases ({value}) are not allowed.",
        "Write the value out.",
        Text(b"id: &a x\ntitle: *a\n"),
    ),
    _file(
        404,
        "No tags",
        "A tag could make a program build anything.",
        "The tag {value} is not allowed.",
        "Remove the tag.",
        Text(b"id: !!python/object:os.system x\n"),
    ),
    _file(
        405,
        "One document in a file",
        "One file is one record.",
        "A second document starts here.",
        "Put each record into a file of its own.",
        Text(b"id: a\n---\nid: b\n"),
    ),
    _file(
        406,
        "UTF-8 without byte-order mark",
        "One encoding for everyone.",
        "The file is not plain UTF-8: {problem}.",
        "Save the file as UTF-8 without a byte-order mark.",
        Text(b"\xff\xfei\x00d\x00"),
    ),
    _file(
        407,
        "Files are small",
        "A record is a page, not a book.",
        "The file has {value} bytes; {allowed} are allowed.",
        "Shorten the record.",
        Text(b"# " + b"x" * 2_100_000),
    ),
    _file(
        408,
        "The file bears the record's name",
        "A record is found by its id.",
        "The file is named {value}, and the record's id is {id}.",
        "Rename the file to {id}.yaml, or correct the id.",
        Text(b"id: 2025-06-02-other\n"),
    ),
    _file(
        409,
        "The folder is the year of the id",
        "Folders stay small.",
        "The file stands in the folder {value}, and its id begins with {year}.",
        "Move it to records/{year}/.",
        Text(b"id: 2025-06-02-istanbul-talks\n", "1999/2025-06-02-istanbul-talks.yaml"),
    ),
    _file(
        410,
        "The file holds a record",
        "An empty file says nothing.",
        "The file holds {value}.",
        "Write one record; many records go into a file of JSON Lines (.jsonl), one a line, or a table (.csv).",
        Text(b"# nothing\n"),
    ),
    _file(
        411,
        "Nesting is shallow",
        "No record nests deeply.",
        "Nesting is deeper than {allowed} levels.",
        "Flatten the value.",
        Text(b"id: " + b"[" * 200 + b"]" * 200 + b"\n"),
    ),
    _file(
        412,
        "Numbers can be held",
        "A number that is not finite compares with nothing.",
        "{value} is not a finite number.",
        "Correct the number.",
        Text(b"id: a\nquantities: [{best: 1e400}]\n"),
    ),
    _file(
        413,
        "Every column of a table is a field",
        "What stands under a heading that nobody knows would be lost.",
        "{problem}.",
        "Write the heading as findings print paths: date.start, participants[0].actor; `casus new TYPE --format csv` "
        "prints a header.",
        Text(b"id,type,title,sorces[0].url\n", "records.csv"),
    ),
    _file(
        414,
        "Every row has a cell for every column",
        "A cell that is missing, or one too many, moves all that follows into the wrong column.",
        "The row has {value} cells, and the header {allowed}; the row was not judged.",
        "Add or remove cells, and put a text that contains the separator into quotation marks.",
        Text(b"id,type,title\n2025-06-02-a,talks,One,two\n", "records.csv"),
    ),
    _file(
        415,
        "Files of many records keep within bounds",
        "What is judged together is held in memory together.",
        "{problem}; allowed are {allowed}.",
        "Shorten the record, or split the file; a large Parquet file can be validated alone.",
        Text(b'{"id": "' + b"x" * 2_100_000 + b'"}\n', "records.jsonl"),
    ),
    _file(
        416,
        "A table holds records",
        "A table of something else would be judged as broken records.",
        "The file is no table of records, and was not read: {problem}.",
        "Give it the header of the flat template (`casus new TYPE --format csv` prints one), or leave the file out.",
        Text(b"name,phone\nA,1\n", "contacts.csv"),
    ),
    _file(
        420,
        "All that is wrong with a file can be listed",
        "A report that nobody can read to the end helps nobody.",
        "More than {allowed} things are wrong with the file; no more of them are listed.",
        "Mend those that are listed, and validate again.",
        Text(b"id: a\n" * (MOST_LISTED + 2)),
    ),
)

RELEASE_RULES: tuple[Rule, ...] = (
    _release(
        441,
        "The release is complete",
        "A missing table is missing data.",
        "The file {value} is missing.",
        "Install casus-events again, or build the release again.",
        Damage("remove a table", "The file claims.parquet is missing."),
    ),
    _release(
        442,
        "The manifest can be read",
        "It says what the files must be.",
        "The manifest is wrong: {problem}.",
        "Install casus-events again, or build the release again.",
        Damage("break the manifest", "The manifest is wrong: it is no JSON."),
    ),
    _release(
        443,
        "Every byte is as built",
        "A changed file is not the release.",
        "{name} is {value}, and the manifest says {allowed}.",
        "Install casus-events again; to change data, change the records and build a new version.",
        Damage("flip a byte", "the SHA-256 is 5f8a21..., and the manifest says 90c1d4...."),
    ),
    _release(
        444,
        "The content is as built",
        "The logical digest does not depend on the writer.",
        "The logical digest of the rows is {value}, and the manifest says {allowed}.",
        "Install casus-events again; to change data, change the records and build a new version.",
        Damage(
            "change a value and forge the bytes",
            "The logical digest of the rows is 5f8a21..., and the manifest says 90c1d4....",
        ),
    ),
    _release(
        445,
        "The schema is known",
        "A later schema may mean something else by the same name.",
        "The release follows schema {value}, and this package reads {allowed}.",
        "Upgrade the package (pip install -U casus-events).",
        Damage("claim another schema version", "The release follows schema 9.0.0, and this package reads 0.1.0."),
    ),
    _release(
        446,
        "Columns and types are those of the schema",
        "Programs rely on them.",
        "{problem}.",
        "Install casus-events again, or build the release again.",
        Damage("add a column", "There is no column remarks in the schema of claims."),
    ),
    _release(
        447,
        "Parquet can be read",
        "A damaged file holds no data.",
        "The file cannot be read: {problem}.",
        "Install casus-events again, or build the release again.",
        Damage("truncate a table", "The file cannot be read: it ends too early."),
    ),
    _release(
        449,
        "No more rows are invalid",
        "A report that hides rows would look better than the data.",
        "{problem}.",
        "Mend the rows that are spelled out, and validate again.",
        Damage("break more rows than are spelled out", "12,000 more rows are invalid."),
    ),
    _release(
        448,
        "Rows keep the checks of their table",
        "Flat tables are derived, and must say what the records say.",
        "{name} is {value}: {problem}.",
        "Install casus-events again, or build the release again.",
        Damage("break a row and forge the digests", "event_id is 2025-06-02-nowhere: no event has that id."),
    ),
    _release(
        451,
        "The release is the published one",
        "A manifest can be forged with its files; the list of releases in the package says what it must be.",
        "The SHA-256 of the manifest of release {version} is {value}, and the list of releases says {allowed}.",
        "Fetch or install it again. If it is a release of your own, give its folder instead of a version.",
        Damage(
            "forge the manifest and the digests of a published release",
            "The SHA-256 of the manifest of release 0.1.0 is 5f8a21..., and the list of releases says 90c1d4....",
        ),
    ),
    _release(
        452,
        "The folder holds nothing else",
        "A file that the manifest does not list was checked by nobody.",
        "The manifest does not list {value}.",
        "Remove what is not listed, or fetch the release again.",
        Damage("add a file", "The manifest does not list notes.txt."),
    ),
    _release(
        453,
        "References between tables resolve",
        "A row that points to nothing cannot be joined.",
        "{name} is {value}, and {table} has no such id.",
        "Install casus-events again, or build the release again.",
        Damage("break a reference and forge the digests", "event_id is 2025-06-02-nowhere, and events has no such id."),
    ),
    _release(
        454,
        "Files are plain files",
        "A folder, a device or a pipe in the place of a file could be read without end.",
        "{value} is {problem}.",
        "Put the file of the release in its place, or fetch the release again.",
        Damage("put a folder in the place of a table", "claims.parquet is a folder."),
    ),
)

_BY_CODE = {rule.code: rule for rule in (*FILE_RULES, *RELEASE_RULES)}


def finding(code: str, *, path: Path = (), **values: Any) -> Finding:
    """Return a finding of a file or release rule, with its message and fix filled in."""
    rule = _BY_CODE[code]
    fix = rule.fix
    for name, value in values.items():
        fix = fix.replace("{" + name + "}", str(value))
    return Finding(code, rule.say(values), path, rule.severity, fix=fix)


__all__ = ["FILE_RULES", "RELEASE_RULES", "finding"]
