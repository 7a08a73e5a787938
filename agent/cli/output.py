"""How commands print: JSON documents, tables, times."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import typer
from rich.table import Table
from rich.text import Text

from agent import clock
from agent.printable import json_text, printable
from agent.terminal import PrintableConsole

_NARROW = 80  # columns
_INDENT = 16


def print_document(document: Mapping[str, Any], *, in_one_line: bool = False) -> None:
    """Print one JSON document; non-ASCII text stays readable."""
    typer.echo(json_text(document, indent=None if in_one_line else 2))


def print_table(columns: Sequence[str], rows: Iterable[Sequence[str]], *, title: str | None = None) -> None:
    """Print a table as wide as the terminal, or wide enough for a pipe.

    One field a line on a narrow terminal, and where a column would be narrower than a word.

    Cell text is never read as markup, and never cut.
    """
    rows = [tuple(row) for row in rows]
    if _is_too_narrow(columns, rows):
        if title:
            say(title)
        for row in rows:
            print_fields(zip(columns, row, strict=True))
            say("")
        return
    table = Table(*columns, title=title, title_justify="left", header_style="bold", show_edge=False, pad_edge=False)
    for row in rows:
        table.add_row(*(Text(printable(cell)) for cell in row))
    console().print(table)


def print_fields(fields: Iterable[tuple[str, str | Sequence[str]]]) -> None:
    """Print `name: value`, one a line; several values of a name below one another.

    Values as far to the right as the longest name asks for, where there is room.
    """
    fields = [(name, [value] if isinstance(value, str) else value) for name, value in fields]
    out = console()
    indent = min(max((len(name) for name, _ in fields), default=0) + 2, _INDENT if _is_narrow(out) else 40)
    for name, values in fields:
        for place, value in enumerate(values):
            text = Text(("" if place else f"{name}:").ljust(indent) + printable(value))
            print_hanging(text, indent=indent)


def print_hanging(text: Text, *, indent: int, whole: bool = False) -> None:
    """Print one line; on a terminal, the rest of a long one goes on below.

    The rest begins `indent` columns to the right.

    `whole`: no word gets a line break, a path to copy for example; the terminal itself may break it.
    """
    out = console()
    for line in _hanging(text, out, indent, whole=whole) if out.is_terminal else [text]:
        out.print(line, soft_wrap=whole or not out.is_terminal)


def _hanging(text: Text, out: PrintableConsole, indent: int, *, whole: bool) -> list[Text]:
    """Wrapped to the terminal, further lines below the value."""
    if len(text) <= out.width:
        return [text]
    name, value = text[:indent], text[indent:]
    room = max(out.width - indent, 20)
    first, *others = value.divide(_breaks(value.plain, room)) if whole else value.wrap(out, room, overflow="fold")
    return [name + first, *(Text(" " * indent) + other for other in others)]


def _breaks(text: str, room: int) -> list[int]:
    """Where lines of at most `room` columns begin, but for words that are longer."""
    breaks, begun = [], 0
    for word in re.finditer(r"\S+", text):
        if begun < word.start() and word.end() - begun > room:
            begun = word.start()
            breaks.append(begun)
    return breaks


def _is_narrow(out: PrintableConsole) -> bool:
    return out.is_terminal and out.width < _NARROW


def _is_too_narrow(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    out = console()
    if not rows or not out.is_terminal:
        return False
    columns_of_cells = list(zip(columns, *rows, strict=True))
    if not _is_narrow(out):  # text may be wrapped between words
        columns_of_cells = [tuple(word for cell in cells for word in cell.split()) for cells in columns_of_cells]
    widths = [max(map(len, map(printable, cells)), default=0) for cells in columns_of_cells]
    return sum(widths) + 3 * (len(widths) - 1) > out.width


def console(*, stderr: bool = False) -> PrintableConsole:
    """A console without colours unless it is a terminal.

    A pipe gets no wrapping at 80 columns.
    """
    return PrintableConsole(sys.stderr if stderr else sys.stdout)


def say(*lines: str) -> None:
    """Print plain lines; a line break inside one is written out."""
    for line in lines:
        typer.echo(printable(line))


def say_text(text: str, *, err: bool = False) -> None:
    """Print a text of several lines whose line breaks are its own, as a file's."""
    typer.echo(printable(text.removesuffix("\n"), lines=True), err=err)


def one_of(words: Iterable[str]) -> str:
    """The values of an option, as its help names them.

    As its type they would be one word, and be broken within it.
    """
    *others, last = words
    return f"{', '.join(others)} or {last}"


def agreed(question: str) -> bool:
    """Ask a person; no answer is a no."""
    try:
        return typer.confirm(question, err=True)
    except typer.Abort:
        warn("")
        return False


def warn(line: str) -> None:
    """Print one line beside the result."""
    typer.echo(printable(line), err=True)


def timestamp(moment: datetime | None) -> str | None:
    """ISO 8601 in UTC with a Z, to the second; None stays None."""
    return None if moment is None else clock.timestamp(moment)


def now() -> datetime:
    """The clock of one-off commands."""
    return clock.utc_now()
