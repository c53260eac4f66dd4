"""How much of what is known to have happened is coded: the reference lists against the records."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from casus.collection import read_collection
from casus.reference_lists import ReferenceEntry, ReferenceLists, read_reference_lists
from casus.schema.corpus import Corpus
from casus.schema.errors import UsageError
from casus.schema.rules.dataset import independent_groups
from casus.schema.vocabulary import vocabulary

#: Relations that say no more than that one event came after, or is of a row with, another.
_WEAK = frozenset({"follows", "same-series"})
_ENOUGH = 2
_DIPLOMACY = "diplomacy"
#: Lists whose records are of the diplomatic track, votes and annexations among them.
_DIPLOMATIC_LISTS = frozenset(
    {"agreements", "meetings", "missions", "proposals", "recognitions", "rounds", "truces", "votes"}
)


@dataclass(frozen=True, slots=True)
class Coverage:
    """The reference lists, and which of their entries are coded.

    Attributes
    ----------
    lists
        The lists.
    events
        The records of the dataset, by id.
    corpus
        Records and registries.
    """

    lists: ReferenceLists
    events: Mapping[str, Mapping[str, Any]]
    corpus: Corpus

    def is_coded(self, entry: ReferenceEntry) -> bool:
        """Whether a record of the dataset codes the entry."""
        return any(record in self.events for record in self.lists.records_of(entry))

    def of(self, kind: str) -> list[ReferenceEntry]:
        """Return the entries of one list."""
        return [entry for entry in self.lists.entries if entry.kind == kind]

    def missing(self, kind: str) -> list[ReferenceEntry]:
        """Return the entries of a list that no record codes."""
        return [entry for entry in self.of(kind) if not self.is_coded(entry)]

    def share(self, kind: str) -> float:
        """Return the share of a list that is coded, 0 to 1."""
        return 1 - len(self.missing(kind)) / len(self.of(kind))

    def well_sourced(self) -> float:
        """Return the share of the records that rest on at least two independent sources."""
        publishers = self.corpus.ids("publisher")
        return _share(len(independent_groups(event, publishers)) >= _ENOUGH for event in self.events.values())

    def linked(self) -> float:
        """Return the share of the records with a link of substance, out of or into them."""
        ends = {
            end
            for id_, event in self.events.items()
            for link in event.get("links", ())
            if link.get("relation") not in _WEAK
            for end in (id_, link.get("target"))
        }
        return _share(id_ in ends for id_ in self.events)

    def linking(self) -> float:
        """Return the share of the records that have a link of substance of their own."""
        return _share(
            any(link.get("relation") not in _WEAK for link in event.get("links", ())) for event in self.events.values()
        )

    def domain(self, event: Mapping[str, Any]) -> str:
        """Return the domain of an event's type: diplomacy, pressure or military."""
        types = vocabulary("event-types")
        return str(types[event["type"]].extra["domain"]) if event.get("type") in types.codes else "unknown"

    def records(self, kinds: Iterable[str]) -> set[str]:
        """Return the ids of the records that code entries of some lists."""
        chosen = set(kinds)
        entries = (entry for entry in self.lists.entries if entry.kind in chosen)
        return {record for entry in entries for record in self.lists.records_of(entry) if record in self.events}

    def diplomatic(self) -> set[str]:
        """Return the ids of the diplomatic records: of the domain, and votes and formal ties of the lists of talks."""
        of_lists = self.records(kind for kind in self.lists.kinds if kind in _DIPLOMATIC_LISTS)
        return of_lists | {id_ for id_, event in self.events.items() if self.domain(event) == _DIPLOMACY}

    def crossing(self, records: Iterable[str]) -> float:
        """Return the share of some records with a link of substance to or from a diplomatic one."""
        diplomatic = self.diplomatic()
        crossed = {
            end
            for id_, event in self.events.items()
            for link in event.get("links", ())
            if link.get("relation") not in _WEAK
            for end, other in ((id_, link.get("target")), (link.get("target"), id_))
            if other in diplomatic
        }
        return _share(id_ in crossed for id_ in records)

    def to_markdown(self) -> str:
        """Return the page ``docs/coverage.md``."""
        return "\n".join(_page(self)).rstrip() + "\n"

    def to_text(self) -> str:
        """Return one line a list."""
        width = max(map(len, self.lists.kinds))
        return "\n".join(
            f"{kind:{width}}  {len(self.of(kind)) - len(self.missing(kind)):4} of {len(self.of(kind)):4}"
            f"  {_percent(self.share(kind))}"
            for kind in self.lists.kinds
        )


def coverage(folder: Path) -> Coverage:
    """Compare the reference lists of a dataset folder with its records.

    Parameters
    ----------
    folder
        The dataset folder, with ``records/`` and ``reference/``.

    Raises
    ------
    UsageError
        If the folder is no dataset folder, a list is wrong, or ``coded.csv`` names a record that is not there.
    """
    lists = read_reference_lists(folder)
    corpus = read_collection(folder).corpus
    events = {entry.id: entry.data for entry in corpus.of("event")}
    lost = sorted(
        f"{folder / 'reference' / 'coded.csv'}: {record}, named for {entry}, is not a record."
        for entry, records in lists.coded.items()
        for record in records
        if record not in events
    )
    if lost:
        raise UsageError("\n".join(lost))
    return Coverage(lists, events, corpus)


