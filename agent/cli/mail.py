"""`sc-agent mail`: explain, list, show, try again, approve."""

from __future__ import annotations

import typer

app = typer.Typer(help="Messages that were judged: why they were trusted or not.", no_args_is_help=True)
