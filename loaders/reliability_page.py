"""The page on the reliability of the coding, ``docs/reliability.md``."""

from __future__ import annotations

import math
import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from casus.reliability import EXPERIMENTAL_BELOW, Agreement, Codings, DoubleCoding, agreements
from casus.schema.description import describe
from casus.schema.event import Event

#: Fields of one value whose disagreements are listed one by one.
_LISTED = ("type", "mode", "status")
_WIDTH = 112

_INTRODUCTION = """
Of the events below, two codings were made. The first is the record as it was written for the release: found,
coded from what was read, and read again by a second reader. The second was made **blind**: by a coder who had
only the [codebook](codebook.md), the registries of actors, places and publishers, and passages of the sources,
with a short neutral name of the event that said which one was meant; not the record, not its title, not the
first coder's choices.

**Who codes.** Both coders are machine-assisted coders of one kind. Their agreement measures how consistently
the codebook can be applied, **not whether the records are true**: coders of one kind can share a mistake.
""".strip()


def reliability_page(coding: DoubleCoding, methods: Mapping[str, int]) -> str:
    """Return the page.

    Parameters
    ----------
    coding
        The double coding.
    methods
        How many records of the release were coded by each method.
    """
    return "\n".join(_page(coding, methods)).rstrip() + "\n"


def _page(coding: DoubleCoding, methods: Mapping[str, int]) -> Iterator[str]:
    yield "# Reliability of the coding"
    yield ""
    yield "<!-- Written by `casus reliability dataset --update docs/reliability.md`; do not edit. -->"
    yield ""
    yield _INTRODUCTION
    yield ""
    for note in coding.notes:
        yield from _wrapped(note, "")
        yield ""
    human = methods.get("human", 0)
    yield (
        f"**Checked by people.** Of the {sum(methods.values())} records of this release"
        f" {human or 'none'} {'was' if human in (0, 1) else 'were'} coded or checked by a person."
    )
    yield ""
    yield "## The sample"
    yield ""
    yield (
        f"{len(coding.ids)} events, drawn at random with the seed {coding.seed}: the ids of each release, in the order"
        " of the SHA-256 of seed and id (`casus.reliability.draw`). Both codings are kept in"
        f" [dataset/reliability/{coding.version}](../dataset/reliability/{coding.version}), with the list of events."
    )
    yield ""
    yield "| part | drawn from | domains | events |"
    yield "| --- | --- | --- | ---: |"
    for stratum in coding.strata:
        yield f"| {stratum.name} | {stratum.release} | {', '.join(stratum.domains)} | {stratum.n} |"
    yield ""
    yield "## Agreement"
    yield ""
    yield from _measures()
    yield ""
    found = agreements(coding.first, coding.second, seed=coding.seed)
    again = _after(coding)
    yield from _table(found, again)
    yield ""
    for stratum in coding.strata:
        yield f"### {stratum.name}"
        yield ""
        parts = ({id_: codings[id_] for id_ in stratum.ids} for codings in (coding.first, coding.second))
        yield from _table(agreements(*parts, seed=coding.seed), ())
        yield ""
    yield from _disagreements(coding.first, coding.second, "Where the two codings differ")
    if coding.again:
        yield from _disagreements(coding.first, coding.again, "Where they differ after recoding")


def _measures() -> Iterator[str]:
    yield from _wrapped(
        "- **alpha** is Krippendorff's alpha, by the package `krippendorff`: 1 is full agreement, 0 what "
        "chance would give. Nominal for codes; ordinal for the precision of a place; interval for numbers, of "
        "the logarithm (base 10) of one plus the number."
    )
    yield from _wrapped("- **share** is the share of the events.")
    yield from _wrapped("- **F1** compares sets: twice the items that both codings hold, over all that each holds.")
    yield from _wrapped(
        "- Intervals hold 95 % of 1,000 bootstrap resamples of the events. `n` counts pairs that were "
        "compared, for F1 the items."
    )
    yield from _wrapped(
        "- Roles, precisions, claimants, numbers and stances are compared where both codings hold the "
        "participant, the place, the measure or the issue; whether they do is what F1 says."
    )
    yield from _wrapped(
        f"- A field with a figure under {EXPERIMENTAL_BELOW} is marked as experimental in the schema: {_marked()}."
    )


def _wrapped(item: str, indent: str = "  ") -> Iterator[str]:
    yield from textwrap.wrap(item, _WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


def _marked() -> str:
    """Return the fields of an event that are marked as experimental."""
    return ", ".join(f"`{field.name}`" for field in describe(Event).fields if field.experimental) or "none"


def _after(coding: DoubleCoding) -> tuple[Agreement, ...]:
    """Return the agreement with the recoded events in place of the second coding."""
    if not coding.again:
        return ()
    return agreements(coding.first, {**coding.second, **coding.again}, seed=coding.seed)


def _table(found: Iterable[Agreement], again: Iterable[Agreement]) -> Iterator[str]:
    later = {each.name: each for each in again}
    more = " after recoding | " if later else ""
    yield f"| what | measure | figure | 95 % interval | n | events | {more}target |"
    yield f"| --- | --- | ---: | --- | ---: | ---: | {'---: | ' if later else ''}--- |"
    for each in found:
        reached = later.get(each.name, each)
        target = "" if each.target is None else f"{each.target:g}: {'missed' if reached.falls_short else 'reached'}"
        extra = f" {_figure(reached.value)} |" if later else ""
        yield (
            f"| {each.name} | {each.measure} | {_figure(each.value)} | {_figure(each.low)} to {_figure(each.high)} |"
            f" {each.n} | {each.events} |{extra} {target} |"
        )


def _figure(value: float) -> str:
    return "" if math.isnan(value) else f"{value:.2f}"


def _disagreements(first: Codings, second: Codings, title: str) -> Iterator[str]:
    yield f"## {title}"
    yield ""
    yield "Type, mode and status only, the first coding and the other."
    yield ""
    for name in _LISTED:
        pairs = Counter(
            (_of(first[id_], name), _of(second[id_], name))
            for id_ in second
            if _of(first[id_], name) != _of(second[id_], name)
        )
        said = "; ".join(
            f"{one} / {other}{f' ({count})' if count > 1 else ''}" for (one, other), count in sorted(pairs.items())
        )
        yield f"- `{name}`: {said or 'none'}"
    yield ""


def _of(event: Mapping[str, Any], name: str) -> str:
    return str(event.get(name, "none"))
