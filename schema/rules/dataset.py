"""The rules that look at records and registries together (CAS3xx, and editorial CAS5xx that need the registries)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from casus.schema.corpus import MODELS, Corpus, Entry
from casus.schema.description import Struct, describe
from casus.schema.findings import Finding, Path, Severity
from casus.schema.rules.base import REMOVE, Patch, Rule, Scope
from casus.schema.rules.duplicates import CODE as LOOKS_ALIKE
from casus.schema.rules.duplicates import near_duplicates
from casus.schema.rules.expressions import View, references, values_at
from casus.schema.rules.pasting import line
from casus.schema.rules.similarity import installed
from casus.schema.rules.wording import Lexicon, did_you_mean

Fault = tuple[Entry, Path, Mapping[str, Any]]
Check = Callable[[Corpus], Iterator[Fault]]


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetRule(Rule):
    """A rule over a corpus: a function that yields the entry, the path in it, and values for the message."""

    check: Check
    scope: Scope = Scope.DATASET


def check_corpus(corpus: Corpus) -> Iterator[Finding]:
    """Yield what the rules across records find; :func:`apply_exceptions` comes after."""
    for rule in DATASET_RULES:
        for entry, path, values in rule.check(corpus):
            yield entry.placed(_said(rule, path, values))


def _said(rule: DatasetRule, path: Path, values: Mapping[str, Any]) -> Finding:
    """Return the finding; what is allowed, and what was probably meant, are data of it."""
    meant, allowed = values.get("meant"), values.get("allowed", ())
    return Finding(
        rule.code,
        rule.say({**values, "nearest": did_you_mean(meant)}),
        path,
        rule.severity,
        fix=rule.fix,
        allowed=allowed,
        nearest=meant,
        paste=values.get("paste", line(path, meant) if meant else None),
        see=values.get("see"),
    )


def apply_exceptions(corpus: Corpus, findings: list[Finding]) -> list[Finding]:
    """Return the findings without those that the exceptions list, plus one for every exception that is stale."""
    excepted = {(entry.data.get("code"), entry.id): entry for entry in corpus.of("exception")}
    fired = {(finding.code, finding.record) for finding in findings}
    kept = [finding for finding in findings if (finding.code, finding.record) not in excepted]
    # Whether an exception is stale can be told only where the entry that it is for is judged too.
    judged = {entry.id for entry in corpus.judged() if entry.kind != "exception"}
    stale = [
        entry
        for entry in corpus.judged("exception")
        if (entry.data.get("code"), entry.id) not in fired and (corpus.only is None or entry.id in judged)
        # Without rapidfuzz titles are compared a little differently, and a pair on the border may not be found.
        if entry.data.get("code") != LOOKS_ALIKE or installed()
    ]
    rule = next(rule for rule in DATASET_RULES if rule.code == "CAS319")
    for entry in stale:
        values = {"code": entry.data.get("code"), "value": entry.id}
        kept.append(entry.placed(_said(rule, ("code",), values)))
    return kept


def _view(entry: Entry) -> View:
    struct = describe(MODELS[entry.kind])
    return View(struct, entry.data, (), entry.data, struct)


@cache
def _places_of_references(struct: Struct) -> tuple[tuple[str, str], ...]:
    return tuple(references(struct))


def _references(entry: Entry, *wanted: str) -> Iterator[tuple[Path, str, str]]:
    """Yield ``(path, id, what it refers to)`` for the references of an entry."""
    view = _view(entry)
    for at, to in _places_of_references(view.struct):
        if to in wanted:
            for path, value in values_at(view, at):
                yield path, value, to


def _other_place(first: Entry, entry: Entry) -> str:
    """Return where an entry stands: its file, and where that holds the other one too, its line or row in it."""
    if first.file is None or first.file != entry.file:
        return first.file or "the same input"
    return first.placed(Finding("", "", ("id",))).where()


def _ids_unique(corpus: Corpus) -> Iterator[Fault]:
    for entry in corpus.judged("event", "actor", "place", "publisher", "state", "revision", "wanted"):
        first = corpus.ids(entry.kind).get(entry.id)
        if not entry.id or first is None or first is entry:
            continue
        if entry.kind == "state" and entry.file == first.file:
            continue  # a state may have several spells, in one table
        yield (
            entry,
            ("id" if "id" in entry.data else "iso3",),
            {
                "value": entry.id,
                "other": _other_place(first, entry),
            },
        )


def _links_resolve(corpus: Corpus) -> Iterator[Fault]:
    known, wanted, gone = corpus.ids("event"), corpus.ids("wanted"), corpus.ids("revision")
    lexicon: Lexicon | None = None
    for entry in corpus.judged("event"):
        for path, value, _ in _references(entry, "event"):
            if value not in known and value not in wanted and value not in gone:
                lexicon = lexicon or Lexicon(known)
                yield entry, path, {"value": value, "meant": lexicon.closest(value)}


def _links_wanted(corpus: Corpus) -> Iterator[Fault]:
    known, wanted = corpus.ids("event"), corpus.ids("wanted")
    for entry in corpus.judged("event"):
        for path, value, _ in _references(entry, "event"):
            if value in wanted and value not in known:
                yield entry, path, {"value": value}


def _wanted_recorded(corpus: Corpus) -> Iterator[Fault]:
    for entry in corpus.judged("wanted"):
        if entry.id in corpus.ids("event"):
            yield entry, ("id",), {"value": entry.id}


#: The kind of place that may belong to no state.
_SEA = "sea"
#: What can be typed into a shell as it is.
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,79}\Z")
#: What a reference leads to, as messages say it.
_ENTRIES = {
    "actor": "the id of an actor",
    "speaker": "the id of an actor or a publisher",
    "person": "the id of a person among the actors",
    "place": "the id of a place",
    "publisher": "the id of a publisher",
    "state": "the ISO3 code of a state",
}


def _resolves(*kinds: str) -> Check:
    def check(corpus: Corpus) -> Iterator[Fault]:
        lexicons: dict[str, Lexicon] = {}
        for entry in corpus.judged():
            if entry.imported:
                continue
            for path, value, to in _references(entry, *kinds):
                if corpus.resolve(to, value) is None:
                    if to not in lexicons:
                        lexicons[to] = Lexicon(_known(corpus, to), _names(corpus, to))
                    meant = lexicons[to].closest(value)
                    allowed = f"{_ENTRIES[to]} in the registry"
                    see = f"casus find {value}" if _WORD.match(value) else "casus find"
                    yield entry, path, {"value": value, "meant": meant, "allowed": allowed, "see": see}

    return check


def _entries_for(corpus: Corpus, to: str) -> Iterator[Entry]:
    kinds = {"person": ("actor",), "speaker": ("actor", "publisher")}.get(to, (to,))
    for kind in kinds:
        for entry in corpus.of(kind):
            if to != "person" or entry.data.get("kind") == "person":
                yield entry


def _known(corpus: Corpus, to: str) -> list[str]:
    return [entry.id for entry in _entries_for(corpus, to) if entry.id]


def _names(corpus: Corpus, to: str) -> dict[str, str]:
    """Return the ids by their names, aliases and misspellings that were seen, and publishers by their hosts."""
    names: dict[str, str] = {}
    for entry in _entries_for(corpus, to):
        for field in ("name", "aliases", "misspellings", "hosts"):
            value = entry.data.get(field)
            for name in value if isinstance(value, list | tuple) else (value,):
                if isinstance(name, str) and entry.id:
                    names.setdefault(name, entry.id)
    return names


def _no_part_of_cycle(corpus: Corpus) -> Iterator[Fault]:
    parents: dict[str, list[str]] = {}
    for entry in corpus.of("event"):
        parents.setdefault(entry.id, []).extend(target for _, target in _wholes(entry))
    for entry in corpus.judged("event"):
        for index, target in _wholes(entry):
            if entry.id in _ancestors(target, parents):
                yield entry, ("links", index, "target"), {"value": entry.id, "target": target}


def _wholes(entry: Entry) -> Iterator[tuple[int, str]]:
    """Yield position and target of the links that say what an event is part of."""
    for index, link in _groups(entry, "links"):
        if link.get("relation") == "part-of" and isinstance(link.get("target"), str):
            yield index, link["target"]


def _groups(entry: Entry, name: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Yield the groups of a list with their positions; what is no group of fields is left out."""
    value = entry.data.get(name)
    for index, each in enumerate(value if isinstance(value, list | tuple) else ()):
        if isinstance(each, Mapping):
            yield index, each


