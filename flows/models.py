"""The values that flows take and return.

All frozen, none holds a Playwright object.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import SecretStr

from flows.marketplaces import Marketplace
from flows.permission_values import (
    Level as Level,
)
from flows.permission_values import (
    PageGap as PageGap,
)
from flows.permission_values import (
    PageGapKind as PageGapKind,
)
from flows.permission_values import (
    PageProbe as PageProbe,
)
from flows.permission_values import (
    ProbeAnswer as ProbeAnswer,
)


class Act(StrEnum):
    """An act that is journaled before it happens: doing it twice costs something."""

    TYPE_PASSWORD = "type_password"  # noqa: S105 - the name of an act
    TYPE_CODE = "type_code"
    ACCEPT_INVITATION = "accept_invitation"
    REGISTER = "register"  # the register form is sent: once an order
    TYPE_PHONE = "type_phone"  # once an order
    ENROL = "enrol"  # a new authenticator is proven, or two-step verification switched on
    DELETE_AUTHENTICATOR = "delete_authenticator"


@dataclass(frozen=True, slots=True, kw_only=True)
class SellerAccount:
    """What the account picker must end on.

    At least one of merchant id and name should be known; both None means the only one offered.
    """

    marketplace: Marketplace
    merchant_id: str | None = None
    merchant_name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """Who signs in.

    The one-time code is asked for through `FlowHooks.next_code` only when a screen wants it.
    """

    user_email: str
    password: SecretStr


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowHooks:
    """What a flow is given by its caller.

    `next_code` waits for a fresh time step, spends it in the ledger and returns the digits. `before_act` is awaited
    right before each `Act`: it checks the lease, the pause switch and the attempt budget, journals the intention, and
    raises to forbid. `outcome` reports what became of an act: `accepted`, `rejected` or a short word of the flow's.
    `now` is aware UTC. `clock_seen` is told the site's `Date` header once a visit, to correct one-time codes.
    `ask_code` asks a person for a code that the site sent by message, with the page's words; it returns None where none
    was given. `mail_code` waits for the one code of a purpose that came by mail after the moment the page asked; None
    where none came.
    """

    next_code: Callable[[], Awaitable[SecretStr]]
    before_act: Callable[[Act], Awaitable[None]]
    outcome: Callable[[Act, str], Awaitable[None]]
    now: Callable[[], datetime]
    clock_seen: Callable[[datetime], Awaitable[None]]
    ask_code: Callable[[str], Awaitable[SecretStr | None]] | None = None
    mail_code: Callable[[str, datetime], Awaitable[SecretStr | None]] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How long things may take in one visit."""

    step: timedelta = timedelta(seconds=20)  # one act to its after-state
    visit: timedelta = timedelta(seconds=240)  # everything
    challenge: timedelta = timedelta(seconds=20)  # a silent challenge, or a page that nothing claims yet
    second_look: timedelta = timedelta(seconds=2)  # how long a page that would pass is watched before it is believed


class Proof(StrEnum):
    """What on the page proved an identity, strongest first."""

    SIGN_IN = "sign_in"  # this visit typed the address, the page showed it, and the site let it in
    TILE = "tile"  # the account tile that was chosen showed the address
    PAGE = "page"  # the signed-in page shows the address
    NONE = "none"  # signed in, but no page said as whom


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who the browser is signed in as.

    `user_email` is what the page said, lower-cased; None when it said nothing.
    """

    user_email: str | None
    proof: Proof
    fresh: bool = False  # this visit signed in; False: the stored session was enough


@dataclass(frozen=True, slots=True, kw_only=True)
class ActiveAccount:
    """The merchant and marketplace a page proved to be active."""

    marketplace: Marketplace
    merchant_name: str | None
    merchant_id: str | None
    proof: str  # what proved it: header, address, picker


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationLink:
    """A link rebuilt from its checked parts.

    Exactly one of merchant_id and global_account_id is set.
    """

    url: str
    host: str
    invitation_id: str
    merchant_id: str | None = None
    global_account_id: str | None = None


class AcceptanceOutcome(StrEnum):
    """How an acceptance ended."""

    ACCEPTED = "accepted"
    ALREADY_ACCEPTED = "already_accepted"  # an outcome, not an error: an earlier visit was cut off
    AWAITING_CONFIRMATION = "awaiting_confirmation"  # the seller must confirm the user (a code, or an approval step)


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """What an acceptance left behind, as far as the page said it."""

    outcome: AcceptanceOutcome
    confirmation_code: str | None = None
    merchant_id: str | None = None
    merchant_name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PermissionRow:
    """One row of a grid as read, and as a recording keeps it.

    The agent judges a `Row` of its own.
    `level` is None when it could not be read; `raw` keeps the page's own word.
    """

    scope: str  # "regional", "global" or a marketplace code
    section: str
    permission: str
    occurrence: int = 1  # the same label may stand twice in a section
    legacy_id: str | None = None
    offered: tuple[Level, ...] = ()
    level: Level | None = None
    raw: str = ""
    problem: str | None = None  # why level is None, or what about the row was not understood


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """Everything one visit read of the permissions.

    `complete` is true only when both readings agreed, every section was opened, and the end of every list was seen;
    `gaps` says what was missing otherwise. `editable` is true when the signed-in user could have changed what was read.
    `subject` is the email that the page itself named as the user whose rights these are, None when it named none.
    """

    layout: str  # classic, global, unified, own_view
    rows: tuple[PermissionRow, ...]
    editable: bool
    own: bool  # the signed-in user's own rights
    complete: bool
    gaps: tuple[str, ...] = ()
    language: str = "en"
    subject: str | None = None
    shape: str = ""  # hash of the page's structure, for drift
    pages: tuple[str, ...] = ()  # the addresses it was read at, in order
    named_gaps: tuple[PageGap, ...] = ()  # the same gaps with their kinds; `gaps` are their sentences
    second_look: timedelta = timedelta(0)  # how long the page was watched after it had been read

    def short_of(self, *gaps: PageGap) -> Grid:
        """The same grid, not whole for these reasons besides its own."""
        if not gaps:
            return self
        named = tuple(dict.fromkeys((*self.named_gaps, *gaps)))
        return replace(self, complete=False, named_gaps=named, gaps=tuple(dict.fromkeys(map(str, named))))


class RefusalKind(StrEnum):
    """How the site refused the User Permissions page.

    Never the same as signed out or broken.
    """

    REDIRECTED = "redirected"
    ACCESS_REQUIRED = "access_required"
    FAILED_GLOBAL = "failed_global"
    NOT_FOUND = "not_found"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """The page was refused: this proves User Permissions is None and nothing else."""

    kind: RefusalKind
    url: str
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditReading:
    """The facts one audit visit brought home; judging them is the agent's business."""

    grid: Grid | None
    refusal: Refusal | None = None
    probes: tuple[PageProbe, ...] = ()
    blocked_requests: tuple[str, ...] = ()  # what the read-only guard stopped: "METHOD url"
    evidence: tuple[str, ...] = field(default=())
