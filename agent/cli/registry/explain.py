"""`sc-agent explain`: one account's story, and what is due next."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any

import typer

from agent.cli import context
from agent.cli.output import now, print_document, say, timestamp
from agent.domain.account import Account
from agent.domain.published.event_types import PREFIX
from agent.domain.published.next_visit import why_due
from agent.store import accounts, timeline
from agent.store.console import operator_log
from agent.store.database.engine import reading
from agent.store.database.handles import Connection
from agent.store.outbox.read import list_events
from agent.store.outbox.sequence import number_events
from agent.store.processes import switches

_PAGE = 200
_WIDTH = 60  # columns
_INDENT = " " * 4
_TOLD_ELSEWHERE = ("account", "status", "revision")


def explain(
    account_id: Annotated[str, typer.Argument(metavar="ID", help="The account.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Tell an account's story in order, and what is due next and why.

    Never shows a secret.
    """
    engine = context.database(context.settings(), reads=True)
    number_events(engine)
    with reading(engine) as conn:
        account = accounts.get(conn, account_id)
        paused_by = switches.paused_by(conn)
        told = list(story(conn, account_id))
    why = why_due(account.authorization, account.due, now=now(), paused_by=paused_by)
    if as_json:
        return print_document(_document(account, told, why))
    for entry in told:
        _print_entry(entry)
    _print_wrapped(f"{account.id} is {account.authorization}: {account.message}")
    due = "" if account.due is None else f" It is due at {timestamp(account.due)}."
    return _print_wrapped(why + due)


def story(conn: Connection, account_id: str) -> Iterator[dict[str, Any]]:
    """Every entry, the oldest first.

    Each has `at` (text, UTC) and `kind`: state, visit, act, mail, operator or event.
    """
    entries = [*_timeline(conn, account_id), *_operators(conn, account_id)]
    merged: list[tuple[datetime, dict[str, Any]]] = [(entry["at"], entry) for entry in reversed(entries)]
    merged += [(datetime.fromisoformat(entry["at"]), entry) for entry in _events(conn, account_id)]
    for at, entry in sorted(merged, key=lambda each: each[0]):  # stable: equal times keep their order
        yield {name: _text(value) for name, value in (entry | {"at": at}).items()}


def _timeline(conn: Connection, account_id: str) -> Iterator[dict[str, Any]]:
    entries, place = timeline.page(conn, account_id, after=None, limit=_PAGE)
    yield from entries
    while place is not None:
        entries, place = timeline.page(conn, account_id, after=place, limit=_PAGE)
        yield from entries


def _operators(conn: Connection, account_id: str) -> Iterator[dict[str, Any]]:
    before = None
    while page := operator_log.page(conn, before=before, limit=_PAGE, subject=account_id):
        for entry in page:
            yield {"at": entry.at, "kind": "operator", "person": entry.person, "act": entry.act, "why": entry.reason}
        before = page[-1].number


def _events(conn: Connection, account_id: str) -> Iterator[dict[str, Any]]:
    after = None
    while (page := list_events(conn, after=after, account_id=account_id)).events:
        for event in page.events:
            data = {name: value for name, value in event["data"].items() if name not in _TOLD_ELSEWHERE}
            kind = event["type"].removeprefix(PREFIX)
            yield {"at": event["time"], "kind": "event", "type": kind, "sequence": event["sequence"], "data": data}
        after = page.last


def _document(account: Account, told: list[dict[str, Any]], why: str) -> dict[str, Any]:
    return {
        "schema": 1,
        "account": account.id,
        "authorization": account.authorization,
        "message": account.message,
        "story": told,
        "next": {"due": timestamp(account.due), "why": why},
    }


def _print_entry(entry: dict[str, Any]) -> None:
    say(f"{entry['at']}  {entry['kind']}")
    _print_wrapped(_words(entry), indent=_INDENT)


def _words(entry: dict[str, Any]) -> str:
    match entry["kind"]:
        case "state":
            return f"{entry['from'] or 'new'} -> {entry['to']}: {entry['why']}"
        case "visit":
            return f"{entry['purpose']}: {entry['outcome'] or 'no outcome'} (visit {entry['visit']})"
        case "act":
            return f"{entry['act']}: {entry['outcome'] or 'no outcome'}"
        case "takeover":
            parts = [entry["person"], entry["screen"], entry["why"]]
            return f"{entry['purpose']} {entry['state']}: " + ", ".join(filter(None, parts))
        case "mail":
            reason = f", {entry['reason']}" if entry["reason"] else ""
            return f"mail {entry['mail']}: {entry['verdict'] or 'not judged'}{reason}"
        case "operator":
            return f"{entry['person']}: {entry['act']}" + (f", {entry['why']}" if entry["why"] else "")
        case _:
            told = ", ".join(f"{name}: {_plain(value)}" for name, value in entry["data"].items() if value is not None)
            return f"{entry['sequence']} {entry['type']}" + (f": {told}" if told else "")


def _plain(value: Any) -> str:
    return " and ".join(map(str, value)) if isinstance(value, list) else str(value)


def _print_wrapped(text: str, *, indent: str = "") -> None:
    for line in textwrap.wrap(text, _WIDTH, initial_indent=indent, subsequent_indent=indent):
        say(line)


def _text(value: Any) -> Any:
    return timestamp(value) if isinstance(value, datetime) else value
