"""What happens to the six accounts: the seller's acts, and what must be seen after each."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from agent.domain.authorization import FIXED_TEXT, FixedText, State
from agent.rehearsal.demo.client import TaleError, Theatre

API_TEXT, FAILED_TEXT = FIXED_TEXT[FixedText.API], FIXED_TEXT[FixedText.FAILED]


@dataclass(slots=True, kw_only=True)
class Tale:
    """One account's story and how far it has come."""

    account: str
    title: str
    ends: State
    tell: Callable[[Theatre, Tale], Awaitable[None]]
    steps: list[tuple[float, str]] = field(default_factory=list)
    broken: str | None = None

    def note(self, theatre: Theatre, text: str) -> None:
        """Remember a step, and show it."""
        self.steps.append((theatre.seconds, text))
        theatre.on_step(self.account, text)


async def good(theatre: Theatre, tale: Tale) -> None:
    """Invited, accepted, confirmed by the seller, permissions right."""
    await theatre.invite(tale.account)
    tale.note(theatre, "seller invites the user email")
    seen = await theatre.until(tale.account, State.AWAITING_CONFIRMATION)
    expect(seen["confirmation_code"], "a confirmation code for the customer", seen["confirmation_code"])
    tale.note(theatre, f"accepted with a one-time code; the customer is shown confirmation code {seen['confirmation_code']}")
    await theatre.seller("confirm", tale.account, code=seen["confirmation_code"])
    tale.note(theatre, "seller confirms the user")
    await _grant_and_complete(theatre, tale)


async def wrong_permissions(theatre: Theatre, tale: Tale) -> None:
    """Two rows wrong at first; the seller corrects them."""
    await _accept(theatre, tale)
    await theatre.seller(
        "set_permissions", tale.account, preset="as_asked", rows={"Settings > User Permissions": "View & Edit", "first_full_row": "View"}
    )
    tale.note(theatre, "seller sets the permissions, two of them wrong")
    seen = await theatre.until(tale.account, State.FAILED)
    expect(seen["message"] == FAILED_TEXT, FAILED_TEXT, seen["message"])
    reasons = " ".join(seen["reasons"])
    expect("User Permissions" in reasons and len(seen["reasons"]) >= 2, "both findings as reasons", reasons)
    expect(seen["next_step"], "a remedy for the customer", seen["next_step"])
    _note_failure(theatre, tale, seen)
    await _grant_and_complete(theatre, tale)


async def api_pending(theatre: Theatre, tale: Tale) -> None:
    """The invitation arrives before the API authorization is complete."""
    await theatre.invite(tale.account)
    tale.note(theatre, "seller invites the user email too early")
    seen = await theatre.when(tale.account, lambda status: status["invitation"]["waiting"], "the invitation kept, waiting")
    expect(seen["authorization"] == State.API_AUTHORIZATION_REQUIRED, State.API_AUTHORIZATION_REQUIRED, seen["authorization"])
    expect(seen["message"] == API_TEXT, API_TEXT, seen["message"])
    expect(not await theatre.sign_ins(tale.account), "no sign-in before the API authorization", "a sign-in")
    tale.note(theatre, f"nothing is started: {API_TEXT}")
    await theatre.command("accounts", "api-authorization", tale.account, "complete")
    tale.note(theatre, "API authorization is complete")
    await theatre.until(tale.account, State.AWAITING_PERMISSIONS)
    tale.note(theatre, "accepted")
    await _grant_and_complete(theatre, tale)


async def forged_mail(theatre: Theatre, tale: Tale) -> None:
    """A look-alike link, never opened."""
    forged = await theatre.forge(tale.account, "look_alike_host")
    tale.note(theatre, "somebody mails a link to a look-alike host")
    seen = await theatre.when(tale.account, lambda status: status["refused_mails"], "the mail refused with its reason")
    tale.note(theatre, f"mail {seen['refused_mails'][0]['verdict']}, never opened: {seen['refused_mails'][0]['detail']}")
    expect(seen["authorization"] == State.AWAITING_INVITATION, State.AWAITING_INVITATION, seen["authorization"])
    expect(not await theatre.opened(forged["link"]), "the forged link never opened", "it was opened")


async def captcha(theatre: Theatre, tale: Tale) -> None:
    """A puzzle that is meant for people."""
    await theatre.invite(tale.account)
    tale.note(theatre, "seller invites the user email")
    seen = await theatre.until(tale.account, State.NEEDS_HUMAN)
    tale.note(theatre, f"stopped for a person: {seen['internal_reason']}")
    kept = {path.name for path in theatre.evidence(tale.account)}
    expect(
        {"failure.png", "failure.html", "recording.json"} <= kept, "picture, page and recording kept", ", ".join(sorted(kept)) or "nothing"
    )
    tale.note(theatre, "evidence kept: a picture, the page, and a recording of the visit to replay offline")


