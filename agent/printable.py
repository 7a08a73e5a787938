"""Text as it may leave to a terminal, a log line, a table or a page.

Nothing in it steers what shows it.
"""

from __future__ import annotations

import json
import re

# Controls of C0 and C1 (ECMA-48), the marks that turn the direction of text (UAX 9), separators of lines, and invisible
# characters that make two words look alike, fillers among them. Tabulators and newlines are dealt with apart.
_STEERING = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff]"
    "|[\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\uffa0\U0001d173-\U0001d17a\U000e0000-\U000e007f]"
)
_BREAKS = re.compile(r"[\t\n]")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")  # also in full width


def printable(text: object, *, lines: bool = False) -> str:
    """Write control characters out as `\\x1b` and `\\u202e`.

    Tabulators and newlines too, unless `lines` are wanted.
    """
    shown = _STEERING.sub(_written, str(text).replace("\r\n", "\n") if lines else str(text))
    return shown if lines else _BREAKS.sub(_written, shown)


def printable_cell(value: object) -> str:
    """The same for a cell of a table file.

    No spreadsheet takes it for a formula (OWASP, CSV injection).
    """
    text = str(value)
    shown = printable(text)
    return f"'{shown}" if text.lstrip(" \xa0\u3000")[:1] in _FORMULA and text.strip() else shown


def unguarded_cell(cell: str) -> str:
    """A cell as it was before `printable_cell` guarded it for spreadsheets."""
    return cell[1:] if cell[:1] == "'" and cell[1:].lstrip(" \xa0\u3000")[:1] in _FORMULA and len(cell) > 1 else cell


def _written(found: re.Match[str]) -> str:
    code = ord(found.group())
    named = {9: "\\t", 10: "\\n", 13: "\\r"}
    return named.get(code) or (
        f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
    )


def json_text(document: object, *, indent: int | None = None) -> str:
    """A document as JSON: texts of every language stay readable, and steer nothing."""
    return printable_json(json.dumps(document, indent=indent, ensure_ascii=False))


def printable_json(document: str) -> str:
    """Escape the same characters inside a JSON text.

    They mean the same to every reader.
    """
    return _STEERING.sub(_json_escape, document)


def one_line(text: object) -> str:
    """Put a message on one line."""
    return printable(" ".join(str(text).split()))


def _json_escape(found: re.Match[str]) -> str:
    units = found.group().encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at] << 8 | units[at + 1]:04x}" for at in range(0, len(units), 2))
