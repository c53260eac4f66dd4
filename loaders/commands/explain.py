"""``casus explain``: what a rule says, why, and what to do."""

from __future__ import annotations

import click


@click.command()
@click.argument("code", required=False)
def explain(code: str | None) -> None:
    """Explain the rule CODE, such as CAS201 (without CODE: list all rules)."""
    from casus.explaining import all_rules, explanation
    from casus.terminal import bold, width

    page = explanation(code) if code else all_rules()
    click.echo(page.text(width(), bold))
