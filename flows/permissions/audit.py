"""The audit visit: sign in, choose the account, read the permissions page, and where it is refused ask what can be
opened.
"""

from __future__ import annotations

from dataclasses import replace

from flows.account.choose_account import choose_account
from flows.catalogue.grids import grid_data
from flows.errors import SignedOutError
from flows.models import AuditReading, Bounds, Credentials, FlowHooks, Grid, Refusal, SellerAccount
from flows.permissions.layouts import Layout
from flows.permissions.probe import probe_access, probe_paths
from flows.permissions.reach import Arrival, Place, other_half, reach_permissions
from flows.permissions.reader import read_grid
from flows.sign_in.sign_in import ensure_signed_in
from flows.visit.visit import Visit


async def audit_permissions(
    visit: Visit,
    *,
    account: SellerAccount,
    credentials: Credentials,
    hooks: FlowHooks,
    subject: str,
    own: bool,
    bounds: Bounds | None = None,
) -> AuditReading:
    """Bring home what `subject` (a user email) may do in this account; nothing is changed.

    `own` says that the credentials are the subject's; otherwise they are those of somebody who may open the page. From
    the moment
    the account is chosen the visit is read-only. The page is left open where the grid is, for
    `flows.permissions.capture.capture_rows`.

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
        visit, host=host, subject=subject, viewer=credentials.user_email, bounds=limits, own=own
    )


def read_only_paths() -> tuple[str, ...]:
    """The documents that may be opened once the account is chosen."""
    probes = probe_paths()
    return (*grid_data("reach")["documents"], *probes, *(f"{path.rstrip('/')}/*" for path in probes))


async def read_permissions(
    visit: Visit, *, host: str, subject: str, viewer: str, own: bool, bounds: Bounds
) -> AuditReading:
    """Reach the grid and read it, or say how it is refused; the visit is signed in, in the right account and read-only.

    Raises:
        SignedOutError, SiteRefusedError, StepTimeoutError, ForeignHostError.
    """
    arrival = await reach_permissions(visit, host=host, subject=subject, own=own, bounds=bounds)
    if isinstance(arrival, Refusal):
        probes = await probe_access(visit, host=host, bounds=bounds) if own else ()
        return AuditReading(grid=None, refusal=arrival, probes=probes, blocked_requests=tuple(visit.guard.blocked))
    grid = await _read(visit, arrival, subject=subject, viewer=viewer, own=own, bounds=bounds)
    return AuditReading(grid=grid, blocked_requests=tuple(visit.guard.blocked))


async def _read(visit: Visit, arrival: Arrival, *, subject: str, viewer: str, own: bool, bounds: Bounds) -> Grid:
    grid = await _one_page(visit, arrival, subject=subject, viewer=viewer, own=own, bounds=bounds)
    if not grid.rows:
        return grid
    if {row.scope for row in grid.rows} == {"global"}:
        return _short(grid, "only the global half of the permissions was reached")
    try:
        other = await other_half(visit, subject=subject, own=own, bounds=bounds)
    except SignedOutError:
        return _short(grid, "the session ended before Global User Permissions was read")
    if other is None:
        return grid
    if isinstance(other, Refusal):
        return _short(grid, f"Global User Permissions was refused ({other.kind})")
    return _joined(grid, await _one_page(visit, other, subject=subject, viewer=viewer, own=own, bounds=bounds))


async def _one_page(visit: Visit, arrival: Arrival, *, subject: str, viewer: str, own: bool, bounds: Bounds) -> Grid:
    if arrival.place is not Place.GRID:
        return Grid(
            layout="",
            rows=(),
            editable=arrival.listed and own,
            own=own,
            complete=False,
            gaps=(arrival.detail or "no grid came",),
        )
    grid = await read_grid(
        visit.page, own=own, bounds=bounds, expected=subject, viewer=viewer, seen=arrival.sight, ahead=arrival.ahead
    )
    if grid.subject is None and arrival.by_row:
        return replace(
            grid, subject=subject.casefold()
        )  # the page names nobody; we came by the link in the user's own row
    return grid


def _joined(regional: Grid, other: Grid) -> Grid:
    """Both halves as one grid; each must be whole, and of the same user."""
    gaps = [*regional.gaps, *other.gaps]
    subjects = {grid.subject for grid in (regional, other) if grid.subject is not None}
    if len(subjects) > 1:
        gaps.append("the regional and the global page show the permissions of different users")
    if not any(row.scope == "global" for row in other.rows):
        gaps.append("Global User Permissions shows no global rows")
    editable = regional.editable or other.editable
    return replace(
        regional,
        layout=Layout.OWN_VIEW.value if regional.own and not editable else Layout.GLOBAL.value,
        rows=(*regional.rows, *other.rows),
        editable=editable,
        complete=regional.complete and other.complete and not gaps,
        gaps=tuple(dict.fromkeys(gaps)),
        subject=next(iter(subjects), None),
        shape=f"{regional.shape}+{other.shape}",
        pages=(*regional.pages, *other.pages),
    )


def _short(grid: Grid, gap: str) -> Grid:
    return replace(grid, complete=False, gaps=(*grid.gaps, gap))
