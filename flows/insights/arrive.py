"""Opening one page of an insights visit.

Is it refused, is it whole, does it show the account that was chosen.
"""

from __future__ import annotations

from asyncio import get_running_loop
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode, urlsplit

from flows.account.active_account import proves, read_active
from flows.browser.page_errors import PageMovedError
from flows.catalogue.schema import SessionRule
from flows.errors import SignedOutError, SiteRefusedError, StepTimeoutError
from flows.insights.data import insights_data
from flows.insights.listen import Listener, date_of
from flows.insights.sighting import Absence
from flows.models import Bounds, RefusalKind, SellerAccount
from flows.permissions.page_reader import PageReader
from flows.permissions.reach import wall_of
from flows.visit.go import LedAwayError
from flows.visit.navigate import Navigator
from flows.visit.visit import Visit

_NAVIGATION = 4.0  # seconds in which a page must show its navigation, where it has one
_CALM = 80  # ms without a change; what the page still waits for, requests and timers, is known to its clock
_RESTS = 8  # looks at a page that does not come to rest
MOVED_ON = "the page moved on while it was read"
_NO_RIGHT = (RefusalKind.ACCESS_REQUIRED, RefusalKind.FAILED_GLOBAL, RefusalKind.REDIRECTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """One page that was opened.

    With `absence`, nothing on it is believed and `detail` says why.
    """

    about: str
    absence: Absence | None = None
    detail: str = ""
    made: datetime | None = None  # the document's own Date


@dataclass(frozen=True, slots=True, kw_only=True)
class InsightPages:
    """The pages of one visit and one account; opens them one after the other."""

    visit: Visit
    page: PageReader
    account: SellerAccount
    listener: Listener
    bounds: Bounds

    async def open(self, page: dict[str, str | list[str]]) -> Opened:
        """Open a page of the list at the first of its addresses that is found.

        Raises:
            ChallengeError, ForeignHostError, BrowserLostError: the visit is over.
        """
        about = str(page["about"])
        opened = Opened(about=about, absence=Absence.NOT_READ, detail="it has no address")
        for path in page["addresses"]:
            url = self._url(path, about, str(page.get("fragment", "")))
            opened = await self._open(about, url, path, tuple(page.get("also", ())))
            if opened.detail != RefusalKind.NOT_FOUND:
                break
        return opened

    def _url(self, path: str, about: str, fragment: str) -> str:
        """The address says which marketplace.

        Without that the site shows the one that was used last.
        """
        place = self.account.marketplace
        query = urlencode({"mons_sel_mkid": place.marketplace_id, "ref_": about})
        return f"https://{place.host}{path}?{query}" + (f"#{fragment}" if fragment else "")

    async def _open(self, about: str, url: str, path: str, also: tuple[str, ...]) -> Opened:
        self.listener.document = None
        try:
            await Navigator(self.visit, self.bounds).open_whole(url)
            refusal = await self._settle(path, also)
            detail = None if refusal is not None else await self._doubt()
        except LedAwayError as err:
            return Opened(about=about, absence=Absence.NO_PERMISSION, detail=str(err))
        except (SiteRefusedError, StepTimeoutError, SignedOutError) as err:
            return Opened(about=about, absence=Absence.NOT_READ, detail=str(err))
        except PageMovedError:
            return Opened(about=about, absence=Absence.NOT_READ, detail=MOVED_ON)
        if refusal is not None:
            absence = Absence.NO_PERMISSION if refusal in _NO_RIGHT else Absence.NOT_READ
            return Opened(about=about, absence=absence, detail=refusal)
        if detail is not None:
            return Opened(about=about, absence=Absence.NOT_READ, detail=detail)
        document = self.listener.document
        return Opened(about=about, made=None if document is None else date_of(document.headers))

    async def _settle(self, path: str, also: tuple[str, ...]) -> RefusalKind | None:
        """Wait until the page is at rest and recognised.

        Return how it refuses, if it does.
        """
        ends = get_running_loop().time() + self.bounds.step.total_seconds()
        for _ in range(_RESTS):
            is_rested = await self._rest()
            answered = await self.listener.answered(within=self.bounds.step)
            if (is_rested and answered) or get_running_loop().time() > ends:
                break
        seen = await Navigator(self.visit, self.bounds).look()
        refusal = await wall_of(self.page, seen)
        if refusal is not None:
            return refusal.kind
        if self.page.url.startswith("chrome-error:"):
            raise SiteRefusedError("expected a page, found the browser's own error", url=path)
        here = urlsplit(self.page.url).path.rstrip("/") or "/"
        if here != path and not here.startswith((path + "/", *also)):
            return RefusalKind.REDIRECTED
        if seen.session is not SessionRule.SIGNED_IN:
            raise SiteRefusedError(f"expected a signed-in page, found {seen.screen}", url=seen.path)
        return None

    async def _rest(self) -> bool:
        try:
            return (await self.page.rest(calm=_CALM)).is_rested
        except PageMovedError:
            await self.page.loaded()
            return False

    async def _doubt(self) -> str | None:
        """Why nothing on this page may be believed, if there is a reason."""
        document = self.listener.document
        if document is None:
            return "the page's document was not seen"
        if document.status != 200:
            return f"the page answered {document.status}"
        text = await self.listener.text_of(document)
        if insights_data("pages")["instead"]["whole"] not in text[-200:].lower():
            return "the page did not come whole"
        return await self._other_account()

    async def _other_account(self) -> str | None:
        """The marketplace and merchant the page shows must be the chosen ones."""
        ends = get_running_loop().time() + _NAVIGATION
        shown = await read_active(self.visit)
        while shown.is_silent and get_running_loop().time() < ends and not await self._rest():
            shown = await read_active(self.visit)
        if proves(shown, self.account, self.visit, chosen=True) is None:
            return "the page shows another marketplace or merchant, or not which"
        return None
