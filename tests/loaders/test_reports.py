"""The formats of a report: what each promises, and that no text from a file acts on whoever displays it."""

import io
import json
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import jsonschema
import pytest
from reporting import HOSTILE, MANY, TALKS, TEXTS, WIDE, hostile, sample
from rich.cells import cell_len

import casus
from casus.checking import Report
from casus.reports import FORMATS, append_step_summary, default_format, render, use_colour
from casus.reports.spans import replacement
from casus.reports.summaries import LIMIT, append
from casus.schema.findings import Finding, Severity
from casus.schema.render_report import report_schema
from casus.schema.visible import visible

VENDORED = Path(__file__).resolve().parents[1] / "vendored"
UNSEEN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")


def test_unknown_format_is_a_usage_error_with_the_nearest():
    with pytest.raises(casus.UsageError, match="did you mean 'github'"):
        render(sample(), "githib")


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_ends_with_one_line_break(name):
    for report in (sample(), Report((), 3)):
        text = render(report, name)
        assert text.endswith("\n")
        assert not text.endswith("\n\n")


@pytest.mark.parametrize("name", FORMATS)
def test_no_format_holds_a_character_that_is_not_seen(name):
    assert UNSEEN.findall(render(hostile(), name)) == []
    assert UNSEEN.findall(render(sample(), name)) == []


def test_default_format_is_annotations_on_github():
    assert default_format({"GITHUB_ACTIONS": "true"}, io.StringIO()) == "github"
    assert default_format({"GITHUB_ACTIONS": "false"}, io.StringIO()) == "text"
    assert default_format({}, io.StringIO()) == "text"


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_colour_only_on_a_terminal_that_wants_it():
    assert use_colour({}, Terminal())
    assert not use_colour({"NO_COLOR": "1"}, Terminal())
    assert not use_colour({"TERM": "dumb"}, Terminal())
    assert not use_colour({}, io.StringIO())


# text


def blocks(width=100):
    """Yield ``(finding, its lines)`` for those findings of the sample that show a line."""
    lines = render(sample(), "text", width=width).splitlines()
    for finding in sample().findings:
        if finding.file not in TEXTS or finding.line is None:
            continue
        start = next(i for i, line in enumerate(lines) if line.startswith(f"{finding.where()} {finding.code} "))
        yield finding, lines[start + 1 :]


@pytest.mark.parametrize("width", [60, 80, 100, 160])
def test_caret_stands_below_the_value(width):
    seen = 0
    for finding, lines in blocks(width):
        shown = next(line for line in lines if line.startswith(f"  {finding.line} | "))
        carets = lines[lines.index(shown) + 1]
        start = len(re.match(r" *\| *", carets)[0])
        prefix = next(i for i in range(len(shown) + 1) if cell_len(shown[:i]) == start)
        value = TEXTS[finding.file].split("\n")[finding.line - 1][finding.column - 1 :]
        first = visible(value.lstrip("\t"))[:3]
        assert shown[prefix:].lstrip().startswith(first), (shown, carets)
        assert set(carets[start:]) == {"^"}
        seen += 1
    assert seen > 200


def test_wide_characters_count_two_columns():
    finding, lines = next(each for each in blocks() if each[0].file == WIDE)
    assert finding.column == 10
    assert lines[0].endswith("issues.") or "issues" in lines[0]
    carets = next(line for line in lines if "^" in line)
    assert carets.count("^") == 4


@pytest.mark.parametrize("width", [60, 80, 100, 200])
def test_no_line_is_wider_than_the_terminal(width):
    places = tuple(finding.where() for finding in sample().findings)
    for line in render(sample(), "text", width=width).splitlines():
        if line.startswith((*places, "dataset/")) or "  paste " in line:
            continue  # places and what is pasted stay whole, so that they can be clicked and copied
        assert cell_len(line) <= width, line


