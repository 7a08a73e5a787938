"""JUnit XML: an account is a suite, a permission a case.

What could not be read is an error, not a success.
"""

from __future__ import annotations

import re
from typing import TextIO
from xml.sax.saxutils import escape, quoteattr

from agent.domain.audit.document import AuditDocument, FindingDocument
from agent.printable import printable

_VIOLATIONS = ("excess", "shortfall", "must_be_none")
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class JUnitReport:
    """Writes one suite an account."""

    def __init__(self, out: TextIO) -> None:
        self._out = out

    def begin(self) -> None:
        self._out.write('<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="sc-agent audit">\n')

    def add(self, document: AuditDocument) -> None:
        cases = [*_permission_cases(document), *_reading_case(document)]
        failures, errors = (sum(f"<{tag} " in case for case in cases) for tag in ("failure", "error"))
        name, stamp = _attribute(document["account"]), _attribute(document["audited_at"].removesuffix("Z"))
        self._out.write(
            f'<testsuite name={name} timestamp={stamp} tests="{len(cases)}" failures="{failures}" errors="{errors}">\n'
        )
        self._out.write("".join(cases))
        self._out.write("</testsuite>\n")

    def end(self) -> None:
        self._out.write("</testsuites>\n")


def _permission_cases(document: AuditDocument) -> list[str]:
    account, findings = document["account"], list(document["findings"])
    cases = []
    for row in document["permissions"]:
        place = (row["scope"], row["section"], row["permission"], row["occurrence"])
        mine = [f for f in findings if (f["scope"], f["section"], f["permission"], f["occurrence"]) == place]
        findings = [f for f in findings if f not in mine]
        cases.append(_case(account, row["scope"], row["section"], row["permission"], row["occurrence"], mine))
    return cases + [_case(account, f["scope"], f["section"], f["permission"], f["occurrence"], [f]) for f in findings]


def _reading_case(document: AuditDocument) -> list[str]:
    """The reading itself is a case: it fails where nothing may be concluded from it."""
    head = f"<testcase classname={_attribute(document['account'])} name={_attribute('everything was read')}"
    shown = _pictures_of(document)
    if document["verdict"] in ("pass", "fail"):
        return [f"{head}>{shown}</testcase>\n" if shown else f"{head}/>\n"]
    why = _text("; ".join(document["notes"]) or document["verdict"])
    return [
        (
            f"{head}><error type={_attribute(document['verdict'])} "
            f"message={_attribute(document['verdict'])}>{why}</error>{shown}</testcase>\n"
        )
    ]


def _pictures_of(document: AuditDocument) -> str:
    """The explained pictures as attachments, in the way that JUnit readers know."""
    explained = document.get("explained")
    if explained is None:
        return ""
    lines = [f"[[ATTACHMENT|{picture['picture']}]]" for picture in explained["pictures"]]
    lines += [f"{mark['number']} {mark['kind']}: {mark['words']}. {mark['next']}" for mark in explained["marks"]]
    lines += [f"not drawn: {explained['why_not']}"] if explained["why_not"] else []
    return f"<system-out>{_text(chr(10).join(lines))}</system-out>"


def _case(
    account: str, scope: str, section: str, permission: str, occurrence: int, findings: list[FindingDocument]
) -> str:
    again = f" ({occurrence})" if occurrence > 1 else ""
    head = f"<testcase classname={_attribute(f'{account}.{scope}.{section}')} name={_attribute(permission + again)}"
    if not findings:
        return f"{head}/>\n"
    first = findings[0]
    tag = "failure" if first["kind"] in _VIOLATIONS else "error"
    message = f"{first['actual'] or 'not read'}, expected {first['expected'] or 'unknown'}"
    remedies = _text("\n".join(finding["remedy"] for finding in findings))
    return (
        f"{head}><{tag} type={_attribute(first['kind'])} message={_attribute(message)}>{remedies}</{tag}></testcase>\n"
    )


def _attribute(text: str) -> str:
    return quoteattr(_FORBIDDEN.sub("\ufffd", printable(text, lines=True)))


def _text(text: str) -> str:
    return escape(_FORBIDDEN.sub("\ufffd", printable(text, lines=True)))
