"""``casus cite``: how to cite the dataset and the pages behind it."""

from __future__ import annotations

import click


@click.command()
@click.argument("event", metavar="[ID]...", nargs=-1)
@click.option("--format", "form", type=click.Choice(("text", "bibtex", "csl")), default="text", show_default=True)
@click.option(
    "--where", metavar="NAME=VALUE", multiple=True, help="Events that fit, instead of ids; see casus.load. Repeatable."
)
@click.option("--version", "version", help="Version of the release; the newest unless given.")
def cite(event: tuple[str, ...], form: str, where: tuple[str, ...], version: str | None) -> None:
    """Print how to cite the dataset, and the pages behind the events with these IDs, each page once."""
    from casus.citing import cite as run
    from casus.schema.errors import UsageError

    if event and where:
        raise UsageError("Give ids or --where, not both.")
    filters: dict[str, list[str]] = {}
    for each in where:
        name, sign, value = each.partition("=")
        if not sign or not name or not value:
            raise UsageError(f"--where takes NAME=VALUE, such as type=talks, not {each!r}.")
        filters.setdefault(name, []).append(value)
    plain = {name: values[0] if len(values) == 1 else values for name, values in filters.items()}
    click.echo(run(form, events=event or plain or None, version=version))
