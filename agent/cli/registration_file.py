"""Accounts read from a CSV or JSON file.

Errors say line and column, and never what stands there.
"""

from __future__ import annotations

import csv
import json
import stat
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from agent.actions.fields import FIELDS, SECRETS, FieldError, parse_account, parse_secrets
from agent.actions.registration import Registration
from agent.errors import UsageError
from agent.printable import unguarded_cell
from agent.settings.files import require_believed

STDIN = "-"
_KNOWN = (*FIELDS, *SECRETS)
_SHAPE = "expected a .csv with a header line and rows, or a JSON list of accounts"


def load_registrations(name: str) -> list[Registration]:
    """Read accounts from a file, or from standard input for `-`.

    JSON (a list, or {"accounts": [...]}) or CSV; all or none.

    Raises:
        ConfigurationError: somebody else could have written it.
        UsageError: it cannot be read, a row is wrong, an id or address stands twice, or it holds secrets and others may
        read it.
    """
    path = Path(name)
    shown = "standard input" if name == STDIN else path.name
    if name != STDIN:
        require_believed(path, what="the file of accounts")
    try:
        mode = 0 if name == STDIN else path.stat().st_mode
        text = sys.stdin.read() if name == STDIN else path.read_text(encoding="utf-8-sig")
        rows = list(_rows(text, shown, is_csv=_is_csv(name, text)))
    except UnicodeDecodeError as err:
        raise UsageError(f"{shown} is not UTF-8 (byte {err.start}); save it as UTF-8") from err
    except OSError as err:
        raise UsageError(f"{path} cannot be read ({err.strerror})") from err
    except csv.Error as err:
        raise UsageError(f"{shown} is no CSV; {_SHAPE}") from err
    if any(set(SECRETS) & {key for key, value in row.items() if value} for _, row in rows) and mode & (
        stat.S_IRWXG | stat.S_IRWXO
    ):
        raise UsageError(
            f"{path} holds secrets and others can read it; nothing was imported. 'chmod 600 {path}' and try again"
        )
    if not rows:
        raise UsageError(f"{shown} holds no account; {_SHAPE}")
    registrations = [_registration(row, where) for where, row in rows]
    _require_unique([where for where, _ in rows], registrations)
    return registrations


def _is_csv(name: str, text: str) -> bool:
    return not text.lstrip().startswith(("[", "{")) if name == STDIN else name.lower().endswith(".csv")


def _rows(text: str, shown: str, *, is_csv: bool) -> Iterator[tuple[str, dict[str, Any]]]:
    return _csv_rows(text, shown) if is_csv else _json_rows(text, shown)


def _csv_rows(text: str, shown: str) -> Iterator[tuple[str, dict[str, Any]]]:
    reader = csv.reader(text.splitlines(), strict=True)
    header = [name.strip() for name in next(reader, [])]
    if not header:
        return
    if not set(header) <= set(_KNOWN) or len(set(header)) < len(header):
        raise UsageError(
            f"{shown} has no header line: its first line must be names of columns, each once, of {', '.join(_KNOWN)}; "
            "nothing was imported"
        )
    for row in reader:
        if not row:
            continue
        where = f"{shown} line {reader.line_num}"
        if len(row) != len(header):
            raise UsageError(f"{where}: {len(row)} cells, and the header line has {len(header)}; nothing was imported")
        cells = zip(header, row, strict=True)
        yield where, {name: cell if name in SECRETS else unguarded_cell(cell) for name, cell in cells}


def _json_rows(text: str, shown: str) -> Iterator[tuple[str, dict[str, Any]]]:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as err:
        raise UsageError(f"{shown} is neither CSV nor JSON; {_SHAPE}") from err
    entries = data.get("accounts") if isinstance(data, dict) else data
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise UsageError(f'{shown}: expected a list of accounts, or {{"accounts": [...]}}')
    for number, entry in enumerate(entries, start=1):
        where = f"{shown} entry {number}"
        for place, key in enumerate(entry, start=1):
            if key not in _KNOWN:
                raise UsageError(f"{where}: its field {place} has no known name; expected {', '.join(_KNOWN)}")
        yield where, entry


def _registration(row: Mapping[str, Any], where: str) -> Registration:
    given = {name: value for name, value in row.items() if name in SECRETS and value}
    try:
        account = parse_account({name: value for name, value in row.items() if name not in SECRETS})
        return Registration(account=account, secrets=parse_secrets(given) if given else None)
    except FieldError as err:
        column = f", column {list(row).index(err.field) + 1}" if err.field in row else ""
        raise UsageError(f"{where}{column} ({err.field}): {err.expected}; nothing was imported") from err


def _require_unique(places: Sequence[str], registrations: Sequence[Registration]) -> None:
    for name in ("id", "user_email"):
        seen: dict[str, str] = {}
        for where, each in zip(places, registrations, strict=True):
            first = seen.setdefault(getattr(each.account, name).lower(), where)
            if first != where:
                raise UsageError(f"{where} ({name}): the same stands in {first} already; nothing was imported")
