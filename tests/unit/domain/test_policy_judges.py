"""The policy's own cases, and what becomes of a whole reading."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from agent.domain.audit.document import document
from agent.domain.audit.findings import FindingKind
from agent.domain.audit.judge import Audit, Verdict, judge
from agent.domain.audit.level import Level
from agent.domain.audit.reading import Reading, Row, Source, Trouble
from agent.domain.audit.rules import judge_row
from agent.domain.policy.load import load_policy
from agent.domain.policy.model import Policy, PolicyException, RowName, WhenMissing
from flows import PageGap, PageGapKind, PageProbe, ProbeAnswer

CASES = tomllib.loads((Path(__file__).parents[2] / "data" / "policy_cases.toml").read_text(encoding="utf-8"))["cases"]
NOW = datetime(2026, 3, 1, tzinfo=UTC)
TODAY = NOW.date()
ALL = (Level.NONE, Level.VIEW, Level.EDIT)
USER = "a1@users.example"


def row(
    section: str = "Orders", permission: str = "Manage Orders", level: Level | None = Level.EDIT, **more: Any
) -> Row:
    return Row(
        **{"scope": "regional", "section": section, "permission": permission, "offered": ALL, "level": level, **more}
    )


NONE_ROWS = (
    row("Settings", "Agreements/Amendments", Level.NONE),
    row("Settings", "User Permissions", Level.NONE),
)


def reading(*rows: Row, **more: Any) -> Reading:
    given = {
        "source": Source.OWN_VIEW,
        "layout": "own_view",
        "rows": (*rows, *NONE_ROWS),
        "complete": True,
        "subject": USER,
        **more,
    }
    return Reading(**given)


def judged(what: Reading, policy: Policy | None = None) -> Audit:
    return judge(what, policy or load_policy(), account="A1", user_email=USER, now=NOW)


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_the_policy_judges_its_own_cases(case: dict[str, Any]) -> None:
    given = case["row"]
    made = Row(
        scope="regional",
        section=given["section"],
        permission=given["permission"],
        legacy_id=given.get("legacy_id"),
        offered=tuple(Level(level) for level in given["offered"]),
        level=Level(given["level"]) if "level" in given else None,
        trouble=Trouble(given["trouble"]) if "trouble" in given else None,
    )
    found = judge_row(made, load_policy(), account="A1", today=TODAY)
    assert (found.expected, found.finding.kind if found.finding else "") == (
        case["wants"].get("expected"),
        case["wants"]["kind"],
    )


def test_a_whole_reading_as_expected_passes() -> None:
    assert judged(reading(row())).verdict is Verdict.PASS


@pytest.mark.parametrize(
    "broken",
    [
        {"complete": False},
        {"gaps": ("a section was closed",)},
        {"subject": "somebody@else.example"},
        {"subject": None, "own": False},
        {"rows": ()},
    ],
)
def test_a_reading_that_is_not_whole_never_passes(broken: dict[str, Any]) -> None:
    assert judged(replace(reading(row()), **broken)).verdict is Verdict.INCOMPLETE


def test_a_violation_that_was_read_fails_whatever_else_was_not_read() -> None:
    audit = judged(reading(row(level=Level.NONE), complete=False))
    assert (audit.verdict, [finding.kind for finding in audit.findings]) == (Verdict.FAIL, [FindingKind.SHORTFALL])


@pytest.mark.parametrize("kind", [PageGapKind.SUBJECT, PageGapKind.DISAGREEMENT])
def test_a_violation_in_rows_that_may_be_anothers_or_are_read_two_ways_fails_nobody(kind: PageGapKind) -> None:
    gap = PageGap(kind=kind, words="Viewing as: Bea Berg")
    doubtful = replace(reading(row(level=Level.NONE), complete=False), named_gaps=(gap,), gaps=(gap.words,))
    assert judged(doubtful).verdict is Verdict.INCOMPLETE


def test_nothing_read_at_all_is_incomplete() -> None:
    assert judged(Reading(source=Source.NONE)).verdict is Verdict.INCOMPLETE


@pytest.mark.parametrize(
    ("when", "verdict"),
    [
        (WhenMissing.INCOMPLETE, Verdict.INCOMPLETE),
        (WhenMissing.FAIL, Verdict.FAIL),
        (WhenMissing.ACCEPT, Verdict.PASS),
    ],
)
def test_a_must_be_none_row_that_is_not_on_the_page_is_concluded_as_the_policy_says(
    when: WhenMissing, verdict: Verdict
) -> None:
    without = replace(reading(row()), rows=(row(), NONE_ROWS[0]))
    assert judged(without, replace(load_policy(), when_missing=when)).verdict is verdict


def test_every_marketplace_needs_its_must_be_none_rows() -> None:
    us = tuple(replace(each, scope="US") for each in NONE_ROWS)
    audit = judged(replace(reading(), rows=(row(scope="US"), row(scope="CA"), *us)))
    assert audit.verdict is Verdict.INCOMPLETE
    assert {finding.scope for finding in audit.findings} == {"CA"}


def test_a_must_be_none_row_that_stands_twice_must_be_none_twice() -> None:
    second = row("Settings", "User Permissions", Level.EDIT, occurrence=2)
    assert [finding.kind for finding in judged(reading(row(), second)).findings] == [FindingKind.MUST_BE_NONE]


def test_an_editable_own_grid_fails_though_its_row_says_none() -> None:
    audit = judged(reading(row(), editable=True, source=Source.GRID))
    assert (audit.verdict, [finding.kind for finding in audit.findings]) == (Verdict.FAIL, [FindingKind.MUST_BE_NONE])


def test_an_editable_grid_of_somebody_else_is_what_an_administrator_sees() -> None:
    assert judged(reading(row(), editable=True, own=False, source=Source.GRID)).verdict is Verdict.PASS


def test_a_refusal_is_not_permitted_whatever_the_probes_say() -> None:
    probe = PageProbe(path="/orders-v3", permission="Manage Orders", answer=ProbeAnswer.REACHED)
    audit = judged(Reading(source=Source.NONE, refusal="access_required", probes=(probe,)))
    assert (audit.verdict, document(audit)["source"]) == (Verdict.NOT_PERMITTED, "probe")


def test_probes_are_enough_only_where_the_policy_says_so_and_all_are_reached() -> None:
    policy = replace(load_policy(), probes_enough=True)
    probes = tuple(PageProbe(path=p, permission="x", answer=ProbeAnswer.REACHED) for p in ("/a", "/b"))
    refused = Reading(source=Source.NONE, refusal="redirected", probes=probes)
    assert judged(refused, policy).verdict is Verdict.PASS
    unclear = (*probes, PageProbe(path="/c", permission="x", answer=ProbeAnswer.UNCLEAR))
    assert judged(replace(refused, probes=unclear), policy).verdict is Verdict.NOT_PERMITTED


def test_all_none_is_told_from_something_granted() -> None:
    assert judged(reading(row(level=Level.NONE))).all_none
    assert not judged(reading(row(level=Level.VIEW))).all_none
    assert not judged(Reading(source=Source.NONE)).all_none


def test_a_new_row_that_is_right_is_a_note_and_no_finding() -> None:
    audit = judged(reading(row("Growth", "Never seen before")))
    assert audit.verdict is Verdict.PASS
    assert any("Never seen before" in note for note in audit.notes)


def test_finding_ids_stay_the_same_and_tell_accounts_apart() -> None:
    def ids(account: str) -> list[str]:
        found = judge(
            reading(row(level=Level.VIEW)), load_policy(), account=account, user_email=USER, now=datetime.now(UTC)
        )
        return [finding.id for finding in found.findings]

    assert ids("A1") == ids("A1")
    assert ids("A1") != ids("A2")


def exception(**changes: Any) -> PolicyException:
    given: dict[str, Any] = {
        "account": "A1",
        "row": RowName(section="Orders", permission="Manage Orders"),
        "scope": None,
        "level": Level.VIEW,
        "reason": "agreed",
        "owner": "on-call",
        "ends": date(2026, 12, 31),
    }
    return PolicyException(**given | changes)


def with_exception(**changes: Any) -> Policy:
    return replace(load_policy(), exceptions=(exception(**changes),))


def test_an_exception_excuses_exactly_its_row_and_level() -> None:
    assert judged(reading(row(level=Level.VIEW)), with_exception()).verdict is Verdict.PASS
    assert judged(reading(row(level=Level.NONE)), with_exception()).verdict is Verdict.FAIL
    assert (
        judged(reading(row(level=Level.VIEW), row(level=Level.VIEW, permission="Coupons")), with_exception()).verdict
        is Verdict.FAIL
    )


@pytest.mark.parametrize(
    ("changes", "level", "said"),
    [
        ({"ends": date(2026, 2, 1)}, Level.EDIT, "ended on 2026-02-01"),
        ({}, Level.EDIT, "is not used"),
        ({"account": "*"}, Level.EDIT, "more than one row"),
        ({"row": RowName(section="Orders", permission="*")}, Level.EDIT, "more than one row"),
    ],
)
def test_an_exception_that_is_expired_unused_or_too_wide_is_a_finding(
    changes: dict[str, Any], level: Level, said: str
) -> None:
    audit = judged(reading(row(level=level)), with_exception(**changes))
    assert audit.verdict is Verdict.FAIL
    assert said in audit.findings[0].remedy


def test_a_wide_exception_excuses_nothing() -> None:
    audit = judged(reading(row(level=Level.VIEW)), with_exception(row=RowName(section="*", permission="*")))
    assert FindingKind.SHORTFALL in {finding.kind for finding in audit.findings}


def test_an_exception_of_another_account_is_no_business_of_this_one() -> None:
    assert judged(reading(row()), with_exception(account="A2")).verdict is Verdict.PASS


def test_the_remedy_tells_rows_of_one_name_apart() -> None:
    audit = judged(
        reading(row(permission="Manage Returns"), row(permission="Manage Returns", occurrence=2, level=Level.NONE))
    )
    assert [finding.remedy for finding in audit.findings] == [
        "Set Orders > Manage Returns (number 2 of that name) to View & Edit."
    ]


def test_the_universal_admin_switch_is_to_be_switched_off() -> None:
    switch = row("All sections", "Universal Site Admin Access", Level.ADMIN, offered=(Level.NONE, Level.ADMIN))
    (finding,) = judged(reading(switch)).findings
    assert (finding.kind, finding.remedy) == (
        FindingKind.EXCESS,
        "Switch Universal Site Admin Access off; it overrides every row.",
    )


@pytest.mark.parametrize(
    "label",
    [
        "Customer Engagement",
        "Product bundles",
        "Manage Seller Fulfilled Prime",
        "Appeals",
        "Brand Referral Bonus",
        "KPI Toolbar",
        "Service Provider Network",
        "Voice of the Customer",
        "Service Provider Network (find providers of services)",
    ],
)
def test_rows_of_the_dashboard_of_2025_are_no_news(label: str) -> None:
    known = Row(scope="regional", section="Performance", permission=label, level=Level.EDIT)
    assert load_policy().is_known(known)


def test_a_description_in_brackets_hides_no_row_that_must_be_none() -> None:
    described = Row(scope="regional", section="Settings", permission="User Permissions (makes the user a superuser)")
    assert load_policy().is_none_row(described)
