"""What people read: one notice for what happened at the same time.

It says how many, tells of the first few of them, and names the others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from agent.printable import one_line
from agent.store.processes.alarms import OpenAlarm

RECOVERED = "Recovered"
_IN_TITLE = 3
_IN_BODY = 10
_NAMED = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One message, and what it is about."""

    title: str
    body: str
    about: tuple[OpenAlarm, ...]


PageOf = Callable[[str], str | None]  # an alarm's key -> the address of the page that explains it


def notices_of(troubles: Sequence[OpenAlarm], *, page_of: PageOf = lambda _key: None) -> Iterator[Notice]:
    """Write at most two: what is wrong, and what is over."""
    for word, told in (
        ("Trouble", [each for each in troubles if not each.is_over]),
        (RECOVERED, [each for each in troubles if each.is_over]),
    ):
        if told:
            body = "\n".join(one_line(line) for line in _lines(told, page_of))
            yield Notice(title=one_line(f"{word}: {_title(told)}"), body=body, about=tuple(told))


def _title(told: Sequence[OpenAlarm]) -> str:
    named = ", ".join(each.key for each in told[:_IN_TITLE])
    if len(told) == 1:
        return named
    return f"{len(told)} at once: {named}" + (", ..." if len(told) > _IN_TITLE else "")


def _lines(told: Sequence[OpenAlarm], page_of: PageOf) -> Iterator[str]:
    for each in told[:_IN_BODY]:
        page = None if each.is_over else page_of(each.key)
        yield _line(each) + (f" {page}" if page else "")
    if others := told[_IN_BODY:]:
        named = ", ".join(each.key for each in others[:_NAMED]) + (", ..." if len(others) > _NAMED else "")
        yield f"... and {len(others)} more: {named}; 'sc-agent alarms list' tells of each"


def _line(trouble: OpenAlarm) -> str:
    if trouble.is_over:
        return f"{trouble.key} is fine again; it was: {trouble.text}"
    return f"{trouble.key}: {trouble.text} (since {trouble.since:%Y-%m-%d %H:%M} UTC)"
