"""Values that stand beside a secret's name without being assigned to it.

In pairs, elements, comments, forms of several parts, lines and addresses with a login.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from flows.recording.scrubbing.secret_names import is_secret_in_page, is_secret_name


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A value and the place in the text where it stands."""

    name: str
    value: str
    start: int
    end: int
    is_number: bool = False


# `"token", "x"` of a call or a list, and `"token", "value": "x"` of a list of fields.
_PAIR = re.compile(
    r"""\\?["']([\w$.-]{1,80})\\?["']\s{0,20},\s{0,20}(?:\\?["']?value\\?["']?\s{0,20}:\s{0,20})?\\?["']([^"'\\\s]{6,})"""
)
_IN_COMMENT = re.compile(r"([\w$.-]{1,80})\s{0,20}[:=]\s{0,20}([\w.~+/=|-]{6,})")
_LINE = re.compile(r"^[ \t]{0,20}([\w.\[\]-]{1,80})[ \t]{0,9}[=:][ \t]{0,9}(\S[^\r\n]{0,4000})", re.MULTILINE)
_PART = re.compile(r'content-disposition:[ \t]{0,9}form-data;[^\r\n]{0,200}?\bname="?([^";\r\n]{1,80})', re.IGNORECASE)
_LOGIN = re.compile(r"//[^\s/:@\"'<>\\]{1,80}:([^\s/@\"'<>\\]{1,120})@")
_DRAWN = re.compile(r"(?=[^\d]{0,200}\d)\S{6,}")


def beside(text: str, *, also: Iterable[str]) -> Iterator[Named]:
    """Yield what a page or a script holds in pairs, comments and addresses."""
    for pair in _PAIR.finditer(text):
        name, value = pair.groups()
        if is_secret_name(name, also=also) and is_drawn_text(value) and not is_secret_name(value, also=also):
            yield _named(name, pair, 2)
    for start, end in _comments(text):
        for told in _IN_COMMENT.finditer(text, start, end):
            if is_secret_in_page(told[1].rpartition(".")[2], told[2], also=also) and is_drawn_text(told[2]):
                yield _named(told[1], told, 2)
    yield from (_named("password", login, 1) for login in _LOGIN.finditer(text))


def sent_beside(text: str, *, also: Iterable[str]) -> Iterator[Named]:
    """Yield what a form of several parts or of plain lines holds."""
    at = 0
    while (part := _PART.search(text, at)) is not None:
        bounds = _part_value(text, part.end())
        at = bounds[1]
        if is_secret_name(part[1], also=also):
            yield Named(name=part[1], value=text[slice(*bounds)], start=bounds[0], end=bounds[1])
    for line in _LINE.finditer(text):
        if is_secret_name(line[1], also=also):
            yield _named(line[1], line, 2)


def is_drawn_text(text: str) -> bool:
    """Whether it is one word with a digit, as tokens and codes are."""
    return _DRAWN.fullmatch(text) is not None


def _named(name: str, found: re.Match[str], group: int) -> Named:
    return Named(name=name, value=found[group], start=found.start(group), end=found.end(group))


def _comments(text: str) -> Iterator[tuple[int, int]]:
    end = 0
    while (start := text.find("<!--", end)) >= 0 and (end := text.find("-->", start)) >= 0:
        yield start + 4, end


def _part_value(text: str, after: int) -> tuple[int, int]:
    """Where a part's value stands: from the blank line to the next boundary.

    All of a part that has no blank line counts as its value.
    """
    end = text.find("\n--", after)
    end = len(text) if end < 0 else end
    begins = [found + len(blank) for blank in ("\r\n\r\n", "\n\n") if (found := text.find(blank, after, end)) >= 0]
    start = min(begins, default=after)
    return start, end - 1 if text[end - 1 : end] == "\r" and end > start else end
