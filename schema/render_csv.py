"""The page on the flat template, as Markdown: how to write records as CSV, and every column."""

from __future__ import annotations

from collections.abc import Iterator

from casus.schema.csv_template import SEPARATOR
from casus.schema.description import Field, Kind, Struct, describe
from casus.schema.event import Event

_HEAD = f"""\
<!-- Generated from the schema. Edit schema/ and run: python -m casus.schema.artefacts --write -->

# Records as CSV

`casus validate records.csv` reads tables as spreadsheets write them: one record a row, the first line names the
columns. A record is nested, so the columns are named as findings print paths:

```csv
id,type,title,date.start,participants[0].actor,participants[0].roles,participants[1].actor,quantities[0].best,issues
2025-06-02-a-meeting,talks,A meeting,2025-06-02,UKR,party,RUS,66.5,ceasefire; prisoners
```

`casus new TYPE --format csv > records.csv` prints the columns that records of a type use most. Add those that you need:

- **A group of fields** is joined by a dot: `date.start`, `outcome.result`.
- **A list of groups** is numbered from 0: `participants[0].actor`, `participants[1].actor`,
  `participants[1].represented_by[0].person`. Numbers may be left out, and rows may leave groups empty: the list
  closes up.
- **A list of single values** is one column whose cells separate the values by `{SEPARATOR}` (`ceasefire; prisoners`),
  or one column for each value (`issues[0]`, `issues[1]`), for values that contain `{SEPARATOR}` themselves.
- **An empty cell** is a field that is left out. A row in which every cell is empty is passed over.
- **Numbers** have a point and no separators of thousands (`66.5`), **days** are year-month-day, truth is `true` or
  `false`. All else is text as it stands.
- The columns may stand in any order; only those need to be there that some record uses.

The file is UTF-8, with or without a byte-order mark, and separates cells by commas, semicolons or tabs: the separator
is the one with which the first line makes columns. Texts with the separator, a line break or a quotation mark stand in
quotation marks, and marks in them twice. A spreadsheet does all that when it saves as "CSV UTF-8".

Findings name the line in which the row begins and the column:

```text
records.csv:3 column participants[0].roles CAS104 error: participants[0].roles[1]: 'hsot' is not in the vocabulary roles
```

A row that cannot be read (too few or too many cells, a quotation mark that is not closed, a byte that is not UTF-8) is
a finding, and the other rows are judged all the same. An unknown column is a finding in line 1. In a folder, a table
of which most headings are no columns of the template is passed over with a warning (CAS416). A file holds at most
50,000 records and 100 MB, a cell at most 100,000 characters.

The same bounds hold for JSON Lines (`.jsonl`, `.ndjson`), which need no template: every line is one record as JSON.

## All columns

`n` stands for a number from 0. A column of a group is needed where the group is there.

| column | what | needed | holds |
| --- | --- | --- | --- |
"""
_KINDS = {
    Kind.TEXT: "text",
    Kind.INTEGER: "whole number",
    Kind.NUMBER: "number",
    Kind.BOOLEAN: "true or false",
    Kind.DATE: "day",
}


def csv_page() -> str:
    """Return the page on the flat template."""
    return _HEAD + "\n".join(_rows(describe(Event), "")) + "\n"


def _rows(struct: Struct, prefix: str) -> Iterator[str]:
    for field in struct.fields:
        name = f"{prefix}{field.name}"
        if field.struct is not None:
            yield from _rows(field.struct, f"{name}[n]." if field.many else f"{name}.")
        else:
            needed = "yes" if field.required else ""
            yield f"| `{name}` | {_kind(field)} | {needed} | {field.description.replace('|', ' ')} |"


def _kind(field: Field) -> str:
    code = f"code of [{field.vocabulary}](codebook.md)" if field.vocabulary else _KINDS[field.kind]
    return f"{code}; several" if field.many else code
