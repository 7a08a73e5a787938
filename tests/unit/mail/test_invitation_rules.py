"""Which genuine offer an account expects: address, merchant, state, window, once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from agent.domain.invitation import Expectation, Link, MailVerdict, Offer, expires_at, rule

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
WINDOW = timedelta(days=14)
LINK = Link(url="https://x", host="sellercentral.amazon.com", invitation_id="i", merchant_id="A1EXAMPLE0000")
OFFER = Offer(link=LINK, recipient="a1@users.example", sent_at=NOW - timedelta(minutes=1), arrived_at=NOW)
EXPECTED = Expectation(
    account_id="A1", user_email="a1@users.example", merchant_id="A1EXAMPLE0000", authorization="awaiting_invitation"
)


def ruled(offer: Offer = OFFER, **account: object) -> tuple[MailVerdict, str]:
    ruling = rule(offer, replace(EXPECTED, **account), now=NOW, window=WINDOW)  # type: ignore[arg-type]  # columns of Expectation
    return ruling.verdict, ruling.reason


def test_expected_invitation_is_accepted() -> None:
    assert ruled() == (MailVerdict.ACCEPT, "expected")


def test_address_of_nobody_is_held() -> None:
    assert rule(OFFER, None, now=NOW, window=WINDOW).reason == "unexpected_recipient"


@pytest.mark.parametrize(
    "state", ["awaiting_invitation", "api_authorization_required", "failed", "needs_human", "paused", "accepting"]
)
def test_state_that_may_take_an_invitation_takes_it(state: str) -> None:
    assert ruled(authorization=state)[0] is MailVerdict.ACCEPT


@pytest.mark.parametrize("state", ["awaiting_confirmation", "awaiting_permissions", "auditing", "complete"])
def test_account_further_on_expects_none(state: str) -> None:
    assert ruled(authorization=state) == (MailVerdict.HELD, "not_expected_now")


@pytest.mark.parametrize("state", ["needs_human", "paused", "api_authorization_required", "accepting"])
def test_account_that_accepted_before_expects_none(state: str) -> None:
    assert ruled(authorization=state, accepted=True) == (MailVerdict.HELD, "already_accepted")


def test_failed_account_may_be_invited_again() -> None:
    assert ruled(authorization="failed", accepted=True)[0] is MailVerdict.ACCEPT


def test_other_merchant_is_held() -> None:
    assert ruled(merchant_id="A1EXAMPLE0009") == (MailVerdict.HELD, "other_merchant")


def test_merchant_that_nobody_named_waits_for_a_person() -> None:
    assert ruled(merchant_id=None) == (MailVerdict.HELD, "merchant_unknown")


def test_first_come_is_a_setting() -> None:
    assert ruled(merchant_id=None, any_merchant=True)[0] is MailVerdict.ACCEPT
    assert ruled(merchant_id="A1EXAMPLE0009", any_merchant=True) == (MailVerdict.HELD, "other_merchant")


@pytest.mark.parametrize("any_merchant", [False, True])
def test_link_of_another_region_is_held(any_merchant: bool) -> None:
    assert ruled(region="EU", any_merchant=any_merchant) == (MailVerdict.HELD, "other_region")
    assert ruled(region="NA")[0] is MailVerdict.ACCEPT


@pytest.mark.parametrize(
    ("known", "reason"),
    [
        ({}, "merchant_unknown"),
        ({"global_account_id": "A1EXAMPLE0001"}, "expected"),
        ({"global_account_id": "A1EXAMPLE0009"}, "other_merchant"),
        ({"merchant_id": "A1EXAMPLE0001"}, "merchant_not_comparable"),
    ],
)
def test_global_account_is_believed_only_if_it_is_the_registered_one(known: dict[str, str], reason: str) -> None:
    link = replace(LINK, merchant_id=None, global_account_id="A1EXAMPLE0001")
    assert ruled(replace(OFFER, link=link), **({"merchant_id": None} | known))[1] == reason


def test_global_account_cannot_stand_for_a_known_merchant() -> None:
    link = replace(LINK, merchant_id=None, global_account_id="A1EXAMPLE0001")
    assert ruled(replace(OFFER, link=link), merchant_id="A1EXAMPLE0000") == (
        MailVerdict.HELD,
        "merchant_not_comparable",
    )


def test_newer_invitation_of_the_same_merchant_is_accepted_while_one_waits() -> None:
    assert (
        ruled(authorization="api_authorization_required", waiting=replace(LINK, invitation_id="older"))[0]
        is MailVerdict.ACCEPT
    )


def test_invitation_of_another_merchant_cannot_replace_a_waiting_one() -> None:
    waiting = replace(LINK, merchant_id="A1EXAMPLE0009")
    assert ruled(authorization="api_authorization_required", waiting=waiting, merchant_id=None, any_merchant=True) == (
        MailVerdict.HELD,
        "other_invitation_waiting",
    )


@pytest.mark.parametrize(
    ("sent", "arrived", "reason"),
    [
        (timedelta(days=-14), None, "expired"),
        (timedelta(days=-15), timedelta(0), "expired"),
        (timedelta(0), timedelta(days=-15), "expired"),
        (timedelta(hours=2), timedelta(0), "date_in_future"),
        (timedelta(days=-13, hours=-23), None, "expected"),
        (timedelta(minutes=30), timedelta(0), "expected"),
    ],
)
def test_window_holds_for_both_dates(sent: timedelta, arrived: timedelta | None, reason: str) -> None:
    offer = replace(OFFER, sent_at=NOW + sent, arrived_at=None if arrived is None else NOW + arrived)
    assert ruled(offer)[1] == reason


def test_expiry_counts_from_the_earlier_date() -> None:
    assert expires_at(OFFER, window=WINDOW) == OFFER.sent_at + WINDOW
