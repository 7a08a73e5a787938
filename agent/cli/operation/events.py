"""`sc-agent events`: what happened, as the platform reads it."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from contextlib import nullcontext, suppress
from typing import Annotated, Any

import typer

from agent.cli import context
from agent.cli.output import say
from agent.cli.row_numbers import parse_sequence
from agent.domain.published.event_types import PREFIX, EventType, UnknownEventTypeError, parse_type
from agent.errors import UsageError
from agent.printable import json_text
from agent.store.database.engine import reading
from agent.store.database.handles import Engine
from agent.store.outbox.read import EventPage, list_events
from agent.store.outbox.sequence import number_events

_LOOK_EVERY = 0.2  # seconds


def events(
    after: Annotated[
        int | None,
        typer.Option(
            parser=parse_sequence, metavar="SEQ", help="Only events after this sequence number.", show_default=False
        ),
    ] = None,
    types: Annotated[
        str, typer.Option(metavar="TYPE,...", help="Only these types, for example account.state_changed.v1.")
    ] = "",
    follow: Annotated[bool, typer.Option("--follow", help="Go on printing what comes, until interrupted.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One CloudEvent a line.")] = False,
) -> None:
    """Print the events, oldest first. Works with and without a daemon."""
    wanted = parse_types(types)
    engine = context.database(context.settings(), reads=True)
    show = _print_json if as_json else _print_line
    with (
        suppress(KeyboardInterrupt) if follow else nullcontext()
    ):  # the ordinary end of following, from the first line on
        after = _print_all(engine, after, wanted, show)
        while follow:
            time.sleep(_LOOK_EVERY)
            after = _print_all(engine, after, wanted, show)


def parse_types(text: str) -> tuple[EventType, ...]:
    """Read a comma-separated list of types.

    Raises:
        UsageError: one of them is none.
    """
    try:
        return tuple(parse_type(part) for part in text.split(",") if part.strip())
    except UnknownEventTypeError as err:
        raise UsageError(str(err)) from err


def _print_all(
    engine: Engine, after: int | None, types: Collection[EventType], show: Callable[[dict[str, Any]], None]
) -> int:
    """Print what there is; returns the number to go on after."""
    number_events(engine)
    while True:
        page = _read(engine, after, types)
        for event in page.events:
            show(event)
        if not page.events:
            return page.last
        after = page.last


def _read(engine: Engine, after: int | None, types: Collection[EventType]) -> EventPage:
    with reading(engine) as conn:
        return list_events(conn, after=after, types=types)


def _print_json(event: dict[str, Any]) -> None:
    say(json_text(event))


def _word(value: Any) -> str:
    """A value as people read it: lists with commas, yes and no as JSON has them."""
    if isinstance(value, list):
        return ",".join(map(_word, value))
    return json_text(value) if isinstance(value, bool | dict | None) else str(value)


def _print_line(event: dict[str, Any]) -> None:
    data = event["data"]
    told = {name: value for name, value in data.items() if name not in ("account", "status", "revision")}
    words = "  ".join(f"{name}={_word(value)}" for name, value in told.items())
    say(
        f"{event['sequence']:>6}  {event['time']}  {event['type'].removeprefix(PREFIX):<26}  "
        f"{data['account'] or '-'}  {words}".rstrip()
    )
