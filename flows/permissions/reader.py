"""Reading the grid in front of us: every scope of the page, in one value."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence, Set
from dataclasses import replace
from functools import partial

from flows.catalogue.schema import Chrome
from flows.models import Bounds, Grid, PageGap, PageGapKind, PermissionRow
from flows.permissions.accounting.account import unaccounted
from flows.permissions.accounting.chrome import without_chrome
from flows.permissions.accounting.known import Known, shown_texts
from flows.permissions.layouts import Layout, default_scope, layout_of
from flows.permissions.page_reader import PageReader, ScopeReading
from flows.permissions.rows.subject import EMAIL, naming
from flows.permissions.rows.tokens import DomSnapshot, SwitchToken
from flows.permissions.rows.vocabulary import generic
from flows.permissions.scan import is_grid, not_shown, scan
from flows.permissions.scopes import each_scope
from flows.permissions.snapshot.sealed import closed_roots
from flows.words import fold


async def read_grid(
    page: PageReader,
    *,
    own: bool,
    bounds: Bounds | None = None,
    scope: str | None = None,
    expected: str | None = None,
    viewer: str | None = None,
    chrome: Sequence[Chrome] = (),
) -> Grid:
    """Read the permission grid that is open, to its end, twice over.

    Presses only what opens sections, lists and marketplaces.

    `own`: the grid shows the rights of the signed-in user. `scope` is that of rows no title puts elsewhere; None tells
    it from the page.
    `expected` is the user whose rights should be shown, `viewer` the one who is signed in: whose addresses may be on
    the page.
    `chrome` is what people adopted as saying nothing about rows.
    Whatever could not be read or understood stands in `gaps` or in a row's `problem`.

    Raises:
        BrowserLostError, PageMovedError, ActRefusedError: the page is gone, or does not answer.
    """
    grid = await _read_page(page, own=own, bounds=bounds, scope=scope, expected=expected, viewer=viewer, chrome=chrome)
    return grid.short_of(*await closed_roots(page)) if grid.complete else grid


async def _read_page(
    page: PageReader,
    *,
    own: bool,
    bounds: Bounds | None,
    scope: str | None,
    expected: str | None,
    viewer: str | None,
    chrome: Sequence[Chrome],
) -> Grid:
    followed: set[str] = set()
    named = partial(_grid, page.url, own=own, expected=expected, viewer=viewer, followed=followed, chrome=chrome)
    early = page.begin()
    if early is not None and await page.moment() == early.snapshot.moment:
        return named([early], [*early.missing, *early.read.gaps, *not_shown([early.snapshot])])
    within = (bounds or Bounds()).step
    first, _ = await page.settle(within=within, ready=is_grid)
    home = scope or default_scope(page.url, first)
    reads: list[ScopeReading] = []
    gaps: list[PageGap | str] = []
    async for name, trouble in each_scope(page, default=home, followed=followed):
        one = await scan(page, scope=name, within=within)
        gaps += [*trouble, *one.missing, *one.read.gaps]
        if not one.read.rows:
            gaps.append(f"no row was read ({name})")
        reads.append(one)
    gaps += not_shown([one.snapshot for one in reads])
    return named(reads, gaps)


def _grid(
    url: str,
    reads: list[ScopeReading],
    gaps: Sequence[PageGap | str],
    *,
    own: bool,
    expected: str | None,
    viewer: str | None,
    followed: Set[str],
    chrome: Sequence[Chrome],
) -> Grid:
    rows = renumbered([row for one in reads for row in one.read.rows])
    snapshots = [one.snapshot for one in reads]
    editable = any(one.read.editable for one in reads) or any(_can_save(snapshot) for snapshot in snapshots)
    languages = list(dict.fromkeys(one.read.language for one in reads))
    if len(languages) > 1:
        gaps = [*gaps, f"the page changes its language ({', '.join(languages)})"]
    named, subject = _named(gaps), _subject(snapshots, expected, viewer, own=own)
    addresses = frozenset(address.casefold() for address in (expected, viewer, subject) if address)
    known = Known(
        followed=frozenset(followed),
        names=addresses,
        nameless=subject is None and not own,
        shown=shown_texts(snapshots),
    )
    named += _titled(snapshots, addresses)
    for snapshot in snapshots:
        named += unaccounted(snapshot, known)
    scopes = {row.scope for row in rows}
    layout = layout_of(url, scopes, own=own, editable=editable)
    named = without_chrome(dict.fromkeys(named), chrome, layout=layout)
    return Grid(
        layout=layout,
        rows=rows,
        editable=editable,
        own=own,
        complete=not named and bool(rows) and not any(row.problem for row in rows),
        gaps=tuple(dict.fromkeys(map(str, named))),
        named_gaps=tuple(named),
        language=languages[0] if languages else "",
        subject=subject,
        shape=_shape(snapshots),
        pages=(url,),
    )


def _named(gaps: Sequence[PageGap | str]) -> list[PageGap]:
    return [gap if isinstance(gap, PageGap) else PageGap(kind=PageGapKind.UNEXPLAINED, words=gap) for gap in gaps]


def _titled(snapshots: Sequence[DomSnapshot], known: Set[str]) -> list[PageGap]:
    """One gap for each title of the document that names another user."""
    titles = dict.fromkeys(snapshot.title for snapshot in snapshots)
    others = [title for title in titles if {one.casefold() for one in EMAIL.findall(title)} - known]
    return [PageGap(kind=PageGapKind.SUBJECT, words=title[:200], where="title of the document") for title in others]


def _subject(snapshots: list[DomSnapshot], expected: str | None, viewer: str | None, *, own: bool) -> str | None:
    """Whose rights these are, by what names the subject of this grid.

    A heading, a line above the first row, a picker.

    An address that stands anywhere else, or in a text that says something else, names no user. The own page of a
    session needs no name; that of another user must not be taken for the expected user's.
    """
    titled, named = (
        {email for snapshot in snapshots for email in naming(snapshot, titled=only, own=own)} for only in (True, False)
    )
    if len(titled) == 1:
        return titled.pop()
    others = named - {address.casefold() for address in (viewer, expected) if address}
    if expected is not None and expected.casefold() in named and not others:
        return expected.casefold()
    if own and viewer is not None:
        others -= {viewer.casefold()}
    return others.pop() if len(others) == 1 and not (expected is not None and expected.casefold() in named) else None


def renumbered(rows: Sequence[PermissionRow]) -> tuple[PermissionRow, ...]:
    """Count occurrences over the whole grid: the scopes were read one by one."""
    seen: dict[tuple[str, str, str], int] = {}
    numbered = []
    for row in rows:
        key = (row.scope, row.section, row.permission)
        seen[key] = seen.get(key, 0) + 1
        numbered.append(replace(row, occurrence=seen[key]))
    return tuple(numbered)


def joined(first: Grid, other: Grid) -> Grid:
    """Two pages as one grid; each must be whole, and of the same user."""
    subjects = {grid.subject for grid in (first, other) if grid.subject is not None}
    editable = first.editable or other.editable
    both = replace(
        first,
        layout=Layout.OWN_VIEW.value if first.own and not editable else Layout.GLOBAL.value,
        rows=renumbered([*first.rows, *other.rows]),
        editable=editable,
        complete=first.complete and other.complete,
        subject=next(iter(subjects), None),
        shape=f"{first.shape}+{other.shape}",
        pages=(*first.pages, *other.pages),
        second_look=first.second_look + other.second_look,
    ).short_of(*other.named_gaps)
    if len(subjects) > 1:
        words = "the pages show the permissions of different users"
        return both.short_of(PageGap(kind=PageGapKind.SUBJECT, words=words))
    return both


def _can_save(snapshot: DomSnapshot) -> bool:
    """Whether the page offers to save: then what is on it can be changed."""
    words = generic("save")
    return any(fold(name) in words for name in snapshot.live_buttons) or any(
        isinstance(token, SwitchToken) and not token.locked and any("universal" in fold(word) for word in token.own)
        for token in snapshot.tokens
    )


def _shape(snapshots: list[DomSnapshot]) -> str:
    parts = sorted({part for snapshot in snapshots for part in snapshot.shape})
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12] if parts else ""
