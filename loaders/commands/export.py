"""``casus export``: the release in other formats."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click

_VERSION = click.option("--version", "version", help="Version of the release; the newest unless given.")
_FORCE = click.option("--force", is_flag=True, help="Overwrite what is there.")


@click.group()
def export() -> None:
    """Write the release in another format."""


def _target(name: str) -> Callable[..., Any]:
    return click.argument(name, type=click.Path(path_type=Path))


@export.command()
@_target("folder")
@_VERSION
@_FORCE
def csv(folder: Path, version: str | None, force: bool) -> None:
    """Write every flat table and the codebook as FOLDER/<table>.csv (UTF-8, comma, header, empty where unknown)."""
    from casus.exports.text import export_csv
    from casus.releases import bundled

    for path, rows in export_csv(bundled(version), folder, force=force):
        click.echo(f"{path}: {rows} rows")


@export.command()
@_target("file")
@_VERSION
@_FORCE
def jsonl(file: Path, version: str | None, force: bool) -> None:
    """Write the nested records as JSON Lines, one valid record a line."""
    from casus.exports.text import export_jsonl
    from casus.releases import bundled

    click.echo(f"{file}: {export_jsonl(bundled(version), file, force=force)} records")


@export.command()
@_target("file")
@_VERSION
@_FORCE
def sqlite(file: Path, version: str | None, force: bool) -> None:
    """Write the flat tables as a SQLite database with keys, indexes, views and the codebook."""
    from casus.exports.database import export_sqlite
    from casus.releases import bundled

    _say(file, export_sqlite(bundled(version), file, force=force))


@export.command()
@_target("file")
@_VERSION
@_FORCE
def xlsx(file: Path, version: str | None, force: bool) -> None:
    """Write the flat tables and the codebook as an Excel workbook (needs casus-events[excel])."""
    from casus.exports.workbook import export_xlsx
    from casus.releases import bundled

    _say(file, export_xlsx(bundled(version), file, force=force))


@export.command()
@_target("file")
@_VERSION
@_FORCE
def gpkg(file: Path, version: str | None, force: bool) -> None:
    """Write the events as points and the other tables as a GeoPackage (needs casus-events[geo])."""
    from casus.exports.geopackage import export_gpkg
    from casus.releases import bundled

    _say(file, export_gpkg(bundled(version), file, force=force))


def _say(file: Path, rows: Mapping[str, int]) -> None:
    click.echo(f"{file}: {len(rows)} tables, {sum(rows.values())} rows")
