"""``casus new``: a valid record from what its author states."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from casus.asking import Answers

_HELP = {
    "mode": "How it was done: a mode of the type (`casus codebook TYPE` tells which).",
    "status": "Where it stands: occurred, scheduled ... (`casus codebook status`).",
    "title": "Short neutral name of the event.",
    "summary": "What happened, in a few sentences of own words.",
    "slug": "Short name for the id, such as istanbul-talks; the day is put before it.",
    "id": "The whole id, such as 2025-06-02-istanbul-talks.",
    "date": "First day of the event, never the day of the page.",
    "end": "Last day; the first unless given (none while it is ongoing).",
    "actor": "ID:ROLE or ID:ROLE,ROLE; a name of the registry will do for the id. Repeatable.",
    "place": "ID or ID:ROLE; a name of the registry will do for the id. Repeatable.",
    "issue": "What it is about (`casus codebook issues`). Repeatable.",
    "source": "Address of a page that you read; its host tells the publisher. Repeatable.",
    "source_title": "The page's own title, one for each source, in their order.",
    "source_published": "Day on which the page says it was published (none: it says no day), one for each source.",
    "source_language": "Language of the page (en unless given), one for each source, in their order.",
    "coder": "Who codes the record.",
    "into": "Folder to write to; otherwise records/<year>/ of the dataset folder here.",
    "registry": "Folder with registries of your own, beside those of the dataset. Repeatable.",
}
#: Warnings that every new record has, and that the list of what is left to do says in other words.
_SAID = ("CAS501", "CAS505")
_MANY = ("actor", "place", "issue", "source", "source_title", "source_published", "source_language")


def _options(command: Any) -> Any:
    for name, text in reversed(_HELP.items()):
        flag = f"--{name.replace('_', '-')}"
        paths = name in ("into", "registry")
        kind: Any = click.Path(path_type=Path) if paths else str
        many = name in _MANY or name == "registry"
        command = click.option(flag, name, type=kind, multiple=many, help=text)(command)
    return command


@click.command(context_settings={"max_content_width": 100})
@click.argument("event_type", metavar="TYPE", required=False)
@_options
@click.option(
    "--format",
    "form",
    type=click.Choice(("yaml", "csv")),
    default="yaml",
    show_default=True,
    help="csv prints the header of a table for records of TYPE, one a row, and writes nothing.",
)
@click.option("--ask/--no-ask", default=None, help="Ask for what is missing; on a terminal unless --no-ask.")
def new(
    event_type: str | None,
    into: Path | None,
    registry: tuple[Path, ...],
    form: str,
    ask: bool | None,
    **stated: Any,
) -> None:
    """Write a new record of an event of TYPE (talks, exchange, statement ...; `casus codebook type`).

    What the record needs is asked for on a terminal, and given by flags otherwise. The record is checked by all rules
    before it is written; no file is ever overwritten.

    Exit code 0: written; 1: the rules refuse what was stated; 2: something is missing, or the command could not run.
    """
    if form == "csv":
        _print_header(event_type, {"into": into, "registry": registry, **stated})
        return
    from casus.asking import Answers, new_record
    from casus.scaffold_files import Surroundings, write_new

    asks = sys.stdin.isatty() and sys.stdout.isatty() if ask is None else ask
    around = Surroundings.of(into, registry)
    answers: Answers = Answers({"type": event_type, **stated}, around.names, asks=asks)
    written = write_new(new_record(answers), around)
    for finding in written.report.findings:
        if written.path is None or finding.code not in _SAID:
            click.echo(f"{finding.severity}: {finding.one_line()}", err=True)
    if written.path is None:
        click.echo("Nothing was written.", err=True)
        sys.exit(1)
    click.echo(f"{written.path}: written.")
    _say_what_is_left(written.path, written.left, registry)


def _print_header(event_type: str | None, others: dict[str, Any]) -> None:
    from casus.csv_headers import header_line
    from casus.schema.errors import UsageError

    given = [f"--{name.replace('_', '-')}" for name, value in others.items() if value]
    if given:
        raise UsageError(f"--format csv prints only a header. Leave out {', '.join(given)}.")
    click.echo(header_line(event_type))


def _say_what_is_left(path: Path, left: Sequence[str], registry: Sequence[Path]) -> None:
    from casus.terminal import wrapped

    click.echo("What is left to do:")
    for text in left:
        click.echo("\n".join(wrapped(text, "    ", "  - ")))
    # On one line, however long it is: it is there to be copied.
    options = [part for each in registry for part in ("--registry", str(each))]
    click.echo(f"  - check it: {shlex.join(['casus', 'validate', str(path), *options])}")
