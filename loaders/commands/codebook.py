"""``casus codebook``: what a field means and what may stand in it."""

from __future__ import annotations

import click


@click.command()
@click.argument("field", nargs=-1)
def codebook(field: tuple[str, ...]) -> None:
    """Explain a FIELD and its vocabulary (without FIELD: list all fields).

    FIELD is a field such as type or participants.roles, a vocabulary such as event-types, or a code: "type talks", or
    talks alone.
    """
    from casus.describing import codebook as look_up
    from casus.terminal import bold, width

    click.echo(look_up(" ".join(field) or None).text(width(), bold))
