"""``casus preview``: what a dataset folder would change, as Markdown."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), default=Path("dataset"))
@click.option("--base", type=click.Path(path_type=Path), help="Dataset folder to compare with; the bundled release.")
def preview(folder: Path, base: Path | None) -> None:
    """Print as Markdown what records the dataset FOLDER (./dataset) adds, changes and removes."""
    from casus.previewing import changes
    from casus.previewing import preview as as_markdown

    click.echo(as_markdown(changes(folder, base)), nl=False)
