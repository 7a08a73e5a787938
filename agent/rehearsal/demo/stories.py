"""What happens to the seven accounts.

The seller's acts, and what must be seen after each.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from agent.domain.authorization import FIXED_TEXT, FixedText, State
from agent.rehearsal.demo.client import DemoClient, TaleError

_NUMBERS = ("none", "one", "two", "three", "four", "five", "six", "seven")
Check = dict[str, Any]
API_TEXT, FAILED_TEXT = FIXED_TEXT[FixedText.API], FIXED_TEXT[FixedText.FAILED]


@dataclass(slots=True, kw_only=True)
class Story:
    """One account's story and how far it has come."""

    account: str
    title: str
    ends: State
    tell: Callable[[DemoClient, Story], Awaitable[None]]
    steps: list[tuple[float, str]] = field(default_factory=list)
    broken: str | None = None

    def note(self, client: DemoClient, text: str) -> None:
        """Remember a step, and show it."""
        self.steps.append((client.seconds, text))
        client.on_step(self.account, text)


async def good(client: DemoClient, story: Story) -> None:
    """Invited, accepted, confirmed by the seller, permissions right."""
    await client.invite(story.account)
    story.note(client, "seller invites the user email")
    seen = await client.until(story.account, State.AWAITING_CONFIRMATION)
    expect(seen["confirmation_code"], "a confirmation code for the customer", seen["confirmation_code"])
    story.note(
        client, f"accepted with a one-time code; the customer is shown confirmation code {seen['confirmation_code']}"
    )
    await client.seller("confirm", story.account, code=seen["confirmation_code"])
    story.note(client, "seller confirms the user")
    await grant_and_complete(client, story)


async def wrong_permissions(client: DemoClient, story: Story) -> None:
    """Two rows wrong at first; the seller corrects them."""
    await _accept(client, story)
    await client.seller(
        "set_permissions",
        story.account,
        preset="as_asked",
        rows={"Settings > User Permissions": "View & Edit", "first_full_row": "View"},
    )
    story.note(client, "seller sets the permissions, two of them wrong")
    seen = await client.until(story.account, State.FAILED)
    expect(seen["message"] == FAILED_TEXT, FAILED_TEXT, seen["message"])
    reasons = " ".join(seen["reasons"])
    expect("User Permissions" in reasons and len(seen["reasons"]) >= 2, "both findings as reasons", reasons)
    expect(seen["next_step"], "a remedy for the customer", seen["next_step"])
    _note_failure(client, story, seen)
    await grant_and_complete(client, story)


async def api_pending(client: DemoClient, story: Story) -> None:
    """The invitation arrives before the API authorization is complete."""
    await client.invite(story.account)
    story.note(client, "seller invites the user email too early")
    seen = await client.when(
        story.account, lambda status: status["invitation"]["waiting"], "the invitation kept, waiting"
    )
    expect(
        seen["authorization"] == State.API_AUTHORIZATION_REQUIRED,
        State.API_AUTHORIZATION_REQUIRED,
        seen["authorization"],
    )
    expect(seen["message"] == API_TEXT, API_TEXT, seen["message"])
    expect(not await client.sign_ins(story.account), "no sign-in before the API authorization", "a sign-in")
    story.note(client, f"nothing is started: {API_TEXT}")
    await client.command("accounts", "api-authorization", story.account, "complete")
    story.note(client, "API authorization is complete")
    await client.until(story.account, State.AWAITING_PERMISSIONS)
    story.note(client, "accepted")
    await grant_and_complete(client, story)


async def forged_mail(client: DemoClient, story: Story) -> None:
    """A look-alike link, never opened."""
    forged = await client.forge(story.account, "look_alike_host")
    story.note(client, "somebody mails a link to a look-alike host")
    seen = await client.when(story.account, lambda status: status["refused_mails"], "the mail refused with its reason")
    story.note(
        client, f"mail {seen['refused_mails'][0]['verdict']}, never opened: {seen['refused_mails'][0]['detail']}"
    )
    expect(seen["authorization"] == State.AWAITING_INVITATION, State.AWAITING_INVITATION, seen["authorization"])
    expect(not await client.opened(forged["link"]), "the forged link never opened", "it was opened")


async def captcha(client: DemoClient, story: Story) -> None:
    """A puzzle that is meant for people."""
    await client.invite(story.account)
    story.note(client, "seller invites the user email")
    seen = await client.until(story.account, State.NEEDS_HUMAN)
    story.note(client, f"stopped for a person: {seen['internal_reason']}")
    kept = {path.name for path in client.evidence(story.account)}
    expect(
        {"failure.png", "failure.html", "recording.json"} <= kept,
        "picture, page and recording kept",
        ", ".join(sorted(kept)) or "nothing",
    )
    story.note(client, "evidence kept: a picture, the page, and a recording of the visit to replay offline")


async def withdrawn(client: DemoClient, story: Story) -> None:
    """The seller takes the invitation back before it is read."""
    offer = await client.invite(story.account, deliver=False)
    await client.control("seller", do="withdraw", invitation_id=offer["invitation_id"])
    await client.control("seller", do="resend", invitation_id=offer["invitation_id"])
    story.note(client, "seller invites the user email, and withdraws")
    seen = await client.until(story.account, State.FAILED)
    expect(seen["message"] == FAILED_TEXT, FAILED_TEXT, seen["message"])
    expect(seen["reasons"], "the reason beside the text", seen["reasons"])
    _note_failure(client, story, seen)


