"""A browser on the second site, and one sign-in at a time on it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from playwright.async_api import Browser

from flows.browser.launch import BrowserOptions
from flows.errors import FlowError
from flows.models import Bounds, Identity
from flows.sign_in.sign_in import ensure_signed_in
from flows.visit.open_visit import open_visit
from tests.second_site.markup import Look, Visit
from tests.second_site.script import Person
from tests.second_site.site import HOST, SecondSite, second_site
from tests.support.sites.flow_rig import Helpers
from tests.support.sites.kept_browsers import KEPT

BOUNDS = Bounds(step=timedelta(seconds=8), visit=timedelta(seconds=60), challenge=timedelta(seconds=4))


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How one sign-in on the second site ended, on both sides."""

    identity: Identity | None
    error: FlowError | None
    site: Visit
    lent: Helpers

    @property
    def outcome(self) -> str:
        return self.error.code if self.error else "arrived"


@dataclass(slots=True)
class SecondRig:
    """One browser and one second site for many visits."""

    site: SecondSite
    browser: Browser
    options: BrowserOptions

    async def sign_in(
        self, *steps: str, look: Look | None = None, person: Person | None = None, bounds: Bounds = BOUNDS
    ) -> Ended:
        """Play a script to one sign-in."""
        who = person or Person()
        site = self.site.begin([*steps], look=look, person=who)
        lent = Helpers(user=who)
        identity, error = None, None
        async with open_visit(self.browser, options=self.options, storage_state=None) as visit:
            try:
                identity = await ensure_signed_in(
                    visit, host=HOST, credentials=lent.credentials(), hooks=lent.hooks(), bounds=bounds
                )
            except FlowError as err:
                error = err
        return Ended(identity=identity, error=error, site=site, lent=lent)


@asynccontextmanager
async def second_rig() -> AsyncIterator[SecondRig]:
    """Start the site and a browser that reaches it under the production host names."""
    async with second_site() as site:
        options = BrowserOptions(host_resolver_rules=f"MAP * 127.0.0.1:{site.port}", trusted_spki=(site.spki,))
        async with KEPT.lend(options) as browser:
            yield SecondRig(site=site, browser=browser, options=options)
