"""Mails written from the facts alone, by another hand and another signer.

No genuine one is lost, no trap is opened.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from urllib.parse import parse_qs, urlsplit

import pytest

from agent.domain.invitation import Expectation
from agent.mail.trust.examine import Judgement, TrustPolicy, judge
from agent.mail.trust.signatures import Key
from tests.second_mails import abroad, addresses, genuine, inside, on_the_way, traps
from tests.second_mails.letters import MAILBOX, RECIPIENT, Case, usual_answers

GENUINE = {case.name: case for case in (*genuine.cases(), *abroad.good())}
TRAPS = {
    case.name: case
    for case in (*traps.cases(), *inside.cases(), *addresses.cases(), *on_the_way.cases(), *abroad.bad())
}


@cache
def answers() -> dict[str, bytes | str]:
    return {name.lower(): answer for name, answer in usual_answers().items()}


def resolver_of(case: Case) -> Callable[[str], Key]:
    own = {name.lower(): answer for name, answer in case.answers.items()}

    def look_up(name: str) -> Key:
        match own.get(name.lower(), answers().get(name.lower(), "nxdomain")):
            case bytes() as record:
                return Key(record=record)
            case "nxdomain":
                return Key()
            case problem:
                return Key(problem=str(problem))

    return look_up


def judged(case: Case) -> Judgement:
    def expected(address: str) -> Expectation | None:
        if address != RECIPIENT:
            return None
        return Expectation(
            account_id="A1",
            user_email=RECIPIENT,
            merchant_id=case.merchant,
            global_account_id=case.merchant,
            authorization="awaiting_invitation",
            any_merchant=True,
        )

    policy = TrustPolicy(own_addresses=(MAILBOX,))
    return judge(
        case.raw, policy=policy, resolver=resolver_of(case), now=datetime.now(UTC), arrived_at=None, expected=expected
    )


@pytest.mark.parametrize("name", GENUINE)
def test_genuine_mail_of_another_hand_is_not_lost(name: str) -> None:
    case = GENUINE[name]
    judgement = judged(case)
    assert judgement.ruling.verdict in case.expected, judgement.ruling
    if judgement.ruling.verdict == "accept":
        assert_leads_to(judgement, case.link)


@pytest.mark.parametrize("name", TRAPS)  # all of them: a sample once hid the one that was opened
def test_trap_of_another_hand_is_not_opened(name: str) -> None:
    case = TRAPS[name]
    judgement = judged(case)
    assert judgement.ruling.verdict in case.expected, judgement.ruling
    assert judgement.ruling.detail, "the reason has a sentence for people"
    if judgement.ruling.verdict == "accept":
        assert_leads_to(judgement, case.link)


def assert_leads_to(judgement: Judgement, link: str | None) -> None:
    """The host and the path to the letter, and no parameter that was not there."""
    assert judgement.offer is not None
    assert link is not None, "a trap without any address to open"
    given, found = urlsplit(link), urlsplit(judgement.offer.link.url)
    assert (found.scheme, found.netloc, found.path) == (given.scheme, given.netloc, given.path)
    assert parse_qs(found.query).items() <= parse_qs(given.query).items()


def test_set_is_as_large_as_it_claims() -> None:
    assert len(GENUINE) >= 150
    assert sum("accept" not in case.expected for case in TRAPS.values()) >= 265
