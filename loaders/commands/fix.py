"""``casus fix``: safe repairs of record files."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from casus.fixing_files import FixedFile

_COLOURS = {"+": "green", "-": "red", "@": "cyan"}


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--registry",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Folder with registries of your own, whose names count beside those of the dataset. Repeatable.",
)
@click.option("--check", is_flag=True, help="Only tell what would change; exit with 1 if something would.")
@click.option("--quiet", "-q", is_flag=True, help="No diff, only what was repaired.")
def fix(paths: tuple[Path, ...], registry: tuple[Path, ...], check: bool, quiet: bool) -> None:
    """Repair record files or folders (without PATHS: dataset/records) and print a diff.

    Repaired are: the order of fields, missing keys of list items, forms of dates that can be read in one way only,
    names of actors, places and publishers that the registries know (an id takes their place), file names and folders
    that do not fit the id, spaces at the ends of lines, Windows line ends, byte-order marks. Comments, quotes and the
    order of list items stay, and nothing that changes the meaning is done.

    Exit code 0: all is in order now; 1: a file was left alone (or with --check: something would change); 2: the
    command could not run.
    """
    from casus.fixing_files import fix_files

    looked = changed = left = 0
    for done in fix_files(paths or (_records(),), registry=registry, write=not check):
        looked += 1
        changed += done.changed
        left += done.problem is not None
        for line in _told(done, quiet=quiet):
            click.echo(line)
    verb = "would be repaired" if check else "repaired"
    alone = f", {left} left alone" if left else ""
    click.echo(f"{looked} file{'' if looked == 1 else 's'} looked at: {changed} {verb}{alone}.", err=True)
    sys.exit(1 if left or (check and changed) else 0)


def fix_first(paths: Sequence[Path], registry: Sequence[Path] = ()) -> tuple[Path, ...]:
    """Repair files before they are validated, tell on standard error what has changed, and return where they are now.

    Raises
    ------
    UsageError
        If there are no files to repair, or one cannot be rewritten.
    """
    from casus.fixing_files import fix_files
    from casus.schema.errors import UsageError

    if not paths:
        raise UsageError("--fix repairs files: give record files or folders. A release is never changed.")
    for path in paths:
        if str(path) == "-":
            raise UsageError("--fix cannot write to standard input (-). Give the file itself.")
    now = dict.fromkeys(paths)
    for done in fix_files(paths, registry=registry):
        for line in _told(done, quiet=False):
            click.echo(line, err=True)
        if done.path != done.goes_to:
            now.pop(done.path, None)
            if not any(done.goes_to.is_relative_to(path) for path in now):
                now[done.goes_to] = None
    return tuple(now)


def _records() -> Path:
    from casus.schema.errors import UsageError

    path = Path("dataset/records")
    if not path.is_dir():
        raise UsageError("Which files? Here is no folder dataset/records: give record files or folders.")
    return path


def _told(done: FixedFile, *, quiet: bool) -> Iterator[str]:
    from casus.terminal import bold

    if done.problem is not None:
        yield f"{bold(str(done.path))}: left as it is; {done.problem}"
    if done.changed:
        yield bold(f"{done.path}:")
        yield from (f"  {change}" for change in done.fixed.changes)
        if not quiet:
            yield from (_coloured(line) for line in done.diff())


def _coloured(line: str) -> str:
    colour = None if line.startswith(("+++", "---")) else _COLOURS.get(line[:1])
    return click.style(line, fg=colour) if colour else line
