"""What the browser may be led to, may send, and may have typed into it, whatever a flow or a page wants."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from playwright.async_api import ElementHandle
from pydantic import SecretStr

from flows.marketplaces import RETAIL_HOSTS, SELLER_CENTRAL_HOSTS


@dataclass(frozen=True, slots=True, kw_only=True)
class HostPolicy:
    """Exact hosts, always https. `resources` may hold suffixes that start with a dot."""

    navigation: frozenset[str] = SELLER_CENTRAL_HOSTS | RETAIL_HOSTS  # documents and forms, subframes too
    sign_in: frozenset[str] = SELLER_CENTRAL_HOSTS | RETAIL_HOSTS  # where a password or code may be typed
    resources: frozenset[str] = field(default=frozenset())  # besides navigation: XHR, fetch, beacons, scripts


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadCall:
    """One call by script that reads although it is not a GET."""

    method: str
    path: str  # exact, or ending in *


@dataclass(slots=True)
class Guard:
    """The network rules of one visit; `check` raises what they saw."""

    policy: HostPolicy
    rehearsal: bool
    blocked: list[str] = field(default_factory=list)  # "METHOD url" without query, in order

    def check(self) -> None:
        """Raise if a page tried to leave the listed hosts since the last check.

        Raises:
            ForeignHostError: a navigation or a sent form was stopped.
        """
        raise NotImplementedError

    async def read_only(self, *, documents: Sequence[str], calls: Sequence[ReadCall] = ()) -> None:
        """Let nothing through from now on that could change something; there is no way back within the visit.

        Documents: GET or HEAD, path in `documents` (exact, or a prefix ending in *). Scripts: GET and HEAD, and the listed calls. No
        WebSockets, no beacons, no /sign-out, no account switch. What is stopped is listed in `blocked` and does not raise, except
        a foreign host.
        """
        raise NotImplementedError

    async def type_secret(self, handle: ElementHandle, secret: SecretStr) -> None:
        """Type a secret into one element of the page, after checking where that element lives at this moment.

        Raises:
            SecretGuardError: the frame's host is not a sign-in host, not https, or in rehearsal not on loopback; nothing was typed.
        """
        raise NotImplementedError
