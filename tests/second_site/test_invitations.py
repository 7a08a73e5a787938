"""Invitations at a Seller Central written from the facts alone.

Each page ends in the one right outcome, and nothing is pressed twice.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import pytest_asyncio

from tests.second_site.seller_central.world import Merchant, Variant
from tests.second_site.seller_rig import NUMBER, OTHER, SellerRig, seller_rig

pytestmark = pytest.mark.asyncio(loop_scope="session")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One page, and how an acceptance must end there."""

    outcome: str
    look: dict[str, Any] = field(default_factory=dict)
    state: str = "offered"
    pressed: int = 0
    email: str = "a1@users.example"
    key: str = "merchantId"
    member_of: tuple[Merchant, ...] = (OTHER,)


def offered(outcome: str = "accepted", **look: Any) -> Case:
    return Case(outcome=outcome, look=look, pressed=1)


def closed(state: str, outcome: str, **look: Any) -> Case:
    return Case(outcome=outcome, look=look, state=state)


WIDGETS = ("button", "link", "input", "kat", "a_button", "role")
WORDS = (
    "Accept",
    "Accept invitation",
    "ACCEPT INVITATION",
    "Accept Invite",
    "Accept the invitation",
    "Yes, accept",
    "Accept & continue",
    "Join",
    "Confirm",
    "Einladung annehmen",
    "Accepter l’invitation",
    "Accepter l'invitation",
    "Aceptar invitación",
    "Accetta invito",
    "招待を承諾する",
    "招待を承認",
    "接受邀请",
)
CASES: dict[str, Case] = {
    **{f"offered as {widget}": offered(accept_widget=widget) for widget in WIDGETS},
    **{f"offered late as {widget}": offered(accept_widget=widget, late=900) for widget in WIDGETS},
    **{f"offered in the words {words}": offered(accept_words=words) for words in WORDS},
    **{
        f"{widget} beside a refusal": offered(accept_widget=widget, reject_words="Reject invitation")
        for widget in WIDGETS
    },
    "beside Decline": offered(reject_words="Decline"),
    "beside Do not accept": offered(reject_words="Do not accept"),
    "names nobody": offered(shows_recipient=False),
    "names nobody and no shop": offered(shows_recipient=False, shows_shop=False),
    "a bare page": offered(invitation_shell=False),
    "a bare page that names nobody": offered(invitation_shell=False, shows_recipient=False, shows_shop=False),
    **{f"leads to {answer}": offered(answer=answer) for answer in ("home", "switcher", "success_alert", "again")},
    **{f"leads to {answer} at once": offered(answer=answer, switcher="none") for answer in ("home", "success_alert")},
    "the old picker": offered(answer="home", switcher="picker"),
    "failed_global": offered("accepted", answer="failed_global"),
    "no_account": offered("accepted", answer="no_account"),
    "an approval step": offered("awaiting_confirmation", answer="approval_step"),
    "a code": offered("awaiting_confirmation 7QK4-ZM2P", answer="code"),
    "a code of digits": offered("awaiting_confirmation 48213377", answer="code", code="48213377"),
    "a code of letters": offered("awaiting_confirmation QWKZPLMX", answer="code", code="QWKZPLMX"),
    "a long code": offered("awaiting_confirmation A1B2-C3D4-E5F6-G7H8", answer="code", code="A1B2-C3D4-E5F6-G7H8"),
    "a lower-case code": offered("awaiting_confirmation x7f3k9q2", answer="code", code="x7f3k9q2"),
    "a code in German": offered("awaiting_confirmation 7QK4-ZM2P", answer="code", code_words="Bestätigungscode"),
    "a special confirmation code": offered(
        "awaiting_confirmation 7QK4-ZM2P", answer="code", code_words="Your special confirmation code"
    ),
    "a lost response": offered("site_refused", answer="lost"),
    "the error page after the press": offered("site_refused", answer="dogs"),
    "a bare thank-you": offered("unknown_screen", answer="blank"),
    **{
        f"an approval step, told by {widget}": offered(
            "awaiting_confirmation", answer="approval_step", message_widget=widget
        )
        for widget in ("kat_description", "a_alert")
    },
    "sign-in before the page": offered(ask_sign_in_at="invitation"),
    "sign-in after the press": offered(ask_sign_in_at="accept", answer="home"),
    "sign-in after the press, then the code": offered(
        "awaiting_confirmation 7QK4-ZM2P", ask_sign_in_at="accept", answer="code"
    ),
    "a global account": Case(outcome="accepted", pressed=1, key="globalAccountId"),
    "for somebody without any account": Case(outcome="accepted", pressed=1, member_of=()),
    "for somebody without any account, to the switcher": Case(
        outcome="accepted", pressed=1, member_of=(), look={"answer": "switcher"}
    ),
    **{
        f"beside a banner that asks for the same, as {widget}": offered(accept_widget=widget, banner="Accept")
        for widget in ("button", "kat")
    },
    "beside a banner, in few words": offered(accept_words="Accept", banner="Accept"),
    "already": closed("accepted", "already_accepted"),
    **{
        f"already, told by {widget}": closed("accepted", "already_accepted", message_widget=widget)
        for widget in ("kat_description", "a_alert", "text")
    },
    **{
        f"already a user, told by {widget}": closed("already_user", "already_accepted", message_widget=widget)
        for widget in ("kat", "a_alert", "text")
    },
    **{
        f"expired, told by {widget}": closed("expired", "closed expired", message_widget=widget, late=late)
        for widget in ("kat", "kat_description", "a_alert", "text")
        for late in (0, 700)
    },
    **{
        f"withdrawn, told by {widget}": closed("withdrawn", "closed withdrawn", message_widget=widget)
        for widget in ("kat", "kat_description", "a_alert", "text")
    },
    **{
        f"withdrawn in the words {words}": closed("withdrawn", "closed withdrawn", message=words)
        for words in (
            "The invitation is no longer available because it was deleted.",
            "This invite was revoked by the sender.",
            "Die Einladung wurde zurückgezogen.",
        )
    },
    **{
        f"expired in the words {words}": closed("expired", "closed expired", message=words)
        for words in (
            "Your invite link has expired",
            "Die Einladung ist abgelaufen",
            "この招待の有効期限が切れています",
            "邀请已过期",
        )
    },
    **{
        f"unknown words in {widget}": closed("unknown_wording", "closed refused", message_widget=widget)
        for widget in ("kat", "kat_description", "a_alert")
    },
    "unknown words as text": closed("unknown_wording", "unknown_screen", message_widget="text"),
    **{
        f"somebody else's, told by {widget}": Case(
            outcome="closed other_recipient", email="b2@users.example", look={"message_widget": widget}
        )
        for widget in ("kat", "kat_description", "a_alert", "text")
    },
    **{
        f"offered to somebody else, told as {words}": Case(
            outcome="closed other_recipient",
            email="b2@users.example",
            look={"answer": "approval_step", "recipient_words": words},
        )
        for words in (
            "<p>Invitation sent to: {}</p>",
            "<table><tr><th>Recipient</th><td>{}</td></tr></table>",
            "<dl><dt>Invited email</dt><dd>{}</dd></dl>",
            "<p>{} has been invited to become a user.</p>",
            "<p><b>Invitee</b> <span>{}</span></p>",
        )
    },
    "offered to somebody else in unknown words": Case(
        outcome="unknown_screen",
        email="b2@users.example",
        look={"answer": "approval_step", "recipient_words": "<p>Login {}</p>"},
    ),
    **{
        f"names ours as {words}": offered(recipient_words=words)
        for words in ("<p>Login {}</p>", "<table><tr><th>Recipient</th><td>{}</td></tr></table>")
    },
    **{
        f"names the inviter as {words}": offered(recipient_words=words, shows_recipient=False)
        for words in (
            "<p>owner@shop.example has invited you.</p>",
            "<table><tr><th>Invited by</th><td>owner@shop.example</td></tr></table>",
            "<p>Questions? Contact owner@shop.example</p>",
            "<footer>seller-support@amazon.com</footer>",
        )
    },
    "welcome, invited user": Case(outcome="accepted", state="welcome", pressed=1),
    "a code without a press": closed("code", "awaiting_confirmation 7QK4-ZM2P"),
    "expired on a bare page": closed("expired", "closed expired", invitation_shell=False, message_widget="text"),
}


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def second() -> AsyncIterator[SellerRig]:
    async with seller_rig() as running:
        yield running


@pytest.mark.sampled(1)
@pytest.mark.parametrize("name", CASES)
async def test_each_page_of_an_invitation_ends_in_its_one_outcome(second: SellerRig, name: str) -> None:
    case = CASES[name]
    lent = second.begin(Variant(**case.look), state=case.state, email=case.email, member_of=case.member_of)
    ended = await second.accept(lent, key=case.key)
    assert (ended.outcome, second.world.accepted(), second.world.forbidden) == (
        case.outcome,
        [NUMBER] * case.pressed,
        [],
    ), ended.error


@pytest.mark.sampled(1)
@pytest.mark.parametrize("answer", ["lost", "dogs", "blank"])
async def test_a_second_visit_after_an_answer_that_told_nothing_finds_it_accepted(
    second: SellerRig, answer: str
) -> None:
    lent = second.begin(Variant(answer=answer))
    first = await second.accept(lent)
    again = await second.accept(lent)
    assert (first.error is None, again.outcome, second.world.accepted()) == (False, "already_accepted", [NUMBER]), (
        again.error
    )
