"""Every format says the same, is valid where it has a schema, and survives hostile texts."""

from __future__ import annotations

import csv
import io
import json
import re
import tracemalloc
import xml.etree.ElementTree as ET
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from agent.domain.audit.document import AuditDocument, document, unread_document
from agent.domain.audit.judge import judge
from agent.domain.audit.level import Level
from agent.domain.audit.reading import Reading, Row, Source, Trouble
from agent.domain.policy.load import load_policy
from agent.report.writer import Format, open_report
from flows import PageProbe, ProbeAnswer
from tests.support.json_schema import errors_of

DATA = Path(__file__).parents[2] / "data"
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOSTILE = '=cmd|" /C calc"!A0<script>alert(1)</script>&"\'\x07[bold]'
ALL = (Level.NONE, Level.VIEW, Level.EDIT)
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)


def row(section: str, permission: str, level: Level | None, **more: Any) -> Row:
    return Row(
        **{"scope": "regional", "section": section, "permission": permission, "offered": ALL, "level": level, **more}
    )


READING = Reading(
    source=Source.OWN_VIEW,
    layout="own_view",
    language="en",
    complete=True,
    subject="a1@users.example",
    rows=(
        row("Orders", "Manage Orders", Level.EDIT),
        row("Orders", "Manage Returns", Level.NONE),
        row("Orders", "Manage Returns", Level.ADMIN, occurrence=2, offered=(*ALL, Level.ADMIN)),
        row("Reports", HOSTILE, Level.VIEW),
        row("Settings", "Agreements/Amendments", Level.NONE),
        row("Settings", "User Permissions", Level.EDIT),
    ),
)


def audited(reading: Reading = READING, account: str = "A1") -> AuditDocument:
    return document(judge(reading, load_policy(), account=account, user_email="a1@users.example", now=NOW))


FAIL = audited()
PASSED = audited(replace(READING, rows=tuple(replace(each, level=Level.NONE) for each in READING.rows[4:])))
PARTIAL = audited(
    replace(
        READING,
        complete=False,
        gaps=("a section was closed",),
        rows=(row("Orders", "Coupons", None, trouble=Trouble.UNREAD),),
    )
)
REFUSED = audited(
    Reading(
        source=Source.NONE,
        refusal="redirected",
        probes=(PageProbe(path="/business-reports", permission="x", answer=ProbeAnswer.REACHED),),
    )
)
BROKEN = unread_document(account="A9", user_email="a9@users.example", now=NOW, reason="a CAPTCHA needs a person")
EVERY = (FAIL, PASSED, PARTIAL, REFUSED, BROKEN)


def written(
    format: Format, documents: Iterable[AuditDocument], evidence: Path = DATA, *, out: io.StringIO | None = None
) -> str:
    out = out or io.StringIO()
    report = open_report(format, out, evidence=evidence)
    report.begin()
    for each in documents:
        report.add(each)
    report.end()
    return out.getvalue()


def schema(name: str) -> Any:
    return json.loads((DATA / name).read_text(encoding="utf-8"))


def test_json_is_as_the_contract_has_it() -> None:
    made = json.loads(written(Format.JSON, EVERY))
    assert errors_of(made, schema("audit_contract.schema.json")) == []
    assert [each["verdict"] for each in made["audits"]] == ["fail", "pass", "incomplete", "not_permitted", "incomplete"]
    assert made["audits"][0]["counts"] == {"permissions": 6, "as_expected": 2, "findings": 4}


def test_json_of_no_accounts_is_still_a_document() -> None:
    assert json.loads(written(Format.JSON, ())) == {"schema": 1, "audits": []}


def test_sarif_is_valid_and_names_each_finding() -> None:
    made = json.loads(written(Format.SARIF, EVERY))
    official = schema("sarif-2.1.0-rtm.5.schema.json")  # as @microsoft/jest-sarif carries it (MIT)
    assert errors_of(made, official) == []
    run = made["runs"][0]
    assert {result["ruleId"] for result in run["results"]} <= {rule["id"] for rule in run["tool"]["driver"]["rules"]}
    ids = {result["partialFingerprints"]["findingId/v1"] for result in run["results"]}
    assert {finding["id"] for finding in FAIL["findings"]} <= ids


def test_ocsf_is_valid_line_by_line_and_passes_only_what_passed() -> None:
    events = [json.loads(line) for line in written(Format.OCSF, EVERY).splitlines()]
    for event in events:
        assert errors_of(event, schema("ocsf-compliance-finding-1.3.0.schema.json")) == []
    assert {finding["id"] for finding in FAIL["findings"]} <= {event["finding_info"]["uid"] for event in events}
    passed = [event for event in events if event["compliance"]["status_id"] == 1]
    assert [event["finding_info"]["types"] for event in passed] == [["pass"]]
    accounts = [
        {event["compliance"]["status_id"] for event in events if event["message"].startswith(name)}
        for name in ("A1", "A9")
    ]
    assert accounts == [{1, 2, 3}, {2}]


