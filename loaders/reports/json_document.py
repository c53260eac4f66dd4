"""``json``: for programs. The document has a version and a committed schema (``report.schema.json``)."""

from __future__ import annotations

import json

from casus.reports.viewing import View
from casus.schema.render_report import report_document


def write(view: View) -> str:
    """Return the report as JSON; everything beyond ASCII is escaped, so that it can be printed anywhere."""
    report = view.report
    document = report_document(report.findings, report.checked)
    return json.dumps(document, ensure_ascii=True, indent=2) + "\n"
