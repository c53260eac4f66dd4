"""``casus versions``: which releases are at hand."""

from __future__ import annotations

import click


@click.command()
def versions() -> None:
    """List the releases: bundled, fetched, and those that `casus fetch` can get; newest last."""
    from casus.locating import versions as at_hand

    click.echo(repr(at_hand()))