async def no_login(client: DemoClient, story: Story) -> None:
    """A user email without an Amazon login.

    It is registered, gets an authenticator, and accepts.
    """
    shop = client.sellers[story.account]
    await client.command(
        *("accounts", "add", story.account, "--user-email", client.users[story.account]["email"]),
        *("--marketplace", shop["marketplaces"][0], "--merchant-id", shop["merchant_id"], "--api-authorized"),
        *("--create-login", "--person-name", "Robin Example", "--agreed-by", "Anna Example"),
    )
    story.note(client, "registered without secrets: its login is to be created, Anna Example accepted the conditions")
    await client.invite(story.account)
    story.note(client, "seller invites the user email")
    await client.until(story.account, State.AWAITING_PERMISSIONS)
    made = (await client.log())["registrations"][client.users[story.account]["email"]]
    counted = {name: made[name] for name in ("forms", "logins", "mail_codes_wrong", "seeds", "turned_on")}
    wanted = {"forms": 1, "logins": 1, "mail_codes_wrong": 0, "seeds": 1, "turned_on": 1}
    expect(counted == wanted, wanted, counted)
    story.note(
        client,
        f"login created, codes by mail typed: {made['mail_codes_right']}; authenticator enrolled; accepted",
    )
    await grant_and_complete(client, story)


async def _accept(client: DemoClient, story: Story) -> None:
    await client.invite(story.account)
    story.note(client, "seller invites the user email")
    await client.until(story.account, State.AWAITING_PERMISSIONS)
    story.note(client, "accepted with a one-time code")


def _note_failure(client: DemoClient, story: Story, seen: dict[str, Any]) -> None:
    story.note(client, seen["message"])
    for reason in seen["reasons"]:
        story.note(client, f"  - {reason}")


async def grant_and_complete(client: DemoClient, story: Story) -> None:
    """The seller sets the permissions as asked, and the audit passes."""
    await client.seller("set_permissions", story.account, preset="as_asked")
    story.note(client, "seller sets the permissions as asked")
    seen = await client.until(story.account, State.COMPLETE)
    story.note(client, f"complete: {seen['message']}")


def expect(truth: object, wanted: object, seen: object) -> None:
    """A point of the story.

    Raises:
        TaleError: it is not so.
    """
    if not truth:
        raise TaleError(f"expected {wanted}, saw {seen}")


def all_stories() -> list[Story]:
    """The seven, by account."""
    return [
        Story(account="A1", title="a good one", ends=State.COMPLETE, tell=good),
        Story(account="A2", title="permissions wrong, then corrected", ends=State.COMPLETE, tell=wrong_permissions),
        Story(account="A3", title="API authorization pending at first", ends=State.COMPLETE, tell=api_pending),
        Story(account="A4", title="a forged invitation", ends=State.AWAITING_INVITATION, tell=forged_mail),
        Story(account="A5", title="a CAPTCHA at sign-in", ends=State.NEEDS_HUMAN, tell=captcha),
        Story(account="A6", title="an invitation that was withdrawn", ends=State.FAILED, tell=withdrawn),
        Story(account="A7", title="no Amazon login at first", ends=State.COMPLETE, tell=no_login),
    ]


async def tell_all(client: DemoClient, stories: list[Story]) -> None:
    """Tell every story at once; a broken one does not stop the others."""
    await asyncio.gather(*(_tell(client, story) for story in stories))


async def _tell(client: DemoClient, story: Story) -> None:
    try:
        await story.tell(client, story)
    except TaleError as err:
        story.broken = str(err)
        story.note(client, f"NOT AS SCRIPTED: {err}")


async def last_checks(client: DemoClient, stories: list[Story]) -> list[Check]:
    """What only the stand-in's log can say, after everything.

    Each check with its outcome.
    """
    log = await client.log()
    accepted = {str(number) for number in log["acceptances"].values()}
    tries = await client.password_tries("A5")
    writes = [entry for entry in log["changes"] if entry["kind"].startswith("danger.")]
    rejected = [entry for entry in log["failed_sign_ins"] if entry["kind"] != "email.unknown"]
    wanted = sum(story.ends is State.COMPLETE for story in stories)
    registers = any(story.tell is no_login for story in stories)
    registered = log["registrations"].get(client.users.get("A7", {}).get("email"), {})
    made = {name: registered.get(name, 0) for name in ("forms", "logins")}
    states = {story.account: client.status(story.account)["authorization"] for story in stories}
    return [
        check(
            f"every invitation was accepted exactly once, {_NUMBERS[wanted]} in all",
            len(log["acceptances"]) == wanted and accepted == {"1"},
            log["acceptances"],
        ),
        check("nobody accepted as somebody else", not log["wrong_identity"], log["wrong_identity"]),
        check(
            "no one-time code was refused or used twice",
            all(entry["kind"] == "code.accepted" for entry in log["codes"]),
            log["codes"],
        ),
        check("no password was rejected", not rejected, rejected),
        *([check("one login was made, by one form", made == {"forms": 1, "logins": 1}, made)] if registers else []),
        check("the sign-in that met a CAPTCHA was tried once", tries == 1, tries),
        check("nothing dangerous was pressed", not writes, writes),
        *(
            check(f"{story.account} ended {story.ends}", states[story.account] == story.ends, states[story.account])
            for story in stories
        ),
    ]


def check(text: str, truth: bool, seen: object) -> Check:
    """One point that the log proves, with what was seen where it does not."""
    return {"check": text, "ok": truth, "seen": None if truth else seen}
