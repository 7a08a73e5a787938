"""The audit visit: sign in, choose the account, read the permissions page, and where it is refused ask what can be opened."""

from __future__ import annotations

from flows.models import Aides, AuditReading, Bounds, Credentials, SellerAccount
from flows.visit import Visit


async def audit_permissions(
    visit: Visit,
    *,
    account: SellerAccount,
    credentials: Credentials,
    aides: Aides,
    subject: str,
    own: bool,
    bounds: Bounds | None = None,
) -> AuditReading:
    """Bring home what `subject` (a user email) may do in this account; nothing is changed.

    `own` says that the credentials are the subject's; otherwise they are those of somebody who may open the page. From the moment
    the account is chosen the visit is read-only. The page is left open where the grid is, for `flows.grids.capture.capture_row`.

    Raises:
        Everything `ensure_signed_in` and `choose_account` raise; SignedOutError when the session ends half-way.
    """
    raise NotImplementedError
