"""What a release says of itself to other tools, rendered from the one description of the records.

:class:`Facts` is what the renderers need to know of a release; each module renders one kind of file:
``datapackage`` (Data Package 2.0), ``croissant`` (Croissant 1.0), ``schema_org`` (JSON-LD), ``dataset_card``
(Hugging Face), ``codebook_rows`` (codebook as JSON and CSV), ``citation`` (CITATION.cff and .zenodo.json).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from casus.schema.references import ForeignKey

_LICENCES = {
    "CC-BY-4.0": ("Creative Commons Attribution 4.0 International", "https://creativecommons.org/licenses/by/4.0/"),
    "CC0-1.0": ("Creative Commons Zero v1.0 Universal", "https://creativecommons.org/publicdomain/zero/1.0/"),
}
_SPDX = re.compile("^[A-Za-z0-9.+-]+$")


@dataclass(frozen=True, slots=True)
class File:
    """One table's file, or another file of the release."""

    name: str
    path: str
    bytes: int
    sha256: str
    rows: int = 0


@dataclass(frozen=True, slots=True)
class Facts:
    """What there is to say of a release; ``as_of`` is the only day that counts, never the clock."""

    title: str
    description: str
    version: str
    schema_version: str
    as_of: str
    licence: str
    creators: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    homepage: str | None = None
    files: tuple[File, ...] = ()
    #: The foreign keys that hold in the release, by table.
    keys: Mapping[str, tuple[ForeignKey, ...]] = field(default_factory=dict)
    #: Title and address of those whose pages the records cite.
    sources: tuple[tuple[str, str], ...] = ()
    #: First and last day of the events, if they have any.
    period: tuple[str, str] | None = None
    #: How many records were coded by which method, most first.
    methods: tuple[tuple[str, int], ...] = ()
    #: A value of a column, by table and column, where the description has no example.
    examples: Mapping[tuple[str, str], Any] = field(default_factory=dict)

    @classmethod
    def of(cls, head: Any, schema_version: str, **more: Any) -> Facts:
        """Return what the head of a dataset (``DatasetCard``) or of a release (``Manifest``) says, and more."""
        return cls(
            title=head.title,
            description=head.description,
            version=head.version,
            schema_version=schema_version,
            as_of=head.as_of.isoformat(),
            licence=head.licence,
            creators=head.creators,
            keywords=head.keywords,
            homepage=head.homepage,
            **more,
        )

    @property
    def slug(self) -> str:
        """The title in lower-case words joined by hyphens."""
        return re.sub("[^a-z0-9]+", "-", self.title.lower()).strip("-") or "dataset"


def licence_name(licence: str) -> str:
    """Return the full name of a licence, or the licence as it is given."""
    return _LICENCES[licence][0] if licence in _LICENCES else licence


def licence_url(licence: str) -> str | None:
    """Return where the text of a licence stands, if it is one of SPDX's."""
    if licence in _LICENCES:
        return _LICENCES[licence][1]
    return f"https://spdx.org/licenses/{licence}.html" if _SPDX.match(licence) else None


def json_text(document: Any) -> str:
    """Return a document as it stands in its file."""
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def present(document: dict[str, Any]) -> dict[str, Any]:
    """Return a document without what is unknown or empty."""
    return {key: value for key, value in document.items() if value not in (None, "", [], {})}


__all__ = ["Facts", "File", "json_text", "licence_name", "licence_url", "present"]
