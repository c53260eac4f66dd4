"""``casus import``: event data of other projects as records of this schema."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from casus.schema.errors import UsageError

_PERCENT = 100
AUTO = "auto"


def _share(ctx: click.Context, param: click.Parameter, value: str | None) -> float | None:
    """Return a share such as 0.05 or 5%."""
    if value is None:
        return None
    word = value.strip()
    try:
        number = float(word.removesuffix("%")) / (_PERCENT if word.endswith("%") else 1)
    except ValueError:
        number = -1.0
    if not 0 <= number <= 1:
        raise click.BadParameter(f"{value!r} is no share such as 0.05 or 5%.", ctx, param)
    return number


def _day(ctx: click.Context, param: click.Parameter, value: str | None) -> dt.date | None:
    """Return a day such as 2025-06-02."""
    try:
        return None if value is None else dt.date.fromisoformat(value)
    except ValueError:
        raise click.BadParameter(f"{value!r} is no day such as 2025-06-02.", ctx, param) from None


@click.command("import")
@click.argument("source", required=False)
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option("-o", "--output", "folder", type=click.Path(path_type=Path), help="The folder to make.")
@click.option("--version", help="Version of the source's data; taken from the name of the file unless given.")
@click.option(
    "--retrieved",
    metavar="DAY",
    callback=_day,
    help="Day on which the files were got; the files' own date unless given.",
)
@click.option("--encoding", default="utf-8", show_default=True, help="Encoding of the text, such as latin-1.")
@click.option(
    "--max-quarantine",
    "most",
    metavar="SHARE",
    callback=_share,
    help="Fail if a larger share of the rows in scope is in quarantine, such as 0.05 or 5%.",
)
@click.option("--threads", type=click.IntRange(1), default=2, show_default=True, help="Batches worked on at a time.")
@click.option("--list", "listed", is_flag=True, help="List the sources, and stop.")
def import_(
    source: str | None,
    files: tuple[Path, ...],
    folder: Path | None,
    version: str | None,
    retrieved: dt.date | None,
    encoding: str,
    most: float | None,
    threads: int,
    listed: bool,
) -> None:
    """Import FILES of SOURCE as records of this schema into a folder (-o).

    SOURCE is one of `casus import --list`, or auto: then the files are recognised by their columns. The files are
    read as the source publishes them, zipped or gzipped too.

    The folder gets records/*.parquet, the registries that they name (actors, places, publishers), quarantine.parquet
    with every row that did not become a record, and import.json with the counts. It is made as FOLDER.partial and
    renamed when it is whole; the same command goes on with an import that was stopped.

    Exit code 0: done; 1: more in quarantine than --max-quarantine; 2: the command could not run.
    """
    from casus.importers import import_files, telling
    from casus.waiting import RowsBar

    if listed:
        _list_sources()
        return
    if source is None or not files:
        raise UsageError("Give a source and its files: casus import SOURCE FILE ... -o FOLDER (or --list).")
    if folder is None:
        raise UsageError("Give the folder to make: -o FOLDER.")
    name = _recognised(files) if source == AUTO else source
    click.echo("\n".join(telling.notice(name)), err=True)
    with RowsBar() as bar:
        report = import_files(
            name,
            files,
            folder,
            version=version,
            retrieved=retrieved,
            encoding=encoding,
            most_quarantined=most,
            threads=threads,
            progress=lambda so_far: bar(so_far.rows, so_far.share, so_far.done),
        )
    click.echo("\n".join(telling.lines(report)))
    click.echo(f"Written: {folder} (records/*.parquet, registries, quarantine.parquet, import.json)")


def _list_sources() -> None:
    from casus.importers.mapping import mapping, sources

    width = max(map(len, sources()))
    for name in sources():
        click.echo(f"{name:<{width}}  {mapping(name).title}")


def _recognised(files: tuple[Path, ...]) -> str:
    """Return the one source that all files are of, and say how sure that is."""
    from casus.importers import recognise

    found = {}
    for path in files:
        each = recognise(path)
        click.echo(f"{path}: {each}", err=True)
        found[each.source] = path
    if len(found) > 1:
        raise UsageError(f"The files are of several sources: {', '.join(sorted(found))}. Import each by itself.")
    return next(iter(found))
