"""Attacks, as scenes of the demo.

A stranger's shop, a password without an answer, a page for another login.
"""

from __future__ import annotations

from typing import Any

from agent.domain.authorization import State
from agent.errors import Exit
from agent.rehearsal.demo.client import DemoClient
from agent.rehearsal.demo.stories import Check, Story, check, expect, grant_and_complete

STRANGER = "A4"  # a shop that was not registered
UNBOUND = frozenset({"A1"})  # registered without a merchant


async def strangers_shop(client: DemoClient, story: Story) -> None:
    """A genuine mail proves who wrote it, not that the shop is the customer's."""
    stranger, own = client.sellers[STRANGER], client.sellers[story.account]
    email = client.users[story.account]["email"]
    await client.control("seller", do="invite", merchant_id=stranger["merchant_id"], email=email)
    first = await _held(client, story.account, 1)
    story.note(client, f"a stranger's shop invites first; its mail is genuine, and held ({first['reason']})")
    await client.invite(story.account)
    second = await _held(client, story.account, 2)
    story.note(
        client,
        f"the customer's own shop invites; nobody has said that it is, so its mail is held too ({second['reason']})",
    )
    expect(not await client.sign_ins(story.account), "no sign-in before a person decided", "a sign-in")
    shown = (
        await client.command("mail", "approve", str(second["id"]), "--account", story.account, "--yes")
    ).splitlines()
    for wanted in (own["name"], own["merchant_id"], "region NA"):
        expect(wanted in shown[0], f"{wanted} shown to who approves", shown[0])
    story.note(client, f"a person approves what 'mail approve' shows: {shown[0]}")
    await client.until(story.account, State.AWAITING_PERMISSIONS)
    story.note(client, "accepted with a one-time code; the account is bound to this merchant")
    code, _, said = await client.processes.command("mail", "approve", str(first["id"]), "--yes")
    expect(code == Exit.UNCONFIRMED, "the stranger's mail refused even by approval", f"{code}: {said}")
    story.note(client, "the stranger's mail is not taken any more, even when somebody approves it")
    await grant_and_complete(client, story)


async def unanswered_password(client: DemoClient, story: Story) -> None:
    """Neither yes nor no: the password may have been rejected."""
    offer = await client.invite(story.account)
    story.note(client, "seller invites the user email")
    seen = await client.until(story.account, State.NEEDS_HUMAN)
    story.note(
        client,
        f"the site takes the password and says neither yes nor no; stopped for a person: {seen['internal_reason']}",
    )
    code, _, said = await client.processes.command("accept", story.account, "--link", offer["link"], "--yes")
    tries = await client.password_tries(story.account)
    expect(
        (code, tries) == (Exit.UNCONFIRMED, 1), "a command that types nothing", f"exit {code}, {tries} times: {said}"
    )
    story.note(client, f"a command for the same types nothing, exit {code}: {said.strip().removeprefix('error: ')}")
    await client.command("accounts", "release", story.account)
    story.note(client, "a person looked at it and releases the account")
    await client.until(story.account, State.AWAITING_PERMISSIONS)
    story.note(client, "typed once more, and accepted with a one-time code")
    await grant_and_complete(client, story)


async def somebody_elses_page(client: DemoClient, story: Story) -> None:
    """A page asks for the password of a login that is not ours."""
    await client.invite(story.account)
    story.note(client, "seller invites the user email")
    seen = await client.until(story.account, State.NEEDS_HUMAN)
    expect(seen["failure_code"] == "wrong_identity", "wrong_identity", seen["failure_code"])
    tries = await client.password_tries(story.account)
    expect(tries == 0, "no password typed", tries)
    story.note(client, "the page asks for the password of another login: nothing is typed")
    kept = {path.name for path in client.evidence(story.account)}
    expect("failure.html" in kept, "the page kept", ", ".join(sorted(kept)) or "nothing")
    story.note(client, f"stopped for a person, the page is kept: {seen['internal_reason']}")


def security_stories() -> list[Story]:
    """The three, by account."""
    return [
        Story(account="A1", title="a stranger's shop invites first", ends=State.COMPLETE, tell=strangers_shop),
        Story(
            account="A2",
            title="a password without an answer",
            ends=State.COMPLETE,
            tell=unanswered_password,
        ),
        Story(account="A3", title="a page for another login", ends=State.NEEDS_HUMAN, tell=somebody_elses_page),
    ]


async def security_checks(client: DemoClient, stories: list[Story]) -> list[Check]:
    """What only the stand-in's log can say, after everything."""
    log = await client.log()
    tries = {story.account: await client.password_tries(story.account) for story in stories}
    states = {story.account: client.status(story.account)["authorization"] for story in stories}
    rejected = [entry for entry in log["failed_sign_ins"] if entry["kind"].startswith("password.")]
    return [
        check(
            "two invitations were accepted, each once",
            sorted(log["acceptances"].values()) == [1, 1],
            log["acceptances"],
        ),
        check("nobody accepted as somebody else", not log["wrong_identity"], log["wrong_identity"]),
        check(
            "passwords were typed once, twice (released between) and never", tries == {"A1": 1, "A2": 2, "A3": 0}, tries
        ),
        check("no password was rejected", not rejected, rejected),
        *(
            check(f"{story.account} ended {story.ends}", states[story.account] == story.ends, states[story.account])
            for story in stories
        ),
    ]


async def _held(client: DemoClient, account: str, count: int) -> dict[str, Any]:
    """Wait for so many held mails; the last of them."""
    seen = await client.when(account, lambda status: len(status["refused_mails"]) == count, f"{count} held mails")
    mails = sorted(seen["refused_mails"], key=lambda mail: mail["id"])
    expect(all(mail["verdict"] == "held" for mail in mails), "held mails", mails)
    last: dict[str, Any] = mails[-1]
    return last
