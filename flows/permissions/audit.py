"""The audit visit.

Sign in, choose the account, read the permissions page, and where it is refused ask what can be opened.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import partial

from flows.account.choose_account import choose_account
from flows.browser.page_errors import PageMovedError
from flows.catalogue.grids import grid_data
from flows.errors import BrowserLostError, FlowError, SignedOutError
from flows.models import (
    AuditReading,
    Bounds,
    Credentials,
    FlowHooks,
    Grid,
    PageGap,
    PageGapKind,
    Refusal,
    SellerAccount,
)
from flows.permissions.accounting.chrome import without_chrome
from flows.permissions.page_proof import PageProof, UnprovenError, require_no_other
from flows.permissions.page_reader import PageReader
from flows.permissions.probe import probe_access, probe_paths
from flows.permissions.reach import Arrival, PermissionPages, PermissionPlace
from flows.permissions.reader import joined, read_grid
from flows.permissions.second_look import LONGEST, look_again
from flows.permissions.snapshot.late import awaited, not_got
from flows.sign_in.sign_in import ensure_signed_in
from flows.visit.visit import Visit

_GLOBAL = "global"  # a link of the user's row that says so has to show global rows


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """Whose rights are read, by whom, and how."""

    pages: PermissionPages
    viewer: str
    may_pass: Callable[[Grid], bool]
    proof: PageProof | None = None  # each page must give it, where nothing before it did
    account: SellerAccount | None = None  # was proven before: no page may name another


async def audit_at_once(
    visit: Visit,
    *,
    account: SellerAccount,
    viewer: str,
    subject: str,
    own: bool,
    bounds: Bounds | None = None,
    may_pass: Callable[[Grid], bool] = lambda _: True,
) -> AuditReading | None:
    """Open the permissions page at once on a stored session.

    It is believed only where it proves user and account itself.

    None where it does not, or where anything else than a grid that was read whole came of it: then the visit has to go
    the long way (`audit_permissions`) in a context of its own, because the rules of reading cannot be taken back.
    There is no sign-in here and nothing is chosen; the visit is read-only from its beginning.

    Raises:
        BrowserLostError: the browser died.
    """
    limits = bounds or Bounds()
    await visit.guard.read_only(documents=read_only_paths(), selection=_selection(account))
    page = PageReader.of(visit)
    proof = PageProof(visit=visit, page=page, account=account, viewer=viewer, subject=subject)
    try:
        async with asyncio.timeout(limits.step.total_seconds() + limits.second_look.total_seconds() + LONGEST):
            reading = await read_permissions(
                visit,
                host=account.marketplace.host,
                subject=subject,
                viewer=viewer,
                own=own,
                bounds=limits,
                may_pass=may_pass,
                proof=proof,
            )
    except BrowserLostError:
        raise
    except (UnprovenError, PageMovedError, FlowError, TimeoutError):
        return None
    grid = reading.grid
    return reading if grid is not None and grid.rows and grid.complete and not grid.named_gaps else None


def _selection(account: SellerAccount) -> frozenset[str]:
    """The values with which the site's own links name the account."""
    known = [account.marketplace.marketplace_id, account.merchant_id]
    return frozenset(value for one in known if one for value in (one, f"amzn1.mp.o.{one}"))


async def audit_permissions(
    visit: Visit,
    *,
    account: SellerAccount,
    credentials: Credentials,
    hooks: FlowHooks,
    subject: str,
    own: bool,
    bounds: Bounds | None = None,
    may_pass: Callable[[Grid], bool] = lambda _: True,
) -> AuditReading:
    """Read what `subject` (a user email) may do in this account; change nothing.

    `own` says that the credentials are the subject's; otherwise they are those of another user who may open the page.
    From the moment the account is chosen the visit is read-only. The page is left open where the grid is, for
    `capture_rows`.

    Raises:
        Everything `ensure_signed_in` and `choose_account` raise; SignedOutError when the session ends half-way.
    """
    limits = bounds or Bounds()
    host = account.marketplace.host
    # A stored session was proven when it was saved; a page that shows another address still stops the visit.
    await ensure_signed_in(visit, host=host, credentials=credentials, hooks=hooks, bounds=limits)
    await choose_account(visit, account=account, bounds=limits)
    await visit.guard.read_only(documents=read_only_paths())
    return await read_permissions(
        visit,
        host=host,
        subject=subject,
        viewer=credentials.user_email,
        bounds=limits,
        own=own,
        may_pass=may_pass,
        account=account,
    )


def read_only_paths() -> tuple[str, ...]:
    """The documents that may be opened once the account is chosen."""
    probes = probe_paths()
    return (*grid_data("reach")["documents"], *probes, *(f"{path.rstrip('/')}/*" for path in probes))


async def read_permissions(
    visit: Visit,
    *,
    host: str,
    subject: str,
    viewer: str,
    own: bool,
    bounds: Bounds,
    may_pass: Callable[[Grid], bool] = lambda _: True,
    proof: PageProof | None = None,
    account: SellerAccount | None = None,
) -> AuditReading:
    """Reach the grid and read it, or say how it is refused.

    The visit is signed in, in the right account and read-only. `may_pass` says of a page that was read whole whether it
    could still be judged a pass: only then is it watched for `bounds.second_look` and read once more. `proof`: what
    each page has to prove; `account`: what none may contradict.

    Raises:
        SignedOutError, SiteRefusedError, StepTimeoutError, ForeignHostError. UnprovenError, with `proof`.
        WrongAccountError, with `account`.
        BrowserLostError, PageMovedError: the page went away while it was read.
    """
    page = PageReader.of(visit) if proof is None else proof.page
    pages = PermissionPages(visit=visit, page=page, subject=subject, own=own, bounds=bounds)
    arrival = await pages.reach(host)
    if isinstance(arrival, Refusal):
        if proof is not None:
            raise UnprovenError("the page was refused")
        probes = await probe_access(visit, page, host=host, bounds=bounds) if own else ()
        return AuditReading(grid=None, refusal=arrival, probes=probes, blocked_requests=tuple(visit.guard.blocked))
    asked = _Asked(pages=pages, viewer=viewer, may_pass=may_pass, proof=proof, account=account)
    grid = await _read(arrival, asked)
    return AuditReading(grid=grid, blocked_requests=tuple(visit.guard.blocked))


