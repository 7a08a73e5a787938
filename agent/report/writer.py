"""What every report is: begun, given one audit after another, ended.

None keeps the audits it has written.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Protocol, TextIO

from agent.domain.audit.document import AuditDocument
from agent.report.as_csv import CsvReport
from agent.report.as_json import JsonReport
from agent.report.as_junit import JUnitReport
from agent.report.as_ocsf import OcsfReport
from agent.report.as_sarif import SarifReport
from agent.report.as_text import TextReport


class Format(StrEnum):
    """The formats of the contract."""

    TEXT = "text"
    JSON = "json"
    CSV = "csv"
    JUNIT = "junit"
    SARIF = "sarif"
    HTML = "html"
    OCSF = "ocsf"


class Report(Protocol):
    """One report on its way to a stream."""

    def begin(self) -> None:
        """Write what stands before the first audit."""

    def add(self, document: AuditDocument) -> None:
        """Write one audit."""

    def end(self) -> None:
        """Write what stands after the last."""


def open_report(format: Format, out: TextIO, *, evidence: Path) -> Report:
    """Make a report; evidence paths start from the directory `evidence`."""
    match format:
        case Format.TEXT:
            return TextReport(out)
        case Format.JSON:
            return JsonReport(out)
        case Format.CSV:
            return CsvReport(out)
        case Format.JUNIT:
            return JUnitReport(out)
        case Format.SARIF:
            return SarifReport(out)
        case Format.HTML:
            # its templates take longer to load than all other forms together
            from agent.report.as_html import HtmlReport

            return HtmlReport(out, evidence)
        case Format.OCSF:
            return OcsfReport(out)
