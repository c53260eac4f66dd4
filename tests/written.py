"""Records as files of every form that is read: the same records, whatever the form."""

import csv
import io
import json

import pyarrow.parquet as pq
import yaml

from casus.parquet_records import to_arrow
from casus.schema import Event


def flat(value, path=""):
    """Yield the columns of a record of the flat template with their cells, as a person would fill them in."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from flat(inner, f"{path}.{name}" if path else name)
    elif value == []:
        return
    elif isinstance(value, list) and all(isinstance(each, str) and plain(each) for each in value):
        yield path, ";".join(value)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from flat(inner, f"{path}[{index}]")
    elif isinstance(value, bool):
        yield path, str(value).lower()
    else:
        yield path, str(value)


def plain(text):
    """Whether a text can be one of those in a cell."""
    return ";" not in text and text == text.strip() and text != ""


def as_csv(records, delimiter=",", **options):
    """Return records as CSV of the flat template."""
    rows = [dict(flat(record)) for record in records]
    columns = list(dict.fromkeys(name for row in rows for name in row))
    # A list whose values are in one cell in one record and in several in another has a column for each value.
    listed = {name.rsplit("[", 1)[0] for name in columns if name.endswith("]")} & set(columns)
    for row in rows:
        for name in listed & set(row):
            row |= {f"{name}[{index}]": each for index, each in enumerate(row.pop(name).split(";"))}
    columns = list(dict.fromkeys(name for row in rows for name in row))
    stream = io.StringIO()
    writer = csv.DictWriter(stream, columns, restval="", delimiter=delimiter, lineterminator="\n", **options)
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue()


def as_lines(records):
    """Return records as JSON Lines."""
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)


def write_parquet(path, records):
    """Write records, which must be valid, as Parquet of the release's schema."""
    pq.write_table(to_arrow([Event.model_validate_json(json.dumps(record)) for record in records]), path)
    return path


def write_singles(folder, records, suffix):
    """Write every record into a file of its own, named after it."""
    folder.mkdir(parents=True, exist_ok=True)
    for record in records:
        text = json.dumps(record) if suffix == ".json" else yaml.safe_dump(record, sort_keys=False, allow_unicode=True)
        (folder / f"{record['id']}{suffix}").write_text(text, "utf-8")
    return folder