def _page(found: Coverage) -> Iterator[str]:
    yield "# Coverage"
    yield ""
    yield "<!-- Written by `casus coverage dataset --update docs/coverage.md`; do not edit. -->"
    yield ""
    yield (
        "What is known to have happened stands in the lists of [dataset/reference](../dataset/reference/README.md),"
        " made before the records were coded and independently of them, but for the entries that are named there. This"
        " page says how much of each list is coded."
        " A list is as complete as the pages that it was taken from: what none of them names is missing here too."
    )
    yield ""
    yield from _by_list(found)
    yield from _not_coded(found)
    yield from _records(found)


def _by_list(found: Coverage) -> Iterator[str]:
    years = sorted({entry.year for entry in found.lists.entries})
    yield "## By list and year"
    yield ""
    yield "Coded of listed; the year is that of the first day."
    yield ""
    yield f"| list | {' | '.join(map(str, years))} | all | share |"
    yield f"| --- | {' | '.join('---:' for _ in years)} | ---: | ---: |"
    for kind in found.lists.kinds:
        entries = found.of(kind)
        cells = [_fraction(found, [entry for entry in entries if entry.year == year]) for year in years]
        yield f"| {kind} | {' | '.join(cells)} | {_fraction(found, entries)} | {_percent(found.share(kind))} |"
    yield ""


def _not_coded(found: Coverage) -> Iterator[str]:
    yield "## Listed and not coded"
    yield ""
    missing = [entry for kind in found.lists.kinds for entry in found.missing(kind)]
    if not missing:
        yield "Nothing."
    for entry in missing:
        yield f"- {entry.kind}: {entry.date}, {entry.name} ([page]({entry.page}))"
    yield ""


def _records(found: Coverage) -> Iterator[str]:
    events = found.events.values()
    sources = [source for event in events for source in event.get("sources", ())]
    groups = {entry.id: entry.data.get("independence_group") for entry in found.corpus.of("publisher")}
    yield "## The records"
    yield ""
    yield (
        f"{len(events)} records cite {len({source.get('url') for source in sources})} pages of"
        f" {len({source.get('publisher') for source in sources})} publishers in"
        f" {len({groups.get(source.get('publisher')) for source in sources})} independence groups."
        f" {_percent(found.well_sourced())} of the records rest on at least two independent sources;"
        f" {_percent(found.linking())} say how they stand to another event (`follows` and `same-series` not counted),"
        f" and {_percent(found.linked())} do or are the target of such a link."
    )
    yield ""
    yield from _threads(found)
    yield from _table("type", (event.get("type") for event in events), "records", events)
    yield from _table("status", (event.get("status") for event in events), "records", events)
    yield from _table("language", (source.get("language", "en") for source in sources), "citations")
    publishers = (source.get("publisher") for source in sources)
    yield from _table("publisher (20 cited most)", publishers, "citations", most=20)


def _threads(found: Coverage) -> Iterator[str]:
    """Yield the tables of the threads: how well sourced each is, and how many of its records lead to the table."""
    publishers = found.corpus.ids("publisher")
    by_domain: dict[str, list[str]] = {}
    for id_, event in found.events.items():
        by_domain.setdefault(found.domain(event), []).append(id_)
    groups = {id_: len(independent_groups(event, publishers)) for id_, event in found.events.items()}
    yield (
        "How many records rest on two independent sources or more, and how many have a link of substance to or from a"
        " diplomatic record: one of the domain of diplomacy, or of the lists of votes and recognitions."
    )
    yield ""
    yield from _shares("domain", sorted(by_domain.items()), groups, found)
    others = [kind for kind in found.lists.kinds if kind not in _DIPLOMATIC_LISTS]
    yield from _shares("list", [(kind, sorted(found.records([kind]))) for kind in others], groups, found)


def _shares(
    title: str, parts: Iterable[tuple[str, list[str]]], groups: Mapping[str, int], found: Coverage
) -> Iterator[str]:
    yield f"| {title} | records | two or more independent sources | linked with a diplomatic record |"
    yield "| --- | ---: | ---: | ---: |"
    for name, ids in parts:
        enough = _share(groups[id_] >= _ENOUGH for id_ in ids)
        yield f"| {name} | {len(ids)} | {_percent(enough)} | {_percent(found.crossing(ids))} |"
    yield ""


def _table(
    title: str,
    values: Iterable[Any],
    what: str,
    events: Iterable[Mapping[str, Any]] = (),
    most: int | None = None,
) -> Iterator[str]:
    """Yield a table of counts; with events, by the year of each as well."""
    values = list(values)
    by_year = Counter(zip(values, (str(event.get("id"))[:4] for event in events), strict=False))
    years = sorted({year for _, year in by_year})
    yield f"| {title} | {''.join(f'{year} | ' for year in years)}{what} |"
    yield f"| --- | {'---: | ' * len(years)}---: |"
    for value, count in sorted(Counter(values).items(), key=lambda item: (-item[1], str(item[0])))[:most]:
        yield f"| {value} | {''.join(f'{by_year[value, year]} | ' for year in years)}{count} |"
    yield ""


def _fraction(found: Coverage, entries: list[ReferenceEntry]) -> str:
    return f"{sum(map(found.is_coded, entries))} of {len(entries)}" if entries else ""


def _share(truths: Iterable[bool]) -> float:
    each = list(truths)
    return sum(each) / len(each) if each else 0.0


def _percent(share: float) -> str:
    """Return a share in whole percent, rounded down: 100 % only where nothing is missing."""
    return f"{int(share * 100 + 1e-9)} %"
