"""``junit``: XML as Jenkins, GitLab and others read it. A suite is a file, a failed case is an error.

Warnings are cases that pass and say so in their output; the first suite says what was checked.
"""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from casus.reports.concise import said
from casus.reports.harmless import one_line, visible
from casus.reports.spans import pasted
from casus.reports.viewing import View
from casus.schema.findings import Finding, Severity, path_text

#: Characters that XML 1.0 cannot hold; :func:`visible` writes most of them as escapes already.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write(view: View) -> str:
    """Return the report as JUnit XML."""
    findings = view.findings
    failures = sum(each.severity is Severity.ERROR for each in findings)
    root = ET.Element("testsuites", name="casus validate", tests=str(len(findings) + 1), failures=str(failures))
    root.set("errors", "0")
    whole = _suite(root, "checked", 1, 0)
    ET.SubElement(whole, "testcase", classname="casus", name=_xml(one_line(view.report.summary())), time="0")
    for name, group in view.by_file():
        suite = _suite(root, name, len(group), sum(each.severity is Severity.ERROR for each in group))
        for finding in group:
            _case(suite, finding, name)
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _suite(root: ET.Element, name: str, tests: int, failures: int) -> ET.Element:
    shown = _xml(one_line(name))
    return ET.SubElement(
        root, "testsuite", name=shown, tests=str(tests), failures=str(failures), errors="0", skipped="0", time="0"
    )


def _case(suite: ET.Element, finding: Finding, source: str) -> None:
    column = f":{finding.column}" if finding.column is not None else ""
    column += f" column {finding.column_name}" if finding.column_name is not None else ""
    place = f":{finding.line}{column}" if finding.line is not None else ""
    place += f" row {finding.row}" if finding.row is not None else ""
    name = f"{finding.code}{place} {path_text(finding.path)}"
    case = ET.SubElement(suite, "testcase", classname=_xml(one_line(source)), name=_xml(one_line(name)), time="0")
    text = _xml("\n".join(_lines(finding)))
    if finding.severity is Severity.ERROR:
        failure = ET.SubElement(case, "failure", type=finding.code, message=_xml(said(finding)))
        failure.text = text
    else:
        ET.SubElement(case, "system-out").text = text


def _lines(finding: Finding) -> list[str]:
    lines = [f"{one_line(finding.where())}: {finding.code} {said(finding)}"]
    if finding.allowed:
        lines.append(f"Allowed: {one_line(finding.allowed_text())}")
    if finding.fix:
        lines.append(f"Fix: {one_line(finding.fix)}")
    paste = pasted(finding)
    if paste:
        lines.append(f"Paste: {visible(paste, keep=chr(10))}")
    return [*lines, f"More: {finding.explanation}"]


def _xml(text: str) -> str:
    return _NOT_XML.sub(lambda match: f"\\u{ord(match[0]):04x}", text)
