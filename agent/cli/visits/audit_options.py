"""The arguments and options of `sc-agent audit`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from agent.cli.output import one_of
from agent.report.writer import Format

AccountIds = Annotated[list[str] | None, typer.Argument(metavar="ID", help="The accounts.", show_default=False)]
Every = Annotated[bool, typer.Option("--all", help="Audit every registered account.")]
ReportFormat = Annotated[
    Format, typer.Option("--format", metavar="FORMAT", help=f"How to write the result: {one_of(Format)}.")
]
Output = Annotated[Path | None, typer.Option("--output", help="Write to this file.", show_default=False)]
PolicyFile = Annotated[
    Path | None,
    typer.Option(
        "--policy",
        help="Judge by this policy file; the account's state stays with the settings' own.",
        show_default=False,
    ),
]
AsAccount = Annotated[
    str | None,
    typer.Option("--as", metavar="ID2", help="Sign in as this account to read ID's rows.", show_default=False),
]
SinceLast = Annotated[
    bool, typer.Option("--since-last", help="Say what is new, changed and resolved since the audit before.")
]
Stored = Annotated[bool, typer.Option("--stored", help="Report the last stored audits; open no browser.")]
Explain = Annotated[
    bool,
    typer.Option(
        "--explain",
        help="Draw each page: every piece coloured by what claimed it, every gap in red; with a list of what can be "
        "done.",
    ),
]
Confirm = Annotated[
    bool, typer.Option("--confirm", help="Say that rows which the last complete audit had are gone; needs --reason.")
]
Fleet = Annotated[
    bool, typer.Option("--fleet", help="With --confirm: gone for every account of this marketplace and layout.")
]
Reason = Annotated[
    str | None, typer.Option("--reason", help="Why these rows are gone.", metavar="TEXT", show_default=False)
]