def test_a_long_line_is_cut_around_the_value():
    text = "x" * 5000 + " type: talk # " + "y" * 5000
    finding = Finding("CAS104", "Wrong.", ("type",), file="a.yaml", line=1, column=5000 + 8)
    shown = render(Report((finding,), 1), "text", texts={"a.yaml": text}, width=80)
    line, carets = shown.splitlines()[1:3]
    assert "type: talk # yyy" in line
    assert line.startswith("  1 | ...xxx")
    assert line.endswith("...")
    assert line.index("talk") == carets.index("^")
    assert carets.count("^") == 4


def test_positions_outside_the_text_show_no_line():
    for line, column in ((99, 1), (1, 9999)):
        finding = Finding("CAS104", "Wrong.", file="a.yaml", line=line, column=column)
        shown = render(Report((finding,), 1), "text", texts={"a.yaml": "id: x\n"})
        assert f"a.yaml:{line}:{column} CAS104 error: Wrong." in shown


def test_colours_are_the_only_escapes_and_change_no_text():
    plain, coloured = render(sample(), "text"), render(sample(), "text", colour=True)
    assert re.sub(r"\x1b\[[0-9;]+m", "", coloured) == plain
    assert "\x1b[" in coloured
    assert "\x1b[31mred" not in coloured


def test_text_names_the_command_and_page_of_a_rule_once():
    shown = render(sample(), "text")
    assert shown.count("casus explain CAS101 (docs/rules.md#cas101)") == 1


@pytest.mark.parametrize("name", ["text", "concise", "github", "markdown", "junit", "sarif"])
def test_a_long_vocabulary_is_not_printed_whole(name):
    (finding,) = (each for each in sample().findings if each.path == ("type",) and each.file == TALKS)
    shown = render(Report((finding,), 1), name)
    assert len(finding.allowed) > 20
    assert "unspecified-violence" not in shown
    assert "talks" in shown


# concise


def test_concise_is_read_by_the_pattern_of_editors():
    lines = render(sample(), "concise").splitlines()
    assert len(lines) == len(sample().findings) + 1
    pattern = re.compile(r"^(?P<file>.+?):(?P<line>\d+):(?P<column>\d+): (?P<code>CAS\d{3}) (?P<message>.+)$")
    for finding, line in zip(sample().findings, lines, strict=False):
        if finding.line is not None:
            found = pattern.match(line)
            assert (found["file"], int(found["line"]), found["code"]) == (finding.file, finding.line, finding.code)


# github


def commands(text):
    """Return what the runner of GitHub Actions takes as commands: ``(name, properties, data)``."""
    found, stopped = [], None
    for line in text.split("\n"):
        stripped = line.strip()
        match = re.match(r"::([^ :]+)( [^:]*)?::(.*)$", stripped)
        old = re.search(r"##\[([^\]]+)\](.*)$", line)
        if match is None and old is None:
            continue
        name = (match or old)[1]
        if stopped is not None:
            stopped = None if name == stopped else stopped
        elif name == "stop-commands":
            stopped = match[3]
        else:
            properties = dict(each.split("=", 1) for each in (match[2] or "").strip().split(",")) if match else {}
            found.append((name, {key: unescaped(value) for key, value in properties.items()}, match and match[3]))
    assert stopped is None
    return found


def unescaped(text):
    for code, char in {"%0D": "\r", "%0A": "\n", "%3A": ":", "%2C": ",", "%25": "%"}.items():
        text = text.replace(code, char)
    return text


def test_annotations_are_capped_at_what_github_shows():
    names = [name for name, _, _ in commands(render(sample(), "github"))]
    assert names.count("error") == 10
    assert names.count("warning") == len(sample().warnings) == 2
    assert "207 more findings" in render(sample(), "github")
    assert "issue_199" in render(sample(), "github")


def test_annotations_say_where_and_what():
    (name, properties, data), *_ = commands(render(sample(), "github"))
    assert name == "error"
    assert properties == {
        "file": TALKS,
        "line": "2",
        "endLine": "2",
        "col": "7",
        "endColumn": "11",
        "title": "CAS104 Codes are in the vocabulary",
    }
    assert "did you mean 'talks'" in data
    assert "Paste: type: talks" in unescaped(data)


