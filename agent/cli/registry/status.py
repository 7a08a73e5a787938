"""`sc-agent status`: where each account stands, and its customer's exact text."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any

import typer

from agent.cli import context
from agent.cli.output import console, now, one_of, print_document, timestamp
from agent.cli.registry.status_text import newest_evidence, print_status
from agent.domain.account import Account
from agent.domain.authorization import State
from agent.domain.published.status_document import status_document
from agent.errors import Exit
from agent.settings.model import Settings
from agent.store import accounts, journal
from agent.store.database.engine import reading
from agent.store.database.handles import Connection, Engine
from agent.store.inbox import folders, invitations, messages
from agent.store.processes import switches, workers
from agent.store.sign_in import sign_in_breaker

_AGAIN = 5.0  # seconds between two looks of --watch
_SILENT = 60.0  # seconds without a heartbeat, whatever the lease


def status(
    account_id: Annotated[
        str | None, typer.Argument(metavar="ID", help="One account; all when left out.", show_default=False)
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    state: Annotated[
        list[State] | None,
        typer.Option(metavar="STATE", help=f"Only accounts in this state, {one_of(State)}; may be repeated."),
    ] = None,
    needs_person: Annotated[bool, typer.Option("--needs-person", help="Only accounts that need a person.")] = False,
    stale: Annotated[bool, typer.Option("--stale", help="Only accounts not completely read for too long.")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Show it again every five seconds, until Ctrl-C.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Exit 3 if an account shown needs a person.")] = False,
) -> None:
    """Show where accounts stand.

    With the customer's text, the precise reasons and what the customer should do.

    Totals first, then the accounts that need a person, that failed, and the others.
    """
    settings = context.settings()
    engine = context.database(settings, reads=True)
    chosen = _Chosen(
        account_id=account_id, states=frozenset(state or ()), needs_person=needs_person, stale=stale, settings=settings
    )
    needs = False
    try:
        needs = _show(engine, chosen, as_json=as_json)
        while watch:
            time.sleep(_AGAIN)
            if sys.stdout.isatty() and not as_json:
                console().clear()
            needs = _show(engine, chosen, as_json=as_json)
    except KeyboardInterrupt:
        if not watch:  # it is the way to end watching
            raise
    if check and needs:
        raise typer.Exit(int(Exit.UNCONFIRMED))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Chosen:
    """Which accounts are shown."""

    account_id: str | None
    states: frozenset[State]
    needs_person: bool
    stale: bool
    settings: Settings

    def has(self, account: Account) -> bool:
        if self.states and account.authorization not in self.states:
            return False
        if self.needs_person and account.authorization is not State.NEEDS_HUMAN:
            return False
        return not self.stale or self._is_stale(account)

    def _is_stale(self, account: Account) -> bool:
        oldest = now() - timedelta(days=self.settings.audit.stale_after_days)
        read = account.last_complete_read_at
        return account.stale_since is not None or (read is not None and read < oldest)


def _show(engine: Engine, chosen: _Chosen, *, as_json: bool) -> bool:
    """Read and print once; whether an account that is shown needs a person."""
    settings = chosen.settings
    with reading(engine) as conn:
        every = [accounts.get(conn, chosen.account_id)] if chosen.account_id else accounts.list_all(conn)
        found = [account for account in every if chosen.has(account)]
        working = [_worker(worker) for worker in workers.list_all(conn)]
        is_watched = any(worker["alive"] and "mail" in worker["roles"] for worker in working)
        document = {
            "schema": 1,
            "accounts": [describe(conn, account) for account in found],
            "mailboxes": [_mailbox(folder, is_watched=is_watched) for folder in folders.list_all(conn)],
            "mails": messages.count_by_verdict(conn, since=now() - timedelta(days=settings.mail.expires_after_days)),
            "workers": working,
            "paused_by": switches.paused_by(conn),
            "sign_ins": _sign_ins(conn),
        }
        on_call = {a.id: _known(conn, a, settings) for a in found if a.internal_reason or a.failure_code}
    if as_json:
        print_document(document)
    else:
        print_status(document, on_call=on_call, registered=len(every))
    return any(account.authorization is State.NEEDS_HUMAN for account in found)


def _known(conn: Connection, account: Account, settings: Settings) -> dict[str, Any]:
    """Since when an account stands as it does, and where its last evidence is."""
    entries = journal.history(conn, account.id, limit=50)
    moves = [one.at for one in entries if one.from_state is not one.to_state and one.to_state is account.authorization]
    evidence = settings.evidence_root / account.id
    return {"since": moves[-1] if moves else None, "evidence": newest_evidence(evidence)}


def describe(conn: Connection, account: Account) -> dict[str, Any]:
    """The status document, and what 0.1 said beside it.

    Internal_reason and failure_code are for on-call, not for customers.
    """
    offer = invitations.get(conn, account.invitation) if account.invitation else None
    refused = [
        message
        for message in messages.list_recent(conn, limit=20, account_id=account.id)
        if message.verdict in ("held", "rejected") and message.reason not in ("dismissed", messages.CODE_MAIL)
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
            for m in refused
        ],
        "last_complete_read_at": timestamp(account.last_complete_read_at),
        "due": timestamp(account.due),
        "updated_at": timestamp(account.updated_at),
    }


def _sign_ins(conn: Connection) -> dict[str, Any]:
    breaker = sign_in_breaker.read(conn)
    return {"state": breaker.position, "since": timestamp(breaker.since), "why": breaker.why or None}


def _mailbox(folder: folders.Folder, *, is_watched: bool) -> dict[str, Any]:
    """The last known state of a folder; of the past where it is not watched."""
    return {
        "mailbox": folder.mailbox,
        "folder": folder.folder,
        "state": folder.state,
        "watched": is_watched,
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
