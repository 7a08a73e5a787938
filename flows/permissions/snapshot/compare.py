"""Whether the two readings say the same."""

from __future__ import annotations

from flows.models import PermissionRow
from flows.permissions.rows.levels import read_level
from flows.permissions.rows.tokens import RowToken, Way
from flows.permissions.rows.vocabulary import Lexicon, bare_title, scope_of
from flows.permissions.snapshot.accessibility import AccessibilitySnapshot
from flows.permissions.snapshot.aria_row import AccessibleRow
from flows.words import squash


def disagreements(
    rows: list[tuple[PermissionRow, RowToken]], tree: AccessibilitySnapshot, words: Lexicon
) -> tuple[str, ...]:
    """What the second reading says otherwise than the first.

    The first's rows come with what they were read from.
    """
    spoken = list(tree.rows)
    while spoken and _is_picker(spoken[0], words):
        spoken.pop(0)  # a picker above the grid: sorting, marketplace, language
    if len(rows) != len(spoken):
        return (f"the document shows {len(rows)} rows, the accessibility tree {len(spoken)}",)
    found: list[str] = []
    sections: set[str] = set()
    for (row, token), heard in zip(rows, spoken, strict=True):
        named = [known for text in heard.texts if (known := words.section(text)) is not None]
        others = [
            known
            for text in heard.texts
            if (known := words.section(text)) is not None and squash(text) != squash(token.label)
        ]
        moved = any(scope_of(bare_title(text)) for text in heard.titles)
        if named or moved:  # a row may be called like a section, so the title before it counts as well
            sections = {*named[-1:], *others[-1:]}
        wrong = _differs(row, token, heard, words, sections)
        if wrong:
            found.append(f"the two readings of {row.section} > {row.permission} differ: {wrong}")
    return tuple(found[:5])


def _is_picker(heard: AccessibleRow, words: Lexicon) -> bool:
    """A drop-down that lists no level at all."""
    choices = [option for option in heard.options if option.way is Way.CHOICE]
    return len(choices) == len(heard.options) and not any(
        words.level(text) for option in choices for text in (*option.listed, option.shows)
    )


def _differs(
    row: PermissionRow, token: RowToken, heard: AccessibleRow, words: Lexicon, sections: set[str]
) -> str | None:
    said = heard.explicit or heard.texts
    wanted = squash(token.label)
    if not any(squash(text).startswith(wanted) for text in said) and wanted not in squash("".join(said)):
        return f"the label ({said[-1] if said else 'none'!r} was heard)"
    if sections and row.section and row.section not in sections:  # a window may have lost the title above it
        return f"the section ({sorted(sections)[0]!r} was heard)"
    if row.problem is not None:
        return None  # it is no pass anyway, whatever else is said
    if heard.scope != (row.scope if any(option.over for option in token.options) else None):
        return f"the marketplace ({heard.scope or 'none'} was heard)"
    heard_row = read_level(tuple(heard.options), words, label=token.label)
    if heard_row.problem is not None:
        return heard_row.problem.partition(": ")[2]
    if heard_row.level is not row.level:
        return f"the level ({heard_row.level} was heard)"
    choices = {option.way for option in heard.options}
    if (heard_row.offered and heard_row.offered != row.offered) or (
        choices == {Way.OPTION} and heard_row.offered != row.offered
    ):
        return f"what is offered ({', '.join(heard_row.offered)} was heard)"
    return None
