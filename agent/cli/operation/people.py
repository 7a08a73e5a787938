"""`sc-agent people` and `sc-agent console`.

Who may use the console, and a sign-in address for this machine.
"""

from __future__ import annotations

from typing import Annotated

import typer

from agent.cli import context
from agent.cli.output import now, print_document, print_table, say, timestamp, warn
from agent.errors import ConfigurationError, UsageError
from agent.settings.model import Settings
from agent.settings.web_address import noted_address
from agent.store.api.web_key import open_web_key
from agent.store.console import people, sessions
from agent.store.console.people import Role
from agent.store.database.engine import reading, writing
from agent.store.processes import workers

_LONGEST_NAME = 100
_LOOPBACK = ("127.", "localhost", "[::1]")

app = typer.Typer(help="Who may use the console, and in which role.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command()
def add(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The person, as the log will name them.")],
    role: Annotated[Role, typer.Option(help="What the person may do; each role holds those before it.")],
) -> None:
    """Give a person a role in the console, or change it."""
    if not name.strip() or len(name) > _LONGEST_NAME or not name.isprintable():
        raise UsageError(f"a name has 1 to {_LONGEST_NAME} printable characters")
    with writing(context.database(context.settings())) as conn:
        saved = people.save(conn, name.strip(), role, now=now())
    say(f"{saved.name} is {saved.role}; sign in with 'sc-agent console --as {saved.name}'")


@app.command("list")
def list_(as_json: Json = False) -> None:
    """List the people."""
    with reading(context.database(context.settings(), reads=True)) as conn:
        found = people.list_all(conn)
    documents = [{"name": one.name, "role": one.role, "since": timestamp(one.created_at)} for one in found]
    if as_json:
        return print_document({"schema": 1, "people": documents})
    if not found:
        return say("no people; add one with 'sc-agent people add NAME --role ROLE'")
    return print_table(["name", "role", "since"], [tuple(str(value) for value in one.values()) for one in documents])


@app.command()
def remove(name: Annotated[str, typer.Argument(metavar="NAME", help="The person, as listed.")]) -> None:
    """Take a person's role away; their sessions end."""
    with writing(context.database(context.settings())) as conn:
        people.remove(conn, name)
    say(f"{name} is removed")


def console(
    name: Annotated[
        str | None, typer.Option("--as", metavar="NAME", help="Who signs in; by default this system's user.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Print an address that signs one person in to the console, once, within a minute."""
    settings = context.settings()
    address = _address(settings)
    web_key = open_web_key(settings)
    who = name or context.who()
    with writing(context.database(settings)) as conn:
        ticket = sessions.make_ticket(conn, web_key, people.get(conn, who).name, now=now())
        is_served = any("web" in worker.roles for worker in workers.list_all(conn))
    if not is_served:
        warn("no daemon with the role web is at work; start one with 'sc-agent run'")
    url = f"http://{address}/sign-in?ticket={ticket}"
    if as_json:
        return print_document({"url": url})
    return say(url)


def _address(settings: Settings) -> str:
    """The address of the console on this machine.

    Raises:
        ConfigurationError: the console is not on loopback; people sign in by OIDC there.
    """
    address = noted_address(settings) or settings.web.address
    if not address.startswith(_LOOPBACK) or settings.web.behind_proxy:
        raise ConfigurationError(
            "a local console address works on loopback only, and SC_AGENT_WEB__ADDRESS is elsewhere; sign in by OIDC"
        )
    return address
