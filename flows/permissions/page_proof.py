"""Proof from the permissions page itself.

Signed in as whom, in which account, whose rights it shows.

An audit that opens the page at once, without the home page and the picker, has nothing else to go by.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from flows.account.active_account import Shown, contradicts, proves, read_active
from flows.account.switcher import was_told_another
from flows.browser.page_errors import PageMovedError
from flows.catalogue.recognise import Recognition
from flows.catalogue.schema import SessionRule
from flows.errors import WrongAccountError
from flows.marketplaces import HOST_REGIONS
from flows.models import ActiveAccount, Grid, SellerAccount
from flows.permissions.page_reader import PageReader
from flows.visit.visit import Visit

_HEADER = "header"  # what an address says is what we, or a link, asked for: only the navigation is drawn by the site


class UnprovenError(Exception):
    """The page does not prove that its rows are those of the user in the account."""


async def require_no_other(visit: Visit, page: PageReader, account: SellerAccount) -> None:
    """Refuse a page that names another account than was chosen.

    Asked before it is read and afterwards. It need not name any: a page before it proved the account.

    Raises:
        WrongAccountError: its navigation, its address or what its account switcher was told names another merchant
        or marketplace, or it stands on another region's host.
    """
    is_of_another = is_of_another_region(page.url, account) or contradicts(await read_active(visit), account, visit)
    if is_of_another or await was_told_another(visit, account):
        raise WrongAccountError(
            f"{account.marketplace.country} of the account's merchant was chosen, the permissions page "
            "names another account, or another region: nothing of it was believed",
            screen="permissions",
            url=page.url.partition("?")[0],
        )


def is_of_another_region(url: str, account: SellerAccount) -> bool:
    """Whether a page stands on a host of another region, whatever it says."""
    return HOST_REGIONS.get(urlsplit(url).hostname or "") != account.marketplace.region


@dataclass(frozen=True, slots=True, kw_only=True)
class PageProof:
    """What a page has to prove before its rows are believed."""

    visit: Visit
    page: PageReader
    account: SellerAccount
    viewer: str  # the user email that is signed in
    subject: str  # the user email whose rights are read

    async def before(self) -> int | str:
        """Look at a page that is about to be read; returns the id of its document.

        Raises:
            UnprovenError: it contradicts already, or no user is signed in.
        """
        seen = await self._seen(self.page.recognised)
        shown = await self._shown()
        if not shown.is_silent and self._active(shown) is None:
            raise UnprovenError("the page's navigation shows another account, or too little")
        return seen.document

    async def after(self, grid: Grid, document: int | str) -> None:
        """Demand the proof from the page that was read, now that it rests.

        The document must be the one that was looked at before, the navigation must show merchant and marketplace, what
        the page's own calls said of them must not be otherwise, and the page must name the user: signed in where it
        shows addresses there, or as the one whose rights it shows.

        Raises:
            UnprovenError: it does not prove all of it.
        """
        seen = await self._seen()
        if seen.document != document:
            raise UnprovenError("the page was replaced while it was read")
        if self._active(await self._shown()) is None:
            raise UnprovenError("the page's navigation does not prove the account")
        if await was_told_another(self.visit, self.account):
            raise UnprovenError("the page's account switcher was told another account")
        is_named = grid.subject is not None and grid.subject == self.subject.casefold()
        if not seen.emails and not is_named:
            raise UnprovenError("the page names no user")

    async def _seen(self, known: Recognition | None = None) -> Recognition:
        try:
            seen = known or await self.visit.recognise()
        except PageMovedError as err:
            raise UnprovenError("the page moved on") from err
        if seen.session is not SessionRule.SIGNED_IN:
            raise UnprovenError("the page is not one of the signed-in site")
        if is_of_another_region(seen.url, self.account):
            raise UnprovenError("the page stands on another region's host")
        if set(seen.emails) - {self.viewer.strip().lower()}:
            raise UnprovenError("the page shows another user's address")
        return seen

    async def _shown(self) -> Shown:
        try:
            return await read_active(self.visit)
        except PageMovedError as err:
            raise UnprovenError("the page moved on") from err

    def _active(self, shown: Shown) -> ActiveAccount | None:
        active = proves(shown, self.account, self.visit, chosen=False)
        return active if active is not None and active.proof == _HEADER else None
