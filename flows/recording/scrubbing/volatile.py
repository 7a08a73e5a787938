"""Which fields of a request are made anew at every visit.

Declared, and found by recording the same visit twice.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from flows.recording.exchange import Captured, sent_body

# Typed anew or made by a script of the page; a recording says `volatile` in their place, so that it does not change
# with every visit.
TYPED_OR_MADE = re.compile(r"otpCode|code|otc-\d|cvf-input-code|metadata1")

_INPUT = re.compile(rf"<input\b[^>]*\bname=\"(?:{TYPED_OR_MADE.pattern})\"[^>]*>", re.IGNORECASE)
_VALUE = re.compile(r"(\bvalue=\")[^\"]+(\")", re.IGNORECASE)


def find_volatile(first: Sequence[Captured], second: Sequence[Captured]) -> tuple[str, ...]:
    """Compare two visits before they are scrubbed.

    Return rules "METHOD path field" for the player.

    A field that differs is volatile unless both values came from the site earlier in their visit: those come again when
    it is replayed.
    """
    ours, theirs = _by_address(first), _by_address(second)
    rules = {
        f"{address[0]} {urlsplit(address[1]).path or '/'} {name}"
        for address, requests in ours.items()
        for mine, other in zip(requests, theirs.get(address, []), strict=False)
        for name in _made_anew(mine, other, first, second)
    }
    return tuple(sorted(rules))


def mask_volatile(request: Mapping[str, Any]) -> dict[str, Any]:
    """Write `volatile` where a form holds what was typed or made at that moment."""
    form = request.get("form")
    if form is None:
        return dict(request)
    return {
        **request,
        "form": [[name, "volatile" if TYPED_OR_MADE.fullmatch(name) and value else value] for name, value in form],
    }


def mask_inputs(html: str) -> str:
    """Write `volatile` into the input elements of a page that hold such a value."""
    return _INPUT.sub(lambda found: _VALUE.sub(r"\g<1>volatile\g<2>", found[0]), html)


def cookies_of_the_site(exchanges: Iterable[Captured], session: Mapping[str, Any]) -> frozenset[str]:
    """Name the cookies that the site set or the visit started with.

    Every other one is made anew by a script.
    """
    started = {str(cookie["name"]) for cookie in session.get("cookies", ())}
    headers = (value for captured in exchanges for name, value in captured.headers if name.lower() == "set-cookie")
    return frozenset(started | {header.split("=", 1)[0].strip() for header in headers})


def _made_anew(mine: Captured, other: Captured, first: Sequence[Captured], second: Sequence[Captured]) -> Iterator[str]:
    ours, theirs = dict(_fields(mine)), dict(_fields(other))
    for name in ours.keys() | theirs.keys():
        here, there = ours.get(name), theirs.get(name)
        if here != there and not (_was_told(here, first, mine) and _was_told(there, second, other)):
            yield name


def _was_told(value: str | None, visit: Sequence[Captured], until: Captured) -> bool:
    """Whether the site had sent this value before it was sent back."""
    if not value:
        return value is None
    raw = value.encode()
    for captured in visit:
        if captured is until:
            return False
        if raw in captured.body or any(value in header for _, header in captured.headers):
            return True
    return False


def _by_address(visit: Iterable[Captured]) -> dict[tuple[str, str], list[Captured]]:
    grouped: dict[tuple[str, str], list[Captured]] = defaultdict(list)
    for captured in visit:
        grouped[captured.method, captured.url.split("?")[0]].append(captured)
    return grouped


def _fields(captured: Captured) -> Iterator[tuple[str, str]]:
    yield from (
        (f"query.{name}", value) for name, value in parse_qsl(urlsplit(captured.url).query, keep_blank_values=True)
    )
    body = sent_body(captured)
    yield from ((f"form.{name}", value) for name, value in body.get("form", ()))
    yield from _leaves("json", body.get("json", {}))
    if "text" in body:
        yield "body", body["text"]


def _leaves(prefix: str, value: Any) -> Iterator[tuple[str, str]]:
    match value:
        case dict():
            for key, part in value.items():
                yield from _leaves(f"{prefix}.{key}", part)
        case list():
            for place, part in enumerate(value):
                yield from _leaves(f"{prefix}.{place}", part)
        case _:
            yield prefix, str(value)
