"""Address headers: the one mailbox in them, read in one pass.

RFC 5322 3.4, and what is common beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from agent.domain.email_address import EMAIL_ADDRESS

MAX_ADDRESS_HEADER = 2048
_AROUND = re.compile(r" ?([.@]) ?")  # obsolete blanks around the separators
_QUOTED = "\x00"  # stands for a quoted string, whose text is no address


class _OddError(Exception):
    """A header that is not a list of mailboxes."""


@dataclass(slots=True)
class _Element:
    """What stands between two commas.

    Text outside angle brackets, and the text within, if there are any.
    """

    outside: list[str] = field(default_factory=list)
    inside: list[str] | None = None
    closed: bool = False

    @property
    def name(self) -> str:
        return " ".join("".join(self.outside).split())

    @property
    def address(self) -> str | None:
        """Its mailbox in lower case; None when it is only a name.

        Raises:
            _OddError: there is an address that readers could take differently.
        """
        if self.inside is None:
            return None if "@" not in self.name else _plain(self.name)
        if not self.closed:
            raise _OddError
        found = _plain("".join(self.inside))
        if "@" in self.name and self.name.lower() != found:
            raise _OddError  # a name that poses as another address
        return found


def parse_address(value: str | None) -> str | None:
    """The one address of an address header, domain and local part in lower case.

    None when it is not plainly one.
    """
    found = parse_addresses(value)
    return found[0] if found is not None and len(found) == 1 else None


def parse_addresses(value: str | None) -> list[str] | None:
    """The addresses of an address header, domain and local part in lower case.

    None when it cannot be read as a list.

    Comments, trailing commas and a comma within a name that should have been quoted are read over. Groups, routes,
    quoted local parts, literals and a name that is another address make it unreadable.
    """
    if value is None or len(value) > MAX_ADDRESS_HEADER or _QUOTED in value:
        return None
    try:
        elements = [element for element in _elements(value) if element.name or element.inside is not None]
        addresses = [element.address for element in elements]
    except _OddError:
        return None
    for address, after in zip(addresses, elements[1:], strict=False):
        if address is None and after.inside is None:  # a name cut by its comma goes on to angle brackets, or is odd
            return None
    return None if addresses and addresses[-1] is None else [address for address in addresses if address is not None]


def without_comments(value: str, *, keep_quoted: bool = False) -> str:
    """Drop comments, nested ones too, and quoted strings unless they are kept.

    Both may hold the sender's text. One pass, no recursion.
    """
    return "".join(text for text, quoted in _scan(value) if keep_quoted or not quoted)


def _scan(value: str, *, strict: bool = False) -> Iterator[tuple[str, bool]]:
    """The characters outside comments, and whether each is quoted.

    A comment is one blank.
    """
    depth, quoted, escaped = 0, False, False
    for char in value:
        in_quotes = quoted
        if escaped:
            escaped = False
        elif char == "\\" and (quoted or depth):
            escaped = True
        elif char == '"' and depth == 0:
            quoted, in_quotes = not quoted, True
        elif not quoted and char == "(":
            depth += 1
        elif not quoted and char == ")" and depth:
            depth -= 1
            if depth == 0:
                yield " ", False
            continue
        if depth == 0:
            yield char, in_quotes
    if strict and (depth or quoted):
        raise _OddError


def _elements(value: str) -> Iterator[_Element]:
    element = _Element()
    for char, quoted in _scan(value, strict=True):
        text = _QUOTED if quoted else char
        if element.inside is not None and not element.closed:
            if text == ">":
                element.closed = True
            else:
                element.inside.append(text)
        elif text == ",":
            yield element
            element = _Element()
        elif text == "<" and element.inside is None:
            element.inside = []
        elif text in "<>:;" or (element.closed and not text.isspace()):
            raise _OddError
        else:
            element.outside.append(text)
    yield element


def _plain(text: str) -> str:
    found = _AROUND.sub(r"\1", " ".join(text.split()))
    if not EMAIL_ADDRESS.fullmatch(found):
        raise _OddError
    return found.lower()
