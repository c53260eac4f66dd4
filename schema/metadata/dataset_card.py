"""``README.md`` of a release: a card that people read, and that Hugging Face's ``datasets`` loads the tables by."""

from __future__ import annotations

from typing import Any

import yaml

from casus.schema.metadata import Facts, File, licence_name, licence_url
from casus.schema.metadata.citation import bibtex
from casus.schema.tables import TABLES
from casus.schema.vocabulary import vocabulary

FILE = "README.md"
_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"),
          (10_000_000, "1M<n<10M"), (100_000_000, "10M<n<100M"), (1_000_000_000, "100M<n<1B"))  # fmt: skip
_RECORDS = "One row per event, nested: the records themselves."


def dataset_card(facts: Facts) -> str:
    """Return the text of the card."""
    tables = [file for file in facts.files if file.path.endswith(".parquet")]
    front: dict[str, Any] = {
        "pretty_name": facts.title,
        **_licence(facts.licence),
        "language": ["en"],
        "tags": [*facts.keywords, "parquet"],
        "size_categories": [size_category(sum(file.rows for file in tables if file.name == "events"))],
        "configs": [_config(file) for file in tables if file.rows],
    }
    head = yaml.safe_dump(front, sort_keys=False, allow_unicode=True, width=118)
    rows = "\n".join(f"| `{file.name}` | {file.rows} | {_said(file.name)} |" for file in tables)
    licence = licence_name(facts.licence)
    address = licence_url(facts.licence)
    return f"""---
{head}---

# {facts.title}

{facts.description}

Version {facts.version}, schema {facts.schema_version}, as of {facts.as_of}. Licence: {
        f"[{licence}]({address})" if address else licence
    }.

{_methods(facts)}| table | rows | what a row is |
| --- | --- | --- |
{rows}

Tables without rows are left out of the configurations, because `datasets` cannot load them.

`codebook.csv` and `codebook.json` say what every column and code means; `datapackage.json`, `croissant.json` and
`schema.jsonld` say it to programs; `manifest.json` holds size and SHA-256 of every file.

```python
import datasets

events = datasets.load_dataset("path/to/this/folder", "events", split="train")
```

```bibtex
{bibtex(facts)}
```
"""


def _methods(facts: Facts) -> str:
    """Return how the records were coded, with the codebook's definitions, as a paragraph."""
    known = vocabulary("coding-methods")
    said = [
        f"- {number} `{code}`{f': {known[code].definition}' if code in known else ''}\n"
        for code, number in facts.methods
    ]
    return "How the records were coded:\n\n" + "".join(said) + "\n" if said else ""


def _licence(licence: str) -> dict[str, str]:
    """Return the licence as the Hub names it: by its id, or as another one with a name."""
    return {"license": licence.lower()} if licence_url(licence) else {"license": "other", "license_name": licence}


def size_category(rows: int) -> str:
    """Return Hugging Face's category of a number of rows."""
    return next((name for most, name in _SIZES if rows < most), "n>1T" if rows >= 10**12 else "1B<n<10B")


def _config(file: File) -> dict[str, Any]:
    said: dict[str, Any] = {"config_name": file.name}
    if file.name == "events":
        said["default"] = True
    return {**said, "data_files": [{"split": "train", "path": file.path}]}


def _said(name: str) -> str:
    return TABLES[name].description if name in TABLES else _RECORDS
