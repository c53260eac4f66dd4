"""``casus export``: the release in other formats."""

from __future__ import annotations

from pathlib import Path

import click


@click.group()
def export() -> None:
    """Write the release in another format."""


@export.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--version", "version", help="Version of the release; the newest unless given.")
def csv(folder: Path, version: str | None) -> None:
    """Write every flat table as FOLDER/<table>.csv (UTF-8, comma, header, empty where unknown)."""
    from casus.exporting import export_csv
    from casus.releases import bundled

    for path, rows in export_csv(bundled(version), folder):
        click.echo(f"{path}: {rows} rows")
