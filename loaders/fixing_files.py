"""Safe repairs of files: read, repaired, moved to where their id belongs, written whole or not at all."""

from __future__ import annotations

import difflib
import os
import re
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from casus.collection import LISTS, dataset_folder_of, record_files
from casus.documents import MOST_BYTES, parse
from casus.fixing import Fixed, fix_text
from casus.naming import Names, names_for, names_of_entries
from casus.repairs import Change, Repair
from casus.schema.constraints import Pattern
from casus.schema.corpus import Entry
from casus.schema.description import describe
from casus.schema.errors import UsageError
from casus.schema.event import Event, profile_of
from casus.schema.rules.file import finding

_LISTS = {Path(name).name: kind for name, kind in LISTS.items()}
_YAML = (".yaml", ".yml")
_HEAD = "dataset.yaml"


@dataclass(frozen=True, slots=True)
class FixedFile:
    """A file, its content before and after the repairs, and where it belongs."""

    path: Path
    before: bytes
    fixed: Fixed
    goes_to: Path

    @property
    def changed(self) -> bool:
        """Whether anything about the file is repaired."""
        return bool(self.fixed.changes)

    @property
    def problem(self) -> str | None:
        """Why the file was left alone, if it was."""
        return self.fixed.problem

    def diff(self) -> Iterator[str]:
        """Yield the lines of a unified diff; line ends and byte-order marks are not lines of it."""
        text = self.before.decode("utf-16" if self.before[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig", "replace")
        old, new = (each.removesuffix("\n").split("\n") for each in (text.replace("\r\n", "\n"), self.fixed.text))
        if self.goes_to != self.path:
            yield f"rename from {self.path}"
            yield f"rename to {self.goes_to}"
        yield from difflib.unified_diff(old, new, str(self.path), str(self.goes_to), lineterm="")


def fix_files(
    paths: Sequence[Path], *, names: Names | None = None, registry: Sequence[Path] = (), write: bool = True
) -> Iterator[FixedFile]:
    """Repair record files, and registry files, one after the other.

    Parameters
    ----------
    paths
        YAML files, or folders that hold them; other files of a folder are passed over.
    names
        The names that are turned into ids; None takes those that each file is written with
        (see :func:`casus.naming.names_for`).
    registry
        Folders with registries of one's own, whose names count too.
    write
        Whether to write what is repaired. False only tells.

    Yields
    ------
    FixedFile
        Every file that was looked at, as soon as it is written.

    Raises
    ------
    UsageError
        If a path does not exist or cannot be read or written, is no YAML file, or ruamel.yaml is needed and not there.
    """
    taken: set[Path] = set()
    look_up = _names_by_folder(registry) if names is None else lambda _path: names
    for path in _yaml_files(paths):
        done = _fix_file(path, look_up, taken)
        taken.add(done.goes_to.resolve())
        if write and done.changed:
            _write(done)
        yield done


def _names_by_folder(registry: Sequence[Path]) -> Callable[[Path], Names]:
    """Return a function that gives the names for a path, those of one's own among them; each folder is read once."""
    own = names_of_entries(_own_entries(registry))

    @cache
    def known(folder: Path | None) -> Names:
        return names_for(folder) + own

    return lambda path: known(dataset_folder_of(path))


def _own_entries(registry: Sequence[Path]) -> tuple[Entry, ...]:
    if not registry:
        return ()
    from casus.own_registry import read_own_registry

    return read_own_registry(registry).entries


def _yaml_files(paths: Sequence[Path]) -> list[Path]:
    for path in paths:
        if path.is_file() and path.suffix not in _YAML:
            raise UsageError(f"{path}: only YAML files (.yaml, .yml) are repaired.")
    return [each for each in record_files(paths) if each.suffix in _YAML and each.name != _HEAD]


def _fix_file(path: Path, look_up: Callable[[Path], Names], taken: set[Path]) -> FixedFile:
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            return FixedFile(path, b"", Fixed("", problem=_too_large(size)), path)
        content = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror}). Give the path of a readable file.") from None
    kind = _LISTS.get(path.name, "event")
    fixed = fix_text(content, look_up(path), kind=kind)
    goes_to = path if fixed.problem or kind != "event" else _home(path, fixed.text)
    if goes_to == path:
        return FixedFile(path, content, fixed, path)
    if goes_to.exists() or goes_to.resolve() in taken:
        said = f"it belongs to {goes_to}, which is there already"
        return FixedFile(path, content, Fixed(fixed.text, problem=said), path)
    move = Change(Repair.PLACE, (), path.name if path.parent == goes_to.parent else path, goes_to)
    return FixedFile(path, content, Fixed(fixed.text, (*fixed.changes, move)), goes_to)


def _too_large(size: int) -> str:
    return finding("CAS407", value=size, allowed=MOST_BYTES).message


def _home(path: Path, text: str) -> Path:
    """Return where a record file belongs by the id in it; where it is if the id is none."""
    data = parse(text.encode(), "record").data
    event_id = data.get("id") if isinstance(data, dict) else None
    if not isinstance(event_id, str) or profile_of(event_id) == "imported" or not _is_id(event_id):
        return path
    year = event_id[:4]
    folder = path.parent.parent / year if path.parent.name.isdigit() and path.parent.name != year else path.parent
    return folder / f"{event_id}{path.suffix if path.stem == event_id else '.yaml'}"


def _is_id(text: str) -> bool:
    field = describe(Event).field("id")
    pattern = field.constraint(Pattern) if field else None
    return pattern is None or re.fullmatch(pattern.regex, text) is not None


def _write(done: FixedFile) -> None:
    """Write a file whole or not at all: beside its place first, then moved there; the mode stays."""
    target = done.goes_to if done.goes_to != done.path else Path(os.path.realpath(done.path))
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(done.fixed.text.encode())
            Path(name).chmod(done.path.stat().st_mode & 0o7777)
            if done.goes_to == done.path:
                Path(name).replace(target)
            else:
                # A link, unlike a move, fails if somebody has put a file there meanwhile.
                os.link(name, target)
                done.path.unlink()
        finally:
            with suppress(FileNotFoundError):
                Path(name).unlink()
    except OSError as error:
        raise UsageError(f"{target}: cannot be written ({error.strerror}). Nothing of it was changed.") from None
