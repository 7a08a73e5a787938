"""`sc-agent support`: one file for a support case."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from agent.actions.support import support_file
from agent.cli import context
from agent.cli.output import now, say
from agent.cli.output_file import open_binary_output
from agent.store.database.engine import reading


def support(
    account_id: Annotated[str, typer.Argument(metavar="ID", help="The account.")],
    output: Annotated[Path, typer.Option("--output", metavar="FILE.zip", help="The file to write.")],
) -> None:
    """Write everything a support case needs into one scrubbed file.

    It has a one-page summary.
    """
    settings = context.settings()
    with reading(context.database(settings, reads=True)) as conn:
        made = support_file(conn, context.vault(settings), account_id, settings=settings, now=now())
    with open_binary_output(output, what="support file") as out:
        out.write(made)
    say(f"{output}: open summary.html in it first")
