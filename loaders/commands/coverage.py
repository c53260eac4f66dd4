"""``casus coverage``: how much of what is known to have happened is coded."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), default=Path("dataset"))
@click.option(
    "--update",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the page on coverage into this file (for maintainers: docs/coverage.md).",
)
def coverage(folder: Path, update: Path | None) -> None:
    """Compare the reference lists of a dataset FOLDER with its records: how many entries of each list are coded."""
    from casus.covering import coverage as compare
    from casus.schema.errors import UsageError

    found = compare(folder)
    click.echo(found.to_text())
    if update is not None:
        try:
            update.write_text(found.to_markdown(), "utf-8", newline="\n")
        except OSError as error:
            raise UsageError(f"{update} cannot be written ({error.strerror or error}).") from None
        click.echo(f"{update}: written.")
