"""Pages that are written: every text in them is escaped and stripped of controls."""

from __future__ import annotations

from functools import partial
from html import escape
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Undefined
from markupsafe import Markup

from agent.printable import printable


def page_text(value: object) -> str:
    """A text as it may stand in a page, between tags or in an attribute with quotes."""
    return escape(printable(value), quote=True)


def page_environment(
    templates: Path, *, nothing: str | None = None, strict: bool = True, tight: bool = False
) -> Environment:
    """What renders the templates of a folder.

    `nothing` stands for a None, `strict` makes an unknown name an error, `tight` leaves no lines of the template's own.
    """
    return Environment(
        loader=FileSystemLoader(templates),
        autoescape=True,
        undefined=StrictUndefined if strict else Undefined,
        finalize=partial(_shown, nothing),
        trim_blocks=tight,
        lstrip_blocks=tight,
    )


def _shown(nothing: str | None, value: Any) -> Any:
    """A text of any author as a page may show it, wherever it stands."""
    if value is None and nothing is not None:
        return nothing
    if isinstance(value, Markup):
        return Markup(printable(value, lines=True))  # noqa: S704 - it is markup already
    return printable(value, lines=True) if isinstance(value, str) else value
