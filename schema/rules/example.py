"""The example that counterexamples change: a valid record, and a small corpus around it."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping, Sequence
from typing import Any

from casus.schema.corpus import Corpus, Entry
from casus.schema.rules.base import REMOVE

#: A valid record, which says a little of everything.
EXAMPLE: Mapping[str, Any] = {
    "id": "2025-06-02-istanbul-talks",
    "type": "talks",
    "mode": "mediated",
    "title": "Second round of direct Russia-Ukraine talks in Istanbul",
    "summary": "Delegations met and exchanged their positions in writing.",
    "status": "occurred",
    "status_history": [
        {
            "key": "h1",
            "status": "scheduled",
            "as_of": "2025-06-01",
            "planned": {"start": "2025-06-02", "end": "2025-06-02"},
            "claimant": "UKR",
            "sources": ["s1"],
        },
        {"key": "h2", "status": "occurred", "as_of": "2025-06-02", "sources": ["s1"]},
    ],
    "issues": ["ceasefire", "prisoners"],
    "date": {
        "start": "2025-06-02",
        "end": "2025-06-02",
        "start_time": "14:43",
        "end_time": "15:50",
        "utc_offset": "+03:00",
        "announced": "2025-06-01",
    },
    "locations": [{"key": "l1", "place": "tur-istanbul", "role": "site", "precision": 1}],
    "participants": [
        {
            "key": "p1",
            "actor": "UKR",
            "roles": ["party"],
            "level": "minister",
            "represented_by": [{"person": "a-minister", "office": "Minister of Defence"}],
        },
        {"key": "p2", "actor": "RUS", "roles": ["party"]},
        {"key": "p3", "actor": "TUR", "roles": ["host", "mediator"]},
    ],
    "quantities": [
        {
            "key": "q1",
            "measure": "duration",
            "best": 67,
            "approx": True,
            "claimant": "example-news",
            "said_on": "2025-06-02",
            "sources": ["s2"],
        },
        {
            "key": "q2",
            "measure": "prisoners-agreed",
            "item": "persons",
            "subject": "UKR",
            "low": 1000,
            "best": 1000,
            "high": 1200,
            "claimant": "UKR",
            "sources": ["s1"],
        },
    ],
    "claims": [
        {
            "key": "c1",
            "kind": "evaluation",
            "claimant": "a-minister",
            "stance": "asserts",
            "about": ["outcome", "quantities/q2"],
            "statement": "The talks brought progress on prisoners.",
            "said_on": "2025-06-02",
            "sources": ["s2"],
        }
    ],
    "positions": [
        {
            "key": "pos1",
            "actor": "UKR",
            "issue": "ceasefire",
            "stance": "demands",
            "statement": "A full ceasefire before anything else.",
            "sources": ["s1"],
        }
    ],
    "outcome": {"result": "An exchange was agreed.", "agreed": ["prisoners"], "sources": ["s1"]},
    "links": [{"key": "k1", "relation": "follows", "target": "2025-05-16-istanbul-talks", "sources": ["s1"]}],
    "sources": [
        {
            "key": "s1",
            "url": "https://example.org/talks",
            "publisher": "example-news",
            "title": "Talks held",
            "published": "2025-06-02",
            "accessed": "2025-06-03",
            "supports": ["title", "summary", "date", "participants"],
        },
        {
            "key": "s2",
            "url": "https://other.example/talks",
            "publisher": "other-news",
            "title": "What the talks brought",
            "language": "uk",
            "accessed": "2025-06-04",
            "supports": ["locations"],
        },
    ],
    "coding": {
        "method": "human",
        "coders": ["coder-1"],
        "coded_on": "2025-06-05",
        "notes": "An example.",
        "confidence": [{"field": "date", "level": "high"}],
    },
    "external_ids": [{"dataset": "example-events", "id": "42"}],
}

#: The registries that the record needs, by the kind of their entries.
CONTEXT: Mapping[str, list[dict[str, Any]]] = {
    "state": [
        {"iso3": "UKR", "name": "Ukraine", "gwn": 369, "cow": 369, "start": "1991-12-01", "start_of": "gw"},
        {"iso3": "RUS", "name": "Russia", "gwn": 365, "cow": 365, "start": "1816-01-01", "start_of": "gw"},
        {"iso3": "TUR", "name": "Turkey", "gwn": 640, "cow": 640, "start": "1816-01-01", "start_of": "gw"},
    ],
    "actor": [
        {"id": "UKR", "kind": "state", "name": "Ukraine"},
        {"id": "RUS", "kind": "state", "name": "Russia"},
        {"id": "TUR", "kind": "state", "name": "Turkey"},
        {
            "id": "a-minister",
            "kind": "person",
            "name": "A Minister",
            "aliases": ["Minister A."],
            "memberships": [{"of": "UKR", "kind": "office", "office": "Minister of Defence", "start": "2023-09-06"}],
        },
    ],
    "place": [
        {
            "id": "tur-istanbul",
            "kind": "city",
            "name": "Istanbul",
            "latitude": 41.01384,
            "longitude": 28.94966,
            "coordinates_from": "geonames:745044",
            "countries": [{"state": "TUR"}],
        }
    ],
    "publisher": [
        {
            "id": "example-news",
            "name": "Example News",
            "hosts": ["example.org"],
            "owner": "private",
            "independence_group": "example-news",
        },
        {
            "id": "other-news",
            "name": "Other News",
            "hosts": ["other.example"],
            "owner": "public-service",
            "independence_group": "other-news",
        },
    ],
}
#: What makes the record that the example follows, as a patch of it.
FIRST_ROUND: Mapping[str, Any] = {
    "id": "2025-05-16-istanbul-talks",
    "title": "First round of direct Russia-Ukraine talks in Istanbul",
    "sources[0].url": "https://example.org/first-round",
    "sources[1].url": "https://other.example/first-round",
    "links": REMOVE,
}


def patched(record: Mapping[str, Any], sets: Mapping[str, Any]) -> dict[str, Any]:
    """Return a copy of a record with fields set or removed, by paths such as ``quantities[0].low``."""
    changed: dict[str, Any] = copy.deepcopy(dict(record))
    for path, value in sets.items():
        *steps, last = [int(s) if s.isdigit() else s for s in re.findall(r"[a-z_]+|[0-9]+", path)]
        node: Any = changed
        for step in steps:
            node = node[step] if isinstance(node, list) else node.setdefault(step, {})
        if value is REMOVE:
            node.pop(last, None)
        elif isinstance(node, list) and last == len(node):
            node.append(copy.deepcopy(value))
        else:
            node[last] = copy.deepcopy(value)
    return changed


def corpus_of(
    record: Mapping[str, Any],
    also: Mapping[str, Sequence[Mapping[str, Any]]] | None = None,
    as_of: str = "2025-07-01",
) -> Corpus:
    """Return a corpus of the record, the first round that it follows, registries, and more entries by kind."""
    entries = [Entry(kind, data, f"{kind}s") for kind, rows in CONTEXT.items() for data in rows]
    entries.append(Entry("event", patched(EXAMPLE, FIRST_ROUND), "first"))
    entries.append(Entry("event", record, "record"))
    for kind, rows in (also or {}).items():
        for row in rows:
            data = patched(EXAMPLE, {"links": REMOVE, **row["$example"]}) if "$example" in row else dict(row)
            if data["id"] == "2025-05-16-istanbul-talks" and kind == "event":
                entries = [entry for entry in entries if entry.file != "first"]
            entries.append(Entry(kind, data, f"more {kind}"))
    return Corpus(tuple(entries), as_of=as_of)
