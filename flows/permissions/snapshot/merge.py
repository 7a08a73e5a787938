"""Putting windows of a scrolled list together.

What was scrolled away stays, what is new comes in, and nothing may be skipped between.
"""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher

from flows.permissions.rows.tokens import ColumnsToken, Option, RowToken, SwitchToken, TextToken, Token


def merge_windows(seen: Sequence[Token], window: Sequence[Token]) -> tuple[tuple[Token, ...], bool]:
    """Merge the next window into what was seen.

    False when the two may have a gap between them.

    Windows overlap when a list is scrolled by less than its height, so somewhere between old rows and new ones both
    must have a row.
    """
    if not seen:
        return tuple(window), True
    matcher = SequenceMatcher(a=[_key(token) for token in seen], b=[_key(token) for token in window], autojunk=False)
    merged: list[Token] = []
    whole = True
    for act, a1, a2, b1, b2 in matcher.get_opcodes():
        if act == "equal":
            merged += [_fuller(old, new) for old, new in zip(seen[a1:a2], window[b1:b2], strict=True)]
            continue
        gone, new = seen[a1:a2], window[b1:b2]
        if _rows(gone) and _rows(new):
            whole = False  # rows went and others came with none in common between them
        merged += [*gone, *new]
    return tuple(merged), whole


def _rows(tokens: Sequence[Token]) -> int:
    return sum(isinstance(token, RowToken) for token in tokens)


def _key(token: Token) -> tuple[object, ...]:
    match token:
        case RowToken():
            return ("row", token.label, tuple(_option_key(option) for option in token.options))
        case TextToken():
            return ("text", token.text, token.title)
        case ColumnsToken():
            return ("columns", token.parts)
        case SwitchToken():
            return ("switch", token.own, token.on)


def _option_key(option: Option) -> tuple[object, ...]:
    """What an option says; not its column, whose head may have been scrolled away."""
    return (option.way, option.own, option.on, option.chosen, option.listed)


def _fuller(old: Token, new: Token) -> Token:
    """The look that saw more of a row's column heads."""
    if isinstance(old, RowToken) and isinstance(new, RowToken):
        return new if sum(bool(o.column) for o in new.options) > sum(bool(o.column) for o in old.options) else old
    return old
