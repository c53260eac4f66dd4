"""``casus match``: which records of two collections are of the same event."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    import pyarrow as pa

_SHOWN = 10


@click.command()
@click.argument("a", metavar="A")
@click.argument("b", metavar="B")
@click.option(
    "-o", "--output", "output", type=click.Path(path_type=Path), help="Write the pairs to this file (.csv or .parquet)."
)
@click.option("--days", type=click.IntRange(0), default=1, show_default=True, help="Days that may lie between the two.")
@click.option(
    "--km",
    type=click.FloatRange(0, min_open=True),
    default=50.0,
    show_default=True,
    help="Kilometres that may lie between their exact places.",
)
@click.option(
    "--least", type=click.FloatRange(0, 100), default=60.0, show_default=True, help="Least score of a pair, 0 to 100."
)
@click.option("--force", is_flag=True, help="Overwrite the file that is there.")
def match(a: str, b: str, output: Path | None, days: int, km: float, least: float, force: bool) -> None:
    """Find records of A and B that are of the same event. Nothing is merged.

    A and B are each a version (0.1.1), a release folder, a dataset folder, the folder of an import, or a Parquet file
    of records; the same twice looks for pairs within it. Each pair has a score and what it is made of: days, distance,
    actors, types through the crosswalk, texts and numbers. How often a score is right: docs/matching.md.

    Exit code 0: pairs were found, or none; 1: records are invalid; 2: the command could not run.
    """
    from casus.matching import match as find
    from casus.schema.errors import UsageError
    from casus.waiting import Bar

    if output is not None:
        if output.suffix.lower() not in (".csv", ".parquet"):
            raise UsageError(f"{output} ends neither in .csv nor in .parquet. Name the file after its form.")
        if output.exists() and not force:
            raise UsageError(f"{output} is there already. Name another file, or add --force.")
    with Bar() as bar:
        found = find(a, b, days=days, km=km, least=least, progress=partial(bar, "records compared"))
    pairs = found.to_arrow()
    rows = pairs.to_pylist()
    for row in rows[:_SHOWN]:
        click.echo("\n".join(_lines(row)))
    if len(rows) > _SHOWN:
        click.echo(f"... {len(rows) - _SHOWN} more pairs{'' if output else '; -o FILE keeps them all'}")
    click.echo(_summary(rows, least), err=bool(output is None and not rows))
    if output is not None:
        _write(pairs, output)
        click.echo(f"{output}: {len(rows)} pairs")


def _lines(row: dict[str, Any]) -> tuple[str, ...]:
    from casus.match_features import WEIGHTS
    from casus.schema.visible import visible

    best = "best of both" if row["best_of_a"] and row["best_of_b"] else "another is better"
    parts = ", ".join(f"{name} {row[name]:.2f}" for name in WEIGHTS if row[name] is not None)
    return (
        f"{row['score']:5.1f}  {best} ({parts})",
        *(f"       {side.upper()} {row[side]}  {visible(row[f'{side}_title'])}" for side in "ab"),
    )


def _summary(rows: list[dict[str, Any]], least: float) -> str:
    from casus.matching import SAME

    best = [row for row in rows if row["best_of_a"] and row["best_of_b"]]
    sure = sum(row["score"] >= SAME for row in best)
    return (
        f"{len(rows)} pairs of {least:g} or more; in {len(best)} each is the other's best, in {sure} of these with "
        f"{SAME:g} or more. Nothing was merged."
    )


def _write(pairs: pa.Table, output: Path) -> None:
    """Write the pairs beside, and then in place."""
    import pyarrow.csv as pc
    import pyarrow.parquet as pq

    aside = output.with_name(f"{output.name}.partial")
    if output.suffix.lower() == ".csv":
        pc.write_csv(pairs, aside)
    else:
        pq.write_table(pairs, aside)
    aside.replace(output)
