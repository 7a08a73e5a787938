"""What is new, changed and resolved between two audits."""

from __future__ import annotations

from dataclasses import replace

from agent.domain.audit.changes import changes_since, moved_rows, told_of, vanished_rows
from agent.domain.audit.level import Level
from agent.domain.policy.load import load_policy
from tests.unit.report.test_report_formats import READING, audited, row

BEFORE = audited()


def test_a_corrected_row_is_resolved_and_a_new_fault_is_new() -> None:
    rows = (
        *READING.rows[:1],
        row("Orders", "Manage Returns", Level.EDIT),
        *READING.rows[2:],
        row("Growth", "Subscribe and Save", Level.NONE),
    )
    changes = changes_since(BEFORE, audited(replace(READING, rows=rows)))
    assert [finding["permission"] for finding in changes["new"]] == ["Subscribe and Save"]
    assert [finding["permission"] for finding in changes["resolved"]] == ["Manage Returns"]


def test_a_fault_of_another_level_is_changed() -> None:
    rows = (*READING.rows[:1], row("Orders", "Manage Returns", Level.VIEW), *READING.rows[2:])
    changes = changes_since(BEFORE, audited(replace(READING, rows=rows)))
    assert [finding["actual"] for finding in changes["changed"]] == ["View"]


def test_what_was_not_read_again_is_not_resolved() -> None:
    partial = replace(READING, rows=READING.rows[:1], complete=False, gaps=("cut",))
    assert changes_since(BEFORE, audited(partial))["resolved"] == []


def test_rows_that_vanished_are_told() -> None:
    assert vanished_rows(BEFORE, audited(replace(READING, rows=READING.rows[1:]))) == ["Orders > Manage Orders"]


def test_everything_is_new_the_first_time() -> None:
    assert len(changes_since(None, BEFORE)["new"]) == len(BEFORE["findings"])


def test_that_nothing_changed_is_said_and_so_is_that_nothing_came_before() -> None:
    corrected = replace(
        READING, rows=(*READING.rows[:1], row("Orders", "Manage Returns", Level.EDIT), *READING.rows[2:])
    )
    same = f"nothing new, changed or resolved since the audit of {BEFORE['audited_at']}"
    assert told_of(BEFORE, changes_since(BEFORE, audited())) == [same]
    assert told_of(BEFORE, changes_since(BEFORE, audited(corrected))) == []
    assert told_of(None, changes_since(None, BEFORE)) == [
        "there is no audit before this one: every finding counts as new"
    ]


def test_rows_that_read_otherwise_are_told_whether_they_are_findings_or_not() -> None:
    first, *rest = READING.rows
    lower = replace(first, level=Level.NONE if first.level is not Level.NONE else Level.EDIT)
    (moved,) = moved_rows(BEFORE, audited(replace(READING, rows=(lower, *rest))))
    assert (moved["permission"], moved["now"]) == (first.permission, lower.level)
    assert moved["before"] != moved["now"]
    (gone,) = moved_rows(BEFORE, audited(replace(READING, rows=tuple(rest))))
    assert (gone["permission"], gone["now"]) == (first.permission, None)
    assert moved_rows(BEFORE, BEFORE) == []


def test_an_audit_names_the_policy_that_judged_it() -> None:
    assert BEFORE["policy"] == load_policy().version
    assert replace(load_policy(), probes_enough=not load_policy().probes_enough).version != load_policy().version
