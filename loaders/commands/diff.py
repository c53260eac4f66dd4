"""``casus diff``: what differs between two versions."""

from __future__ import annotations

import click


@click.command()
@click.argument("old")
@click.argument("new")
@click.option("--format", "form", type=click.Choice(("text", "json", "markdown")), default="text", show_default=True)
def diff(old: str, new: str, form: str) -> None:
    """Print what differs between two versions: records and registries, field by field.

    OLD and NEW are versions (0.1.0), folders of releases, or the dataset folder (dataset): what would be built now.
    """
    from casus.diff_report import as_json, as_markdown, as_text
    from casus.differing import diff as compare

    found = compare(old, new)
    write = {"text": as_text, "json": as_json, "markdown": as_markdown}[form]
    click.echo(write(found).rstrip("\n"))
