"""One guided visit of the whole site; read-only once inside.

Sign-in, picker, home, permissions, health and business reports.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial

from flows.account.choose_account import choose_account
from flows.catalogue.recognise import UNKNOWN_SCREEN
from flows.errors import BrowserLostError, FlowError, SiteRefusedError
from flows.insights.data import insights_data
from flows.insights.read import read_calls
from flows.models import Bounds, Credentials, FlowHooks, SellerAccount
from flows.permissions.audit import read_only_paths, read_permissions
from flows.sign_in.sign_in import ensure_signed_in
from flows.survey.noticing import StageEnd, SurveyedVisit
from flows.visit.navigate import Navigator

SIGN_IN, PICKER, PERMISSIONS = "sign-in", "picker", "permissions"


@dataclass(slots=True, kw_only=True)
class GuidedSurvey:
    """Goes through the parts.

    Each that ends in an error is told, and the next is tried where that makes sense.
    """

    visit: SurveyedVisit
    account: SellerAccount
    credentials: Credentials
    hooks: FlowHooks
    subject: str
    bounds: Bounds = field(default_factory=Bounds)
    ends: list[StageEnd] = field(default_factory=list)

    async def run(self) -> tuple[StageEnd, ...]:
        """Go through all parts.

        Raises:
            BrowserLostError: the browser died.
        """
        host = self.account.marketplace.host
        if not await self._stage(SIGN_IN, self._sign_in) or not await self._stage(PICKER, self._choose):
            return tuple(self.ends)
        await lock_survey(self.visit, marketplace_id=self.account.marketplace.marketplace_id)
        await self._stage("home", partial(self._open, host, "/home"))
        await self._stage(PERMISSIONS, self._permissions)
        for page in insights_data("pages")["pages"]:
            path = page["addresses"][0]
            if path != "/home":
                name = str(page["about"]).replace("_", " ")
                await self._stage(name, partial(self._open, host, path, page.get("fragment", "")))
        return tuple(self.ends)

    async def _stage(self, name: str, work: Callable[[], Awaitable[str]]) -> bool:
        self.visit.stage = name
        try:
            end = StageEnd(stage=name, said=await work())
        except BrowserLostError:
            raise
        except FlowError as err:
            end = StageEnd(stage=name, said=self.visit.redactor.redact(str(err)), code=err.code)
        self.ends.append(end)
        return end.is_reached

    async def _sign_in(self) -> str:
        identity = await ensure_signed_in(
            self.visit,
            host=self.account.marketplace.host,
            credentials=self.credentials,
            hooks=self.hooks,
            bounds=self.bounds,
        )
        return f"signed in, proven by {identity.proof.value}" + ("" if identity.fresh else " (stored session)")

    async def _choose(self) -> str:
        chosen = await choose_account(self.visit, account=self.account, bounds=self.bounds)
        return f"the account is active, proven by {chosen.proof}"

    async def _open(self, host: str, path: str, fragment: str = "") -> str:
        walk = Navigator(self.visit, self.bounds)
        await walk.open_whole(f"https://{host}{path}" + (f"#{fragment}" if fragment else ""))
        seen = await walk.look()
        return "no screen claims it" if seen.screen == UNKNOWN_SCREEN else f"read as {seen.screen} by {seen.claim}"

    async def _permissions(self) -> str:
        reading = await read_permissions(
            self.visit,
            host=self.account.marketplace.host,
            subject=self.subject,
            viewer=self.credentials.user_email,
            own=True,
            bounds=self.bounds,
        )
        if reading.grid is None:
            refused = reading.refusal.kind.value if reading.refusal else "no page"
            raise SiteRefusedError(f"expected the permissions, found that the page is refused ({refused})")
        grid = reading.grid
        gaps = (
            f", {len(grid.named_gaps)} pieces without an explanation"
            if grid.named_gaps
            else ", nothing left unexplained"
        )
        return f"{grid.layout}: {len(grid.rows)} rows{gaps}"


async def lock_survey(visit: SurveyedVisit, *, marketplace_id: str) -> None:
    """Let nothing through from now on but reading the visits' pages.

    Those of the audit and of the insights visit.
    """
    documents = (*read_only_paths(), *insights_data("pages")["documents"])
    selection = frozenset({marketplace_id})
    await visit.guard.read_only(documents=documents, calls=read_calls(), selection=selection)
