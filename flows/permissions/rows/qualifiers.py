"""What stands in a row beside label and levels, and may take them back."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Set
from itertools import pairwise

from flows.catalogue.grids import grid_data
from flows.permissions.rows.furniture import matches, rules_of_rows
from flows.permissions.rows.tips import besides_names, chosen_of, takes_back, trouble_of_tips
from flows.permissions.rows.tokens import RowToken
from flows.permissions.rows.vocabulary import is_caption, is_level, legacy_names, marks
from flows.words import fold, squash

_TURNED = re.compile(r"[\u202a-\u202e\u2066-\u2069]")
_ALIKE = frozenset({"LATIN", "CYRILLIC", "GREEK", "FULLWIDTH", "MATHEMATICAL", "CHEROKEE", "ARMENIAN"})
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\u0e00-\u0e7f]")  # scripts without blanks between words
_ADDED = re.compile(r"\s[(\[–—-].*|[,:;].*|\b(until|not|no longer|awaiting|from \d|as of)\b.*", re.IGNORECASE)


def row_trouble(token: RowToken) -> str | None:
    """What stands in a row beside label and levels, and so may take them back."""
    if token.struck:
        return "unread: the row is struck through"
    if token.states:
        return f"unread: the row is marked {token.states[0]}"
    if not _is_name(token.label):
        return f"unread: {token.label[:80]!r} says more than a name"
    names = {squash(name) for name in (token.label, *token.called)}
    for text in token.asides:
        if not (_is_harmless(text, names) or token.label in legacy_names().values() or _describes(text, token.label)):
            return f"unread: {text[:80]!r} stands beside the label"
    for text in token.beside:
        if not (_is_harmless(text, names) or _is_mark(text) or (text.endswith(".") and _describes(text, token.label))):
            return f"unread: {text[:80]!r} stands beside the level"
    for text in token.astray:
        if not _is_harmless(text, names):
            return f"unread: {text[:80]!r} stands in no cell of the row"
    for text in token.described:
        if not (_is_harmless(text, names) or _describes(text, token.label)):
            return f"unread: {text[:80]!r} stands beside the label"
    for text in token.hints:
        if takes_back(text, token, chosen_of(token)) or _bounds(text, token):
            return f"unread: {text[:80]!r} is said of the row"
    return trouble_of_tips(token)


def _is_name(label: str) -> bool:
    """Whether a label is a name alone.

    No sign is drawn in it, it is drawn as it is written, and no words take back what the row says.
    """
    if is_disguised(label):
        return False
    if squash(label) in {squash(name) for name in legacy_names().values()}:
        return True
    is_signed = any(unicodedata.category(char) == "So" and char not in "®™©" for char in label)
    added = _ADDED.search(label)  # "Enabled/Revoked" is the name of a row
    return not is_signed and not (added and any(rule.search(added[0]) for rule in rules_of_rows()))


def is_disguised(label: str) -> bool:
    """Whether a label may look like another.

    It is turned round, struck over, or has letters of two alphabets in a word.
    """
    if _TURNED.search(label) or any(_is_latin(one) and unicodedata.combining(two) for one, two in pairwise(label)):
        return True
    return any(len({_alphabet(char) for char in word} & _ALIKE) > 1 for word in re.split(r"[\W\d_]+", label))


def _is_latin(char: str) -> bool:
    return unicodedata.name(char, "").startswith("LATIN")


def _alphabet(char: str) -> str:
    return unicodedata.name(char, "").partition(" ")[0]


def _bounds(hint: str, token: RowToken) -> bool:
    """Whether a short hint says no."""
    rest = besides_names(hint, token)
    if is_level(rest.strip(" :–—-,.()")) or _describes(hint, token.label):
        return False
    return any(re.search(rule, rest, re.IGNORECASE) for rule in grid_data("furniture")["row"]["no"])


def _is_harmless(text: str, names: Set[str]) -> bool:
    return is_caption(text) or matches("texts", text) or matches("presses", text) or squash(text) in names


def _describes(text: str, label: str) -> bool:
    """Whether a text is a sentence about a row that takes nothing back."""
    rest = re.sub(re.escape(label), " ", text, flags=re.IGNORECASE) if label else text
    if any(rule.search(rest) for rule in rules_of_rows()):
        return False
    words = len(text.split())
    least = grid_data("furniture")["row"]
    return (
        len(_UNSPACED.findall(text)) >= least["unspaced"]
        or words >= least["words"]
        or (words >= least["in_a_sentence"] and text.rstrip(")").endswith("."))
    )


def _is_mark(text: str) -> bool:
    return fold(text) in marks("on") or fold(text) in marks("absent")
