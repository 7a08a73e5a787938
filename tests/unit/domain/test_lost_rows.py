"""Rows that the last complete reading had do not go by themselves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from agent.domain.audit.document import AuditDocument, document
from agent.domain.audit.judge import Verdict, judge
from agent.domain.audit.level import Level
from agent.domain.audit.memory import is_complete, lost_rows, still_lost, without_lost
from agent.domain.audit.reading import Reading, Row, Source
from agent.domain.policy.load import load_policy
from flows import PageGapKind

NOW = datetime(2026, 1, 1, tzinfo=UTC)
WHOLE = Reading(
    source=Source.GRID,
    complete=True,
    language="en",
    subject="a1@users.example",
    rows=(
        Row(scope="regional", section="Orders", permission="Manage Orders", level=Level.EDIT),
        Row(scope="regional", section="Orders", permission="Manage Returns", level=Level.EDIT),
    ),
)
FEWER = replace(WHOLE, rows=WHOLE.rows[:1])


def stored(reading: Reading) -> AuditDocument:
    audit = judge(reading, load_policy(), account="A1", user_email="a1@users.example", now=NOW)
    return document(audit)


def test_a_row_that_is_gone_is_named() -> None:
    lost = lost_rows(stored(WHOLE), FEWER)
    assert [row["permission"] for row in lost] == ["Manage Returns"]


def test_a_row_that_was_said_to_be_gone_for_every_account_is_not_lost() -> None:
    lost = lost_rows(stored(WHOLE), FEWER)
    assert still_lost(lost, {("regional", "Orders", "Manage Returns", 2)}) == lost
    assert still_lost(lost, {("regional", "Orders", "Manage Returns", 1)}) == ()


def test_a_reading_with_a_lost_row_is_not_complete_and_says_which() -> None:
    reading = without_lost(FEWER, lost_rows(stored(WHOLE), FEWER))
    assert not reading.complete
    assert [(gap.kind, gap.words) for gap in reading.named_gaps] == [(PageGapKind.LOST_ROW, "Orders > Manage Returns")]


def test_more_rows_than_before_have_lost_nothing() -> None:
    assert lost_rows(stored(FEWER), WHOLE) == ()


def test_the_same_rows_in_another_language_have_lost_nothing() -> None:
    translated = replace(
        WHOLE, language="de", rows=tuple(replace(row, permission="X" + row.permission) for row in WHOLE.rows)
    )
    assert lost_rows(stored(WHOLE), translated) == ()


def test_fewer_rows_in_another_language_are_lost_rows() -> None:
    assert lost_rows(stored(WHOLE), replace(FEWER, language="de"))


def test_an_audit_with_gaps_is_no_measure_of_the_next() -> None:
    partial = stored(replace(WHOLE, complete=False, gaps=("a section was closed",)))
    assert not is_complete(partial)


ALL = replace(
    WHOLE,
    rows=(
        *WHOLE.rows,
        Row(scope="regional", section="Reports", permission="Feedback", level=Level.EDIT),
        Row(scope="global", section="Settings", permission="User Permissions", level=Level.NONE),
        Row(scope="Canada", section="Orders", permission="Manage Orders", level=Level.EDIT),
    ),
)


@pytest.mark.parametrize(
    ("is_kept", "words"),
    [
        (lambda row: row.section != "Reports", "Reports > Feedback"),
        (lambda row: row.scope != "global", "Settings > User Permissions"),
        (lambda row: row.scope != "Canada", "Orders > Manage Orders"),
    ],
    ids=["a section", "a page", "a marketplace"],
)
@pytest.mark.parametrize("language", ["en", "de"])
def test_a_part_of_the_last_complete_reading_that_is_gone_is_named_by_its_rows(
    is_kept: Callable[[Row], bool], words: str, language: str
) -> None:
    fewer = replace(ALL, rows=tuple(filter(is_kept, ALL.rows)), language=language)
    reading = without_lost(fewer, lost_rows(stored(ALL), fewer))
    assert not reading.complete
    assert words in [gap.words for gap in reading.named_gaps]
    verdict = judge(reading, load_policy(), account="A1", user_email="a1@users.example", now=NOW).verdict
    assert verdict is not Verdict.PASS
