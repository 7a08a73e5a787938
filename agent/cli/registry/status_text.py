"""What `status` prints for people.

Totals first, then the accounts that need a person, with what on-call has to know and do.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.text import Text

from agent.cli.output import print_hanging, say, timestamp
from agent.domain.authorization import State
from agent.domain.sign_in_breaker import Position

OPEN_MAILS = ("held", "poison", "retry", "waiting")  # those a person may have to look at
WORST_FIRST = (
    State.NEEDS_HUMAN, State.FAILED, State.PAUSED, State.AUDITING, State.ACCEPTING, State.AWAITING_CONFIRMATION,
    State.AWAITING_PERMISSIONS,
    State.AWAITING_INVITATION, State.API_AUTHORIZATION_REQUIRED, State.COMPLETE,
)  # fmt: skip
_HANGING = 4  # columns
_COLOURS = {State.COMPLETE: "green", State.FAILED: "red", State.NEEDS_HUMAN: "yellow", State.PAUSED: "yellow"}


def print_status(document: Mapping[str, Any], *, on_call: Mapping[str, Mapping[str, Any]], registered: int) -> None:
    """Print the document.

    `on_call` says of accounts since when they stand so and where their evidence is.
    """
    if document["paused_by"]:
        say(f"everything is paused ({document['paused_by']}); 'sc-agent resume --all' lets it go on", "")
    if document["sign_ins"]["state"] != Position.CLOSED:
        say(
            f"no password is typed since {document['sign_ins']['since']}: {document['sign_ins']['why']}; "
            "single accounts are tried by themselves, 'sc-agent resume --sign-ins' lets all go on",
            "",
        )
    if not registered:
        say("no accounts; register one with 'sc-agent accounts add'")
    elif not document["accounts"]:
        say(f"none of {registered} accounts is as asked for")
    if not any(worker["alive"] for worker in document["workers"]):
        say("no daemon is at work; 'sc-agent run' starts one")
    if len(document["accounts"]) > 1:
        say(_totals(document["accounts"], registered))
    for account in sorted(document["accounts"], key=_rank):
        for line in _lines(account, on_call.get(account["account"], {})):
            print_hanging(line, indent=_HANGING, whole=True)
    for told in _of_mail(document):
        print_hanging(Text(told), indent=_HANGING, whole=True)


def newest_evidence(evidence: Path) -> Path | None:
    """The evidence of an account's last visit that left some."""
    visits = [place for place in evidence.iterdir() if place.is_dir()] if evidence.is_dir() else []
    return max(visits, key=lambda place: place.stat().st_mtime, default=None)


def _totals(accounts: Sequence[Mapping[str, Any]], registered: int) -> str:
    counts = Counter(str(account["authorization"]) for account in accounts)
    told = ", ".join(f"{counts[state]} {state}" for state in WORST_FIRST if counts[state])
    head = f"{len(accounts)} accounts" if len(accounts) == registered else f"{len(accounts)} of {registered} accounts"
    return f"{head}: {told}"


def _rank(account: Mapping[str, Any]) -> tuple[int, str]:
    return WORST_FIRST.index(State(account["authorization"])), str(account["account"])


def _lines(account: Mapping[str, Any], known: Mapping[str, Any]) -> list[Text]:
    """An account as a short paragraph, no field split over lines by us."""
    state = State(account["authorization"])
    head = Text.assemble(
        (account["account"], "bold"), "  ", (state, _COLOURS.get(state, "cyan")), f"  {account['user_email']}"
    )
    lines = [head, Text(f"    {account['message']}")]
    lines += [Text(f"    - {reason}") for reason in account["reasons"]]
    lines += [Text(f"    next: {account['next_step']}")] if account["next_step"] else []
    if account["confirmation_code"]:
        lines.append(Text(f"    confirmation code: {account['confirmation_code']}"))
    lines += [Text(f"    {line}", style="dim") for line in _on_call(account, known)]
    lines += [
        Text(f"    mail {mail['id']} {mail['verdict']}: {mail['detail'] or mail['reason']}", style="dim")
        for mail in account["refused_mails"]
    ]
    return lines


def _on_call(account: Mapping[str, Any], known: Mapping[str, Any]) -> list[str]:
    """What on-call needs to know of an account.

    The failure code, since when, why, where the evidence is, what to read and the command to copy.
    """
    code, reason = account["failure_code"], account["internal_reason"]
    if not reason and not code:
        return []
    since = known.get("since")
    when = f" since {timestamp(since)}" if isinstance(since, datetime) else ""
    lines = [f"on-call: [{code or 'no code'}]{when}: {reason or 'no reason was written'}"]
    if known.get("evidence"):
        lines.append(f"evidence: {known['evidence']}")
    read = [f"see docs/operations.md#{code.partition(':')[0]}"] if code else []
    if account["authorization"] == State.NEEDS_HUMAN:
        read.append(f"then: sc-agent accounts release {account['account']}")
    lines += [", ".join(read)] if read else []
    return lines


def _of_mail(document: Mapping[str, Any]) -> list[str]:
    lines = [
        f"mailbox {box['mailbox']} {box['folder']}: {box['state']}" + (f", {box['error']}" if box["error"] else "")
        for box in document["mailboxes"]
        if box["state"] not in ("up", "new")
    ]
    if any(worker["alive"] for worker in document["workers"]) and not all(
        box["watched"] for box in document["mailboxes"]
    ):
        lines.append("no worker watches the mailboxes; 'sc-agent run --roles mail' starts one")
    if told := ", ".join(f"{count} {word}" for word, count in document["mails"].items() if word in OPEN_MAILS):
        lines.append(f"mails: {told}; 'sc-agent mail list' shows why")
    return lines