def test_hostile_texts_make_no_commands():
    for many in (hostile().findings, hostile().findings * 20):
        found = commands(render(Report(many, 1), "github"))
        assert {name for name, _, _ in found} == {"error", "warning"}
        assert all(
            set(properties) <= {"file", "line", "endLine", "col", "endColumn", "title"} for _, properties, _ in found
        )


def test_percent_and_line_breaks_of_a_file_survive_the_escaping():
    finding = Finding("CAS104", "100% wrong.", file="a,b:c.yaml", line=1, column=1, paste="a: 1\nb: %0A")
    ((_, properties, data),) = commands(render(Report((finding,), 1), "github"))
    assert properties["file"] == "a,b:c.yaml"
    assert "100% wrong." in unescaped(data)
    assert "a: 1\nb: %0A" in unescaped(data)


def test_step_summary_holds_all_findings(tmp_path):
    path = tmp_path / "summary.md"
    path.write_text("before\n")
    assert append_step_summary(sample(), {"GITHUB_STEP_SUMMARY": str(path)})
    text = path.read_text("utf-8")
    assert text.startswith("before\n")
    assert "217 errors" in text
    assert text.count("\n| error |") == 217


def test_step_summary_keeps_within_the_limit_and_counts_the_rest(tmp_path):
    path = tmp_path / "summary.md"
    path.write_text("x" * 400_000)
    findings = tuple(Finding("CAS104", "no " * 100, file=f"{number}.yaml") for number in range(20_000))
    append_step_summary(Report(findings, 1), {"GITHUB_STEP_SUMMARY": str(path)})
    assert 1_000_000 < path.stat().st_size <= LIMIT
    kept = path.read_text().count("\n| error |")
    assert f"{20_000 - kept:,} more findings do not fit here" in path.read_text()
    append("y" * 100_000, {"GITHUB_STEP_SUMMARY": str(path)})
    assert path.stat().st_size <= LIMIT
    assert "summary is full" in path.read_text()[-200:]


def test_step_summary_is_optional_and_must_be_writable(tmp_path):
    assert not append_step_summary(sample(), {})
    with pytest.raises(casus.UsageError, match="cannot be written"):
        append_step_summary(sample(), {"GITHUB_STEP_SUMMARY": str(tmp_path)})


# json


@pytest.mark.parametrize("report", [sample(), hostile(), Report((), 0)], ids=["sample", "hostile", "clean"])
def test_json_keeps_to_its_schema(report):
    document = json.loads(render(report, "json"))
    jsonschema.Draft202012Validator(report_schema()).validate(document)
    assert [each["message"] for each in document["findings"]] == [each.message for each in report.findings]
    assert document["summary"]["ok"] is report.ok


def test_json_schema_refuses_what_is_not_a_report():
    validator = jsonschema.Draft202012Validator(report_schema())
    document = json.loads(render(sample(), "json"))
    for change in ({"version": "9"}, {"findings": [{}]}, {"more": 1}):
        assert list(validator.iter_errors(document | change))


def test_json_holds_the_whole_vocabulary():
    first = json.loads(render(sample(), "json"))["findings"][0]
    assert len(first["allowed"]) > 20
    assert (first["nearest"], first["paste"], first["path"]) == ("talks", "type: talks", "type")


# sarif


@pytest.fixture(scope="module")
def sarif_schema():
    return jsonschema.Draft202012Validator(json.loads((VENDORED / "sarif-2.1.0.schema.json").read_text("utf-8")))


@pytest.mark.parametrize("report", [sample(), hostile(), Report((), 0)], ids=["sample", "hostile", "clean"])
def test_sarif_validates_against_the_official_schema(report, sarif_schema):
    log = json.loads(render(report, "sarif"))
    assert [error.message for error in sarif_schema.iter_errors(log)] == []
    (run,) = log["runs"]
    assert [run["tool"]["driver"]["rules"][each["ruleIndex"]]["id"] for each in run["results"]] == [
        each.code for each in report.findings
    ]


def test_the_sarif_schema_can_refuse(sarif_schema):
    log = json.loads(render(sample(), "sarif"))
    log["runs"][0]["results"][0]["level"] = "bad"
    assert not sarif_schema.is_valid(log)