def test_junit_counts_failures_and_never_calls_a_partial_reading_a_success() -> None:
    suites = ET.fromstring(written(Format.JUNIT, EVERY)).findall("testsuite")  # noqa: S314 - our own output
    assert [(suite.get("failures"), suite.get("errors")) for suite in suites[:2]] == [("4", "0"), ("0", "0")]
    assert all(int(suite.get("errors", 0)) > 0 for suite in suites[2:])


def test_csv_has_a_line_a_permission_and_no_formulas() -> None:
    lines = list(csv.DictReader(io.StringIO(written(Format.CSV, EVERY))))
    assert sum(line["account"] == "A1" and line["verdict"] == "fail" for line in lines) == 6
    assert not any(cell.startswith(("=", "+", "-", "@")) for line in lines for cell in line.values())
    assert {line["verdict"] for line in lines} == {"pass", "fail", "incomplete", "not_permitted"}


def test_text_says_what_to_do_and_has_no_colours_off_a_terminal() -> None:
    said = written(Format.TEXT, EVERY)
    assert "Set Settings > User Permissions to None." in said
    assert "a CAPTCHA needs a person" in said
    assert "\x1b[" not in said


def test_text_has_colours_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert "\x1b[1;31mFAIL" in written(Format.TEXT, EVERY, out=Terminal())


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_html_stands_alone_escapes_everything_and_holds_the_pictures(tmp_path: Path) -> None:
    (tmp_path / "evidence").mkdir()
    (tmp_path / "evidence" / "row.png").write_bytes(PIXEL)
    shown: AuditDocument = json.loads(json.dumps(FAIL))
    shown["findings"][0]["evidence"] = ["evidence/row.png", "../../../etc/passwd", "evidence/none.png"]
    made = " ".join(written(Format.HTML, (shown, *EVERY[1:]), tmp_path).split())
    assert made.count("data:image/png;base64,") == 1
    assert "<script" not in made
    assert "&lt;script&gt;" in made
    assert not re.search(r"""(src|href)=["'](?!data:|#)|url\(|@import""", made)  # nothing is fetched from anywhere
    assert "<details" in made
    assert re.search(r"@media print {.*details::details-content { content-visibility:visible", made)  # no fold on paper


def test_html_tells_the_sums_and_the_worst_account_first(tmp_path: Path) -> None:
    documents: tuple[AuditDocument, ...] = (
        {**PASSED, "account": "P1"}, {**PARTIAL, "account": "I1"}, {**FAIL, "account": "F1"},
        unread_document(account="N1", user_email="n1@users.example", reason="it was never audited", now=NOW),
    )  # fmt: skip
    made = " ".join(written(Format.HTML, documents, tmp_path).split())
    found = [
        made.index(words) for words in ("1 fail", "1 not read", "<nav", 'id="a3"', 'id="a2"', 'id="a1"', "</html>")
    ]
    assert found == sorted(found)
    for number in (1, 2, 3, 4):
        assert made.count(f'href="#a{number}"') == made.count(f'id="a{number}"') == 1
    assert "<title>1 fail, 1 incomplete, 1 pass, 1 not read - Permission audit</title>" in made


def test_html_says_of_an_account_that_was_never_read_just_that(tmp_path: Path) -> None:
    never = unread_document(account="N1", user_email="n1@users.example", reason="it was never audited", now=NOW)
    made = written(Format.HTML, (never,), tmp_path)
    assert "Nothing was read: it was never audited" in made
    assert "2026-03-01" not in made
    assert "Not everything could be read" not in made


def test_html_names_every_gap_and_why_a_finding_has_no_picture(tmp_path: Path) -> None:
    made = written(Format.HTML, (PARTIAL, FAIL), tmp_path)
    assert "What could not be read" in made
    assert "a section was closed" in made
    assert made.count("No picture:") == len(FAIL["findings"]) + len(PARTIAL["findings"])


@pytest.mark.sampled(2)
@pytest.mark.parametrize("format", [Format.JSON, Format.CSV, Format.JUNIT, Format.SARIF])
def test_ten_thousand_accounts_cost_what_one_costs(format: Format, tmp_path: Path) -> None:
    with (tmp_path / "report").open("w", encoding="utf-8") as out:
        report = open_report(format, out, evidence=tmp_path)
        report.begin()
        report.add(audited())
        tracemalloc.start()
        try:
            for number in range(10_000 if format is Format.JSON else 1_000):
                report.add({**FAIL, "account": f"A{number}"})
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        report.end()
    assert peak < 2_000_000
