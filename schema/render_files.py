"""The files of the schema: its JSON Schemas, the column types of its tables, and its terms, as text by name."""

from __future__ import annotations

from casus.schema.render_json import event_schema, list_name, list_schema, schema_text
from casus.schema.render_terms import terms_text

_LISTS = ("actor", "place", "publisher", "state", "revision", "wanted", "exception", "change", "loss")


def schema_files() -> dict[str, str]:
    """Return the text of every file that makes up the schema, by its name in the folder ``schema``."""
    from casus.schema.render_arrow import records_schema, schema_lines, table_schema
    from casus.schema.tables import TABLES

    texts = {"json/event.schema.json": schema_text(event_schema())}
    for kind in _LISTS:
        texts[f"json/{list_name(kind)}.schema.json"] = schema_text(list_schema(kind))
    texts["json/terms.json"] = terms_text()
    texts["arrow/records.txt"] = schema_lines(records_schema())
    for name, table in TABLES.items():
        texts[f"arrow/{name}.txt"] = schema_lines(table_schema(table.columns))
    return texts