def _ancestors(start: str, parents: Mapping[str, list[str]]) -> set[str]:
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        current = waiting.pop()
        if current not in seen:
            seen.add(current)
            waiting.extend(parents.get(current, ()))
    return seen


_EVENT = describe(MODELS["event"])
_SOURCE = next(each.struct for each in _EVENT.fields if each.name == "sources" and each.struct)
_PAGE_FIELDS = ("publisher", "title", "published", "language", "kind")


def _one_page_one_description(corpus: Corpus) -> Iterator[Fault]:
    judged = {id(entry): {url for _, url, _ in _pages(entry)} for entry in corpus.authored()}
    cited = frozenset(url for urls in judged.values() for url in urls)
    first: dict[str, tuple[Entry, Mapping[str, Any]]] = {}
    for entry in corpus.of("event"):
        if entry.imported:
            continue
        for index, url, source in _pages(entry):
            if url not in cited or (id(entry) not in judged and url in first):
                continue
            view = View(_SOURCE, source, ("sources", index), entry.data, _EVENT)
            described = {name: view.get(name) for name in _PAGE_FIELDS}
            other, known = first.setdefault(url, (entry, described))
            for name in _PAGE_FIELDS if id(entry) in judged else ():
                if described[name] != known[name]:
                    values = {"value": described[name], "name": name, "other": other.id, "known": known[name]}
                    yield entry, (*view.path, name if name in source else "url"), values


