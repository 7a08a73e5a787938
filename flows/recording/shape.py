"""The shape of a page: its elements without its words.

Two pages can be compared by it across accounts and days.
"""

from __future__ import annotations

import hashlib
import re
from html.parser import HTMLParser

_VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)
_SILENT = frozenset({"script", "style", "noscript", "meta", "link", "title", "base", "head"})
_TELLING = (
    "id",
    "name",
    "type",
    "role",
    "data-test",
    "data-testid",
    "data-test-id",
    "data-test-tag",
    "data-metric-name",
    "variant",
)
_DRAWN = re.compile(r"\d{3,}|[0-9a-f]{8,}")  # numbers a page makes up anew each time


class _Outline(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[str] = []
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _SILENT and not (set(self._open) & {"script", "style", "noscript"}):
            told = [f'{name}="{_DRAWN.sub("*", value or "")}"' for name, value in attrs if name in _TELLING and value]
            self.lines.append("  " * len(self._open) + " ".join([tag, *sorted(told)]))
        if tag not in _VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            while self._open.pop() != tag:
                pass


def outline(html: str) -> list[str]:
    """List the elements of a page, one a line, with the attributes that name them.

    Indented.
    """
    parser = _Outline()
    parser.feed(html)
    parser.close()
    return parser.lines


def shape(html: str) -> str:
    """Hash the outline."""
    return hashlib.sha256("\n".join(outline(html)).encode()).hexdigest()[:16]
