"""Checks of a page as a whole, once its rows are read.

What it says of itself must agree with them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from flows.permissions.rows.tokens import DomSnapshot, TextToken, Token
from flows.permissions.rows.vocabulary import Lexicon, level_words, lexicon, says, stated_count
from flows.permissions.rows.whole_page.read_so_far import ReadSoFar
from flows.words import fold

_OF = frozenset({"/", "of", "von", "de", "di"})  # between how many are shown and how many there are


def check_page(state: ReadSoFar, snapshot: DomSnapshot) -> None:
    """Add a gap for each way in which the page and its rows do not agree."""
    _check_sections(state)
    _check_counts(state)
    _check_strays(state, snapshot)
    _check_troubles(state, snapshot)
    _check_looks(state, snapshot)


def _check_sections(state: ReadSoFar) -> None:
    """A section that has a title and no row was not opened, or has not arrived."""
    filled = Counter((row.scope, row.section) for row in state.rows)
    for key in dict.fromkeys(state.sections):
        if not filled[key] and key not in state.spread:
            state.gaps.append(f"the section {key[1]!r} ({key[0]}) shows no rows")


def _check_counts(state: ReadSoFar) -> None:
    by_section = Counter(row.section for row in state.rows)
    for section, count in state.stated:
        if section and by_section[section] != count and len(state.rows) != count:
            state.gaps.append(f"the section {section!r} says it has {count} rows, {by_section[section]} were read")


def _check_looks(state: ReadSoFar, snapshot: DomSnapshot) -> None:
    """Refuse a level drawn as chosen where one that is not chosen looks the same."""
    drawn = [option for row in snapshot.rows for option in row.options if option.look]
    if {option.look for option in drawn if option.on} & {option.look for option in drawn if not option.on}:
        state.gaps.append("a chosen level looks like one that is not chosen, so it cannot be told which is")


def _check_strays(state: ReadSoFar, snapshot: DomSnapshot) -> None:
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


def _check_troubles(state: ReadSoFar, snapshot: DomSnapshot) -> None:
    """What the page says went wrong, in a box or in words.

    Also where the words were taken for a row's.
    """
    texts = [token.text for token in snapshot.tokens if isinstance(token, TextToken)]
    texts += [text for row in snapshot.rows for text in (row.label, row.more)]
    said = (*snapshot.troubles, *(text for text in texts if says("trouble", text)))
    if said:
        state.gaps.append(f"the page says that it is not whole ({said[0][:80]!r})")
