"""`sc-agent status`: where each account stands, and the exact text its customer sees."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

import typer
from rich.text import Text
from sqlalchemy.engine import Connection

from agent.cli import context
from agent.cli.output import console, now, print_document, say, timestamp
from agent.domain.account import Account
from agent.domain.authorization import State
from agent.domain.status_document import status_document
from agent.store import accounts, switches, workers
from agent.store.database.engine import reading
from agent.store.inbox import folders, invitations, messages

_OPEN_MAILS = ("held", "poison", "retry", "waiting")  # those a person may have to look at
_SILENT = 60.0  # seconds without a heartbeat, whatever the lease
_COLOURS = {State.COMPLETE: "green", State.FAILED: "red", State.NEEDS_HUMAN: "yellow", State.PAUSED: "yellow"}


def status(
    account_id: Annotated[
        str | None, typer.Argument(metavar="[ID]", help="One account; all when left out.", show_default=False)
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show where accounts stand, the customer's text, the precise reasons and what the customer should do."""
    settings = context.settings()
    with reading(context.database(settings, reads=True)) as conn:
        found = [accounts.get(conn, account_id)] if account_id else accounts.list_all(conn)
        document = {
            "schema": 1,
            "accounts": [describe(conn, account) for account in found],
            "mailboxes": [_mailbox(folder) for folder in folders.list_all(conn)],
            "mails": messages.count_by_verdict(conn, since=now() - timedelta(days=settings.mail.expires_after_days)),
            "workers": [_worker(worker) for worker in workers.list_all(conn)],
            "paused_by": switches.paused_by(conn),
        }
    if as_json:
        return print_document(document)
    return _print(document)


def describe(conn: Connection, account: Account) -> dict[str, Any]:
    """The status document, and what 0.1 said beside it; internal_reason and failure_code are for on-call, not for customers."""
    offer = invitations.get(conn, account.invitation) if account.invitation else None
    held = [
        message
        for message in messages.list_recent(conn, limit=20, account_id=account.id)
        if message.verdict in ("held", "rejected")
    ]
    return {
        **status_document(account),
        "api_authorization": account.api_authorization,
        "internal_reason": account.internal_reason,
        "failure_code": account.failure_code,
        "invitation": {
            "received_at": timestamp(offer.received_at) if offer else None,
            "accepted_at": timestamp(account.accepted_at),
            "waiting": bool(offer and offer.state == invitations.WAITING),
        },
        "refused_mails": [
            {"id": m.id, "verdict": m.verdict, "reason": m.reason, "detail": (m.evidence or {}).get("detail")}
            for m in held
        ],
        "last_complete_read_at": timestamp(account.last_complete_read_at),
        "due": timestamp(account.due),
        "updated_at": timestamp(account.updated_at),
    }


def _mailbox(folder: folders.Folder) -> dict[str, Any]:
    return {
        "mailbox": folder.mailbox,
        "folder": folder.folder,
        "state": folder.state,
        "error": folder.last_error,
        "failures": folder.fail_count,
        "last_scan_at": timestamp(folder.last_scan_at),
        "last_push_at": timestamp(folder.last_push_at),
        "last_connect_at": timestamp(folder.last_connect_at),
    }


def _worker(worker: workers.Worker) -> dict[str, Any]:
    age = (now() - worker.beat).total_seconds()
    return {
        "worker": worker.id,
        "roles": worker.roles.split(","),
        "host": worker.host,
        "started_at": timestamp(worker.started_at),
        "last_beat_at": timestamp(worker.beat),
        "alive": age < _SILENT,
    }


def _print(document: dict[str, Any]) -> None:
    if document["paused_by"]:
        say(f"everything is paused ({document['paused_by']}); 'sc-agent resume --all' lets it go on\n")
    if not document["accounts"]:
        say("no accounts; register one with 'sc-agent accounts add'")
    if not any(worker["alive"] for worker in document["workers"]):
        say("no daemon is at work; 'sc-agent run' starts one")
    out = console()
    for account in document["accounts"]:
        for line in _lines(account):
            out.print(line, soft_wrap=not out.is_terminal)
    for box in document["mailboxes"]:
        if box["state"] not in ("up", "new"):
            out.print(
                Text(
                    f"mailbox {box['mailbox']} {box['folder']}: {box['state']}"
                    + (f", {box['error']}" if box["error"] else "")
                ),
                soft_wrap=not out.is_terminal,
            )
    if open_mails := ", ".join(f"{count} {word}" for word, count in document["mails"].items() if word in _OPEN_MAILS):
        out.print(Text(f"mails: {open_mails}; 'sc-agent mail list' shows why"), soft_wrap=not out.is_terminal)


def _lines(account: dict[str, Any]) -> list[Text]:
    """An account as a short paragraph."""
    state = State(account["authorization"])
    head = Text.assemble(
        (account["account"], "bold"), "  ", (state, _COLOURS.get(state, "cyan")), f"  {account['user_email']}"
    )
    lines = [head, Text(f"    {account['message']}")]
    lines += [Text(f"    - {reason}") for reason in account["reasons"]]
    lines += [Text(f"    next: {account['next_step']}")] if account["next_step"] else []
    if account["confirmation_code"]:
        lines.append(Text(f"    confirmation code: {account['confirmation_code']}"))
    if account["internal_reason"]:
        lines.append(Text(f"    on-call: {account['internal_reason']}", style="dim"))
    lines += [
        Text(f"    mail {mail['id']} {mail['verdict']}: {mail['detail'] or mail['reason']}", style="dim")
        for mail in account["refused_mails"]
    ]
    return lines
