"""What the library of types says of a wrong value, in words for people."""

from __future__ import annotations

_WORDS = {  # longer ones first: some begin as others do
    "Input should be a valid integer, unable to parse string as an integer": "a whole number was expected",
    "Input should be a valid integer, got a number with a fractional part": "a whole number was expected",
    "Input should be a valid number, unable to parse string as a number": "a number was expected",
    "Input should be a finite number": "a finite number was expected",
    "Input should be a valid boolean, unable to interpret input": "true or false was expected",
    "Input should be greater than or equal to": "expected at least",
    "Input should be less than or equal to": "expected at most",
    "Input should be greater than": "expected more than",
    "Input should be less than": "expected less than",
    "Input should be '": "expected '",
    "String should have at least": "expected text of at least",
    "String should have at most": "expected text of at most",
    "String should match pattern": "expected text of the form",
}


def plain(message: str) -> str:
    """The same message, its known phrases replaced.

    It repeats no value that the original did not.
    """
    for theirs, ours in _WORDS.items():
        message = message.replace(theirs, ours)
    return message