def _pages(entry: Entry) -> Iterator[tuple[int, str, Mapping[str, Any]]]:
    for index, source in _groups(entry, "sources"):
        url = source.get("url")
        if isinstance(url, str):
            yield index, url, source


def _gone_stays_gone(corpus: Corpus) -> Iterator[Fault]:
    gone = corpus.ids("revision")
    for entry in corpus.judged("event"):
        if entry.id in gone:
            yield entry, ("id",), {"value": entry.id, "on": gone[entry.id].data.get("on")}


def _no_link_to_gone(corpus: Corpus) -> Iterator[Fault]:
    gone = corpus.ids("revision")
    for entry in corpus.judged("event"):
        for path, value, _ in _references(entry, "event"):
            if value in gone:
                new = gone[value].data.get("replaced_by")
                meant = new if isinstance(new, str) else None
                yield entry, path, {"value": value, "new": meant or "nothing", "paste": meant and line(path, meant)}


def _merged_into_something(corpus: Corpus) -> Iterator[Fault]:
    for entry in corpus.judged("revision"):
        target = entry.data.get("replaced_by")
        merged = entry.data.get("kind") == "merged"
        known = target in corpus.ids("event") or target in corpus.ids("revision")
        if merged != (target is not None) or (target is not None and not known):
            yield (
                entry,
                ("replaced_by" if target else "kind",),
                {"value": target or "nothing", "id": entry.id},
            )


def _mergers_end(corpus: Corpus) -> Iterator[Fault]:
    gone = corpus.ids("revision")
    for entry in corpus.judged("revision"):
        seen = [entry.id]
        while (stone := gone.get(seen[-1])) and isinstance(into := stone.data.get("replaced_by"), str):
            seen.append(into)
            if into == entry.id:
                yield entry, ("replaced_by",), {"value": " is merged into ".join(seen)}
            if into in seen[:-1]:
                break


def _one_namespace(corpus: Corpus) -> Iterator[Fault]:
    publishers = corpus.judged("publisher")
    for entry in publishers:
        if entry.id in corpus.ids("actor"):
            yield entry, ("id",), {"value": entry.id}
    said = {entry.id for entry in publishers}
    for entry in corpus.judged("actor"):
        if entry.id in corpus.ids("publisher") and entry.id not in said:
            yield entry, ("id",), {"value": entry.id}


def _host_fits_publisher(corpus: Corpus) -> Iterator[Fault]:
    for entry in corpus.authored():
        for source in _view(entry).views("sources[]"):
            publisher = corpus.ids("publisher").get(source.get("publisher"))
            url = source.get("url")
            hosts = publisher.data.get("hosts") if publisher else None
            if not isinstance(url, str) or not isinstance(hosts, list):
                continue
            host = urlsplit(url).hostname or ""
            if not any(host == each or host.endswith(f".{each}") for each in hosts):
                values = {"value": host, "publisher": source.get("publisher"), "allowed": tuple(map(str, hosts))}
                yield entry, (*source.path, "url"), values


