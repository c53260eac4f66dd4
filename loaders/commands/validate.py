"""``casus validate``: check record files and folders."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from casus.checking import Report

FORMATS = ("text", "concise", "json", "github", "sarif", "junit", "markdown")


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--registry",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Folder with registries of your own (actors.yaml, places.yaml, publishers.yaml ...), used and judged beside "
    "those of the dataset. Repeatable.",
)
@click.option(
    "--changed-since",
    metavar="REF",
    help="Judge everything, but report only what has changed since this git reference, and what that causes elsewhere.",
)
@click.option(
    "--fix",
    is_flag=True,
    help="First do the safe repairs of `casus fix`, print them as a diff, and validate the result.",
)
@click.option(
    "--stdin-format",
    type=click.Choice(("yaml", "json", "jsonl", "csv")),
    help="How standard input (-) is written; told from how it begins unless given.",
)
@click.option("--strict", is_flag=True, help="Let warnings block too.")
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    help="How to print the report: text unless given, annotations (github) on GitHub Actions.",
)
def validate(
    paths: tuple[Path, ...],
    registry: tuple[Path, ...],
    changed_since: str | None,
    fix: bool,
    stdin_format: str | None,
    strict: bool,
    form: str | None,
) -> None:
    """Validate files of records or folders of them (without PATHS: the bundled release; -: standard input).

    Records are YAML or JSON (one a file), JSON Lines (one a line), CSV of the flat template, or Parquet.

    They are judged together with the dataset folder that they lie in, or else with the bundled release.

    Exit code 0: nothing blocks; 1: findings that block; 2: the command could not run.
    """
    from casus.validating import validate as run
    from casus.waiting import Bar

    if fix:
        from casus.commands.fix import fix_first

        paths = fix_first(paths, registry)
    with Bar() as bar:
        report = run(
            paths or None,
            registry=registry,
            changed_since=changed_since,
            strict=strict,
            stdin_format=stdin_format,
            progress=bar,
        )
    _print(report, form)
    sys.exit(0 if report.ok else 1)


def _print(report: Report, form: str | None) -> None:
    from casus.reports import append_step_summary, default_format, render, use_colour

    chosen = form or default_format(os.environ, sys.stdout)
    colour = chosen == "text" and use_colour(os.environ, sys.stdout)
    width = shutil.get_terminal_size((100, 24)).columns
    click.echo(render(report, chosen, colour=colour, width=width).rstrip("\n"), color=colour)
    if chosen == "github":
        append_step_summary(report, os.environ)