async def withdrawn(theatre: Theatre, tale: Tale) -> None:
    """The seller takes the invitation back before it is read."""
    offer = await theatre.invite(tale.account, deliver=False)
    await theatre.control("seller", do="withdraw", invitation_id=offer["invitation_id"])
    await theatre.control("seller", do="resend", invitation_id=offer["invitation_id"])
    tale.note(theatre, "seller invites the user email, and withdraws")
    seen = await theatre.until(tale.account, State.FAILED)
    expect(seen["message"] == FAILED_TEXT, FAILED_TEXT, seen["message"])
    expect(seen["reasons"], "the reason beside the text", seen["reasons"])
    _note_failure(theatre, tale, seen)


async def _accept(theatre: Theatre, tale: Tale) -> None:
    await theatre.invite(tale.account)
    tale.note(theatre, "seller invites the user email")
    await theatre.until(tale.account, State.AWAITING_PERMISSIONS)
    tale.note(theatre, "accepted with a one-time code")


def _note_failure(theatre: Theatre, tale: Tale, seen: dict[str, Any]) -> None:
    tale.note(theatre, seen["message"])
    for reason in seen["reasons"]:
        tale.note(theatre, f"  - {reason}")


async def _grant_and_complete(theatre: Theatre, tale: Tale) -> None:
    await theatre.seller("set_permissions", tale.account, preset="as_asked")
    tale.note(theatre, "seller sets the permissions as asked")
    seen = await theatre.until(tale.account, State.COMPLETE)
    tale.note(theatre, f"complete: {seen['message']}")


def expect(truth: object, wanted: object, seen: object) -> None:
    """A point of the story.

    Raises:
        TaleError: it is not so.
    """
    if not truth:
        raise TaleError(f"expected {wanted}, saw {seen}")


def six_tales() -> list[Tale]:
    """The six, by account."""
    return [
        Tale(account="A1", title="a good one", ends=State.COMPLETE, tell=good),
        Tale(account="A2", title="permissions wrong, then corrected", ends=State.COMPLETE, tell=wrong_permissions),
        Tale(account="A3", title="API authorization pending at first", ends=State.COMPLETE, tell=api_pending),
        Tale(account="A4", title="a forged invitation", ends=State.AWAITING_INVITATION, tell=forged_mail),
        Tale(account="A5", title="a CAPTCHA at sign-in", ends=State.NEEDS_HUMAN, tell=captcha),
        Tale(account="A6", title="an invitation that was withdrawn", ends=State.FAILED, tell=withdrawn),
    ]


async def tell_all(theatre: Theatre, tales: list[Tale]) -> None:
    """Tell every story at once; a broken one does not stop the others."""
    await asyncio.gather(*(_tell(theatre, tale) for tale in tales))


async def _tell(theatre: Theatre, tale: Tale) -> None:
    try:
        await tale.tell(theatre, tale)
    except TaleError as err:
        tale.broken = str(err)
        tale.note(theatre, f"NOT AS SCRIPTED: {err}")


async def last_checks(theatre: Theatre, tales: list[Tale]) -> list[dict[str, Any]]:
    """What only the stand-in's log can say, after everything: each check with its outcome."""
    log = await theatre.log()
    accepted = {str(number) for number in log["acceptances"].values()}
    tries = await theatre.password_tries("A5")
    writes = [entry for entry in log["changes"] if entry["kind"].startswith("danger.")]
    states = {tale.account: theatre.status(tale.account)["authorization"] for tale in tales}
    return [
        _check(
            "every invitation was accepted exactly once, three in all",
            len(log["acceptances"]) == 3 and accepted == {"1"},
            log["acceptances"],
        ),
        _check("nobody accepted as somebody else", not log["wrong_identity"], log["wrong_identity"]),
        _check("no one-time code was refused or used twice", all(entry["kind"] == "code.accepted" for entry in log["codes"]), log["codes"]),
        _check("no password was rejected", not log["failed_sign_ins"], log["failed_sign_ins"]),
        _check("the sign-in that met a CAPTCHA was tried once", tries == 1, tries),
        _check("nothing dangerous was pressed", not writes, writes),
        *(_check(f"{tale.account} ended {tale.ends}", states[tale.account] == tale.ends, states[tale.account]) for tale in tales),
    ]


def _check(text: str, truth: bool, seen: object) -> dict[str, Any]:
    return {"check": text, "ok": truth, "seen": None if truth else seen}
