"""Which features the rights can serve.

Told from the rows that were read, or where the page was refused from the pages that open.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from agent.domain.audit.features import Served, served_features
from agent.domain.audit.judge import Verdict, judge
from agent.domain.audit.level import Level
from agent.domain.audit.reading import Reading, Row, Source
from agent.domain.policy.load import load_policy
from flows import PageProbe, ProbeAnswer

HEALTH, METRICS = "/performance/dashboard", "Customer Metrics"
YES, NO, UNCLEAR = Served.YES, Served.NO, Served.UNCLEAR


def served(reading: Reading) -> dict[str, Served]:
    return {feature.name: feature.served for feature in served_features(load_policy(), reading)}


def rows(*held: tuple[str, Level | None]) -> Reading:
    made = [
        Row(scope="regional", section="Reports", permission=label, offered=tuple(Level)[:2], level=level)
        for label, level in held
    ]
    return Reading(source=Source.OWN_VIEW, rows=tuple(made))


def probes(**answers: ProbeAnswer) -> Reading:
    return Reading(
        source=Source.PROBE,
        refusal="redirected",
        probes=tuple(PageProbe(path=path, permission="", answer=answer) for path, answer in answers.items()),
    )


def test_the_three_features_of_the_second_authorization_are_told_of() -> None:
    assert list(served(rows((METRICS, Level.VIEW)))) == ["account_health", "buy_box_percentage", "buy_box_insights"]


@pytest.mark.parametrize(
    ("held", "health"),
    [
        ([(METRICS, Level.VIEW)], YES),
        ([(METRICS, Level.NONE)], NO),
        ([(METRICS, None)], UNCLEAR),
        ([("Feedback", Level.EDIT)], UNCLEAR),
    ],
)
def test_a_feature_is_served_by_a_row_above_none_and_by_nothing_else(
    held: list[tuple[str, Level | None]], health: Served
) -> None:
    assert served(rows(*held))["account_health"] is health


@pytest.mark.parametrize(
    ("answer", "health"), [(ProbeAnswer.REACHED, YES), (ProbeAnswer.REFUSED, NO), (ProbeAnswer.UNCLEAR, UNCLEAR)]
)
def test_a_refused_page_leaves_it_to_the_pages_that_open(answer: ProbeAnswer, health: Served) -> None:
    assert served(probes(**{HEALTH: answer}))["account_health"] is health


def test_one_refused_page_beside_an_unclear_one_proves_nothing() -> None:
    both = {HEALTH: ProbeAnswer.REFUSED, "/gp/seller-rating/pages/performance-summary.html": ProbeAnswer.UNCLEAR}
    assert served(probes(**both))["account_health"] is UNCLEAR


def test_nothing_seen_says_nothing_of_any_feature() -> None:
    assert served(Reading(source=Source.NONE)) == {}


@pytest.mark.parametrize("subject", ["b2@users.example", None])
def test_rows_that_may_be_somebody_elses_serve_nothing(subject: str | None) -> None:
    read = replace(rows((METRICS, Level.VIEW)), source=Source.GRID, own=False, subject=subject, complete=True)
    judged = judge(
        read, load_policy(), account="A1", user_email="a1@users.example", now=datetime(2026, 3, 1, tzinfo=UTC)
    )
    assert (judged.verdict, [feature.served for feature in judged.features if feature.served is not UNCLEAR]) == (
        Verdict.INCOMPLETE,
        [],
    )
