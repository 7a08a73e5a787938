"""Numbers of rows as people type them: no bound of a database is shown, or met."""

from __future__ import annotations

_MOST_DIGITS = 15  # no row has a larger number, and every database takes it


def parse_number(text: str) -> int:
    """Read the number of a row, as a list shows it.

    Raises:
        ValueError: it is none; what was given is not repeated.
    """
    if not (text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS) or int(text) == 0:
        raise ValueError("expected a number as the list shows it, found something else")
    return int(text)


def parse_sequence(text: str) -> int:
    """Read the sequence number of an event; 0 is before the first.

    Raises:
        ValueError: it is none.
    """
    return 0 if text == "0" else parse_number(text)
