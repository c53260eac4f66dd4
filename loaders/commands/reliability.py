"""``casus reliability``: how far two codings of the same events agree."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), default=Path("dataset"))
@click.option("--version", help="The release whose double coding is read; the latest by default.")
@click.option(
    "--update",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the page on reliability into this file (for maintainers: docs/reliability.md).",
)
def reliability(folder: Path, version: str | None, update: Path | None) -> None:
    """Compare the two codings that are kept in a dataset FOLDER: Krippendorff's alpha, shares and F1 by field."""
    from collections import Counter

    from casus.collection import read_collection
    from casus.reliability import agreements, read_double_coding
    from casus.reliability_page import reliability_page
    from casus.schema.errors import UsageError

    coding = read_double_coding(folder, version)
    for each in agreements(coding.first, coding.second, seed=coding.seed):
        short = "  below the target" if each.falls_short else ""
        click.echo(f"{each.value:6.3f}  {each.low:6.3f} to {each.high:6.3f}  {each.measure:16}  {each.name}{short}")
    if update is not None:
        events = read_collection(folder).corpus.of("event")
        methods = Counter(str(event.data.get("coding", {}).get("method")) for event in events)
        try:
            update.write_text(reliability_page(coding, methods), "utf-8", newline="\n")
        except OSError as error:
            raise UsageError(f"{update} cannot be written ({error.strerror or error}).") from None
        click.echo(f"{update}: written.")
