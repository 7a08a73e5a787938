"""What tips say of levels, which has to be what is shown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from flows.models import PageGap, PageGapKind
from flows.permissions.rows.furniture import rules_of_rows
from flows.permissions.rows.tokens import Option, Piece, RowToken, Tip, Way
from flows.permissions.rows.vocabulary import bare, clean_label, level_named, level_told


def trouble_of_tips(token: RowToken) -> str | None:
    """A tip in a row that tells another level than what it is on."""
    for option in token.options:
        for tip in option.tips:
            rules = option.on or option.way is not Way.MARK  # a cell without a mark may say that it is none
            if _contradicts(tip, token, (option,)) or (rules and _takes_back_in_words(tip.said, token)):
                return f"unread: {tip.said[:80]!r} is said of a level"
    for tip in token.tips:
        if _contradicts(tip, token, chosen_of(token)):
            return f"unread: {tip.said[:80]!r} is said in the row"
    return None


def takes_back(hint: str, token: RowToken, options: Sequence[Option]) -> bool:
    """Whether a hint tells another level than these, or takes the shown one back."""
    return _takes_back_in_words(hint, token) or _tells_another(hint, token, options)


def gap_of_tip(tip: Piece, rows: Iterable[RowToken]) -> PageGap | None:
    """A tip outside of rows that tells a level.

    Unless it is that of the words it is on, or the one that the row it names shows.
    """
    told = level_told(tip.words)
    named = [row for row in rows if besides_names(tip.words, row) != tip.words]
    if told is None or told is level_named(tip.value):
        return None
    if named and not any(_tells_another(tip.words, row, chosen_of(row)) for row in named):
        return None
    return PageGap(kind=PageGapKind.UNEXPLAINED, words=tip.words, where=tip.where)


def chosen_of(token: RowToken) -> list[Option]:
    return [option for option in token.options if option.on]


def besides_names(hint: str, token: RowToken) -> str:
    """What a hint says besides the row's names."""
    label = clean_label(token.label)
    rest = hint
    for name in sorted({label, token.label, *token.called} - ({hint} - {label}), key=len, reverse=True):
        rest = re.sub(re.escape(name), " ", rest, flags=re.IGNORECASE) if name else rest
    return rest


def _contradicts(tip: Tip, token: RowToken, options: Sequence[Option]) -> bool:
    """What stands on a level's own words says the same level, whichever is chosen."""
    on_level = level_named(besides_names(tip.words, token)) is not None
    shown = [tip.words] if on_level else [word for one in options for word in _words_of(one)]
    return _differs(tip.said, token, shown)


def _tells_another(hint: str, token: RowToken, options: Sequence[Option]) -> bool:
    return _differs(hint, token, [word for one in options for word in _words_of(one)])


def _differs(hint: str, token: RowToken, shown: Iterable[str]) -> bool:
    """Whether a hint tells another level.

    The same is told by the word that is shown alone, or, given to a name, by any word for it.
    """
    said = besides_names(hint, token)
    words = [besides_names(word, token) for word in shown]
    if level_named(said):
        return bare(said) not in {bare(word) for word in words}
    told = level_told(said)
    return told is not None and told not in {level_told(word) for word in words}


def _takes_back_in_words(hint: str, token: RowToken) -> bool:
    return any(rule.search(besides_names(hint, token)) for rule in rules_of_rows())


def _words_of(option: Option) -> tuple[str, ...]:
    """What a control says; of a drop-down what is chosen."""
    if option.way is Way.CHOICE:
        return (*option.chosen, option.shows) if any(option.chosen) or option.shows else option.listed
    return (*option.own, option.shows, option.column)