def test_sarif_columns_are_utf16_code_units():
    results = json.loads(render(sample(), "sarif"))["runs"][0]["results"]
    (call,) = (each for each in results if "'cal'" in each["message"]["text"])
    region = call["locations"][0]["physicalLocation"]["region"]
    line = TEXTS["records/2025-06-04-call.json"].split("\n")[2].encode("utf-16-le")
    assert line[2 * (region["startColumn"] - 1) : 2 * (region["endColumn"] - 1)].decode("utf-16-le") == '"cal"'
    assert region["startColumn"] == 28  # two characters beyond the first plane stand before it


def test_sarif_without_texts_gives_lines_only():
    finding = Finding("CAS104", "x", file="a.yaml", line=3, column=7)
    (result,) = json.loads(render(Report((finding,), 1), "sarif"))["runs"][0]["results"]
    assert result["locations"][0]["physicalLocation"]["region"] == {"startLine": 3}


def test_sarif_names_files_as_uris():
    names = {"a b/ü#?.yaml": "a%20b/%C3%BC%23%3F.yaml", "/tmp/x.yaml": "file:///tmp/x.yaml"}  # noqa: S108 - a name
    for name, uri in names.items():
        (result,) = json.loads(render(Report((Finding("CAS104", "x", file=name),), 1), "sarif"))["runs"][0]["results"]
        assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == uri


def test_sarif_fixes_put_the_text_right():
    results = json.loads(render(sample(), "sarif"))["runs"][0]["results"]
    lines = TEXTS[TALKS].split("\n")
    fixes = [each["fixes"][0]["artifactChanges"][0] for each in results if "fixes" in each]
    mine = [each["replacements"][0] for each in fixes if each["artifactLocation"]["uri"] == TALKS]
    for each in sorted(mine, key=lambda each: -each["deletedRegion"]["startColumn"]):
        region = each["deletedRegion"]
        line = lines[region["startLine"] - 1]
        new = each["insertedContent"]["text"]
        lines[region["startLine"] - 1] = line[: region["startColumn"] - 1] + new + line[region["endColumn"] - 1 :]
    text = "\n".join(lines)
    for right in ("type: talks\n", 'title: "Second', "start: 2025-06-02, end", "[party, mediator]", "best: 67,",
                  "publisher: example-news,"):  # fmt: skip
        assert right in text
    assert len(mine) == 6


@pytest.mark.parametrize(
    ("line", "column", "paste", "nearest", "path", "expected"),
    [
        ("type: talk", 7, "type: talks", "talks", ("type",), "type: talks"),
        ("type: 'talk'  # no", 7, "type: talks", "talks", ("type",), "type: talks  # no"),
        ('{"type":"talk","a":1}', 9, "type: talks", "talks", ("type",), '{"type":"talks","a":1}'),
        ('{"best": "67"}', 10, "best: 67", None, ("best",), '{"best": 67}'),
        ("- {type: talk}", 10, "type: talks", "talks", ("type",), "- {type: talks}"),
        ("roles: [medator]", 9, "mediator", "mediator", ("roles", 0), "roles: [mediator]"),
        ("titel: x", 1, "title: x", "title", ("titel",), "title: x"),
        ("titel:", 1, "title: ...", "title", ("titel",), "title:"),
        ("url:", 1, "url: ...", None, ("url",), None),
        ("sources:", 1, "sources: [s1]", None, ("sources",), None),
        ("- {key: s1}", 3, "url: ...", None, ("sources", 0, "url"), None),
        ("summary: >", 10, "summary: x", "x", ("summary",), None),
        ("type:", 6, "type: talks", "talks", ("type",), None),
    ],
)
def test_a_fix_is_offered_only_where_it_is_certain(line, column, paste, nearest, path, expected):
    finding = Finding("CAS104", "x", path, file="a.yaml", line=1, column=column, paste=paste, nearest=nearest)
    found = replacement(finding, line)
    done = None if found is None else line[: found[0].start] + found[1] + line[found[0].end :]
    assert done == expected


# junit


