"""The attempt budget's memory.

Each costly act, written before it is done, its outcome after.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from agent.store.database.schema import accounts, acts, secrets
from agent.store.sign_in.password_marks import forget_doubts

ACCEPTED, REJECTED, DOUBTED = "accepted", "rejected", "doubted"  # doubted: done, and no known yes came
NOT_SENT = "not_sent"  # the form provably never left the browser
UNANSWERED = "step_timeout"  # done, and no page said what came of it
LOOKED_AT = "looked_at"  # it was doubted, and a person has looked
CRASHES = 2  # visits in a row that ended with their process; the first costs one of the budget (decision 26)
_FEW = 5
_RELEASE = "release"  # a person's release; counting starts afresh after it


def intend(
    conn: Connection, account_id: str, act: str, *, visit_id: str, now: datetime, version: int | None = None
) -> int:
    """Write down that an act is about to happen; returns its row id.

    Commit before doing it. `version` None: the secret in force.
    """
    secret_version = _in_force(account_id) if version is None else version
    row = acts.insert().values(account_id=account_id, visit_id=visit_id, act=act, secret_version=secret_version, at=now)
    key = conn.execute(row).inserted_primary_key
    assert key is not None  # noqa: S101 - an insert of one row has one
    return int(key[0])


def conclude(conn: Connection, act_id: int, outcome: str) -> None:
    """Write down what became of it."""
    conn.execute(acts.update().where(acts.c.id == act_id).values(outcome=outcome))


def conclude_last(conn: Connection, account_id: str, act: str, outcome: str, *, visit_id: str) -> bool:
    """Write down the outcome of the visit's last such act; False when there is none."""
    mine = sa.and_(acts.c.account_id == account_id, acts.c.visit_id == visit_id, acts.c.act == act)
    last = conn.scalar(sa.select(sa.func.max(acts.c.id)).where(mine))
    if last is None:
        return False
    conclude(conn, last, outcome)
    return True


def was_rejected(conn: Connection, account_id: str, act: str) -> bool:
    """Whether the site refused this act with the secret in force.

    No release forgets it.
    """
    return _count(conn, account_id, act, acts.c.outcome == REJECTED, since=None) > 0


def doubted_since_release(conn: Connection, account_id: str, act: str) -> bool:
    """Whether the site may have refused the secret in force, unseen by a person."""
    return (
        _count(conn, account_id, act, acts.c.outcome == DOUBTED, acts.c.id > _released(conn, account_id), since=None)
        > 0
    )


def is_doubted(conn: Connection, account_id: str, act: str) -> bool:
    """Whether it may have been refused with the secret in force.

    By its outcome, or for want of any.
    """
    return doubted_since_release(conn, account_id, act) or crashed_in_a_row(conn, account_id, act) >= CRASHES


def crashed_in_a_row(conn: Connection, account_id: str, act: str) -> int:
    """How many of the last ones in a row ended with their process.

    With the secret in force.
    """
    mine = sa.and_(
        acts.c.account_id == account_id,
        acts.c.act == act,
        acts.c.id > _released(conn, account_id),
        acts.c.secret_version == _in_force(account_id),
    )
    last = conn.scalars(sa.select(acts.c.outcome).where(mine).order_by(acts.c.id.desc()).limit(_FEW)).all()
    return next((count for count, outcome in enumerate(last) if outcome is not None), len(last))


def doubt_unanswered(conn: Connection, visit_id: str, act: str) -> bool:
    """Doubt what a visit that ended left without an outcome.

    Whether anything of the visit is doubted.
    """
    mine = sa.and_(acts.c.visit_id == visit_id, acts.c.act == act)
    conn.execute(acts.update().where(mine, acts.c.outcome.is_(None)).values(outcome=DOUBTED))
    return conn.scalar(sa.select(sa.func.count()).select_from(acts).where(mine, acts.c.outcome == DOUBTED)) != 0


def undoubt(conn: Connection, account_id: str, act: str) -> None:
    """A person has looked and takes the page over.

    The act may be done again, and still counts in the budget.
    """
    email = conn.scalar(sa.select(accounts.c.user_email).where(accounts.c.id == account_id))
    forget_doubts(conn, str(email))
    mine = sa.and_(acts.c.account_id == account_id, acts.c.act == act, acts.c.outcome == DOUBTED)
    conn.execute(acts.update().where(mine).values(outcome=LOOKED_AT))


