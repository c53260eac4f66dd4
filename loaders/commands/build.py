"""``casus build``: from a dataset folder to a release."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("source", type=click.Path(path_type=Path), default=Path("dataset"))
@click.option("--into", type=click.Path(path_type=Path), help="Folder of the releases (SOURCE/releases).")
def build(source: Path, into: Path | None) -> None:
    """Build a release from the dataset folder SOURCE (./dataset)."""
    from casus.building import build_release

    built = build_release(source, into)
    click.echo(built.report.summary())
    done = "was there already, with the same content" if built.unchanged else "built"
    click.echo(f"{built.folder}: {done}.")
