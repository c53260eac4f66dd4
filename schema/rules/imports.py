"""The rules of imports (CAS60x): what keeps a row of another dataset from becoming a record at all.

Rows that become records are judged by the same rules as any record; these are about cells that cannot be read.
"""

from __future__ import annotations

from casus.schema.rules.base import Row, Rule, Scope


def _import(number: int, title: str, reason: str, message: str, fix: str, example: Row) -> Rule:
    return Rule(f"CAS{number}", Scope.IMPORT, title, reason, message, fix, example)


_LEFT_OUT = "Correct the row at its source, or leave it in quarantine."

IMPORT_RULES: tuple[Rule, ...] = (
    _import(
        601,
        "A number is a number within its bounds",
        "A count or a coordinate that cannot be read would be guessed.",
        "{column} holds {value}, which is not {wanted}.",
        _LEFT_OUT,
        Row({"latitude": "north"}, "latitude holds 'north', which is not a number from -90 to 90."),
    ),
    _import(
        602,
        "A day is a day",
        "An event without its day cannot be placed in time.",
        "{column} holds {value}, which is no day of the form that this source uses.",
        "Correct the row at its source; 03.04.2022 and 04/03/2022 are never guessed.",
        Row(
            {"date_start": "early 2022"},
            "date_start holds 'early 2022', which is no day of the form that this source uses.",
        ),
    ),
    _import(
        603,
        "A code is one of the source's codes",
        "A code that the crosswalk does not know has no meaning here.",
        "{column} holds {value}, which is no code that the mapping of this source knows.",
        "Correct the row at its source; if the source has a new code, add it to the mapping with its reason.",
        Row(
            {"type_of_violence": "9"},
            "type_of_violence holds '9', which is no code that the mapping of this source knows.",
        ),
    ),
    _import(
        604,
        "What a record cannot do without is there",
        "A row without its id, day or kind says nothing that could be kept.",
        "{column} is empty.",
        _LEFT_OUT,
        Row({"date_start": ""}, "date_start is empty."),
    ),
    _import(
        605,
        "A row has as many cells as the header",
        "With a cell too many or too few, every value may stand in the wrong column.",
        "The row has {value} cells where {wanted} belong.",
        "Correct the row at its source: often a delimiter inside a text that is not quoted.",
        Row({"id": "1001,2"}, "The row has 50 cells where 49 belong.", raw=True),
    ),
    _import(
        606,
        "An id stands once",
        "Two rows with one id are one event twice, or two events of which one would be lost.",
        "The id {value} stands in an earlier row already.",
        "Keep the row that holds; whether the two are the same is for a reader to say.",
        Row({}, "The id 1001 stands in an earlier row already.", twice=True),
    ),
    _import(
        607,
        "A cell holds a value, not a formula",
        "What a formula yields depends on who opens the file, and some formulas fetch pages or run programs.",
        "{column} holds {value}, which is a formula.",
        "Put the value in the place of the formula (copy, paste as values), and import the file again.",
        Row({"best": "=1+1"}, "best holds '=1+1', which is a formula."),
    ),
)
