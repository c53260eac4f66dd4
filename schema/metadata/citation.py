"""How to cite the dataset: BibTeX, ``CITATION.cff`` and ``.zenodo.json``."""

from __future__ import annotations

from typing import Any

import yaml

from casus.schema.metadata import Facts, json_text, licence_url, present

CFF_FILE, ZENODO_FILE = "CITATION.cff", ".zenodo.json"
_MESSAGE = "If you use these data, please cite them as below, with the version of the release you used."
_SPECIAL = {"\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", **{char: f"\\{char}" for char in "&%$#_"}}


def bibtex(facts: Facts) -> str:
    """Return a BibTeX entry for the release."""
    authors = " and ".join(f"{{{_tex(name)}}}" for name in facts.creators)
    fields = present(
        {
            "title": f"{{{_tex(facts.title)}}}",
            "author": authors,
            "version": _tex(facts.version),
            "year": facts.as_of[:4],
            "date": facts.as_of,
            "url": facts.homepage,
        }
    )
    body = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields.items())
    return f"@dataset{{{facts.slug}-{facts.version},\n{body}\n}}"


def _tex(text: str) -> str:
    return "".join(_SPECIAL.get(char, char) for char in text)


def citation_cff(facts: Facts) -> str:
    """Return the text of ``CITATION.cff``."""
    said = present(
        {
            "cff-version": "1.2.0",
            "message": _MESSAGE,
            "type": "dataset",
            "title": facts.title,
            "version": facts.version,
            "date-released": facts.as_of,
            "license": facts.licence,
            "authors": [{"name": name} for name in facts.creators],
            "keywords": list(facts.keywords),
            "url": facts.homepage,
            "abstract": facts.description,
        }
    )
    head = "# Generated from dataset/dataset.yaml: python -m casus.schema.artefacts --write\n"
    return head + yaml.safe_dump(said, sort_keys=False, allow_unicode=True, width=118)


def zenodo_json(facts: Facts) -> str:
    """Return the text of ``.zenodo.json``."""
    said: dict[str, Any] = {
        "title": facts.title,
        "description": facts.description,
        "upload_type": "dataset",
        "access_right": "open",
        "license": facts.licence.lower(),
        "creators": [{"name": name} for name in facts.creators],
        "keywords": list(facts.keywords),
        "version": facts.version,
        "publication_date": facts.as_of,
        "language": "eng",
        "notes": f"Licence of the data: {licence_url(facts.licence) or facts.licence}; of the code: Apache-2.0.",
    }
    return json_text(present(said))
