"""`sc-agent webhooks`: where events are sent, and what became of each."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

import typer

from agent.cli import context
from agent.cli.operation.events import parse_types
from agent.cli.output import now, print_document, print_table, say
from agent.cli.row_numbers import parse_number
from agent.errors import UnconfirmedError
from agent.observe.redaction import Redaction
from agent.outbox.endpoint_actions import (
    add_endpoint,
    describe_delivery,
    describe_endpoint,
    require_receiver,
    send_ping,
)
from agent.outbox.outcome import words_of
from agent.settings.model import Settings
from agent.settings.own_secrets import secret_values
from agent.store.api.web_key import open_web_key
from agent.store.database.engine import reading, writing
from agent.store.database.handles import Engine
from agent.store.vault.keys import Vault
from agent.store.webhooks import deliveries, endpoints

app = typer.Typer(help="Endpoints that events are sent to.", no_args_is_help=True)

Id = Annotated[str, typer.Argument(metavar="ID", help="The endpoint, as 'webhooks list' shows it.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command()
def add(
    url: Annotated[str, typer.Argument(metavar="URL", help="An https address of the receiver.")],
    types: Annotated[
        str, typer.Option("--events", metavar="TYPE,...", help="Only these types; every type when left out.")
    ] = "",
    as_json: Json = False,
) -> None:
    """Register an endpoint and print its secret, once.

    It is active as soon as its first ping is answered with 2xx.
    """
    settings, engine, sealing = _parts()
    wanted = parse_types(types)
    require_receiver(url, settings)
    with writing(engine) as conn:
        made = add_endpoint(conn, url=url, types=wanted, sealing=sealing, now=now())
    document = describe_endpoint(made.endpoint, waiting=0)
    document |= {"secret": made.keys.secret, "public_key": made.keys.public_key}
    if as_json:
        return print_document(document)
    say(f"{made.endpoint.id} is registered; its secret, shown this once: {made.keys.secret}")
    return say(f"the daemon sends it a ping; without one: sc-agent webhooks test {made.endpoint.id}")


@app.command("list")
def list_(as_json: Json = False) -> None:
    """List the endpoints. Never shows a secret."""
    with reading(context.database(context.settings(), reads=True)) as conn:
        found = [
            describe_endpoint(each, waiting=deliveries.count_waiting(conn, each.id))
            for each in endpoints.list_all(conn)
        ]
    if as_json:
        return print_document({"schema": 1, "endpoints": found})
    if not found:
        return say("no endpoints; register one with 'sc-agent webhooks add URL'")
    rows = [(each["id"], each["state"], str(each["waiting"]), each["url"], each["reason"] or "") for each in found]
    return print_table(("endpoint", "state", "waiting", "url", "reason"), rows)


@app.command()
def test(endpoint_id: Id) -> None:
    """Send a signed ping now; a 2xx answer makes the endpoint active."""
    settings, engine, sealing = _parts()
    redaction = Redaction(secret_values(settings))
    attempt = asyncio.run(
        send_ping(engine, endpoint_id, settings=settings, redaction=redaction, sealing=sealing, now=now())
    )
    if not attempt.is_success:
        raise UnconfirmedError(f"{endpoint_id} did not take the ping: {words_of(attempt)}")
    say(f"{endpoint_id} took the ping with {attempt.status} and is active")


@app.command("deliveries")
def list_deliveries(
    endpoint_id: Id,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many, the newest first.")] = 50,
    as_json: Json = False,
) -> None:
    """List what was sent to an endpoint and what it answered, the newest first."""
    with reading(context.database(context.settings(), reads=True)) as conn:
        endpoints.get(conn, endpoint_id)
        found = [describe_delivery(each) for each in deliveries.list_of(conn, endpoint_id, limit=limit)]
    if as_json:
        return print_document({"schema": 1, "deliveries": found})
    if not found:
        return say("nothing was sent yet")
    return print_table(("delivery", "at", "type", "state", "tries", "answer"), [_row(each) for each in found])


@app.command()
def replay(
    delivery: Annotated[
        int,
        typer.Argument(
            parser=parse_number, metavar="DELIVERY", help="The delivery's number, as 'webhooks deliveries' shows it."
        ),
    ],
) -> None:
    """Send an event once more, under its own id, signed with today's secret.

    The daemon sends it.
    """
    with writing(context.database(context.settings())) as conn:
        row_id = deliveries.replay(conn, delivery, now=now())
    say(f"delivery {delivery} is sent once more as delivery {row_id}")


@app.command()
def rotate(endpoint_id: Id, as_json: Json = False) -> None:
    """Draw a new secret and print it, once; the old one signs beside it for 24 hours."""
    _, engine, sealing = _parts()
    with writing(engine) as conn:
        keys = endpoints.rotate(conn, endpoint_id, sealing=sealing, now=now())
    if as_json:
        return print_document({"id": endpoint_id, "secret": keys.secret, "public_key": keys.public_key})
    return say(f"the new secret of {endpoint_id}, shown this once: {keys.secret}")


@app.command()
def remove(endpoint_id: Id) -> None:
    """Forget an endpoint with what waits for it."""
    with writing(context.database(context.settings())) as conn:
        endpoints.remove(conn, endpoint_id)
    say(f"{endpoint_id} is forgotten")


def _parts() -> tuple[Settings, Engine, Vault]:
    settings = context.settings()
    sealing = open_web_key(settings).vault()
    return settings, context.database(settings), sealing


def _row(delivery: dict[str, Any]) -> tuple[str, ...]:
    answer = delivery["error"] or (str(delivery["status"]) if delivery["status"] else "-")
    kind = delivery["type"].rpartition("secondary_user.")[2]
    return (str(delivery["id"]), delivery["at"], kind, delivery["state"], str(delivery["attempts"]), answer)
