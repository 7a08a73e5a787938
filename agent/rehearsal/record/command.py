"""`sc-agent record`: one visit, written down as a recording."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from agent.cli import context
from agent.cli.output import say
from agent.errors import UsageError
from agent.store import accounts
from agent.store.database.engine import reading

FLOWS = ("sign_in", "accept", "audit")


def record(
    flow: Annotated[str, typer.Argument(metavar="FLOW", help=f"Which visit: {', '.join(FLOWS)}.", show_default=False)],
    account_id: Annotated[str, typer.Argument(metavar="ID", help="The account to visit as.", show_default=False)],
    output: Annotated[Path, typer.Option(help="The new directory to write the recording to.", show_default=False)],
    twice: Annotated[
        bool,
        typer.Option("--twice", help="Visit twice and find the fields that change by themselves (not for accept)."),
    ] = False,
) -> None:
    """Make one visit now and write it down, scrubbed, to be replayed offline.

    The visit is a real one: the same lease, budget and journal as the daemon's. With `accept` the invitation is
    accepted.
    """
    from agent.rehearsal.record.visit import record_visit

    if flow not in FLOWS:
        raise UsageError(f"one of the flows {', '.join(FLOWS)} was expected, found {flow!r}")
    if twice and flow == "accept":
        raise UsageError("an invitation cannot be accepted twice; record accept without --twice")
    if output.exists() and (not output.is_dir() or any(output.iterdir())):
        raise UsageError(f"a new directory was expected at {output}, there is something already; name another one")
    settings = context.settings()
    vault = context.vault(settings)
    engine = context.database(settings)
    try:
        with reading(engine) as conn:
            accounts.get(conn, account_id)  # an unknown one is told before what the machine lacks
        told = asyncio.run(
            record_visit(
                settings, engine=engine, vault=vault, account_id=account_id, flow=flow, output=output, twice=twice
            )
        )
    finally:
        engine.dispose()
    say(f"{output}: {told}")
    say(f"look it through and run 'python -m fixtures.leak_gate.gate {output}' before it leaves this machine")
