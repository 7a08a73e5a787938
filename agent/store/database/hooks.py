"""What belongs to one transaction.

Done just before it commits, or told just after.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from sqlalchemy.engine import Connection, Transaction

Before = Callable[[Connection], None]
After = Callable[[], None]


@dataclass(slots=True)
class _Hooks:
    before: dict[Before, None] = field(default_factory=dict)  # in order, each once
    after: dict[After, None] = field(default_factory=dict)


_hooks: WeakKeyDictionary[Transaction, _Hooks] = WeakKeyDictionary()


def before_commit(conn: Connection, action: Before) -> None:
    """Do this once, in this transaction, when everything else is written."""
    _of(conn).before[action] = None


def after_commit(conn: Connection, action: After) -> None:
    """Do this once when this transaction is committed; never when it is rolled back."""
    _of(conn).after[action] = None


def run_before(conn: Connection) -> None:
    """Do what was asked for, and what that asks for."""
    hooks = _of(conn)
    while hooks.before:
        action = next(iter(hooks.before))
        del hooks.before[action]
        action(conn)


def take_after(conn: Connection) -> tuple[After, ...]:
    """What is to be done after the commit."""
    return tuple(_of(conn).after)


def require_done(conn: Connection) -> None:
    """Refuse a commit that would lose events.

    The transaction was not opened by `writing`.
    """
    transaction = conn.get_transaction()
    hooks = _hooks.get(transaction) if transaction is not None else None
    if hooks is not None and hooks.before:
        raise RuntimeError("this transaction changed accounts and was not opened by writing(); nothing was committed")


def _of(conn: Connection) -> _Hooks:
    transaction = conn.get_transaction()
    assert transaction is not None  # noqa: S101 - the caller is in one
    return _hooks.setdefault(transaction, _Hooks())
