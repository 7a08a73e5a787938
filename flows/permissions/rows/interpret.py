"""From the tokens of a page to the rows of a grid.

Whatever is not understood becomes a gap, or a row's problem.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from flows.models import Level, PermissionRow
from flows.permissions.rows.levels import read_level
from flows.permissions.rows.looks import unlike
from flows.permissions.rows.qualifiers import row_trouble
from flows.permissions.rows.row_names import Habits, habits_of, read_name
from flows.permissions.rows.subject import is_picker
from flows.permissions.rows.tokens import ColumnsToken, DomSnapshot, RowToken, SwitchToken, TextToken
from flows.permissions.rows.vocabulary import (
    Lexicon,
    bare_title,
    clean_label,
    is_caption,
    is_generic,
    is_universal,
    level_words,
    lexicon_for,
    scope_of,
    stated_count,
)
from flows.permissions.rows.whole_page.checks import check_page
from flows.permissions.rows.whole_page.read_so_far import ReadSoFar
from flows.words import fold


@dataclass(frozen=True, slots=True, kw_only=True)
class Interpretation:
    """The rows of one look, and what stands in the way of believing them."""

    rows: tuple[PermissionRow, ...]
    gaps: tuple[str, ...]
    language: str
    editable: bool
    titles: int = 0  # section titles seen
    at: tuple[
        int | None, ...
    ] = ()  # of each row, which of the snapshot's rows it is; None: a switch that is no row of the page


def interpret(snapshot: DomSnapshot, *, scope: str = "regional") -> Interpretation:
    """Read tokens as a grid; `scope` holds until a title says otherwise."""
    state = ReadSoFar(lexicon=lexicon_for(_level_texts(snapshot), declared=snapshot.language), scope=scope)
    habits, odd = habits_of(snapshot.rows), unlike(snapshot.rows)
    number = -1
    for token in snapshot.tokens:
        match token:
            case RowToken():
                number += 1
                for part, marketplace in _by_marketplace(state, token):
                    _take_row(state, part, marketplace, number, habits, odd.get(number))
            case SwitchToken():
                _take_switch(state, token)
            case TextToken() | ColumnsToken():
                state.pending.append(token)
    _take_titles(state)
    check_page(state, snapshot)
    editable = any(not option.locked for row in snapshot.rows if not is_picker(row) for option in row.options) or any(
        not token.locked for token in snapshot.tokens if isinstance(token, SwitchToken) and is_universal(token.own)
    )
    return Interpretation(
        rows=tuple(state.rows),
        gaps=tuple(dict.fromkeys(state.gaps)),
        language=_language(state.lexicon, snapshot),
        editable=editable,
        titles=len(state.sections),
        at=tuple(state.at),
    )


def _language(found: Lexicon, snapshot: DomSnapshot) -> str:
    """The language of the words.

    Where only a shared few were seen, the page's own word for itself.
    """
    return found.language if snapshot.rows else (snapshot.language or found.language)


def _level_texts(snapshot: DomSnapshot) -> list[str]:
    texts = [text for token in snapshot.tokens if isinstance(token, ColumnsToken) for text in token.parts]
    for row in snapshot.rows:
        texts += [text for option in row.options for text in (*option.own, option.column, *option.listed)]
    return [text for text in texts if text]


def _by_marketplace(state: ReadSoFar, token: RowToken) -> list[tuple[RowToken, str | None]]:
    """A row with controls under, or beside, several marketplaces is a row of each."""
    scopes = [scope_of(bare_title(option.over)) for option in token.options]
    if None in scopes:
        if any(scopes):
            state.gaps.append(
                f"the row {clean_label(token.label)!r} has controls that stand under no marketplace we know"
            )
        return [(token, None)]
    parts = [
        (scope, tuple(option for option, its in zip(token.options, scopes, strict=True) if its == scope))
        for scope in dict.fromkeys(scopes)
    ]
    return [(replace(token, options=options), scope) for scope, options in parts] or [(token, None)]


def _take_row(
    state: ReadSoFar, token: RowToken, marketplace: str | None, number: int, habits: Habits, odd: str | None
) -> None:
    if is_picker(token) and not state.started:
        return  # above the grid
    _take_titles(state)
    state.started = True
    name = read_name(token, state.lexicon, section=state.section, habits=habits)
    label = name.label
    if state.section is None:
        state.gaps.append(f"the row {label!r} stands under no section")
    reading = read_level(token.options, state.lexicon, label=token.label)
    problem = name.problem or reading.problem or row_trouble(token) or odd
    section = state.section or ""
    scope = marketplace or state.scope
    if marketplace:
        state.spread.add((state.scope, section))
    if state.runs.setdefault((scope, section, label), state.run) != state.run:
        state.gaps.append(f"the section {section!r} is shown twice, so the page may show the permissions of two users")
    state.same[scope, section, label] += 1
    state.at.append(number)
    state.rows.append(
        PermissionRow(
            scope=scope,
            section=section,
            permission=label,
            occurrence=state.same[scope, section, label],
            legacy_id=name.legacy_id,
            offered=reading.offered,
            level=None if problem else reading.level,
            raw=reading.raw,
            problem=problem,
        )
    )


def _take_titles(state: ReadSoFar) -> None:
    """Read what stood since the last row: a scope, a section, a count."""
    pending, state.pending = state.pending, []
    start = max(
        (
            i
            for i, token in enumerate(pending)
            if isinstance(token, TextToken) and token.title and is_generic(token.text)
        ),
        default=-1,
    )
    started = state.started or start >= 0
    for token in pending:
        if (
            isinstance(token, TextToken)
            and not token.button
            and (token.title or token.strong or token.alone or token.tab)
        ):
            scope = None if token.tab else scope_of(bare_title(token.text))
            if scope is not None:
                state.scope, state.section = scope, None
    titles = _titles(state.lexicon, pending)
    if not titles:
        return
    for index, (title, known) in enumerate(titles):
        last = index == len(titles) - 1
        if known is not None and (last or started):
            _open_section(state, title, known)
    title, known = titles[-1]
    if known is None:
        state.run += 1
        state.section = clean_label(bare_title(title))
        state.sections.append((state.scope, state.section))
        state.gaps.append(f"the section {state.section!r} is not one we know")


def _titles(words: Lexicon, pending: list[TextToken | ColumnsToken]) -> list[tuple[str, str | None]]:
    """The texts that may name a section, in their order.

    Headings, bold texts over columns, and every text that is a known section.
    """
    found: list[tuple[str, str | None]] = []
    for index, token in enumerate(pending):
        if isinstance(token, ColumnsToken):
            found = _beside_columns(words, token, found)
        elif not (
            token.is_glyph
            or token.button
            or token.tab
            or is_caption(token.text)
            or is_generic(token.text)
            or scope_of(bare_title(token.text))
            or fold(token.text) in level_words()
        ):
            known = words.section(token.text)
            if token.title or known or ((token.strong or token.alone) and _heads_columns(pending, index)):
                found.append((token.text, known))
    return found


def _beside_columns(
    words: Lexicon, columns: ColumnsToken, found: list[tuple[str, str | None]]
) -> list[tuple[str, str | None]]:
    """The first part of a row of column heads.

    Often the section, often the word "Permission", sometimes nothing.
    """
    first = columns.parts[0] if columns.parts else ""
    known = words.section(first)
    if known is None:
        return (
            [*found, (first, None)]
            if first and not found and words.level(first) is None and not is_generic(first)
            else found
        )
    if found and found[-1][1] not in (None, known):
        return [*found, (f"{found[-1][0]} / {first}", None)]  # the title above says another section
    return [*found, (first, known)]


def _heads_columns(pending: list[TextToken | ColumnsToken], index: int) -> bool:
    return index + 1 < len(pending) and isinstance(pending[index + 1], ColumnsToken)


def _open_section(state: ReadSoFar, title: str, known: str) -> None:
    state.run += 1
    state.section = known
    state.sections.append((state.scope, known))
    count = stated_count(title)
    if count is not None:
        state.stated.append((known, count))


def _take_switch(state: ReadSoFar, token: SwitchToken) -> None:
    if token.head:
        if token.on is not False:
            state.gaps.append("a control in a column head is set, so the rows below it may not say what is in force")
        return
    if not is_universal(token.own):
        return
    if token.on is None:
        state.gaps.append("the universal admin switch could not be read")
    elif token.on:
        state.at.append(None)
        state.rows.append(_universal_row(state.scope))


def _universal_row(scope: str) -> PermissionRow:
    return PermissionRow(
        scope=scope,
        section="All sections",
        permission="Universal Site Admin Access",
        offered=(Level.NONE, Level.ADMIN),
        level=Level.ADMIN,
    )