def _cancelled_by_link(corpus: Corpus) -> Iterator[Fault]:
    for entry in corpus.judged("event"):
        for link in _view(entry).views("links[]"):
            target = corpus.ids("event").get(link.get("target") or "")
            if link.get("relation") == "cancels" and target and target.data.get("status") in ("scheduled", "ongoing"):
                values = {"value": target.id, "status": target.data.get("status")}
                yield entry, (*link.path, "target"), values


def _names_not_shared(corpus: Corpus) -> Iterator[Fault]:
    for kind in ("actor", "place", "publisher"):
        judged = corpus.judged(kind)
        owners: dict[str, str] = {}
        for entry in corpus.of(kind) if judged else ():
            name = entry.data.get("name")
            if isinstance(name, str):
                owners.setdefault(name, entry.id)
        for entry in judged:
            name = entry.data.get("name")
            if isinstance(name, str) and owners[name] != entry.id:
                yield entry, ("name",), {"value": name, "other": owners[name]}


def _memberships_end(corpus: Corpus) -> Iterator[Fault]:
    for entry in corpus.judged("actor"):
        for row in _view(entry).views("memberships[]"):
            start, end = row.get("start"), row.get("end")
            if isinstance(start, str) and isinstance(end, str) and end < start:
                yield entry, (*row.path, "end"), {"end": end, "start": start}


def _coordinates_have_a_source(corpus: Corpus) -> Iterator[Fault]:
    for entry in corpus.judged("place"):
        given = [name for name in ("latitude", "longitude", "coordinates_from") if entry.data.get(name) is not None]
        if len(given) not in (0, 3):
            yield entry, (given[0],), {"value": ", ".join(given)}


def _land_belongs_to_a_state(corpus: Corpus) -> Iterator[Fault]:
    for entry in corpus.judged("place"):
        if entry.data.get("kind") != _SEA and not entry.data.get("countries"):
            yield entry, ("countries",), {"value": entry.data.get("kind")}


def _state_actor_has_state(corpus: Corpus) -> Iterator[Fault]:
    for entry in corpus.judged("actor"):
        if entry.data.get("kind") == "state" and entry.id not in corpus.ids("state"):
            yield entry, ("id",), {"value": entry.id}


def independent_groups(record: Mapping[str, Any], publishers: Mapping[str, Entry]) -> tuple[str, ...]:
    """Return the independence groups of a record's independent sources, one group for each such source.

    Sources are independent of each other if their publishers' groups differ and neither relays the other or the
    same third: two outlets quoting one broadcast are one source. Sources with the fewest voices are counted first.
    """
    sources = record.get("sources")
    read = [_voices(each, publishers) for each in (sources if isinstance(sources, list | tuple) else ())]
    chosen: list[str] = []
    taken: set[str] = set()
    for group, voices in sorted(read, key=lambda pair: (len(pair[1]), pair[0])):
        if voices and not voices & taken:
            taken |= voices
            chosen.append(group)
    return tuple(chosen)


def _voices(source: Any, publishers: Mapping[str, Entry]) -> tuple[str, frozenset[str]]:
    """Return the group of a source's publisher, and all groups whose voice it carries."""

    def group(speaker: Any) -> str:
        entry = publishers.get(speaker) if isinstance(speaker, str) else None
        value = entry.data.get("independence_group") if entry else speaker
        return value if isinstance(value, str) else ""

    if not isinstance(source, Mapping):
        return "", frozenset()
    relays = source.get("relays")
    own = group(source.get("publisher"))
    heard = {own, *map(group, relays if isinstance(relays, list | tuple) else ())}
    return own, frozenset(heard - {""})


def _two_independent(corpus: Corpus) -> Iterator[Fault]:
    for entry in corpus.authored():
        sources = entry.data.get("sources")
        groups = independent_groups(entry.data, corpus.ids("publisher"))
        if isinstance(sources, list) and len(sources) > 1 and len(groups) < 2:  # noqa: PLR2004
            yield entry, ("sources",), {"value": ", ".join(groups) or "nobody"}


def _overdue(corpus: Corpus) -> Iterator[Fault]:
    for entry in corpus.authored():
        date = entry.data.get("date")
        end = date.get("end", date.get("start")) if isinstance(date, Mapping) else None
        if entry.data.get("status") == "scheduled" and isinstance(end, str) and corpus.as_of and end < corpus.as_of:
            yield entry, ("status",), {"value": end, "as_of": corpus.as_of}


def _stale(_corpus: Corpus) -> Iterator[Fault]:
    """See :func:`apply_exceptions`, which knows what has fired."""
    return iter(())


