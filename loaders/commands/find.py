"""``casus find``: ids of actors, places and publishers by their names."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from casus.naming import Named


@click.command()
@click.argument("text", nargs=-1)
@click.option("--kind", help="Only a registry (actor, place, publisher) or a kind of entry (person, city, state ...).")
@click.option("--limit", type=click.IntRange(1), default=10, show_default=True, help="How many to show at most.")
def find(text: tuple[str, ...], kind: str | None, limit: int) -> None:
    """Find the ids of actors, places and publishers that are called like TEXT.

    Names, aliases, misspellings seen, hosts and ids are searched; case, accents, script and spelling do not matter.
    The number says how alike the name is, 100 at most. Without TEXT everything (of the kind) is listed.

    Exit code 0: something was found; 1: nothing; 2: the command could not run.
    """
    from casus.naming import names_for
    from casus.searching import of_kind, search_registry

    names = names_for()
    wanted = " ".join(text)
    if not wanted.strip():
        for each in of_kind(names, kind):
            click.echo("\n".join(_lines(each, "")))
        return
    found = search_registry(wanted, kind, limit, names=names)
    if not found:
        click.echo(
            f"Nothing is called like {wanted!r}{f' among {kind}' if kind else ''}. Try a part of the name or another "
            "spelling; what is missing is added to the registries.",
            err=True,
        )
        sys.exit(1)
    for match in found:
        click.echo("\n".join(_lines(match.entry, f"{match.score:.0f}")))


def _lines(entry: Named, score: str) -> Iterator[str]:
    from casus.terminal import bold, dim, wrapped

    kind = entry.registry if entry.registry == entry.kind else f"{entry.registry}, {entry.kind}"
    yield f"{score:>3}  {bold(entry.id)}  {entry.name}  {dim(f'({kind})')}"
    for title, spellings in (("also", entry.aliases), ("seen misspelt", entry.misspellings), ("hosts", entry.hosts)):
        if spellings:
            yield from (dim(line) for line in wrapped(", ".join(spellings), " " * 7, f"{'':5}{title}: "))
