"""The data files of `selectors/mail/`, checked when they are loaded.

The process that judges mails loads them too and is small: so this needs no library.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from agent.errors import ConfigurationError
from flows import selectors_root

_NAMES: dict[type, str] = {str: "a text", list: "a list", dict: "a table"}


def mail_table(name: str, form: dict[Any, Any], *, root: Path | None = None) -> dict[str, Any]:
    """Load one file.

    `form` has its keys with their types, `[type]` for a list that is not empty and `{str: type}` for a table of any
    keys.

    Raises:
        ConfigurationError: it cannot be read, or is of another form; the message names file and key.
    """
    file = (root or selectors_root()) / "mail" / f"{name}.toml"
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as err:
        raise ConfigurationError(f"selectors/mail/{name}.toml: {err}") from err
    if wrong := _wrong(table, form):
        raise ConfigurationError(f"selectors/mail/{name}.toml: {wrong}")
    return table


def _wrong(value: Any, form: Any, key: str = "") -> str | None:
    """What is not of the form, with its key."""
    kind: type[Any] = form if isinstance(form, type) else type(form)
    if not isinstance(value, kind) or not value:
        return f"{key}: {_NAMES[kind]} that is not empty was expected"
    if isinstance(form, list):
        return _wrong_list(value, form[0], key)
    if isinstance(form, dict):
        return _wrong_table(value, form, f"{key}." if key else "")
    return None


def _wrong_list(rows: list[Any], form: Any, key: str) -> str | None:
    return next(filter(None, (_wrong(row, form, f"{key}.{at}") for at, row in enumerate(rows))), None)


def _wrong_table(table: Any, form: dict[Any, Any], above: str) -> str | None:
    if str in form:
        form = dict.fromkeys(table, form[str])
    if unknown := sorted(table.keys() - form.keys()):
        return f"{above}{unknown[0]}: this key is not known here"
    if missing := sorted(form.keys() - table.keys()):
        return f"{above}{missing[0]}: this key is missing"
    return next(filter(None, (_wrong(table[name], form[name], f"{above}{name}") for name in form)), None)
