"""How commands print: JSON documents, tables, times."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import typer
from rich.table import Table
from rich.text import Text

from agent.printable import printable, printable_json
from agent.terminal import PrintableConsole


def print_document(document: Mapping[str, Any]) -> None:
    """Print one JSON document; non-ASCII text stays readable."""
    typer.echo(printable_json(json.dumps(document, indent=2, ensure_ascii=False)))


def print_table(columns: Sequence[str], rows: Iterable[Sequence[str]], *, title: str | None = None) -> None:
    """Print a table as wide as the terminal, or wide enough for a pipe.

    Cell text is never read as markup.
    """
    table = Table(*columns, title=title, title_justify="left", header_style="bold", show_edge=False, pad_edge=False)
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    console().print(table)


def console(*, stderr: bool = False) -> PrintableConsole:
    """A console without colours unless it is a terminal.

    A pipe gets no wrapping at 80 columns.
    """
    return PrintableConsole(sys.stderr if stderr else sys.stdout)


def say(line: str) -> None:
    """Print one plain line."""
    typer.echo(printable(line, lines=True))


def agreed(question: str) -> bool:
    """Ask a person; where nobody answers, it is a no."""
    try:
        return typer.confirm(question, err=True)
    except typer.Abort:
        warn("")
        return False


def warn(line: str) -> None:
    """Print one line beside the result."""
    typer.echo(printable(line, lines=True), err=True)


def timestamp(moment: datetime | None) -> str | None:
    """ISO 8601 in UTC with a Z, to the second; None stays None."""
    return None if moment is None else moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def now() -> datetime:
    """The clock of one-off commands."""
    return datetime.now(UTC)
