"""``casus build``: from a dataset folder to a release."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("source", type=click.Path(path_type=Path), default=Path("dataset"))
@click.option("--into", type=click.Path(path_type=Path), help="Folder of the releases (SOURCE/releases).")
def build(source: Path, into: Path | None) -> None:
    """Build a release from the dataset folder SOURCE (./dataset).

    The release is compared with the newest earlier one: a record that is gone needs a tombstone (revisions.yaml), a
    changed one a reason (changes.yaml), and so does a table that lost more than 5 in 100 rows (losses.yaml).
    """
    from casus.building import build_release

    built = build_release(source, into)
    for each in built.report.warnings:
        if each.code.startswith("CAS46"):  # what this release is beside the one before; the others: casus validate
            click.echo(f"{each.severity}: {each.one_line()}")
    click.echo(built.report.summary())
    done = "was there already, with the same content" if built.unchanged else "built"
    click.echo(f"{built.folder}: {done}.")
