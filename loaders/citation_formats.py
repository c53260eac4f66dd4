"""References as text, as BibTeX and as CSL-JSON."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

#: What LaTeX would take for commands, and braces, which BibTeX counts even behind a backslash.
_LATEX = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "{": r"\textbraceleft{}",
        "}": r"\textbraceright{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        **{sign: f"\\{sign}" for sign in "$&%#_"},
    }
)
#: What may not stand in an address, and would end the field.
_URL = str.maketrans({"\\": "%5C", "{": "%7B", "}": "%7D", " ": "%20", "\n": "%0A"})


@dataclass(frozen=True, slots=True)
class Reference:
    """One thing to cite: the dataset (``kind`` is ``dataset``) or a page (``page``)."""

    key: str
    kind: str
    authors: tuple[str, ...]
    title: str
    issued: dt.date | None
    url: str = ""
    accessed: dt.date | None = None
    version: str = ""
    licence: str = ""
    language: str = ""
    archive_url: str = ""
    news: bool = False

    def called(self, key: str) -> Reference:
        """Return the same reference with another key."""
        return replace(self, key=key)


def as_text(references: Iterable[Reference]) -> str:
    """Return references as plain text, one a line."""
    return "\n".join(" ".join(_text(each)) for each in references)


def _text(each: Reference) -> Iterator[str]:
    if each.kind == "dataset":
        year = f" ({each.issued.year})" if each.issued else ""
        yield f"{', '.join(each.authors)}{year}." if each.authors else f"{year.strip()}."
        kept = f", kept up to {each.issued}" if each.issued else ""
        yield f"{each.title}, version {each.version}{kept} [data set]. {each.licence}."
        if each.url:
            yield each.url
        return
    yield f"{', '.join(each.authors)}: {each.title}{'' if each.title.endswith(('.', '?', '!')) else '.'}"
    yield f"Published {each.issued}." if each.issued else "Without date."
    yield each.url
    if each.accessed:
        yield f"(accessed {each.accessed})"


def as_bibtex(references: Iterable[Reference]) -> str:
    """Return references as BibTeX, for BibTeX and BibLaTeX alike; in UTF-8."""
    return "\n\n".join(_bibtex(each) for each in references)


def _bibtex(each: Reference) -> str:
    fields = {
        "author": " and ".join(f"{{{_latex(author)}}}" for author in each.authors),
        "title": f"{{{_latex(each.title)}}}",
        "year": str(each.issued.year) if each.issued else "",
        "date": each.issued.isoformat() if each.issued else "",
        "version": each.version,
        "url": each.url.translate(_URL),
        "urldate": each.accessed.isoformat() if each.accessed else "",
        "note": _latex("; ".join(_notes(each))),
    }
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    return "\n".join([f"@misc{{{each.key},", *lines, "}"])


def _notes(each: Reference) -> Iterator[str]:
    """Yield what styles that know neither dates nor versions must be told in words."""
    if each.kind == "dataset":
        yield f"Data set, version {each.version}"
        yield f"licence {each.licence}"
        return
    if each.issued:
        yield f"published {each.issued}"
    if each.accessed:
        yield f"accessed {each.accessed}"
    if each.language and each.language != "en":
        yield f"language {each.language}"


def _latex(text: str) -> str:
    return " ".join(text.split()).translate(_LATEX)


def as_csl(references: Iterable[Reference]) -> str:
    """Return references as CSL-JSON."""
    return json.dumps([_csl(each) for each in references], ensure_ascii=False, indent=2)


def _csl(each: Reference) -> dict[str, Any]:
    page = "article-newspaper" if each.news else "webpage"
    values: dict[str, Any] = {
        "id": each.key,
        "type": "dataset" if each.kind == "dataset" else page,
        "title": each.title,
        "author": [{"literal": author} for author in each.authors] or None,
        "publisher": ", ".join(each.authors) or None,
        "issued": _parts(each.issued),
        "accessed": _parts(each.accessed),
        "URL": each.url or None,
        "archive_location": each.archive_url or None,
        "language": each.language or None,
        "version": each.version or None,
        "note": f"Licence: {each.licence}" if each.licence else None,
    }
    return {name: value for name, value in values.items() if value is not None}


def _parts(day: dt.date | None) -> dict[str, Any] | None:
    return {"date-parts": [[day.year, day.month, day.day]]} if day else None


#: The formats by name.
FORMATS: Mapping[str, Callable[[Iterable[Reference]], str]] = {"text": as_text, "bibtex": as_bibtex, "csl": as_csl}
