"""`sc-agent alarms`: what is wrong now, and whether people can be told of it."""

from __future__ import annotations

import socket
from typing import Annotated

import typer

from agent.cli import context
from agent.cli.output import print_document, print_fields, say, timestamp
from agent.errors import ConfigurationError, UnconfirmedError
from agent.printable import one_line

app = typer.Typer(help="What is wrong now, and a test of the way people are told.", no_args_is_help=True)


@app.command("list")
def list_(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """List the open alarms.

    Each with since when, how often in a row, when people were told, and which page explains it.
    """
    from agent.observe.alarm_pages import page_of
    from agent.store.processes.alarms import TableBoard

    settings = context.settings()
    found = TableBoard(context.database(settings, reads=True)).list_open()
    if as_json:
        told = [
            {
                "key": a.key,
                "text": a.text,
                "times": a.times,
                "since": timestamp(a.since),
                "told_at": timestamp(a.sent_at),
                "page": page_of(settings, a.key),
            }
            for a in found
        ]
        return print_document({"schema": 1, "alarms": told})
    if not found:
        return say("no alarm is open")
    for a in found:
        told_at = timestamp(a.sent_at) or "not yet"
        fields = [("alarm", a.key), ("since", timestamp(a.since) or ""), ("times", str(a.times)), ("told", told_at)]
        print_fields(
            [*fields, ("what", one_line(a.text)), ("page", page_of(settings, a.key) or "no console is at work")]
        )
        say("")
    return None


@app.command()
def test() -> None:
    """Send one test alarm to every address of OBSERVE__NOTIFY_URLS.

    Exit 3 if an address did not take it.
    """
    from agent.observe.notify import apprise_sender

    settings = context.settings()
    urls = settings.observe.notify_urls
    if not urls:
        raise ConfigurationError(
            "nobody would be told: set SC_AGENT_OBSERVE__NOTIFY_URLS to one or more apprise addresses"
        )
    where = settings.web.public_url or f"http://{settings.web.address}"
    body = f"This is a test from {socket.gethostname()}; nothing is wrong. Console: {where}/todo"
    silent = [
        place for place, url in enumerate(urls, 1) if not apprise_sender([url])("Test of sc-agent's alarms", body)
    ]
    if silent:
        named = ", ".join(str(place) for place in silent)
        raise UnconfirmedError(f"address {named} of {len(urls)} did not take the test alarm; see its service")
    say(f"the test alarm went to {len(urls)} address{'es' if len(urls) > 1 else ''}")
