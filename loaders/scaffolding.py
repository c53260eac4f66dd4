"""A new record from what its author states: checked by the project's own rules before it is written.

Nothing is made up. What a record needs and nobody has stated is asked for or refused; what it could have besides
stands in it as comments.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from casus.checking import Report, check
from casus.documents import parse
from casus.naming import Names
from casus.repairs import LETTERS
from casus.schema.corpus import Corpus, Entry
from casus.schema.errors import UsageError
from casus.schema.rules.field import nearest
from casus.schema.vocabulary import modes_of, vocabulary
from casus.searching import search_registry
from casus.yaml_writing import field_lines, folded_lines

MODELINE = "# yaml-language-server: $schema="
_SUGGESTED = 3


@dataclass(frozen=True, slots=True)
class NewSource:
    """A page that the author has read; ``published`` is empty where the page says no day, None where nobody looked."""

    url: str
    title: str
    publisher: str
    language: str = "en"
    published: str | None = None
    relays: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NewRecord:
    """What the author of a record states. Days are ``year-month-day``; actors and places are ids."""

    type: str
    mode: str
    status: str
    title: str
    summary: str
    slug: str
    coder: str
    sources: tuple[NewSource, ...]
    start: str | None = None
    end: str | None = None
    actors: tuple[tuple[str, tuple[str, ...]], ...] = ()
    places: tuple[tuple[str, str], ...] = ()
    issues: tuple[str, ...] = ()
    today: dt.date = field(default_factory=dt.date.today)

    @property
    def id(self) -> str:
        """The record's id: its day (without one: the day on which it is coded) and its short name."""
        return self.slug if re.match(r"[0-9]{4}-[0-9]{2}-[0-9]{2}-", self.slug) else f"{self._day}-{self.slug}"

    @property
    def _day(self) -> str:
        return self.start or self.today.isoformat()

    def data(self) -> dict[str, Any]:
        """Return the record as parsed text, in the order of the schema."""
        one = len(self.sources) == 1
        record: dict[str, Any] = {
            "id": self.id,
            "type": self.type,
            "mode": self.mode,
            "title": self.title,
            "summary": self.summary,
            "status": self.status,
            "issues": list(self.issues),
            "date": {name: day for name, day in (("start", self.start), ("end", self.end)) if day},
            "locations": [
                {"key": key, "place": place, "role": role} for key, (place, role) in _keyed("locations", self.places)
            ],
            "participants": [
                {"key": key, "actor": actor, "roles": list(roles)}
                for key, (actor, roles) in _keyed("participants", self.actors)
            ],
        }
        record = {name: value for name, value in record.items() if value != [] or name == "date"}
        # A single page carries all that the record says; which of several carries what only the author knows.
        parts = [name for name in record if name not in ("id", "type", "mode", "summary")] if one else []
        record["sources"] = [self._source(key, source, parts) for key, source in _keyed("sources", self.sources)]
        record["coding"] = {"method": "human", "coders": [self.coder], "coded_on": self.today.isoformat()}
        return record

    def _source(self, key: str, source: NewSource, supports: Sequence[str]) -> dict[str, Any]:
        found: dict[str, Any] = {
            "key": key,
            "url": source.url,
            "publisher": source.publisher,
            "title": source.title,
            "published": source.published,
            "language": source.language,
            "accessed": self.today.isoformat(),
            "relays": list(source.relays),
            "supports": list(supports),
        }
        return {name: value for name, value in found.items() if value not in (None, "", [])}


def _keyed(name: str, items: Sequence[Any]) -> Iterator[tuple[str, Any]]:
    for number, item in enumerate(items, start=1):
        yield f"{LETTERS[name]}{number}", item


def checked(record: NewRecord, path: Path, context: Sequence[Entry]) -> Report:
    """Return what the rules say of a new record, judged among the entries of the context."""
    entry = Entry("event", record.data(), str(path))
    return check(Corpus((*context, entry)), only=[entry])


