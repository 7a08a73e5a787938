"""`sc-agent pause --all` and `resume --all`.

One switch that every process obeys within seconds, restarts included.
"""

from __future__ import annotations

import getpass
from typing import Annotated

import typer

from agent.actions import lifecycle
from agent.cli import context
from agent.cli.output import now, say
from agent.errors import UsageError
from agent.store.database.engine import writing

All = Annotated[
    bool, typer.Option("--all", help="Everything; for one account see 'sc-agent accounts pause' and 'accounts resume'.")
]


def pause(everything: All = False) -> None:
    """Stop every flow within seconds, until resumed; survives restarts."""
    _require_all(everything, "pause")
    with writing(context.database(context.settings())) as conn:
        lifecycle.pause_all(conn, now=now(), who=getpass.getuser())
    say("everything is paused; running visits end within seconds, 'sc-agent resume --all' lets them go on")


def resume(everything: All = False) -> None:
    """Let everything go on after `pause --all`."""
    _require_all(everything, "resume")
    with writing(context.database(context.settings())) as conn:
        was_paused = lifecycle.resume_all(conn)
    say("everything goes on" if was_paused else "nothing was paused")


def _require_all(everything: bool, command: str) -> None:
    if not everything:
        raise UsageError(f"expected --all; for one account: sc-agent accounts {command} ID")
