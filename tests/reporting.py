"""A report with every kind of finding, for the tests of the formats: made by the rules from texts that stand here."""

import copy
import re
from functools import cache

from support import EXAMPLE, corpus_of, patched

from casus.checking import Report, check, check_entry
from casus.schema.corpus import Entry
from casus.schema.findings import Finding, Severity
from casus.schema.rules.file import finding

TALKS = "dataset/records/2025/2025-06-02-istanbul-talks.yaml"
WIDE = "dataset/records/2025/2025-06-03-переговоры.yaml"
JSON = "records/2025-06-04-call.json"
TABLE = "imports/ucdp-ged.parquet"
MANY = "dataset/records/2025/2025-07-01-many.yaml"

_LONG = "The delegations met " + "and met again " * 40 + "in Istanbul."
TEXTS = {
    TALKS: f"""id: 2025-06-02-istanbul-talks
type: talk
titel: "Second round of direct talks"
date: {{start: 2 June 2025, end: 2025-06-02}}
summary: {_LONG}
participants:
  - {{key: p1, actor: UKR, roles: [party, medator]}}
quantities:
\t- key: q1
  - {{key: q2, measure: duration, best: "67", claimant: example-news, sources: [s2]}}
sources:
  - {{key: s1, publisher: exmple-news, title: Talks held}}
""",
    WIDE: "title: 二回目の直接会談 は イスタンブール で\nissues: [停戦, 'перемир’я', ceasefire, ceasefire]\n"
    "summary: \u202eesrever\u202c \x1b[31mred\x1b[0m\x07\n",
    JSON: '{\n  "id": "2025-06-04-call",\n  "title": "\U0001f54a\U0001f54a", "type": "cal", "summary": "x"\n}\n',
    MANY: "".join(f"issue_{number}: x\n" for number in range(200)),
}


def place(file, needle, nth=0):
    """Return file, line and column of a text in one of the files."""
    start = [match.start() for match in re.finditer(re.escape(needle), TEXTS[file])][nth]
    before = TEXTS[file][:start]
    return {"file": file, "line": before.count("\n") + 1, "column": start - (before.rfind("\n") + 1) + 1}


def fields(sets):
    """Return what the field rules find in the example with these changes."""
    return [each for each in check_entry(Entry("event", patched(EXAMPLE, sets))) if each.code.startswith("CAS1")]


def across(sets):
    """Return what the rules across records find in the example with these changes."""
    return list(check(corpus_of(patched(EXAMPLE, sets))).findings)


def _talks():
    record = {"record": "2025-06-02-istanbul-talks"}
    (code,) = fields({"type": "talk"})
    yield code.at(**place(TALKS, "talk\n"), **record)
    (name,) = fields({"titel": "Second round of direct talks"})
    yield name.at(**place(TALKS, "titel"), **record)
    (day,) = fields({"date.start": "2 June 2025"})
    yield day.at(**place(TALKS, "2 June"), **record)
    (length,) = fields({"summary": _LONG * 8})
    yield length.at(**place(TALKS, "The delegations"), **record)
    (role,) = fields({"participants[0].roles": ["party", "medator"]})
    yield role.at(**place(TALKS, "medator"), **record)
    yield finding("CAS401", problem="A tab cannot indent; indent with spaces").at(**place(TALKS, "\t- key"))
    (number,) = fields({"quantities[1].best": "67"})
    yield number.at(**place(TALKS, '"67"'), **record)
    (publisher,) = (each for each in across({"sources[0].publisher": "exmple-news"}) if each.code == "CAS306")
    yield publisher.at(**place(TALKS, "exmple"), record="2025-06-02-istanbul-talks")
    url = copy.deepcopy(EXAMPLE["sources"][0])
    del url["url"]
    (missing,) = fields({"sources[0]": url})
    yield missing.at(**place(TALKS, "{key: s1"), **record)
    (single,) = (each for each in across({"sources[1].relays": ["example-news"]}) if each.code == "CAS502")
    yield single.at(**place(TALKS, "sources:\n"), **record)


def _others():
    (issue,) = fields({"issues": ["停戦", "ceasefire"]})
    yield issue.at(**place(WIDE, "停戦"))
    (other,) = fields({"issues": ["ceasefire", "перемир’я"]})
    yield other.at(**place(WIDE, "'перемир"))
    (twice,) = fields({"issues": ["ceasefire", "ceasefire"]})
    yield twice.at(**place(WIDE, "issues"))
    (unseen,) = fields({"summary": "\u202eesrever\u202c \x1b[31mred\x1b[0m\x07"})
    yield unseen.at(**place(WIDE, "\u202eesrever"))
    (call,) = fields({"type": "cal"})
    yield call.at(**place(JSON, '"cal"'), record="2025-06-04-call")
    (negative,) = fields({"quantities[0].best": -1})
    yield negative.at(file=TABLE, row=41_235, record="ucdp-ged:412345")
    yield finding("CAS449", problem="50 more of 150 rows are invalid and not spelled out").at(file=TABLE)
    (bounds,) = across({"quantities[0].low": 120, "quantities[0].best": 70})
    yield bounds.at(file=None)
    yield Finding("CAS501", "The record has a single source.", ("sources",), Severity.WARNING, file="-", line=1)


def _many():
    for number in range(200):
        record = copy.deepcopy(EXAMPLE) | {f"issue_{number}": "x"}
        (unknown,) = check_entry(Entry("event", record))
        yield unknown.at(**place(MANY, f"issue_{number}:"), record="2025-07-01-many")


@cache
def sample():
    """Return the report, with the texts that it points into."""
    return Report((*_talks(), *_others(), *_many()), checked=9, texts=TEXTS)


#: What files could hold to act on whoever displays a report.
HOSTILE = (
    "\x1b]0;title\x07\x1b[2J",
    "::error file=x,line=1::forged\n::set-output name=a::b\r\n##[add-mask]secret",
    "</failure><![CDATA[ ]]> & <script>alert(1)</script>",
    "| a | b |\n# head\n[x](javascript:alert(1)) ![i](https://evil.example/i.png) <img src=x> `code` **b** @someone #1",
    "\u202eevil\u202c \ufeff\u200b\u2028 \x00 \x0b \x85 \ud800 \ufffe %0A %25",
    "```\nfence\n~~~~\n",
    "'; rm -rf / #",
)


@cache
def hostile():
    """Return a report in which every text that can come from a file holds every hostile value."""
    findings = []
    for number, text in enumerate(HOSTILE):
        findings.append(
            Finding(
                "CAS104",
                f"{text!s} is not allowed.",
                ("sources", number, text),
                Severity.ERROR if number % 2 else Severity.WARNING,
                record=text,
                file=f"records/{text}.yaml",
                line=1,
                column=1,
                fix=f"Remove {text}.",
                allowed=(text, "talks") if number % 2 else text,
                nearest=text,
                paste=f"type: {text}",
                see=f"casus find {text}",
            )
        )
    return Report(tuple(findings), checked=1, texts={f"records/{text}.yaml": text for text in HOSTILE})
