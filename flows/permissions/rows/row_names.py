"""What a row is called.

By its label, by the id of the oldest form, and by its controls, which must not contradict each
other.
"""

from __future__ import annotations

from dataclasses import dataclass

from flows.permissions.rows.tokens import RowToken
from flows.permissions.rows.vocabulary import (
    Lexicon,
    bare_title,
    clean_label,
    is_generic,
    legacy_names,
    level_words,
    scope_of,
)
from flows.words import fold, squash


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedRow:
    """The name of one row; `problem` says why it cannot be believed."""

    label: str
    legacy_id: str | None = None
    problem: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """How the rows of a page are named.

    By which names that say nothing, and whether by a label beside the title of a group.
    """

    shared: frozenset[str]
    twice: bool


def read_name(token: RowToken, words: Lexicon, *, section: str | None, habits: Habits) -> NamedRow:
    """Name one row under a section of a page with such habits."""
    label, unnamed = _label(token, words, section)
    legacy, clash = _legacy(token, label)
    lone = (
        "unknown_permission: the row has a title, and no label beside it as others have"
        if habits.twice and _is_title(token)
        else None
    )
    return NamedRow(
        label=label, legacy_id=legacy, problem=unnamed or clash or lone or _called_otherwise(token, habits.shared)
    )


def habits_of(rows: tuple[RowToken, ...]) -> Habits:
    """Tell the habits of a page from its rows."""
    twice = any(not row.titled and any(name in row.more for name in row.called) for row in rows)
    return Habits(shared=_shared_names(rows), twice=twice)


def _is_title(token: RowToken) -> bool:
    return token.titled and squash(token.label) in map(squash, token.called)


def _shared_names(rows: tuple[RowToken, ...]) -> frozenset[str]:
    """Names shared by rows with different labels, which name none of them.

    Two rows may be called
    alike by mistake.
    """
    labels: dict[str, set[str]] = {}
    for row in rows:
        for name in row.called:
            labels.setdefault(squash(name), set()).add(squash(row.label))
    return frozenset(
        name
        for name, used in labels.items()
        if len(used) > 2 or (len(used) > 1 and not any(label and label in name for label in used))
    )


def _label(token: RowToken, words: Lexicon, section: str | None) -> tuple[str, str | None]:
    if not clean_label(token.label) or (
        token.titled and not token.more and words.section(token.label) not in (None, section)
    ):
        return clean_label(token.label), "unknown_permission: the row has no label of its own"
    return words.label(token.label), None


def _legacy(token: RowToken, label: str) -> tuple[str | None, str | None]:
    """The id of the old form.

    And a problem where id and label name two different known rows.
    """
    known = [name for name in token.names if name in legacy_names()]
    if len(set(known)) > 1:
        return None, f"unread: the controls of one row carry {len(set(known))} different ids"
    if not known:
        return None, None
    named, labels = legacy_names()[known[0]], {fold(name) for name in legacy_names().values()}
    if fold(label) != fold(named) and fold(label) in labels:
        return known[0], f"unread: the label says {label!r}, the control's id says {named!r}"
    return known[0], None


def _called_otherwise(token: RowToken, shared: frozenset[str]) -> str | None:
    """The problem of a row whose label contradicts its group or its control."""
    label = squash(clean_label(token.label))
    for name in token.called if label else ():
        said, plain = squash(clean_label(name)), bare_title(name)
        says_nothing = (
            said in shared or fold(plain) in level_words() or is_generic(plain) or scope_of(plain) is not None
        )
        if not says_nothing and label not in said and said not in label:
            return f"unread: the row is labelled {token.label!r}, its controls are called {name!r}"
    return None