@pytest.mark.parametrize("report", [sample(), hostile(), Report((), 0)], ids=["sample", "hostile", "clean"])
def test_junit_is_valid_for_jenkins(report):
    import xmlschema

    text = render(report, "junit")
    xmlschema.XMLSchema(str(VENDORED / "junit-10.xsd")).validate(text)
    root = ET.fromstring(text)  # noqa: S314 - made here
    cases, failures = root.findall(".//testcase"), root.findall(".//failure")
    assert len(cases) == int(root.get("tests")) == len(report.findings) + 1
    assert len(failures) == int(root.get("failures")) == len(report.errors)
    for suite in root:
        assert int(suite.get("tests")) == len(suite)
        assert int(suite.get("failures")) == len(suite.findall(".//failure"))


# markdown


def tags(markdown):
    """Return the tags that Markdown becomes, as GitHub would read it (tables, HTML, bare addresses)."""
    from html.parser import HTMLParser

    from markdown_it import MarkdownIt

    found, texts = [], []

    class Parser(HTMLParser):
        def handle_starttag(self, tag, attrs):
            found.append((tag, dict(attrs)))

        def handle_data(self, data):
            texts.append(data)

    Parser().feed(MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(markdown))
    return found, "".join(texts)


def test_hostile_texts_make_no_markdown():
    found, text = tags(render(hostile(), "markdown"))
    assert {name for name, _ in found} <= {"h3", "p", "table", "thead", "tbody", "tr", "th", "td", "code", "br"}
    assert len([name for name, _ in found if name == "tr"]) == len(HOSTILE) + 1
    assert len([name for name, _ in found if name == "td"]) == 4 * len(HOSTILE)
    assert "<script>alert(1)</script>" in text
    assert "[x](javascript:alert(1))" in text


def test_markdown_makes_no_mentions_and_no_addresses():
    outside = re.sub(r"<code>.*?</code>|(?<!\\)`[^`]*`", "", render(hostile(), "markdown"))
    assert not re.search(r"[@#]\w", outside)
    assert not re.search(r"(?<!\\)://", outside)


def test_markdown_fits_a_comment():
    findings = tuple(Finding("CAS104", "no " * 200, file=f"{number}.yaml") for number in range(5_000))
    text = render(Report(findings, 1), "markdown")
    assert len(text.encode()) < 65_000
    assert "more findings do not fit here" in text


# all


def test_a_real_validation_goes_through_every_format(small_dataset, monkeypatch):
    monkeypatch.chdir(small_dataset.parent)
    path = Path("data/records/2025/2025-06-02-istanbul-talks.yaml")
    path.write_text(path.read_text().replace('"mediated"', '"mediatd"').replace('"best": 67', '"best": -67'))
    report = casus.validate(path)
    assert {each.code for each in report.findings} == {"CAS104", "CAS106"}
    for name in FORMATS:
        text = render(report, name, texts={str(path): path.read_text()})
        assert "CAS104" in text
        assert "mediated" in text


def test_reports_are_light():
    code = """
import sys
from casus.checking import Report
from casus.reports import FORMATS, render
for name in FORMATS: render(Report((), 1), name)
print([m for m in ('pyarrow', 'pandas', 'rich', 'jsonschema', 'click', 'numpy') if m in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_warnings_alone_do_not_block_and_are_seen():
    finding = Finding("CAS501", "The record has a single source.", severity=Severity.WARNING, file="a.yaml", line=1)
    report = Report((finding,), 1)
    assert "CAS501 warning:" in render(report, "text")
    assert "CAS501 warning:" in render(report, "concise")
    assert commands(render(report, "github"))[0][0] == "warning"
    assert json.loads(render(report, "sarif"))["runs"][0]["results"][0]["level"] == "warning"
    assert "<failure" not in render(report, "junit")
    assert render(report, "markdown").startswith("### :warning:")


def test_two_hundred_findings_in_one_file_are_all_there():
    for name in ("text", "concise", "json", "sarif", "junit", "markdown"):
        shown = render(sample(), name)
        assert all(f"issue_{number}" in shown.replace("\\_", "_") for number in range(200)), name
    assert MANY in render(sample(), "text")
