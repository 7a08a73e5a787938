"""`sc-agent stand-in`: only the stand-ins, until interrupted."""

from __future__ import annotations

import asyncio
import json
import signal
from pathlib import Path
from typing import Annotated

import typer

from agent.errors import ConfigurationError, UsageError


def stand_in(
    scenario: Annotated[
        Path | None,
        typer.Option(help="A JSON or TOML scenario; without it, the demo's six accounts.", show_default=False),
    ] = None,
    seed: Annotated[int, typer.Option(help="Decides everything the scenario leaves open.")] = 1,
) -> None:
    """Start the stand-ins on loopback.

    Seller Central, a mailbox, a DNS server and a control port.

    Prints one JSON line with the addresses, the pins and the control URL, then serves until Ctrl-C. The agent reaches
    them by settings
    alone; docs/rehearsal.md shows which.
    """
    try:
        from fixtures.stand_in.scenario import ScenarioError, load_scenario
        from fixtures.stand_in.six_accounts import six_accounts
    except ModuleNotFoundError as err:
        raise ConfigurationError(
            f"the stand-ins need the demo extra ({err.name} is missing); install secondary-user[demo]"
        ) from err
    try:
        world = load_scenario(scenario) if scenario else six_accounts(seed)
    except ScenarioError as err:
        raise UsageError(str(err)) from err
    asyncio.run(_serve(world))


async def _serve(world: object) -> None:
    from fixtures.stand_in.scenario import Scenario
    from fixtures.stand_in.world import StandIn

    assert isinstance(world, Scenario)  # noqa: S101 - narrowed for the type checker; the import is lazy
    stop = asyncio.Event()
    for signum in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(signum, stop.set)
    async with StandIn(world) as running:
        typer.echo(json.dumps(running.description()))
        await stop.wait()
