"""`sc-agent insights`: account health and Featured Offer (Buy Box), read now."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated

import typer

from agent.cli import context
from agent.cli.output import print_document, say, say_text
from agent.domain.insights.document import InsightsDocument, is_everything
from agent.errors import Exit, UnconfirmedError
from agent.report.insights import insights_csv, insights_lines
from agent.store import accounts
from agent.store.database.engine import reading
from agent.store.insights import newest_insights
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

    Nothing is changed on the site; what was read is kept. Exit 3: not everything could be read. An account with several
    marketplaces has one reading of each; with JSON each is one line.
    """
    documents = _stored(account_id) if stored else _read(account_id)
    match format:
        case InsightsFormat.JSON:
            for document in documents:
                print_document(document, in_one_line=len(documents) > 1)
        case InsightsFormat.CSV:
            say_text(insights_csv(documents))
        case InsightsFormat.TEXT:
            for line in (line for document in documents for line in insights_lines(document)):
                say(line)
    is_all = all(is_everything(document) for document in documents)
    raise typer.Exit(int(Exit.OK if is_all else Exit.UNCONFIRMED))


def _read(account_id: str) -> Sequence[InsightsDocument]:
    settings = context.settings()
    engine = context.database(settings)
    with reading(engine) as conn:
        accounts.get(conn, account_id)  # an unknown one ends the command before a browser is opened
    vault = context.proven_vault(settings, engine)
    return asyncio.run(insights_one(settings, engine=engine, vault=vault, account_id=account_id))


def _stored(account_id: str) -> Sequence[InsightsDocument]:
    with reading(context.database(context.settings(), reads=True)) as conn:
        found = newest_insights(conn, accounts.get(conn, account_id))
    if not found:
        raise UnconfirmedError(
            f"no insights of account {account_id} are stored; read them: sc-agent insights {account_id}"
        )
    return [each.document for each in found]
