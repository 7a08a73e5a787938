"""`sc-agent accounts erasures`: proof of what was erased."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from agent.cli import context
from agent.cli.output import print_document, print_table, say, timestamp
from agent.store import erasures
from agent.store.database.engine import reading
from agent.store.erasures import Erasure


def list_erasures(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """List what was erased of accounts that were removed: when, by whom, how much.

    None of the data themselves is shown.
    """
    with reading(context.database(context.settings(), reads=True)) as conn:
        found = erasures.list_all(conn)
    if as_json:
        return print_document({"schema": 1, "erasures": [_erasure(each) for each in found]})
    if not found:
        return say("no account was removed")
    return print_table(("account", "removed", "by", "rows", "evidence erased"), [_row(each) for each in found])


def _row(each: Erasure) -> tuple[str, ...]:
    erased = timestamp(each.evidence_erased_at) or f"due {timestamp(each.evidence_due)}"
    return each.account_id, str(timestamp(each.asked_at)), each.asked_by or "-", str(sum(each.counts.values())), erased


def _erasure(each: Erasure) -> dict[str, Any]:
    return {
        "account": each.account_id,
        "removed_at": timestamp(each.asked_at),
        "by": each.asked_by,
        "rows": each.counts,
        "evidence_due": timestamp(each.evidence_due),
        "evidence_erased_at": timestamp(each.evidence_erased_at),
        "evidence_folders": each.folders,
    }