async def _read(arrival: Arrival, ask: _Asked) -> Grid:
    """Every page of the subject's rights as one grid.

    By each link of its row, and from a regional page to the other.
    """
    grid = await _one_page(arrival, ask)
    grid = grid.short_of(*_left_in_row(arrival.unknown))
    if not grid.rows:
        return grid
    for name in arrival.others:
        grid = await _and_also(grid, ask.pages.another_way(arrival, name), ask, name)
    if any(row.scope == "global" for row in grid.rows):
        only = {row.scope for row in grid.rows} == {"global"}
        return grid.short_of(*_way_not_taken("only the global half of the permissions was reached")) if only else grid
    if arrival.others:
        return grid.short_of(
            *(gap for name in arrival.others if _GLOBAL in name.casefold() for gap in _no_global_rows(name))
        )
    return await _with_other_half(grid, ask)


async def _and_also(grid: Grid, going: Awaitable[Arrival | Refusal], ask: _Asked, name: str) -> Grid:
    try:
        there = await going
    except SignedOutError:
        return grid.short_of(*_way_not_taken(f"the session ended before {name} was read"))
    if isinstance(there, Refusal):
        return grid.short_of(*_way_not_taken(f"{name} was refused ({there.kind})"))
    other = await _with_row_left(there, ask)
    if _says(other) == _says(grid) and not other.gaps:  # two links to one page; a list between them was to lead on
        return grid.short_of(*_way_not_taken(f"{name} led to the same permissions")) if there.by_next_list else grid
    return joined(grid, other)


async def _with_other_half(grid: Grid, ask: _Asked) -> Grid:
    try:
        other = await ask.pages.other_half()
    except SignedOutError:
        return grid.short_of(*_way_not_taken("the session ended before Global User Permissions was read"))
    if other is None:
        return grid
    if isinstance(other, Refusal):
        return grid.short_of(*_way_not_taken(f"Global User Permissions was refused ({other.kind})"))
    both = joined(grid, await _with_row_left(other, ask))
    return both if any(row.scope == "global" for row in both.rows) else both.short_of(*_no_global_rows())


async def _with_row_left(arrival: Arrival, ask: _Asked) -> Grid:
    """One page; where a further list of users led to it, other links are left there."""
    return (await _one_page(arrival, ask)).short_of(*_left_in_row((*arrival.others, *arrival.unknown)))


def _says(grid: Grid) -> list[tuple[object, ...]]:
    return [(row.scope, row.section, row.permission, row.occurrence, row.level) for row in grid.rows]


def _left_in_row(names: tuple[str, ...]) -> list[PageGap]:
    return [PageGap(kind=PageGapKind.WAY_NOT_TAKEN, words=name, where="the user's row") for name in names]


def _no_global_rows(name: str = "Global User Permissions") -> tuple[PageGap, ...]:
    return _way_not_taken(f"{name} shows no global rows")


def _way_not_taken(words: str) -> tuple[PageGap, ...]:
    return (PageGap(kind=PageGapKind.WAY_NOT_TAKEN, words=words),)


async def _one_page(arrival: Arrival, ask: _Asked) -> Grid:
    pages = ask.pages
    if arrival.place is not PermissionPlace.GRID:
        empty = Grid(layout="", rows=(), editable=arrival.listed and pages.own, own=pages.own, complete=False)
        return empty.short_of(PageGap(kind=PageGapKind.UNEXPLAINED, words=arrival.detail or "no grid came"))
    document = None if ask.proof is None else await ask.proof.before()
    if ask.account is not None:
        await require_no_other(pages.visit, pages.page, ask.account)
    read = partial(
        read_grid,
        pages.page,
        own=pages.own,
        bounds=pages.bounds,
        expected=pages.subject,
        viewer=ask.viewer,
        chrome=pages.visit.catalogue.chrome,
    )
    grid = await read()
    if grid.complete and pages.bounds.second_look and ask.may_pass(grid):
        grid = await look_again(pages.page, grid, read=read, requests=pages.visit.requests, bounds=pages.bounds)
    if grid.complete:
        grid = grid.short_of(*await _open_ends(pages, grid))
    if ask.proof is not None and document is not None:
        await ask.proof.after(grid, document)
    if ask.account is not None:
        await require_no_other(pages.visit, pages.page, ask.account)
    if grid.subject is None and arrival.by_row:
        # the page names no user; we came by the link in the user's own row
        return replace(grid, subject=pages.subject.casefold())
    return grid


async def _open_ends(pages: PermissionPages, grid: Grid) -> list[PageGap]:
    """What the page asked for, waits for, or will do again; but what people adopted."""
    visit, policy = pages.visit, pages.visit.guard.policy
    gaps = [
        *await awaited(pages.page, is_measured=policy.is_telemetry),
        *not_got(visit.requests.refused, is_noise=policy.is_noise),
    ]
    return without_chrome(gaps, visit.catalogue.chrome, layout=grid.layout)