def doubt_all(conn: Connection, act: str, *, now: datetime) -> int:
    """Doubt this act for every account until a release or a new secret.

    What happened since a backup is not known.
    """
    ids = conn.scalars(sa.select(secrets.c.account_id)).all()
    for account_id in ids:
        conclude(conn, intend(conn, account_id, act, visit_id="", now=now), DOUBTED)
    return len(ids)


def is_unanswered_since(conn: Connection, account_id: str, act: str, since: datetime) -> bool:
    """Whether it was done since, with an unknown end, unseen by a person."""
    mine = sa.and_(acts.c.account_id == account_id, acts.c.act == act, acts.c.outcome == UNANSWERED)
    query = sa.select(sa.func.count()).where(mine, acts.c.at >= since, acts.c.id > _released(conn, account_id))
    return (conn.scalar(query) or 0) > 0


def carry_over(conn: Connection, account_id: str, act: str, *, version: int) -> None:
    """Let what became of an act count for this version of the secrets too.

    What was typed then is still in force.
    """
    before = sa.and_(acts.c.account_id == account_id, acts.c.act == act, acts.c.secret_version == version - 1)
    conn.execute(acts.update().where(before).values(secret_version=version))


def rejected_since_release(conn: Connection, account_id: str, act: str) -> int:
    """How often the site refused it with the secret in force.

    Since the last one it took, or a person's release.
    """
    taken = sa.select(sa.func.max(acts.c.id)).where(
        acts.c.account_id == account_id, acts.c.act == act, acts.c.outcome == ACCEPTED
    )
    after = sa.func.coalesce(taken.scalar_subquery(), 0)
    return _count(
        conn,
        account_id,
        act,
        acts.c.outcome == REJECTED,
        acts.c.id > after,
        acts.c.id > _released(conn, account_id),
        since=None,
    )


def not_taken_since(conn: Connection, account_id: str, act: str, since: datetime) -> int:
    """How many were refused or have an unknown end, since then and a release."""
    not_taken = sa.or_(acts.c.outcome.is_(None), acts.c.outcome.not_in((ACCEPTED, NOT_SENT)))
    return _count(conn, account_id, act, not_taken, acts.c.id > _released(conn, account_id), since=since)


def count_not_accepted(conn: Connection, act: str, *, since: datetime) -> int:
    """How many of an act, of all accounts since then, the site did not accept."""
    not_accepted = sa.or_(acts.c.outcome.is_(None), acts.c.outcome != ACCEPTED)
    mine = sa.and_(acts.c.act == act, acts.c.at >= since, not_accepted)
    return conn.scalar(sa.select(sa.func.count()).select_from(acts).where(mine)) or 0


def release(conn: Connection, account_id: str, *, now: datetime) -> None:
    """Start counting afresh.

    A rejected password stays rejected, a doubted one may be typed again.
    """
    email = conn.scalar(sa.select(accounts.c.user_email).where(accounts.c.id == account_id))
    forget_doubts(conn, str(email))
    conclude(conn, intend(conn, account_id, _RELEASE, visit_id="", now=now), ACCEPTED)


def _in_force(account_id: str) -> sa.ScalarSelect[int]:
    return sa.select(accounts.c.secret_version).where(accounts.c.id == account_id).scalar_subquery()


def _released(conn: Connection, account_id: str) -> int:
    query = sa.select(sa.func.max(acts.c.id)).where(acts.c.account_id == account_id, acts.c.act == _RELEASE)
    return conn.scalar(query) or 0


def _count(
    conn: Connection, account_id: str, act: str, *conditions: sa.ColumnElement[bool], since: datetime | None
) -> int:
    query = (
        sa.select(sa.func.count())
        .select_from(acts.join(accounts, accounts.c.id == acts.c.account_id))
        .where(
            acts.c.account_id == account_id,
            acts.c.act == act,
            acts.c.secret_version == accounts.c.secret_version,
            *conditions,
        )
    )
    if since is not None:
        query = query.where(acts.c.at >= since)
    return conn.scalar(query) or 0
