"""``casus changelog``: what happened to the records, release by release."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.option("--version", "version", help="Up to which release; the newest unless given.")
@click.option(
    "--update",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Write the data parts of this changelog anew (for maintainers): they stand between `<!-- data 0.1.0 to 0.1.1: "
    "computed by `casus changelog --update` -->` and `<!-- end of data -->`.",
)
@click.option("--releases", type=click.Path(path_type=Path), help="With --update: folder of the releases.")
def changelog(version: str | None, update: Path | None, releases: Path | None) -> None:
    """Print what happened to the records in each release: added, changed (which fields, why), withdrawn, merged."""
    from casus.bundle import releases_folder
    from casus.changelogs import changelog as read
    from casus.changelogs import updated
    from casus.schema.errors import UsageError

    if update is None:
        click.echo(str(read(version)))
        return
    text = update.read_text("utf-8")
    new = updated(text, releases or releases_folder())
    if new != text:
        try:
            update.write_text(new, "utf-8", newline="\n")
        except OSError as error:
            raise UsageError(f"{update} cannot be written ({error.strerror or error}).") from None
    click.echo(f"{update}: {'written' if new != text else 'is up to date'}.")
