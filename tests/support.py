"""The example record and the corpus around it, and small datasets made of them."""

import json

from casus.schema.rules.base import REMOVE
from casus.schema.rules.example import CONTEXT, EXAMPLE, FIRST_ROUND, corpus_of, patched

__all__ = ["CONTEXT", "EXAMPLE", "FIRST_ROUND", "REMOVE", "corpus_of", "patched", "write_dataset"]


def write_dataset(folder, records):
    """Write a small dataset folder with these records."""
    (folder / "registries").mkdir(parents=True)
    (folder / "dataset.yaml").write_text(
        "title: A small dataset\ndescription: For tests.\nversion: 0.1.0\nas_of: 2025-07-01\nlicence: CC-BY-4.0\n"
    )
    for kind, rows in CONTEXT.items():
        (folder / "registries" / f"{kind}s.yaml").write_text(json.dumps(rows, ensure_ascii=False, indent=1))
    for record in records:
        path = folder / "records" / record["id"][:4] / f"{record['id']}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(record, ensure_ascii=False, indent=1))
    return folder


def leaves(data, path=()):
    """Yield ``(path, value)`` for every value that is neither a mapping nor a list."""
    if isinstance(data, dict | list):
        for step, value in data.items() if isinstance(data, dict) else enumerate(data):
            yield from leaves(value, (*path, step))
    else:
        yield path, data
