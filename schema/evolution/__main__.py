"""``python -m casus.schema.evolution``: show what has changed in the schema, and check its version."""

from __future__ import annotations

import sys

from casus.schema.errors import CasusError
from casus.schema.evolution.changes import least_bump, least_version
from casus.schema.evolution.checking import verdict
from casus.schema.evolution.editions import compare, present_edition, published_edition
from casus.schema.versions import parse

_USAGE = """Usage: python -m casus.schema.evolution check
       python -m casus.schema.evolution diff VERSION [VERSION]   (the second is the present schema unless given)
"""


def main(arguments: list[str]) -> int:
    """Run the command; return 0, or 1 if the declared version is too small, or 2 for wrong usage."""
    try:
        match arguments:
            case ["check"]:
                found = verdict()
                sys.stdout.write("".join(f"{line}\n" for line in found.lines()))
                return 0 if found.great_enough else 1
            case ["diff", before, *rest] if len(rest) <= 1:
                first, second = published_edition(before), published_edition(rest[0]) if rest else present_edition()
                changes = compare(first, second)
                sys.stdout.write("".join(f"{change}\n" for change in changes))
                least = least_version(parse(before), least_bump(changes))
                sys.stdout.write(f"{len(changes)} changes; the least version after {before} is {least}.\n")
                return 0
    except CasusError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stderr.write(_USAGE)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
