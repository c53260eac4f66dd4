"""``casus schema``: the committed JSON Schemas."""

from __future__ import annotations

import click

#: The kinds of entries that have a schema (those of :data:`casus.schema.corpus.MODELS`).
KINDS = ("event", "actor", "place", "publisher", "state", "revision", "wanted", "exception", "change", "loss")


@click.command()
@click.option("--kind", type=click.Choice(KINDS), default="event", show_default=True, help="Of what.")
@click.option("--path", "only_path", is_flag=True, help="Print where the file is, not what is in it.")
def schema(kind: str, only_path: bool) -> None:
    """Print the JSON Schema (2020-12) of a record, or of a file that lists entries of a registry."""
    from importlib.resources import files
    from pathlib import Path

    from casus.schema.render_json import list_name

    name = kind if kind == "event" else list_name(kind)
    path = Path(str(files("casus.schema"))) / "json" / f"{name}.schema.json"
    click.echo(str(path) if only_path else path.read_text("utf-8"), nl=only_path)
