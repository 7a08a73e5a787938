"""One grid in one scope, read to its end.

Every section open, every list scrolled, every window read twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from flows.models import PageGap, PageGapKind
from flows.permissions.accounting.phrases import is_harmless
from flows.permissions.layouts import default_scope
from flows.permissions.lists import has_closed_lists, list_levels
from flows.permissions.page_reader import PageReader, ScopeReading
from flows.permissions.rows.interpret import Interpretation, interpret
from flows.permissions.rows.numbering import Numbers, joined, numbers_missing
from flows.permissions.rows.subject import names_a_user
from flows.permissions.rows.tokens import DomSnapshot, Piece, RowToken, TextToken, Token
from flows.permissions.rows.vocabulary import lexicon
from flows.permissions.snapshot.accessibility import read_aria
from flows.permissions.snapshot.compare import disagreements
from flows.permissions.snapshot.merge import merge_windows
from flows.permissions.unfold import open_each, to_beginnings, unfold
from flows.visit.page_acts import Handle
from flows.words import squash

_MOST_STEPS = 400
_MOST_ROWS = 2500  # a list that brings more than so many while it is scrolled has no end
_LOOKS = 5


@dataclass(slots=True)
class Scan:
    """What has been put together so far."""

    scope: str
    tokens: tuple[Token, ...] = ()
    last: DomSnapshot | None = None
    gaps: list[PageGap | str] = field(default_factory=list)
    hidden: set[str] = field(default_factory=set)
    bare: set[str] = field(default_factory=set)
    troubles: set[str] = field(default_factory=set)
    left: dict[Piece, None] = field(default_factory=dict)  # of every window, in order
    numbers: list[Numbers] = field(default_factory=list)


async def read_early(page: PageReader) -> None:
    """Read a page that keeps nothing folded, in its one scope, at once.

    It is not waited for to come to rest; a page that is not so simple is not read. The page keeps the reading for
    the caller that finds it at rest, and still at the moment of its last look.
    """
    seen, there = page.last, await page.survey()
    if (
        seen is None
        or seen.busy
        or has_closed_lists(seen)
        or seen.is_loading
        or not seen.rows
        or there.tabs
        or there.pickers
        or there.closed
        or there.more
        or there.pagers
        or there.narrow
    ):
        return
    if there.away and await to_beginnings(page):
        return
    state = Scan(scope=default_scope(page.url, seen))
    await _look(page, state)
    for scroller in await page.find("scrollers") if there.lists else ():
        moved = await page.step(scroller)
        if moved["changed"] or not moved["end"]:
            return
    page.keep_early(_finish(state, state.last or seen))


async def scan(page: PageReader, *, scope: str, within: timedelta) -> ScopeReading:
    """Read the page as one grid, once it has come to rest."""
    state = Scan(scope=scope)
    snapshot, is_settled = await page.settle(within=within, ready=is_grid)
    if not is_settled:
        state.gaps.append(PageGap(kind=PageGapKind.LATE, words="the page was still loading when it was read"))
    await _read_all(page, state)
    if state.last is not None and state.last.is_loading:
        await page.settle(within=within, ready=lambda seen: not seen.is_loading)
        await _read_all(page, state)
    return _finish(state, state.last or snapshot)


def is_grid(snapshot: DomSnapshot) -> bool:
    """Rows, or sections that can be opened, are there."""
    return bool(snapshot.rows) or sum(isinstance(token, TextToken) and token.title for token in snapshot.tokens) > 2


async def _read_all(page: PageReader, state: Scan) -> None:
    """Open every section, and read every window of every list."""
    state.gaps += await unfold(page)
    there = await page.survey()
    if there.narrow:  # all its columns are drawn where there is room for them
        await page.widen()
        await page.rest()
    if there.away:
        state.gaps += await to_beginnings(page)
    await _look(page, state)
    if there.closed:
        await _open_one_by_one(page, state)
    if there.lists or (await page.survey()).lists:
        await _scroll_all(page, state)
    for scroller in await page.find("sideways"):
        await _scroll_aside(page, state, scroller)


async def _scroll_aside(page: PageReader, state: Scan, scroller: Handle) -> None:
    """Scroll a box sideways to its end and back; what then says otherwise is a gap."""
    before = state.last
    for _ in range(_MOST_STEPS):
        moved = await page.aside(scroller)
        snapshot = await page.look() if moved["changed"] else before
        if (
            snapshot is not None
            and before is not None
            and (snapshot.tokens, snapshot.left) != (before.tokens, before.left)
        ):
            words = "what is shown changes when it is scrolled sideways"
            state.gaps.append(PageGap(kind=PageGapKind.WAY_NOT_TAKEN, words=words))
            break
        if moved["end"]:
            break
    await page.aside(scroller, back=True)


async def _look(page: PageReader, state: Scan) -> None:
    """Read the page as it stands, by both readings, and merge it into what was seen."""
    for _ in range(_LOOKS):
        snapshot = await page.seen()
        if has_closed_lists(snapshot):
            state.gaps += await list_levels(page)
            snapshot = await page.look()
        state.numbers = [*joined([*state.numbers, *snapshot.numbers])]
        if state.last is not None and snapshot.tokens == state.last.tokens:
            return
        different = await _compare(page, snapshot, state.scope)
        if (await page.seen()).tokens == snapshot.tokens:
            break  # nothing moved while the second reading was taken
        await page.rest()
    else:
        state.gaps.append("the page did not come to rest")
    state.gaps += different
    state.tokens, whole = merge_windows(state.tokens, snapshot.tokens)
    if not whole:
        state.gaps.append("rows may have been skipped while scrolling")
    state.hidden |= set(snapshot.hidden)
    state.bare |= set(snapshot.bare)
    state.troubles |= set(snapshot.troubles)
    state.left |= dict.fromkeys(snapshot.left)
    state.last = snapshot


async def _compare(page: PageReader, snapshot: DomSnapshot, scope: str) -> tuple[PageGap, ...]:
    """The two readings of one window.

    What the page shows changes between them when it is still moving.
    """
    try:
        tree = await read_aria(page, drawn=any(option.look for row in snapshot.rows for option in row.options))
    except ValueError as err:
        return (PageGap(kind=PageGapKind.DISAGREEMENT, words=f"the accessibility tree could not be read: {err}"),)
    read = interpret(snapshot, scope=scope)
    shown = snapshot.rows
    rows = [(row, shown[at]) for row, at in zip(read.rows, read.at, strict=True) if at is not None]
    told = disagreements(rows, tree, lexicon(read.language))
    return tuple(PageGap(kind=PageGapKind.DISAGREEMENT, words=words) for words in told)


async def _open_one_by_one(page: PageReader, state: Scan) -> None:
    """Where opening one section closes another.

    Open each that is closed, reading after each.
    """
    stuck = 0
    async for name, opened in open_each(page):
        stuck += not (opened or is_harmless(name))
        await _look(page, state)
        state.gaps += _still_loading(state.last)  # the next one closes it
    if stuck:
        state.gaps.append(PageGap(kind=PageGapKind.WAY_NOT_TAKEN, words=f"{stuck} sections could not be opened"))


async def _scroll_all(page: PageReader, state: Scan) -> None:
    """Scroll every list, and the page itself, to the end; read what changes."""
    for scroller in await page.find("scrollers"):
        await _scroll_one(page, state, scroller)


async def _scroll_one(page: PageReader, state: Scan, scroller: Handle) -> None:
    most = _rows_in(state.tokens) + _MOST_ROWS
    for _ in range(_MOST_STEPS):
        moved = await page.step(scroller)
        if moved["changed"]:
            await _look(page, state)
        if _rows_in(state.tokens) > most:
            break
        if moved["end"]:
            before = state.tokens
            await _look(page, state)  # a list that loads more at its end grows only now
            if state.tokens == before:
                return
        if moved["stuck"]:
            break
    state.gaps.append(PageGap(kind=PageGapKind.LATE, words="the end of a list never came"))


def _rows_in(tokens: Sequence[Token]) -> int:
    return sum(isinstance(token, RowToken) for token in tokens)


async def each_window(page: PageReader) -> AsyncIterator[None]:
    """Open every section and scroll every list once more, for a caller that looks.

    Yields at each view.
    """
    await unfold(page)
    await to_beginnings(page)
    yield
    async for _ in open_each(page):
        yield
    for scroller in await page.find("scrollers"):
        await page.to_beginning(scroller)
        yield
        for _ in range(_MOST_STEPS):
            moved = await page.step(scroller)
            if moved["changed"]:
                yield
            if moved["end"] or moved["stuck"]:
                break


def _finish(state: Scan, last: DomSnapshot) -> ScopeReading:
    whole = replace(
        last,
        tokens=state.tokens,
        hidden=tuple(sorted(state.hidden)),
        troubles=tuple(sorted(state.troubles)),
        left=tuple(state.left),
    )
    read = interpret(whole, scope=state.scope)
    gaps: list[PageGap | str] = [*state.gaps, *_without_control(state), *numbers_missing(state.numbers)]
    if not _counts_fit(last.row_counts, read):
        gaps.append(f"tables say they have {sum(last.row_counts)} rows in all; {len(read.rows)} were read")
    gaps += _still_loading(last)
    return ScopeReading(read=read, snapshot=whole, missing=tuple(dict.fromkeys(gaps)))


def _still_loading(seen: DomSnapshot | None) -> list[PageGap]:
    words = "the page says it is still loading"
    return [PageGap(kind=PageGapKind.LATE, words=words)] if seen and (seen.busy or seen.is_loading) else []


def _counts_fit(stated: tuple[int, ...], read: Interpretation) -> bool:
    """Whether each table has as many rows as it says, with or without its head.

    A row with a level for each marketplace is one row of its table.
    """
    drawn = {at: row.section for row, at in zip(read.rows, read.at, strict=True) if at is not None}
    if len(stated) == 1 and stated[0] - len(drawn) - read.titles in (0, 1):
        return True  # one table for everything, the sections' titles and the column heads among its rows
    sizes = sorted(Counter(drawn.values()).values())
    if not stated or len(sizes) < len(stated):
        return not stated or sum(stated) - len(drawn) in range(len(stated) + 1)
    for count in sorted(stated):
        size = next((size for size in sizes if size in (count, count - 1)), None)
        if size is None:
            return False
        sizes.remove(size)
    return True


def _without_control(state: Scan) -> list[str]:
    """Things that look like rows and have no control, and are no name of a user."""
    labels = [squash(token.label) for token in state.tokens if isinstance(token, RowToken)]
    lines = (text for text in state.bare if not names_a_user(text))
    bare = sorted(text for text in lines if not any(squash(text).startswith(label) for label in labels if label))
    return [f"{len(bare)} rows have no control ({bare[0][:60]!r})"] if bare else []


def not_shown(snapshots: Sequence[DomSnapshot]) -> list[str]:
    """Rows that are in the document and were shown in no scope.

    A hidden copy of a row that was shown is a decoy.
    """
    labels = [squash(row.label) for snapshot in snapshots for row in snapshot.rows if row.label]
    hidden = sorted({text for snapshot in snapshots for text in snapshot.hidden if text})
    missing = [text for text in hidden if not any(squash(text).startswith(label) for label in labels)]
    return [f"{len(missing)} rows are in the document but not shown ({missing[0][:60]!r})"] if missing else []
