"""Revisions and outbox rows.

What a transaction did to accounts, written in that transaction.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from agent.clock import timestamp
from agent.domain.account import Account
from agent.domain.published.conditions import conditions_of
from agent.domain.published.event_types import EventType
from agent.domain.published.status_document import status_document
from agent.store.account_rows import account_of
from agent.store.database.schema import accounts, outbox
from agent.store.outbox.notes import QUIET, Note, Pending, pending_of
from agent.store.outbox.wake import Signal, announce

_OF_THE_STANDING = frozenset(  # seen in the document where they matter to it
    {
        "resumes_to", "last_complete_read_at", "granted_at", "accepted_at", "message_kind", "reading", "stale_since",
        "insights_readable", "invitation",
    }
)  # fmt: skip
_OWN = frozenset({"revision", "changed_at", "fingerprint", "condition_times", "created_at"})
_REGISTRATION = tuple(sorted({column.name for column in accounts.columns} - QUIET - _OF_THE_STANDING - _OWN))
_DOCUMENT = frozenset({"authorization", "reasons", "next_step", "confirmation_code"})  # told by the document itself
_TELLS_THE_DOCUMENT = frozenset({EventType.ACCOUNT_REGISTERED, EventType.STATE_CHANGED, EventType.ACCOUNT_UPDATED})


def settle(conn: Connection) -> None:
    """Move the revisions and write the events of this transaction so far.

    Called by its commit.

    A caller that needs the new revision in the same transaction calls it earlier; the revision still moves once.
    """
    found, now = pending_of(conn), pending_of(conn).at
    if now is None or found.is_empty():
        return
    notes, touched = list(found.notes), dict(found.touched)
    found.notes.clear()
    found.touched.clear()
    found.revised |= {each.account_id or "" for each in notes if each.type is EventType.ACCOUNT_REGISTERED}
    named = {each.account_id for each in notes if each.account_id is not None} | set(touched)
    known = {account_id: _revise(conn, account_id, found, now) for account_id in sorted(named)}
    for each in [*notes, *_updates(notes, touched, known, now)]:
        _write(conn, each, known.get(each.account_id or ""))
    announce(conn, Signal.WRITTEN)


@dataclass(frozen=True, slots=True)
class _Revised:
    """An account as it is now, and whether its revision says something new."""

    account: Account
    moved: bool


def _revise(conn: Connection, account_id: str, found: Pending, now: datetime) -> _Revised | None:
    account = _load(conn, account_id)
    if account is None:
        return None
    fingerprint = _fingerprint(account)
    if fingerprint == account.fingerprint:
        return _Revised(account, moved=False)
    values: dict[str, Any] = {"fingerprint": fingerprint, "condition_times": _times(account, now), "changed_at": now}
    if account_id not in found.revised:
        found.revised.add(account_id)
        values["revision"] = account.revision + 1
    conn.execute(accounts.update().where(accounts.c.id == account_id).values(values))
    return _Revised(replace(account, **values), moved=True)


def _load(conn: Connection, account_id: str) -> Account | None:
    row = conn.execute(sa.select(accounts).where(accounts.c.id == account_id)).mappings().one_or_none()
    return None if row is None else account_of(row)


def _fingerprint(account: Account) -> str:
    """A hash of the document's content and of the registration."""
    document: dict[str, Any] = dict(status_document(account))
    for name in ("revision", "changed_at"):
        del document[name]
    document["conditions"] = [(each.type, each.status, each.reason) for each in conditions_of(account)]
    registration = {name: str(getattr(account, name)) for name in _REGISTRATION}
    text = json.dumps([document, registration], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _times(account: Account, now: datetime) -> dict[str, dict[str, str]]:
    """Since when each condition is as it is; one that did not change keeps its time."""
    before = account.condition_times or {}
    times = {}
    for each in conditions_of(account):
        known = before.get(each.type)
        kept = known is not None and known["status"] == each.status
        times[str(each.type)] = dict(known) if known and kept else {"status": str(each.status), "since": timestamp(now)}
    return times


def _updates(
    notes: Sequence[Note], touched: Mapping[str, set[str]], known: Mapping[str, _Revised | None], now: datetime
) -> Iterator[Note]:
    """Write `account.updated` where no other event tells of the change."""
    told = {each.account_id for each in notes if each.type in _TELLS_THE_DOCUMENT}
    new = {each.account_id for each in notes if each.type is EventType.ACCOUNT_REGISTERED}
    for account_id, revised in known.items():
        if revised is None or not revised.moved or account_id in new:
            continue
        names = sorted(touched.get(account_id, set()) - _OF_THE_STANDING - _DOCUMENT)
        if names or account_id not in told:
            data = {"changed": names or ["status"]}
            yield Note(type=EventType.ACCOUNT_UPDATED, account_id=account_id, at=now, data=data)


def _write(conn: Connection, each: Note, revised: _Revised | None) -> None:
    data: dict[str, Any] = {"account": each.account_id, "revision": None, "status": None, **each.data}
    if revised is not None:
        data |= {"revision": revised.account.revision, "status": status_document(revised.account)}
    row = {"event_id": f"evt_{uuid4().hex}", "type": str(each.type), "account_id": each.account_id, "data": data}
    conn.execute(outbox.insert().values(at=each.at, **row))
