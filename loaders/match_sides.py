"""What is compared: a release, a dataset folder, an import or a Parquet file of records, as columns and registries."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from casus.schema.errors import InvalidRecordsError, UsageError
from casus.spelling import latin

if TYPE_CHECKING:
    import pyarrow as pa

    from casus.releases import Release

#: The fields of a record that are compared.
COLUMNS = ("id", "type", "mode", "title", "summary", "date", "locations", "participants", "quantities")
#: Kinds of places whose point stands for an area.
_COARSE = ("border", "country", "district", "region", "sea")
#: From this precision of a location on its point stands for an area.
_COARSE_PRECISION = 4
_FROM_AFAR = ("launch", "origin")
_ISO3 = 3

Row = dict[str, Any]


class Spot(NamedTuple):
    """A place: its names as comparable text, its point if it has one of its own, and the state it is in."""

    names: frozenset[str]
    latitude: float | None
    longitude: float | None
    country: str | None
    coarse: bool


@dataclass
class Side:
    """One of the two things that are compared.

    Attributes
    ----------
    name
        What it is called in the report.
    table
        The records, with the columns that are compared.
    places
        Places by id.
    actors
        By id of an actor: everything that it is called, and the states that it is or belongs to, comparable with those
        of another registry.
    """

    name: str
    table: pa.Table
    places: Mapping[str, Spot]
    actors: Mapping[str, frozenset[str]]

    def __len__(self) -> int:
        return int(self.table.num_rows)

    @cached_property
    def dates(self) -> tuple[Any, Any]:
        """First and last days as numbers; records without a first day have a last day before it."""
        import numpy as np
        import pyarrow as pa
        import pyarrow.compute as pc

        date = self.table.column("date")
        start = pc.struct_field(date, "start").cast(pa.int32())
        end = pc.coalesce(pc.struct_field(date, "end").cast(pa.int32()), start)
        first = np.asarray(pc.fill_null(start, 1), np.int64)
        return first, np.where(np.asarray(start.is_valid()), np.asarray(pc.fill_null(end, 0), np.int64), first - 1)

    @cached_property
    def main_places(self) -> tuple[Any, Any, Any, Any]:
        """Latitude and longitude of records with one place (else NaN), whether it is exact, its state (else -1)."""
        import numpy as np

        length = len(self)
        latitude, longitude = np.full(length, np.nan), np.full(length, np.nan)
        exact, country = np.zeros(length, bool), np.full(length, -1, np.int64)
        for row, spots in enumerate(self._spots()):
            states = {spot.country for spot in spots}
            if len(states) == 1 and (state := states.pop()):
                country[row] = _number(state)
            if len(spots) == 1 and spots[0].latitude is not None:
                latitude[row], longitude[row], exact[row] = spots[0].latitude, spots[0].longitude, not spots[0].coarse
        return latitude, longitude, exact, country

    def _spots(self) -> Iterator[list[Spot]]:
        for batch in self.table.select(["locations"]).to_batches(max_chunksize=65_536):
            for locations in batch.column(0).to_pylist():
                yield list(spots_of(locations, self.places))

    def rows(self, numbers: Any) -> dict[int, Row]:
        """Return some records by their number, each once."""
        import numpy as np
        import pyarrow as pa

        wanted = np.unique(np.asarray(numbers, np.int64))
        found = self.table.take(pa.array(wanted)).to_pylist()
        return dict(zip(wanted.tolist(), found, strict=True))


def spots_of(locations: Iterable[Row], places: Mapping[str, Spot]) -> Iterator[Spot]:
    """Yield where an event happened; from where it was launched only if nothing else is known."""
    chosen = [each for each in locations if each["role"] not in _FROM_AFAR] or list(locations)
    for each in chosen:
        spot = places.get(each["place"])
        if spot is not None:
            yield spot._replace(coarse=True) if each["precision"] >= _COARSE_PRECISION else spot


def open_side(what: str | Path) -> Side:
    """Return what is named: a version, or the path of a release, a dataset folder, an import or a Parquet file.

    Raises
    ------
    UsageError
        If it is none of these.
    InvalidRecordsError
        If a record is invalid.
    """
    from casus.releases import bundled

    path = Path(what)
    if path.is_file():
        return _of_file(path)
    if (path / "dataset.yaml").is_file():
        return _of_dataset(path)
    if (path / "records").is_dir() and any((path / "records").glob("*.parquet")):
        return _of_import(path)
    if path.is_dir() and not (path / "manifest.json").is_file():
        raise UsageError(
            f"{path} is no release (manifest.json), no dataset folder (dataset.yaml) and no import "
            "(records/*.parquet). Give one of these, a version, or a Parquet file of records."
        )
    release = bundled(what)
    return Side(release.version, release.table("records").select(list(COLUMNS)), *_registries(release))


def _registries(release: Release) -> tuple[dict[str, Spot], dict[str, frozenset[str]]]:
    names: dict[tuple[str, str], list[str]] = {}
    for row in release.table("names").to_pylist():
        names.setdefault((row["registry"], row["id"]), []).append(row["name"])
    above: dict[str, list[str]] = {}
    for row in release.table("memberships").to_pylist():
        if row["kind"] != "member":
            above.setdefault(row["actor"], []).append(row["of"])
    actors = release.table("actors").to_pylist()
    return (
        places_of([row | {"aliases": names.get(("place", row["id"]))} for row in release.table("places").to_pylist()]),
        actors_of([row | {"aliases": names.get(("actor", row["id"])), "of": above.get(row["id"])} for row in actors]),
    )


def _of_dataset(folder: Path) -> Side:
    from casus.checking import read_entry
    from casus.collection import read_collection
    from casus.parquet_records import to_arrow
    from casus.schema.event import Event

    corpus = read_collection(folder).corpus
    events: list[Event] = []
    for entry in corpus.of("event"):
        model, findings = read_entry(entry)
        if not isinstance(model, Event):
            raise InvalidRecordsError(list(findings))
        events.append(model)
    places = [
        {**each.data, "country": _only(each.data.get("countries"))}
        for each in corpus.of("place")
        if each.data.get("id")
    ]
    actors = [
        {**each.data, "of": [row["of"] for row in each.data.get("memberships", ()) if row.get("kind") != "member"]}
        for each in corpus.of("actor")
    ]
    return Side(str(folder), to_arrow(events).select(list(COLUMNS)), places_of(places), actors_of(actors))


def _only(countries: Any) -> str | None:
    states = {row.get("state") for row in countries or () if not row.get("end")}
    return states.pop() if len(states) == 1 else None


def _of_import(folder: Path) -> Side:
    import pyarrow as pa

    tables = [_records(path) for path in sorted((folder / "records").glob("*.parquet"))]
    return Side(str(folder), pa.concat_tables(tables).unify_dictionaries(), *_beside(folder))


def _of_file(path: Path) -> Side:
    places, actors = _beside(path.parent)
    if not places and not actors:
        places, actors = _beside(path.parent.parent)
    if not places and not actors:
        from casus.releases import bundled

        places, actors = _registries(bundled())
    return Side(str(path), _records(path), places, actors)


def _records(path: Path) -> pa.Table:
    """Return the records of a Parquet file, if it can hold records."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from casus.schema.columnar import batch_problems
    from casus.schema.rules.file import finding

    try:
        problems = batch_problems(pq.read_schema(path))
        if problems:
            raise InvalidRecordsError([finding("CAS446", problem=each).at(file=str(path)) for each in problems])
        return pq.read_table(path, columns=list(COLUMNS), partitioning=None)
    except (pa.ArrowException, OSError) as error:
        said = str(error).partition("\n")[0]
        raise InvalidRecordsError([finding("CAS447", problem=said).at(file=str(path))]) from None


