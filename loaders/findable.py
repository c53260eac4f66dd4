"""What ``casus.find`` looks through: the texts of records, registries and the codebook."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from casus.schema.vocabulary import Value, names, vocabulary

if TYPE_CHECKING:
    from casus.releases import Release


class Text(NamedTuple):
    """One text of something that can be found: what it is, the text, and how much a match in it counts."""

    where: str
    text: str
    weight: float


class Thing(NamedTuple):
    """Something that can be found: an event, an entry of a registry, a field or a code, with its texts."""

    kind: str
    id: str
    title: str
    texts: Sequence[Text]


#: The texts of an event's parts: the table, its columns, and how much a match counts.
_PARTS: tuple[tuple[str, tuple[str, ...], float], ...] = (
    ("claims", ("statement", "scope"), 3),
    ("positions", ("statement", "condition"), 3),
    ("quantities", ("measure", "item", "words"), 2),
    ("participants", ("actor", "actor_name"), 4),
    ("locations", ("place",), 4),
    ("tags", ("code",), 4),
    ("sources", ("title",), 1),
)
_OF_EVENTS = (("id", 8.0), ("title", 10.0), ("summary", 5.0), ("type", 4.0), ("mode", 3.0), ("outcome", 3.0))


def record_things(release: Release) -> Iterator[Thing]:
    """Yield the events of a release with their texts."""
    texts = _texts_of_parts(release)
    for row in release.table("events").select([name for name, _ in _OF_EVENTS]).to_pylist():
        own = [Text(name, str(row[name]), weight) for name, weight in _OF_EVENTS if row[name]]
        yield Thing("event", row["id"], row["title"], [*own, *texts.get(row["id"], ())])


def registry_things(release: Release) -> Iterator[Thing]:
    """Yield the actors, places and publishers of a release with all their names."""
    also: dict[tuple[str, str], list[Text]] = defaultdict(list)
    for row in release.table("names").to_pylist():
        also[row["registry"], row["id"]].append(Text(str(row["kind"]), row["name"], 6))
    for registry, table in (("actor", "actors"), ("place", "places"), ("publisher", "publishers")):
        for row in release.table(table).select(["id", "name"]).to_pylist():
            own = [Text("name", row["name"], 8), Text("id", row["id"], 8)]
            yield Thing(registry, row["id"], row["name"], [*own, *also[registry, row["id"]]])


def codebook_things() -> Iterator[Thing]:
    """Yield the fields and the codes of the codebook; their ids are what ``casus.codebook`` takes."""
    from casus.describing import columns, fields

    for kind, known in (("field", fields()), ("column", columns())):
        for path, field in known.items():
            if kind == "field" or path not in fields():
                yield Thing(
                    kind, path, field.description, [Text(kind, path, 9), Text("description", field.description, 4)]
                )
    for name in names():
        if name == "modes":
            continue
        words = vocabulary(name)
        texts = [Text("name", name, 8), Text("name", words.title, 8), Text("description", words.description, 4)]
        yield Thing("vocabulary", name, f"{words.title}. {words.description}", texts)
        for value in words.values:
            yield _code(name, value)
            for mode in value.modes:
                yield _code(value.code, mode)


def _code(of: str, value: Value) -> Thing:
    texts = [
        Text("code", value.code, 9),
        Text("label", value.label, 9),
        Text("definition", value.definition, 5),
        Text("includes", value.includes, 3),
        Text("excludes", value.excludes, 2),
        Text("example", value.example, 2),
    ]
    return Thing(
        "code", f"{of} {value.code}", f"{value.label}. {value.definition}", [each for each in texts if each.text]
    )


def _texts_of_parts(release: Release) -> dict[str, list[Text]]:
    found: dict[str, list[Text]] = defaultdict(list)
    for table, columns, weight in _PARTS:
        rows = release.table(table)
        keyed = "key" in rows.column_names
        chosen = [name for name in columns if name in rows.column_names]
        for row in rows.select(["event_id", *(["key"] if keyed else []), *chosen]).to_pylist():
            where = f"{table}/{row['key']}" if keyed else table
            found[row["event_id"]].extend(Text(where, str(row[name]), weight) for name in chosen if row[name])
    _add_place_names(release, found)
    return found


def _add_place_names(release: Release, found: dict[str, list[Text]]) -> None:
    places: Sequence[dict[str, Any]] = release.table("places").select(["id", "name"]).to_pylist()
    called = {row["id"]: row["name"] for row in places}
    for row in release.table("locations").select(["event_id", "key", "place"]).to_pylist():
        if row["place"] in called:
            found[row["event_id"]].append(Text(f"locations/{row['key']}", called[row["place"]], 4))
