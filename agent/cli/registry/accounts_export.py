"""`sc-agent accounts export`: registrations, as `accounts import` takes them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, TextIO

import typer

from agent.actions.fields import FIELDS
from agent.cli import context
from agent.cli.output import warn
from agent.cli.output_file import open_output
from agent.domain.account import Account, MerchantSource
from agent.printable import json_text
from agent.store import accounts
from agent.store.database.engine import reading
from agent.table_file import TableFile


def export(
    form: Annotated[Literal["json", "csv"], typer.Option("--format", help="JSON, or CSV with a header line.")] = "json",
    output: Annotated[
        Path | None, typer.Option(metavar="PATH", help="Where to; standard output without it.", show_default=False)
    ] = None,
) -> None:
    """Write what every account is registered with, for 'accounts import'.

    Never writes a secret.

    A merchant that is known from an invitation alone is left out: an import would make it a registered one.
    """
    with reading(context.database(context.settings(), reads=True)) as conn:
        found = accounts.list_all(conn)
    rows = [registration_of(account) for account in found]
    with open_output(output, what="file of accounts") as into:
        _write_csv(rows, into) if form == "csv" else _write_json(rows, into)
    if unvouched := [account.id for account in found if _is_unvouched(account)]:
        warn(f"the merchants of these accounts are left out, only an invitation named them: {', '.join(unvouched)}")


def registration_of(account: Account) -> dict[str, str | None]:
    """The fields of a registration by name; None for those that are not given."""
    row: dict[str, str | None] = {name: getattr(account, name) for name in FIELDS}
    row["also_marketplaces"] = ",".join(account.also_marketplaces) or None
    row["answer_mail_codes"] = "true" if account.answer_mail_codes else None
    if _is_unvouched(account):
        row |= {"merchant_id": None, "merchant_name": None, "global_account_id": None}
    return row


def _is_unvouched(account: Account) -> bool:
    return account.merchant_source is MerchantSource.INVITATION


def _write_json(rows: Sequence[dict[str, Any]], into: TextIO) -> None:
    given = [{name: value for name, value in row.items() if value is not None} for row in rows]
    into.write(json_text({"schema": 1, "accounts": given}, indent=2) + "\n")


def _write_csv(rows: Sequence[dict[str, Any]], into: TextIO) -> None:
    table = TableFile(into)
    table.row(FIELDS)
    for row in rows:
        table.row(row[name] for name in FIELDS)
