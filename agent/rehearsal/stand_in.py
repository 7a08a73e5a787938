"""`sc-agent stand-in`: only the stand-ins, until interrupted."""

from __future__ import annotations

import asyncio
import json
import os
import shlex
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from agent.cli.output import print_document
from agent.errors import ConfigurationError, UsageError

if TYPE_CHECKING:
    from fixtures.stand_in.scenario import Scenario


def stand_in(
    scenario: Annotated[
        Path | None,
        typer.Option(help="A JSON or TOML scenario; without it, the demo's seven accounts.", show_default=False),
    ] = None,
    seed: Annotated[int, typer.Option(help="Decides everything the scenario leaves open.")] = 1,
    env: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Write the settings that lead an agent to this stand-in, for a shell to read ('. FILE').",
            show_default=False,
        ),
    ] = None,
    accounts: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Write the users as accounts for 'accounts import', with secrets.", show_default=False
        ),
    ] = None,
) -> None:
    """Start the stand-ins on loopback.

    Seller Central, a mailbox, a DNS server and a control port.

    Prints one JSON line with the addresses, the pins and the control URL, then serves until Ctrl-C. The agent reaches
    them by settings alone; docs/rehearsal.md shows a whole rehearsal.
    """
    try:
        from fixtures.stand_in.scenario import ScenarioError, load_scenario
        from fixtures.stand_in.six_accounts import demo_world
    except ModuleNotFoundError as err:
        raise ConfigurationError(
            f"the stand-ins need the demo extra ({err.name} is missing); install secondary-user[demo]"
        ) from err
    try:
        world = load_scenario(scenario) if scenario else demo_world(seed)
    except ScenarioError as err:
        raise UsageError(str(err)) from err
    asyncio.run(_serve(world, env=env.absolute() if env else None, accounts=accounts))


async def _serve(world: Scenario, *, env: Path | None, accounts: Path | None) -> None:
    from fixtures.stand_in.world import StandIn

    stop = asyncio.Event()
    for signum in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(signum, stop.set)
    async with StandIn(world) as running:
        description = running.description()
        if accounts is not None:
            _write(accounts, json.dumps(_registrations(world), indent=2))
        if env is not None:
            _write(env, _exports(description, data_dir=env.parent / "data"))
        print_document(description, in_one_line=True)
        await stop.wait()


def _exports(description: dict[str, Any], *, data_dir: Path) -> str:
    """The settings as lines of a shell, and the control URL beside them."""
    from agent.rehearsal.demo.processes import environment

    settings = environment(description, data_dir, {})
    lines = [
        f"export {name}={shlex.quote(value)}"
        for name, value in sorted(settings.items())
        if name.startswith("SC_AGENT_")
    ]
    return "\n".join([*lines, f"export CONTROL={shlex.quote(description['control'])}"]) + "\n"


def _registrations(world: Scenario) -> list[dict[str, str]]:
    """Each user with the seller of the same place, as `accounts import` takes them.

    A1, A2, ...
    """
    return [
        {
            "id": f"A{number}",
            "user_email": user.email,
            "marketplace": seller.marketplaces[0],
            "merchant_id": seller.merchant_id,
            "merchant_name": seller.name,
            "api_authorization": "complete",
            "password": user.password,
            "totp_secret": user.totp_secret,
        }
        for number, (user, seller) in enumerate(zip(world.users, world.sellers, strict=False), start=1)
    ]


def _write(file: Path, text: str) -> None:
    """Write a private file that is there only when it is whole."""
    part = file.with_name(f".{file.name}.part")
    try:
        part.unlink(missing_ok=True)
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as stream:
            stream.write(text)
        part.replace(file)
    except OSError as err:
        raise ConfigurationError(
            f"{file} cannot be written ({err.strerror}); give a file in a writable directory"
        ) from err
