"""From the tokens of a page to the rows of a grid.

Whatever is not understood becomes a gap, or a row's problem.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from flows.models import Level, PermissionRow
from flows.permissions.rows.account import is_glyph
from flows.permissions.rows.levels import read_level
from flows.permissions.rows.looks import unlike
from flows.permissions.rows.qualifiers import row_trouble
from flows.permissions.rows.row_names import Habits, habits_of, read_name
from flows.permissions.rows.tokens import ColumnsToken, DomSnapshot, RowToken, SwitchToken, TextToken, Token, Way
from flows.permissions.rows.vocabulary import (
    Lexicon,
    bare_title,
    clean_label,
    generic,
    is_caption,
    is_generic,
    level_words,
    lexicon,
    lexicon_for,
    says,
    scope_of,
    stated_count,
)
from flows.words import fold

_OF = frozenset({"/", "of", "von", "de", "di"})  # between how many are shown and how many there are


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


@dataclass(slots=True)
class _State:
    lexicon: Lexicon
    scope: str
    section: str | None = None
    pending: list[TextToken | ColumnsToken] = field(default_factory=list)
    stated: list[tuple[str, int]] = field(default_factory=list)
    sections: list[tuple[str, str]] = field(default_factory=list)  # (scope, section) in order of their titles
    rows: list[PermissionRow] = field(default_factory=list)
    at: list[int | None] = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)
    started: bool = False  # a row, or the page's own heading, was seen
    run: int = 0  # how often a section was opened so far
    spread: set[tuple[str, str]] = field(
        default_factory=set
    )  # sections whose rows went to the marketplaces of their columns
    same: Counter[tuple[str, str, str]] = field(default_factory=Counter)  # rows of one scope, section and name so far
    runs: dict[tuple[str, str, str], int] = field(default_factory=dict)  # a row's place -> the run it stood in first


def interpret(snapshot: DomSnapshot, *, scope: str = "regional") -> Interpretation:
    """Read tokens as a grid; `scope` holds until a title says otherwise."""
    state = _State(lexicon=lexicon_for(_level_texts(snapshot), declared=snapshot.language), scope=scope)
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
    _check_sections(state)
    _check_counts(state)
    _check_strays(state, snapshot)
    _check_troubles(state, snapshot)
    _check_looks(state, snapshot)
    editable = any(not option.locked for row in snapshot.rows if not _is_picker(row) for option in row.options) or any(
        not token.locked for token in snapshot.tokens if isinstance(token, SwitchToken) and _is_universal(token)
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


def _by_marketplace(state: _State, token: RowToken) -> list[tuple[RowToken, str | None]]:
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
    state: _State, token: RowToken, marketplace: str | None, number: int, habits: Habits, odd: str | None
) -> None:
    if _is_picker(token) and not state.started:
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


def _is_picker(token: RowToken) -> bool:
    """A drop-down that lists no level: sorting, language, marketplace.

    Below the first row it is read as a row all the same.
    """
    return not _knows_a_level(token) and any(option.way is Way.CHOICE for option in token.options)


def _knows_a_level(token: RowToken) -> bool:
    known = set(level_words())
    return any(
        fold(word) in known
        for option in token.options
        for word in (*option.own, *option.listed, option.shows, option.column)
    )


def _take_titles(state: _State) -> None:
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
            is_glyph(token)
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


def _open_section(state: _State, title: str, known: str) -> None:
    state.run += 1
    state.section = known
    state.sections.append((state.scope, known))
    count = stated_count(title)
    if count is not None:
        state.stated.append((known, count))


def _take_switch(state: _State, token: SwitchToken) -> None:
    if token.head:
        if token.on is not False:
            state.gaps.append("a control in a column head is set, so the rows below it may not say what is in force")
        return
    if not _is_universal(token):
        return
    if token.on is None:
        state.gaps.append("the universal admin switch could not be read")
    elif token.on:
        state.at.append(None)
        state.rows.append(_universal_row(state.scope))


def _is_universal(token: SwitchToken) -> bool:
    return any(fold(word) in generic("universal_admin") or "universal" in fold(word) for word in token.own)


def _universal_row(scope: str) -> PermissionRow:
    return PermissionRow(
        scope=scope,
        section="All sections",
        permission="Universal Site Admin Access",
        offered=(Level.NONE, Level.ADMIN),
        level=Level.ADMIN,
    )


def _check_sections(state: _State) -> None:
    """A section that has a title and no row was not opened, or has not arrived."""
    filled = Counter((row.scope, row.section) for row in state.rows)
    for key in dict.fromkeys(state.sections):
        if not filled[key] and key not in state.spread:
            state.gaps.append(f"the section {key[1]!r} ({key[0]}) shows no rows")


def _check_counts(state: _State) -> None:
    by_section = Counter(row.section for row in state.rows)
    for section, count in state.stated:
        if section and by_section[section] != count and len(state.rows) != count:
            state.gaps.append(f"the section {section!r} says it has {count} rows, {by_section[section]} were read")


def _check_looks(state: _State, snapshot: DomSnapshot) -> None:
    """Refuse a level drawn as chosen where one that is not chosen looks the same."""
    drawn = [option for row in snapshot.rows for option in row.options if option.look]
    if {option.look for option in drawn if option.on} & {option.look for option in drawn if not option.on}:
        state.gaps.append("a chosen level looks like one that is not chosen, so it cannot be told which is")


def _check_strays(state: _State, snapshot: DomSnapshot) -> None:
    """Refuse level words that belong to no row and no column head.

    Something was not put together.
    """
    known = set(level_words())
    texts = [token for token in snapshot.tokens if isinstance(token, TextToken) and not token.button and not token.tab]
    strays = [token.text for token in texts if not token.head and fold(token.text) in known]
    if strays:
        state.gaps.append(f"{len(strays)} level words ({strays[0]!r}) stand outside rows and column heads")
    counted = [token for token in snapshot.tokens if isinstance(token, TextToken) and not (token.still or token.chrome)]
    totals = {
        count
        for token in counted
        if not (token.title and state.lexicon.section(token.text)) and (count := stated_count(token.text)) is not None
    }
    totals |= _beside_titles(state.lexicon, snapshot.tokens)
    sizes = {
        len(state.rows),
        *Counter(row.section for row in state.rows).values(),
        *Counter(row.scope for row in state.rows).values(),
    }
    for total in totals - sizes:
        state.gaps.append(f"the page says there are {total} rows; {len(state.rows)} were read")
    if snapshot.language and state.lexicon is not lexicon("en") and not state.rows:
        state.gaps.append("no row was read")


def _beside_titles(words: Lexicon, tokens: Sequence[Token]) -> set[int]:
    """Numbers by themselves that count rows.

    Behind a section or the word for permissions, before that word, or behind "of" what another number stands before.
    """
    found = set()
    for at, token in enumerate(tokens):
        if not isinstance(token, TextToken) or not token.text.isdecimal():
            continue
        if token.way or token.button or token.still or token.chrome:
            continue
        before, after = tokens[at - 1] if at else None, tokens[at + 1] if at + 1 < len(tokens) else None
        behind = isinstance(before, TextToken) and (
            fold(before.text) in _OF or words.section(before.text) is not None or _is_counted(before)
        )
        if behind or (isinstance(after, TextToken) and not after.title and _is_counted(after)):
            found.add(int(token.text))
    return found


def _is_counted(token: TextToken) -> bool:
    return fold(token.text) in ("permission", "permissions", "rights", "rows", "features")


def _check_troubles(state: _State, snapshot: DomSnapshot) -> None:
    """What the page says went wrong, in a box or in words.

    Also where the words were taken for a row's.
    """
    texts = [token.text for token in snapshot.tokens if isinstance(token, TextToken)]
    texts += [text for row in snapshot.rows for text in (row.label, row.more)]
    said = (*snapshot.troubles, *(text for text in texts if says("trouble", text)))
    if said:
        state.gaps.append(f"the page says that it is not whole ({said[0][:80]!r})")
