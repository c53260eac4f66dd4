"""``casus find``: ids of actors, places and publishers by their names; words in records and in the codebook."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from casus.naming import Named


@click.command()
@click.argument("text", nargs=-1)
@click.option(
    "--in",
    "within",
    type=click.Choice(("registries", "records", "codebook")),
    multiple=True,
    help="Where to look: registries unless given. Repeatable.",
)
@click.option("--version", "version", help="Version of the release for --in records; the newest unless given.")
@click.option("--kind", help="Only a registry (actor, place, publisher) or a kind of entry (person, city, state ...).")
@click.option("--limit", type=click.IntRange(1), default=10, show_default=True, help="How many to show at most.")
def find(text: tuple[str, ...], within: tuple[str, ...], version: str | None, kind: str | None, limit: int) -> None:
    """Find the ids of actors, places and publishers that are called like TEXT, or records and codes about it.

    Names, aliases, misspellings seen, hosts and ids are searched; case, accents, script and spelling do not matter.
    The number says how alike the name is, 100 at most. Without TEXT everything (of the kind) is listed.

    With --in records or --in codebook all words of TEXT are looked for in titles, summaries, statements, names and ids
    of the release, or in fields and codes with their definitions.

    Exit code 0: something was found; 1: nothing; 2: the command could not run.
    """
    from casus.naming import names_for
    from casus.searching import of_kind, search_registry

    wanted = " ".join(text)
    if version or set(within) - {"registries"}:
        _in_texts(wanted, within, version, kind, limit)
        return
    names = names_for()
    if not wanted.strip():
        for each in of_kind(names, kind):
            click.echo("\n".join(_lines(each, "")))
        return
    found = search_registry(wanted, kind, limit, names=names)
    if not found:
        click.echo(
            f"Nothing is called like {wanted!r}{f' among {kind}' if kind else ''}. Try a part of the name or another "
            "spelling; what is missing is added to the registries. `casus find --in records --in codebook` looks for "
            "words in records and definitions.",
            err=True,
        )
        sys.exit(1)
    for match in found:
        click.echo("\n".join(_lines(match.entry, f"{match.score:.0f}")))


def _in_texts(text: str, within: tuple[str, ...], version: str | None, kind: str | None, limit: int) -> None:
    from casus.full_text import find as look
    from casus.schema.errors import UsageError
    from casus.terminal import bold, dim, width

    if kind is not None:
        raise UsageError("--kind goes with the registries alone. Leave it out, or leave --in and --version out.")
    found = look(text, within=within or None, limit=limit, version=version)
    click.echo("\n".join(found.lines(width(), bold, dim)), err=not found)
    if not found:
        click.get_current_context().exit(1)


def _lines(entry: Named, score: str) -> Iterator[str]:
    from casus.terminal import bold, dim, wrapped

    kind = entry.registry if entry.registry == entry.kind else f"{entry.registry}, {entry.kind}"
    yield f"{score:>3}  {bold(entry.id)}  {entry.name}  {dim(f'({kind})')}"
    for title, spellings in (("also", entry.aliases), ("seen misspelt", entry.misspellings), ("hosts", entry.hosts)):
        if spellings:
            yield from (dim(line) for line in wrapped(", ".join(spellings), " " * 7, f"{'':5}{title}: "))
