"""``casus validate``: check record files and folders."""

from __future__ import annotations

import sys
from pathlib import Path

import click


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
@click.option("--strict", is_flag=True, help="Let warnings block too.")
def validate(paths: tuple[Path, ...], registry: tuple[Path, ...], changed_since: str | None, strict: bool) -> None:
    """Validate record files or folders (without PATHS: the bundled release).

    They are judged together with the dataset folder that they lie in, or else with the bundled release.

    Exit code 0: nothing blocks; 1: findings that block; 2: the command could not run.
    """
    from casus.validating import validate as run
    from casus.waiting import Bar

    with Bar() as bar:
        report = run(paths or None, registry=registry, changed_since=changed_since, strict=strict, progress=bar)
    click.echo(str(report))
    sys.exit(0 if report.ok else 1)
