"""`sc-agent insights`: account health and the Featured Offer (Buy Box) percentage, read now."""

from __future__ import annotations

import asyncio
from enum import StrEnum
from typing import Annotated

import typer

from agent.cli import context
from agent.cli.output import print_document, say
from agent.domain.insights.document import InsightsDocument, is_everything
from agent.errors import Exit, UnconfirmedError
from agent.report.insights import insights_csv, insights_lines
from agent.store import accounts
from agent.store.database.engine import reading
from agent.store.insights import last_insights
from agent.visits.on_demand import insights_one


class InsightsFormat(StrEnum):
    """The formats of the contract."""

    TEXT = "text"
    JSON = "json"
    CSV = "csv"


def insights(
    account_id: Annotated[str, typer.Argument(metavar="ID", help="The account.", show_default=False)],
    format: Annotated[InsightsFormat, typer.Option("--format", help="How to write it.")] = InsightsFormat.TEXT,
    stored: Annotated[bool, typer.Option("--stored", help="Show the last stored reading; open no browser.")] = False,
) -> None:
    """Read account health and the Featured Offer (Buy Box) percentage now.

    Nothing is changed on the site; what was read is kept. Exit 3: not everything could be read.
    """
    document = _stored(account_id) if stored else _read(account_id)
    match format:
        case InsightsFormat.JSON:
            print_document(document)
        case InsightsFormat.CSV:
            typer.echo(insights_csv([document]), nl=False)
        case InsightsFormat.TEXT:
            for line in insights_lines(document):
                say(line)
    raise typer.Exit(int(Exit.OK if is_everything(document) else Exit.UNCONFIRMED))


def _read(account_id: str) -> InsightsDocument:
    settings = context.settings()
    engine = context.database(settings)
    with reading(engine) as conn:
        accounts.get(conn, account_id)  # an unknown one ends the command before a browser is opened
    vault = context.proven_vault(settings, engine)
    return asyncio.run(insights_one(settings, engine=engine, vault=vault, account_id=account_id))


def _stored(account_id: str) -> InsightsDocument:
    with reading(context.database(context.settings(), reads=True)) as conn:
        accounts.get(conn, account_id)
        found = last_insights(conn, account_id)
    if found is None:
        raise UnconfirmedError(
            f"no insights of account {account_id} are stored; read them: sc-agent insights {account_id}"
        )
    return found.document