# --- what is stated, resolved ---------------------------------------------------------------------------------------


def resolved(text: str, to: str, names: Names) -> str:
    """Return the id that an author means by an id or by a name that one entry has.

    Raises
    ------
    UsageError
        If no entry is called so, or several are; the text suggests ids.
    """
    if names.known(text, to):
        return text
    found = names.called(text, to)
    if len(found) == 1:
        return found[0].id
    kind = None if to == "speaker" else to
    close = search_registry(text, kind, _SUGGESTED, names=names) if re.search(r"\w", text) else []
    suggested = [(each.id, each.name) for each in found] or [(each.entry.id, each.entry.name) for each in close]
    what = {"actor": "actors.yaml", "place": "places.yaml", "publisher": "publishers.yaml"}.get(to, "actors.yaml")
    listed = "; ".join(f"{entry_id} ({name})" for entry_id, name in suggested)
    hint = f" Do you mean {listed}?" if listed else ""
    problem = "Several entries are called" if len(found) > 1 else f"No {to} has the id or name"
    raise UsageError(f"{problem} {text!r}.{hint} `casus find` looks further; what is missing is added to {what}.")


def publisher_of(url: str, names: Names) -> str:
    """Return the id of the publisher of a page, by the host of its address.

    Raises
    ------
    UsageError
        If no publisher has the host.
    """
    found = names.publisher_of(url)
    if found is None:
        raise UsageError(
            f"No publisher in the registry has the host of {url}. Add the publisher to publishers.yaml (id, name, "
            "hosts, owner, independence_group), and try again."
        )
    return found.id


def coded(value: str, name: str, what: str) -> str:
    """Return a code of a vocabulary.

    Raises
    ------
    UsageError
        If the vocabulary has no such code.
    """
    codes = vocabulary(name).codes
    if value not in codes:
        raise UsageError(f"{what}: {value!r} is not in the vocabulary {name}{nearest(value, codes)}. Use one of: "
                         f"{', '.join(codes)}.")  # fmt: skip
    return value


def mode_of(value: str, event_type: str) -> str:
    """Return a mode of an event type.

    Raises
    ------
    UsageError
        If the type has no such mode.
    """
    modes = modes_of(event_type)
    if value not in modes:
        raise UsageError(f"--mode: {value!r} is no mode of {event_type}{nearest(value, modes)}. Use one of: "
                         f"{', '.join(modes)}.")  # fmt: skip
    return value


# --- as text --------------------------------------------------------------------------------------------------------

_LATER = """
# What else the sources may say, each row with the keys of its sources (`casus codebook quantities` and so on):
#   status_history  how the status moved, oldest first
#   quantities      numbers, one row per claimant: {key: q1, measure, best, claimant, said_on, sources: [s1]}
#   claims          who asserts what about a part: {key: c1, claimant, about: [event], statement, sources: [s1]}
#   positions       what a party demands, offers, accepts or rejects: {key: pos1, actor, issue, stance, statement, ...}
#   outcome         what came of it: {result, agreed: [], sources: [s1]}
#   links           relations to other events: {key: k1, relation, target, sources: [s1]}
# They stand in the order of the codebook (`casus fix` puts them there). Remove these comments when you are done.
"""


def record_text(record: NewRecord, schema: str) -> str:
    """Return a new record as the text of its file, with the modeline for editors."""
    data = record.data()
    lines = [f"{MODELINE}{schema}"]
    for name, value in data.items():
        lines.extend(folded_lines(name, value) if name == "summary" else field_lines(name, value))
        if name == "sources" and len(record.sources) > 1:
            lines.append("# supports: [title, date, ...]  # in each source: the parts of the record that it carries")
    text = "\n".join([*lines, _LATER.strip(), ""])
    if parse(text.encode(), "record").data != data:
        raise UsageError("The record cannot be written as it was stated: a text in it has signs that YAML cannot hold.")
    return text
