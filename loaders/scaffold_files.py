"""Where a new record goes, what it is judged against, and how it is written."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from casus.checking import Report
from casus.collection import LISTS, dataset_folder_of, list_entries, read_collection
from casus.documents import read_document
from casus.naming import Names, names_for, names_of_entries
from casus.scaffolding import NewRecord, checked, record_text
from casus.schema.corpus import Entry
from casus.schema.errors import UsageError

_SCHEMA = "event.schema.json"


@dataclass(frozen=True)
class Surroundings:
    """What surrounds a new record: its folder, the dataset folder if there is one, registries of one's own."""

    into: Path | None
    dataset: Path | None
    own: tuple[Entry, ...]
    names: Names

    @classmethod
    def of(cls, into: Path | None, registry: Sequence[Path] = ()) -> Surroundings:
        """Look around: from the folder to write to, or else from the current folder.

        Raises
        ------
        UsageError
            If there is neither a folder to write to nor a dataset folder, or a registry cannot be read.
        """
        here = Path.cwd()
        start = into if into is not None else here / "dataset" if (here / "dataset").is_dir() else here
        dataset = dataset_folder_of(start)
        if into is None and dataset is None:
            raise UsageError("Here is no dataset folder. Say with --into which folder the record goes to.")
        own = tuple(_own_entries(registry))
        return cls(into, dataset, own, names_for(start) + names_of_entries(own))

    def path_of(self, event_id: str) -> Path:
        """Return the file of a record."""
        if self.into is not None:
            return self.into / f"{event_id}.yaml"
        assert self.dataset is not None  # noqa: S101 - `of` has seen to it
        return _short(self.dataset / "records" / event_id[:4] / f"{event_id}.yaml")

    def context(self) -> list[Entry]:
        """Return the entries that the record is judged among."""
        from casus.releases import bundled

        entries = bundled().entries() if self.dataset is None else read_collection(self.dataset).corpus.entries
        mine = {(each.kind, each.id) for each in self.own}
        return [*(each for each in entries if (each.kind, each.id) not in mine), *self.own]


@dataclass(frozen=True, slots=True)
class Written:
    """What became of a new record: its file (None if the rules refused it), what was found, what is left to do."""

    path: Path | None
    report: Report
    left: tuple[str, ...] = ()


def write_new(record: NewRecord, around: Surroundings) -> Written:
    """Check a new record and write it, whole or not at all.

    Raises
    ------
    UsageError
        If its file exists, or cannot be written.
    """
    path = around.path_of(record.id)
    report = checked(record, path, around.context())
    if report.errors:
        return Written(None, report)
    schema, portable = schema_beside(path)
    text = record_text(record, schema)
    _write(path, text)
    return Written(path, report, tuple(_left(record, portable=portable)))


def schema_beside(path: Path) -> tuple[str, bool]:
    """Return what the modeline of a record names, and whether that holds on other machines too.

    This is the committed schema in a folder above the record, or else the one that is installed.
    """
    folder = path.resolve().parent
    for parent in folder.parents if not folder.is_dir() else (folder, *folder.parents):
        for name in (f"schema/json/{_SCHEMA}", _SCHEMA):
            if (parent / name).is_file():
                return Path(os.path.relpath(parent / name, folder)).as_posix(), True
    return Path(str(files("casus.schema"))).joinpath("json", _SCHEMA).as_uri(), False


def _own_entries(paths: Iterable[Path]) -> Iterator[Entry]:
    kinds = {Path(name).name: kind for name, kind in LISTS.items()}
    for folder in paths:
        found = [folder / name for name in kinds if (folder / name).is_file()]
        if not found:
            raise UsageError(f"{folder} holds no registry. A registry is a folder with {', '.join(kinds)}.")
        for path in found:
            document = read_document(path)
            findings = list(document.findings)
            yield from list_entries(document, kinds[path.name], findings)
            if findings:
                raise UsageError(f"{findings[0].one_line()} Correct the registry first.")


def _left(record: NewRecord, *, portable: bool) -> Iterator[str]:
    if len(record.sources) == 1:
        yield "look for a second, independent source; if there is none, say so in `coding.notes`"
    else:
        yield "say in each source what it carries (`supports`), or point to it from the rows that it carries"
    if not record.actors:
        yield "add who took part (`participants`); `casus find` knows the ids"
    if not record.places and record.type not in ("statement", "response", "proposal"):
        yield "add where it took place (`locations`)"
    if any(source.published is None for source in record.sources):
        yield "set the day of publication of each page that states one (`published`)"
    yield "add the numbers, claims and links that the sources give; the comments at the end of the file say how"
    if not portable:
        yield (
            "for editor help on other machines too, put the schema beside your records: casus schema > "
            f"{_SCHEMA}, and name that file in the first line"
        )


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError:
        raise UsageError(f"{path} exists, and is not overwritten. Give the record another --slug.") from None
    except OSError as error:
        raise UsageError(f"{path}: cannot be written ({error.strerror}). Give another folder with --into.") from None


def _short(path: Path) -> Path:
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path