def _beside(folder: Path) -> tuple[dict[str, Spot], dict[str, frozenset[str]]]:
    """Return the registries that lie in a folder as Parquet files; none where there are none."""
    import pyarrow.parquet as pq

    found = [
        pq.read_table(path).to_pylist() if path.is_file() else []
        for path in (folder / "places.parquet", folder / "actors.parquet")
    ]
    return places_of(found[0]), actors_of(found[1])


def places_of(rows: Iterable[Row]) -> dict[str, Spot]:
    """Return the places of a registry; one without a point takes that of the place it lies in, as an area."""
    known = {row["id"]: row for row in rows}
    return {place: _spot(row, known) for place, row in known.items()}


def _spot(row: Row, known: Mapping[str, Row]) -> Spot:
    names = frozenset(latin(name) for name in (row.get("name"), *(row.get("aliases") or ())) if name)
    coarse = row.get("kind") in _COARSE
    country, around, seen = row.get("country"), row, {row["id"]}
    while around.get("latitude") is None and around.get("within") in known and around["within"] not in seen:
        around, coarse = known[around["within"]], True
        seen.add(around["id"])
        country = country or around.get("country")
    return Spot(names, around.get("latitude"), around.get("longitude"), country, coarse)


def actors_of(rows: Iterable[Row]) -> dict[str, frozenset[str]]:
    """Return what the actors of a registry are called; ``of`` is what each belongs to, one or several."""
    known = {row["id"]: row for row in rows}
    return {actor: frozenset(_called(actor, known)) for actor in known}


def _called(actor: str, known: Mapping[str, Row]) -> Iterator[str]:
    row = known[actor]
    yield from (latin(name) for name in (row.get("name"), *(row.get("aliases") or ())) if name)
    waiting, seen = [actor], set()
    while waiting:
        current = waiting.pop()
        if current in seen:
            continue
        seen.add(current)
        if len(current) == _ISO3 and current.isupper():
            yield current
            continue
        of = known.get(current, {}).get("of") or ()
        waiting += [of] if isinstance(of, str) else list(of)


def tokens(actor: str, actors: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """Return what an actor is called; of one that no registry has, its id."""
    return actors.get(actor) or frozenset({actor if actor.isupper() else latin(actor.rpartition(":")[2])})


def _number(state: str) -> int:
    """Return a number for a state's code, the same on both sides."""
    return int.from_bytes(state.encode("ascii", "replace")[:_ISO3].ljust(_ISO3, b"?"))
