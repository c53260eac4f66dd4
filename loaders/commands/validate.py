"""``casus validate``: check record files and folders."""

from __future__ import annotations

import sys
from pathlib import Path

import click


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
def validate(paths: tuple[Path, ...]) -> None:
    """Validate record files or folders (without PATHS: the bundled release).

    Exit code 0: nothing blocks; 1: errors; 2: the command could not run.
    """
    from casus.validating import validate as run

    report = run(None if not paths else paths[0] if len(paths) == 1 else list(paths))
    click.echo(str(report))
    sys.exit(0 if report.ok else 1)
