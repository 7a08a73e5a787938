"""`sc-agent pause --all` and `resume --all`.

One switch that every process obeys within seconds, restarts included.
"""

from __future__ import annotations

from typing import Annotated

import typer

from agent.actions import lifecycle
from agent.cli import context
from agent.cli.output import now, say
from agent.errors import UsageError
from agent.store.database.engine import writing
from agent.store.processes.alarms import TableBoard
from agent.store.sign_in import login_orders, sign_in_breaker

All = Annotated[
    bool, typer.Option("--all", help="Everything; for one account see 'sc-agent accounts pause' and 'accounts resume'.")
]


Registrations = Annotated[bool, typer.Option("--registrations", help="Only the creation of logins that were ordered.")]


SignIns = Annotated[bool, typer.Option("--sign-ins", help="Only sign-ins that were stopped because many went badly.")]


One = Annotated[str | None, typer.Argument(metavar="ID", hidden=True)]  # a slip: it is 'accounts pause ID'


def pause(everything: All = False, registrations: Registrations = False, account_id: One = None) -> None:
    """Stop every flow within seconds, until resumed; survives restarts."""
    _require_none(account_id, "pause")
    if registrations and not everything:
        with writing(context.database(context.settings())) as conn:
            login_orders.pause_all(conn, f"paused by {context.who()}", now=now())
        return say("no login is created until 'sc-agent resume --registrations'")
    _require_all(everything, "pause")
    with writing(context.database(context.settings())) as conn:
        lifecycle.pause_all(conn, now=now(), who=context.who())
    return say("everything is paused; running visits end within seconds, 'sc-agent resume --all' lets them go on")


def resume(
    everything: All = False, registrations: Registrations = False, sign_ins: SignIns = False, account_id: One = None
) -> None:
    """Let everything go on after `pause --all`."""
    _require_none(account_id, "resume")
    if sign_ins and not everything:
        with writing(context.database(context.settings())) as conn:
            were_stopped = sign_in_breaker.close(conn, now=now())
        return say("sign-ins go on" if were_stopped else "sign-ins were not stopped")
    if registrations and not everything:
        engine = context.database(context.settings())
        with writing(engine) as conn:
            was_paused = login_orders.resume_all(conn)
        TableBoard(engine).clear(login_orders.ALARM)
        return say("logins are created again" if was_paused else "the creation of logins was not paused")
    _require_all(everything, "resume")
    with writing(context.database(context.settings())) as conn:
        was_paused = lifecycle.resume_all(conn, now=now())
    return say("everything goes on" if was_paused else "nothing was paused")


def _require_none(account_id: str | None, command: str) -> None:
    if account_id is not None:
        raise UsageError(f"this is for everything; for one account: sc-agent accounts {command} {account_id}")


def _require_all(everything: bool, command: str) -> None:
    if not everything:
        raise UsageError(f"expected --all; for one account: sc-agent accounts {command} ID")
