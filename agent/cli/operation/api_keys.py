"""`sc-agent api-keys`: who may use the HTTP API, and for what."""

from __future__ import annotations

from typing import Annotated

import typer

from agent.cli import context
from agent.cli.output import now, print_document, print_table, say, timestamp, warn
from agent.errors import UsageError
from agent.store.api import api_keys
from agent.store.api.api_keys import ApiKey, parse_scopes
from agent.store.api.web_key import open_web_key
from agent.store.database.engine import reading, writing

_LONGEST_NAME = 100

app = typer.Typer(help="Make, list and revoke keys of the HTTP API.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command()
def create(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME", help="Who uses it. Two keys of one name may be in force at once, for a rotation."
        ),
    ],
    scopes: Annotated[str, typer.Option(metavar="SCOPE,...", help="What it may do: status:read, accounts:write, ...")],
    expires: Annotated[int | None, typer.Option(metavar="DAYS", min=1, max=3650, help="Days until it ends.")] = None,
    as_json: Json = False,
) -> None:
    """Make a key and print it, once: only a keyed hash of it is stored."""
    wanted = parse_scopes(scopes.split(","))
    if not name.strip() or len(name) > _LONGEST_NAME or not name.isprintable():
        raise UsageError(f"the name of a key has 1 to {_LONGEST_NAME} printable characters")
    settings = context.settings()
    web_key = open_web_key(settings)
    with writing(context.database(settings)) as conn:
        made, secret = api_keys.create(conn, web_key, name=name.strip(), scopes=wanted, days=expires, now=now())
    if as_json:
        shown = {"id": made.id, "key": secret.get_secret_value(), "scopes": sorted(made.scopes)}
        return print_document({**shown, "expires_at": timestamp(made.expires_at)})
    warn(f"key {made.id} for {made.name}; it is shown this once:")
    return say(secret.get_secret_value())


@app.command("list")
def list_(as_json: Json = False) -> None:
    """List the keys with scopes, expiry and last use. Never shows a secret."""
    with reading(context.database(context.settings(), reads=True)) as conn:
        found = api_keys.list_all(conn)
    moment = now()
    documents = [_describe(key, live=key.is_live(moment)) for key in found]
    if as_json:
        return print_document({"schema": 1, "keys": documents})
    if not found:
        return say("no keys; make one with 'sc-agent api-keys create'")
    columns = ("id", "name", "scopes", "live", "expires_at", "last_used_at")
    rows = [tuple(_plain(document[column]) for column in columns) for document in documents]
    return print_table([column.replace("_", " ") for column in columns], rows)


@app.command()
def revoke(key_id: Annotated[str, typer.Argument(metavar="ID", help="The key's id, as listed.")]) -> None:
    """End a key; the next request with it is refused."""
    with writing(context.database(context.settings())) as conn:
        found = api_keys.revoke(conn, key_id, now=now())
    say(f"key {found.id} ({found.name}) is revoked")


def _describe(key: ApiKey, *, live: bool) -> dict[str, object]:
    return {
        "id": key.id,
        "name": key.name,
        "scopes": sorted(key.scopes),
        "live": live,
        "created_at": timestamp(key.created_at),
        "expires_at": timestamp(key.expires_at),
        "last_used_at": timestamp(key.last_used_at),
        "revoked_at": timestamp(key.revoked_at),
    }


def _plain(value: object) -> str:
    match value:
        case None:
            return "-"
        case bool():
            return "yes" if value else "no"
        case list():
            return " ".join(str(part) for part in value)
        case _:
            return str(value)
