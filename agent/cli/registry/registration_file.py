"""Accounts read from a CSV or JSON file.

Errors say line and column, and never what stands there.
"""

from __future__ import annotations

import csv
import json
import stat
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from agent.actions.fields import FIELDS, ORDER, SECRETS, FieldError, check_account, check_order, parse_secrets
from agent.actions.registration import Registration
from agent.errors import UsageError
from agent.printable import unguarded_cell
from agent.settings.files import require_believed

STDIN = "-"
_KNOWN = (*FIELDS, *ORDER, *SECRETS)
_SHAPE = "expected a .csv with a header line and rows, or a JSON list of accounts"
_SEPARATORS = (",", ";", "\t")
_Row: TypeAlias = dict[str, Any] | str  # values by name of field, or what is wrong with the row's shape


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedRegistration:
    """A registration and where in the file it stands, such as `accounts.csv line 2`."""

    where: str
    registration: Registration


@dataclass(slots=True, kw_only=True)
class RegistrationFile:
    """What a file of accounts holds.

    The rows that are right, and one line for each error in the others.
    """

    shown: str
    rows: list[PlacedRegistration] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


def read_registrations(name: str) -> RegistrationFile:
    """Read accounts from a file, or from standard input for `-`.

    JSON (a list, or {"accounts": [...]}) or CSV, with commas, semicolons or tabs. The errors of all rows are collected.

    Raises:
        ConfigurationError: another user could have written it.
        UsageError: it cannot be read at all, has no known shape, or holds secrets and others may read it.
    """
    path = Path(name)
    shown = "standard input" if name == STDIN else path.name
    if name != STDIN:
        require_believed(path, what="the file of accounts")
    read = RegistrationFile(shown=shown)
    try:
        mode = 0 if name == STDIN else path.stat().st_mode
        text = (sys.stdin.read() if name == STDIN else path.read_text(encoding="utf-8-sig")).removeprefix("\ufeff")
        rows = list(_rows(text, shown, is_csv=_is_csv(name, text)))
    except UnicodeDecodeError as err:
        raise UsageError(f"{shown} is not UTF-8 (byte {err.start}); save it as UTF-8") from err
    except OSError as err:
        raise UsageError(f"{path} cannot be read ({err.strerror})") from err
    except csv.Error as err:
        raise UsageError(f"{shown} is no CSV; {_SHAPE}") from err
    if mode & (stat.S_IRWXG | stat.S_IRWXO) and any(_holds_secrets(row) for _, row in rows):
        raise UsageError(
            f"{path} holds secrets and others can read it; nothing was imported. 'chmod 600 {path}' and try again"
        )
    if not rows:
        raise UsageError(f"{shown} holds no account; {_SHAPE}")
    for where, row in rows:
        if isinstance(row, str):
            read.errors.append(f"{where}: {row}")
        else:
            _add(row, where, read)
    _require_unique(read)
    return read


def _holds_secrets(row: _Row) -> bool:
    return not isinstance(row, str) and any(row.get(name) for name in SECRETS)


def _is_csv(name: str, text: str) -> bool:
    return not text.lstrip().startswith(("[", "{")) if name == STDIN else name.lower().endswith(".csv")


def _rows(text: str, shown: str, *, is_csv: bool) -> Iterator[tuple[str, _Row]]:
    return _csv_rows(text, shown) if is_csv else _json_rows(text, shown)


def _csv_rows(text: str, shown: str) -> Iterator[tuple[str, _Row]]:
    lines = text.splitlines()
    reader = csv.reader(lines, strict=True, delimiter=_separator(lines[0] if lines else ""))
    header = [name.strip() for name in next(reader, [])]
    if not header:
        return
    if not set(header) <= set(_KNOWN) or len(set(header)) < len(header):
        raise UsageError(
            f"{shown} has no header line: its first line must be names of columns, each once, of "
            f"{', '.join(_KNOWN)}; nothing was imported"
        )
    for row in reader:
        if not row:
            continue
        where = f"{shown} line {reader.line_num}"
        if len(row) != len(header):
            yield where, f"{len(row)} cells, and the header line has {len(header)}"
            continue
        cells = zip(header, row, strict=True)
        yield where, {name: cell if name in SECRETS else unguarded_cell(cell) for name, cell in cells}


def _separator(header: str) -> str:
    """The separator that makes most known names of the header line.

    A comma when none does.
    """
    return max(_SEPARATORS, key=lambda each: len({name.strip(' "') for name in header.split(each)} & set(_KNOWN)))


def _json_rows(text: str, shown: str) -> Iterator[tuple[str, _Row]]:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as err:
        raise UsageError(f"{shown} is neither CSV nor JSON; {_SHAPE}") from err
    entries = data.get("accounts") if isinstance(data, dict) else data
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise UsageError(f'{shown}: expected a list of accounts, or {{"accounts": [...]}}')
    for number, entry in enumerate(entries, start=1):
        where = f"{shown} entry {number}"
        strange = [place for place, key in enumerate(entry, start=1) if key not in _KNOWN]
        for place in strange:
            yield where, f"its field {place} has no known name; expected {', '.join(_KNOWN)}"
        yield where, entry


def _add(row: Mapping[str, Any], where: str, read: RegistrationFile) -> None:
    given = {name: value for name, value in row.items() if name in SECRETS and value}
    account, errors = check_account({name: value for name, value in row.items() if name in FIELDS})
    secrets = None
    order, wrong = check_order({name: value for name, value in row.items() if name in ORDER})
    errors += wrong
    if order and given:
        errors.append(FieldError("create_login", "is for a user email without a login, and the row has its secrets"))
    try:
        secrets = parse_secrets(given) if given else None
    except FieldError as err:
        errors.append(err)
    for error in errors:
        column = f", column {list(row).index(error.field) + 1}" if error.field in row else ""
        read.errors.append(f"{where}{column} ({error.field}): {error.expected}")
    if account is not None and not errors:
        read.rows.append(
            PlacedRegistration(where=where, registration=Registration(account=account, secrets=secrets, order=order))
        )


def _require_unique(read: RegistrationFile) -> None:
    for name in ("id", "user_email"):
        seen: dict[str, str] = {}
        for placed in read.rows:
            first = seen.setdefault(getattr(placed.registration.account, name).lower(), placed.where)
            if first != placed.where:
                read.errors.append(f"{placed.where} ({name}): the same stands in {first} already")