DATASET_RULES: tuple[DatasetRule, ...] = (
    DatasetRule(
        code="CAS301",
        title="Ids are unique",
        reason="An id names one thing.",
        check=_ids_unique,
        message="The id {value} also stands in {other}.",
        fix="Give the newer record another id.",
        counterexample=Patch(also={"event": [{"$example": {}}]}),
    ),
    DatasetRule(
        code="CAS302",
        title="Links lead to a record",
        reason="A link to nothing cannot be followed.",
        check=_links_resolve,
        message="No record has the id {value}{nearest}.",
        fix="Correct the id; for an event that is not recorded yet add it to dataset/wanted.yaml.",
        counterexample=Patch({"links[0].target": "2025-05-16-istanbul-talk"}),
    ),
    DatasetRule(
        code="CAS303",
        title="Wanted events are yet to be recorded",
        reason="The list says what is missing.",
        check=_links_wanted,
        message="The link leads to {value}, which is wanted and not recorded yet.",
        fix="Nothing, until somebody records it.",
        severity=Severity.WARNING,
        counterexample=Patch(
            {"links[0].target": "2025-05-19-call"}, {"wanted": [{"id": "2025-05-19-call", "title": "A call"}]}
        ),
    ),
    DatasetRule(
        code="CAS304",
        title="Actors are in the registry",
        reason="A name that is spelt in three ways is three actors.",
        check=_resolves("actor", "speaker"),
        message="Nobody has the id {value}{nearest}.",
        fix="Use the registry's id, or add the actor to dataset/registries/actors.yaml.",
        authored_only=True,
        counterexample=Patch({"participants[0].actor": "ukr-ministry-of-magic"}),
    ),
    DatasetRule(
        code="CAS305",
        title="Places are in the registry",
        reason="Coordinates and countries stand there.",
        check=_resolves("place"),
        message="No place has the id {value}{nearest}.",
        fix="Use the registry's id, or add the place to dataset/registries/places.yaml.",
        authored_only=True,
        counterexample=Patch({"locations[0].place": "tur-atlantis"}),
    ),
    DatasetRule(
        code="CAS306",
        title="Publishers are in the registry",
        reason="Independence is judged by their owners.",
        check=_resolves("publisher"),
        message="No publisher has the id {value}{nearest}.",
        fix="Use the registry's id, or add the publisher to dataset/registries/publishers.yaml.",
        authored_only=True,
        counterexample=Patch({"sources[0].publisher": "nobody-news"}),
    ),
    DatasetRule(
        code="CAS307",
        title="Persons are persons of the registry",
        reason="Public officials, in their office only.",
        check=_resolves("person"),
        message="No person has the id {value}{nearest}.",
        fix="Use the registry's id, or add the person to dataset/registries/actors.yaml (kind: person).",
        authored_only=True,
        counterexample=Patch({"participants[0].represented_by[0].person": "UKR"}),
    ),
    DatasetRule(
        code="CAS308",
        title="States are in the table of states",
        reason="Codes and numbers are looked up there.",
        check=_resolves("state"),
        message="No state has the code {value}{nearest}.",
        fix="Use the ISO3 code of a state in dataset/registries/states.yaml, or add the state.",
        counterexample=Patch(
            also={"place": [{"id": "xxx-nowhere", "kind": "city", "name": "Nowhere", "countries": [{"state": "XXX"}]}]}
        ),
    ),
    DatasetRule(
        code="CAS309",
        title="No event is part of itself",
        reason="A whole cannot be a part of its parts.",
        check=_no_part_of_cycle,
        message="{value} is part of {target}, which is, by way of its own links, part of it.",
        fix="Remove one of the part-of links.",
        counterexample=Patch(
            {"links[0].relation": "part-of"},
            {
                "event": [
                    {
                        "$example": {
                            "id": "2025-05-16-istanbul-talks",
                            "links": [{"key": "k1", "relation": "part-of", "target": "2025-06-02-istanbul-talks"}],
                            "sources[0].url": "https://example.org/first",
                        }
                    }
                ]
            },
        ),
    ),
    DatasetRule(
        code="CAS310",
        title="One page is described one way",
        reason="The sources are one table.",
        check=_one_page_one_description,
        message="{name} of this page is {value} here and {known} in {other}.",
        fix="Make the two entries equal.",
        authored_only=True,
        counterexample=Patch(
            also={
                "event": [
                    {
                        "$example": {
                            "id": "2025-06-02-other",
                            "links": [{"key": "k1", "relation": "same-series", "target": "2025-06-02-istanbul-talks"}],
                            "sources[0].title": "Another title",
                        }
                    }
                ]
            }
        ),
    ),
    DatasetRule(
        code="CAS311",
        title="What is gone stays gone",
        reason="An id is never used again.",
        check=_gone_stays_gone,
        message="The id {value} was withdrawn or merged on {on}.",
        fix="Give the record another id.",
        counterexample=Patch(
            also={
                "revision": [
                    {
                        "id": "2025-06-02-istanbul-talks",
                        "kind": "withdrawn",
                        "on": "2025-07-01",
                        "reason": "An example.",
                    }
                ]
            }
        ),
    ),
    DatasetRule(
        code="CAS312",
        title="No link leads to what is gone",
        reason="Readers would follow it into nothing.",
        check=_no_link_to_gone,
        message="{value} was withdrawn or merged; its content is now in {new}.",
        fix="Link to the record that replaced it, or remove the link.",
        counterexample=Patch(
            {"links[0].target": "2025-05-16-old"},
            {
                "revision": [
                    {
                        "id": "2025-05-16-old",
                        "kind": "merged",
                        "on": "2025-07-01",
                        "reason": "An example.",
                        "replaced_by": "2025-05-16-istanbul-talks",
                    }
                ]
            },
        ),
    ),
    DatasetRule(
        code="CAS313",
        title="A merged record says into which",
        reason="Old ids must lead somewhere.",
        check=_merged_into_something,
        message="{id} is replaced by {value}.",
        fix="Give `replaced_by` the id of a record if, and only if, the kind is merged.",
        counterexample=Patch(
            also={"revision": [{"id": "2025-05-16-old", "kind": "merged", "on": "2025-07-01", "reason": "An example."}]}
        ),
    ),
    DatasetRule(
        code="CAS314",
        title="Actors and publishers share one namespace",
        reason="Both can be claimants.",
        check=_one_namespace,
        message="{value} is the id of an actor and of a publisher.",
        fix="Rename one of the two.",
        counterexample=Patch(
            also={
                "publisher": [
                    {
                        "id": "UKR",
                        "name": "UKR News",
                        "hosts": ["ukr.example"],
                        "owner": "private",
                        "independence_group": "ukr-news",
                    }
                ]
            }
        ),
    ),
    DatasetRule(
        code="CAS315",
        title="The address fits the publisher",
        reason="A page on another host is another publisher's.",
        check=_host_fits_publisher,
        message="The host {value} is not one of those of {publisher}.",
        fix="Correct the publisher or the address, or add the host to the registry.",
        authored_only=True,
        counterexample=Patch({"sources[0].url": "https://elsewhere.example/talks"}),
    ),
    DatasetRule(
        code="CAS316",
        title="What a record cancels is not still planned or under way",
        reason="The status of an event agrees with what later events did to it.",
        check=_cancelled_by_link,
        message="The link cancels {value}, whose status is {status}.",
        fix="Correct the other record's status.",
        counterexample=Patch(
            {"links[0].relation": "cancels"},
            {
                "event": [
                    {
                        "$example": {
                            "id": "2025-05-16-istanbul-talks",
                            "status": "scheduled",
                            "date.start": "2025-08-01",
                            "date.end": "2025-08-01",
                            "status_history": REMOVE,
                            "outcome": REMOVE,
                            "links": REMOVE,
                            "sources[0].url": "https://example.org/first",
                        }
                    }
                ]
            },
        ),
    ),
    DatasetRule(
        code="CAS317",
        title="A name belongs to one entry",
        reason="Two entries of one name are one thing twice.",
        check=_names_not_shared,
        message="{value} is also the name of {other}.",
        fix="Merge the two entries, or make the names tell them apart.",
        counterexample=Patch(also={"actor": [{"id": "ukr-two", "kind": "group", "name": "Ukraine"}]}),
    ),
    DatasetRule(
        code="CAS318",
        title="A membership does not end before it begins",
        reason="Sides are derived from it.",
        check=_memberships_end,
        message="The membership ends {end}, before it starts {start}.",
        fix="Correct the day that is wrong.",
        counterexample=Patch(
            also={
                "actor": [
                    {
                        "id": "ukr-two",
                        "kind": "group",
                        "name": "Two",
                        "memberships": [{"of": "UKR", "kind": "part-of", "start": "2025-02-01", "end": "2025-01-01"}],
                    }
                ]
            }
        ),
    ),
    DatasetRule(
        code="CAS319",
        title="Every exception still applies",
        reason="A stale exception hides the next mistake.",
        check=_stale,
        message="The exception from {code} for {value} does not apply to anything.",
        fix="Remove it from dataset/exceptions.yaml.",
        counterexample=Patch(
            also={"exception": [{"code": "CAS501", "id": "2025-06-02-istanbul-talks", "reason": "An example."}]}
        ),
    ),
    DatasetRule(
        code="CAS320",
        title="Coordinates come in pairs and with their source",
        about_key=True,
        reason="Coordinates may be used only from openly licensed sources.",
        check=_coordinates_have_a_source,
        message="Of latitude, longitude and coordinates_from only {value} is given.",
        fix="Give all three, or none.",
        counterexample=Patch(
            also={
                "place": [
                    {
                        "id": "ukr-somewhere",
                        "kind": "city",
                        "name": "Somewhere",
                        "latitude": 50.0,
                        "countries": [{"state": "UKR"}],
                    }
                ]
            }
        ),
    ),
    DatasetRule(
        code="CAS321",
        title="A state among the actors is in the table of states",
        reason="Its numbers in the field's lists are looked up there.",
        check=_state_actor_has_state,
        message="The table of states has no {value}.",
        fix="Add the state to dataset/registries/states.yaml.",
        counterexample=Patch(also={"actor": [{"id": "XXX", "kind": "state", "name": "Xland"}]}),
    ),
    DatasetRule(
        code="CAS322",
        title="Mergers lead to a record",
        reason="Whoever follows an old id must arrive somewhere.",
        check=_mergers_end,
        message="{value}: a circle.",
        fix="Let one of them be replaced by the record that holds the content now.",
        counterexample=Patch(
            also={
                "revision": [
                    {
                        "id": "2025-05-16-old",
                        "kind": "merged",
                        "on": "2025-07-01",
                        "reason": "An example.",
                        "replaced_by": "2025-05-16-old",
                    }
                ]
            }
        ),
    ),
    DatasetRule(
        code="CAS323",
        title="A place on land belongs to a state",
        reason="Countries of events are looked up there; only seas can belong to none.",
        check=_land_belongs_to_a_state,
        message="A place of the kind {value} has no `countries`.",
        fix="Add the state or states that it belongs to by law, whoever controls it.",
        counterexample=Patch(also={"place": [{"id": "ukr-somewhere", "kind": "city", "name": "Somewhere"}]}),
    ),
    DatasetRule(
        code="CAS502",
        title="Two independent publishers",
        reason="Copies of one report are one report.",
        check=_two_independent,
        message="All sources go back to {value}.",
        fix="Look for a second publisher of another owner that does not relay the same report; if there is none, say "
        "so in `coding.notes`.",
        severity=Severity.WARNING,
        authored_only=True,
        counterexample=Patch({"sources[1].relays": ["example-news"]}),
    ),
    DatasetRule(
        code="CAS504",
        title="What was scheduled is followed up",
        reason="Readers want to know what came of it.",
        check=_overdue,
        message="The event is still scheduled, for {value}; the records were kept up to {as_of}.",
        fix="Find out what came of it and set the status.",
        severity=Severity.WARNING,
        authored_only=True,
        counterexample=Patch({"status": "scheduled", "status_history": REMOVE, "outcome": REMOVE}),
    ),
    DatasetRule(
        code="CAS506",
        title="One event is recorded once",
        reason="The same event under two ids is counted twice.",
        check=near_duplicates,
        message="This looks like the same event as {value}: {why}.",
        fix="If it is, keep one record. If it is another event, link one to the other (same-series, follows ...), or "
        "list it in dataset/exceptions.yaml with the reason.",
        severity=Severity.WARNING,
        authored_only=True,
        counterexample=Patch(
            also={
                "event": [
                    {
                        "$example": {
                            "id": "2025-06-02-istanbul-meeting",
                            "title": "Second round of Russia-Ukraine talks held in Istanbul",
                            "sources[0].url": "https://example.org/meeting",
                            "sources[1].url": "https://other.example/meeting",
                        }
                    }
                ]
            }
        ),
    ),
)
