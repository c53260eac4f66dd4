"""``casus verify``: what holds of a release, line by line."""

from __future__ import annotations

import json
import shutil
import sys
import textwrap
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from casus.verification import State


@click.command()
@click.argument("release", metavar="[PATH|VERSION]", nargs=-1)
@click.option("--own", is_flag=True, help="It is a release of your own, though a published one has the same version.")
@click.option("--format", "form", type=click.Choice(("text", "json")), default="text", show_default=True)
def verify(release: tuple[str, ...], own: bool, form: str) -> None:
    """Check everything of a release (without arguments: of all that are bundled or fetched).

    The manifest against the list of releases inside the package; bytes, columns, logical digest and rows of every
    table; the rules on and across records; references between tables; and that nothing else is in the folder.

    Exit code 0: everything holds; 1: something does not; 2: the command could not run.
    """
    from casus.locating import versions
    from casus.verifying import verify as run
    from casus.waiting import Bar

    with Bar() as bar:
        done = [run(each, own=own, progress=bar) for each in release or versions()]
    if form == "json":
        document = {"ok": all(done), "releases": [each.to_json() for each in done]}
        click.echo(json.dumps(document, ensure_ascii=False, indent=2))
    else:
        click.echo("\n\n".join("\n".join(_hanging(each.lines(_mark))) for each in done))
    sys.exit(0 if all(done) else 1)


def _hanging(lines: Iterable[str]) -> Iterator[str]:
    """Yield lines as wide as the terminal, where there is one; what goes on stands below its beginning."""
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else 0
    for number, line in enumerate(lines):
        bare = len(click.unstyle(line))
        if not width or not number or bare <= width:
            yield line
        else:
            wide = width + len(line) - bare
            yield from textwrap.wrap(line, wide, subsequent_indent=" " * 17, break_on_hyphens=False)


def _mark(state: State, text: str) -> str:
    colour = {"holds": "green", "fails": "red"}.get(str(state), "yellow")
    return click.style(text, fg=colour, bold=str(state) == "fails")
