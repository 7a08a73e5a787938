"""Choosing merchant and marketplace in the picker, and proving the choice."""

from __future__ import annotations

from time import monotonic

from flows.account.active_account import Shown, is_right_country, proves, read_active
from flows.account.picker import Picker
from flows.account.switcher import require_selected
from flows.browser.page_errors import PageMovedError
from flows.catalogue.recognise import Recognition
from flows.catalogue.schema import SessionRule
from flows.errors import AccountNotOfferedError, SignedOutError, StepTimeoutError, WrongAccountError
from flows.models import ActiveAccount, Bounds, SellerAccount
from flows.visit.navigate import Navigator
from flows.visit.onward import onward
from flows.visit.visit import Visit

_PICKER = "/account-switcher/default/merchantMarketplace?returnTo=%2Fhome"
_PICKER_OLD = "/authorization/select-account?returnTo=%2Fhome&mons_redirect=remedy_url"
_PICKERS = ("account_picker", "account_picker_old")
_NAVIGATION = 10.0  # seconds in which a page must show its navigation; it is rendered late


async def choose_account(visit: Visit, *, account: SellerAccount, bounds: Bounds | None = None) -> ActiveAccount:
    """Make the account the active one, unless a page already proves that it is.

    Prove it afterwards; the account switcher's own answer, where one was heard, may not contradict. Needs a signed-in
    visit.

    Raises:
        AccountNotOfferedError: the picker shows no such merchant and marketplace, or more than one.
        WrongAccountError: after choosing, the page does not prove the right one.
        SignedOutError: a sign-in page came up.
        UnknownScreenError, StuckError, SiteRefusedError, StepTimeoutError, ForeignHostError.
    """
    limits = bounds or Bounds()
    try:
        async with visit.time.within(limits.visit.total_seconds()):
            return await choose_on(Navigator(visit=visit, bounds=limits), account)
    except TimeoutError as err:
        raise StepTimeoutError(
            "expected the account to be chosen within the visit's bound, found it still under way"
        ) from err


async def choose_on(walk: Navigator, account: SellerAccount) -> ActiveAccount:
    """As `choose_account`, within a walk that is under way."""
    seen = await _signed_in(walk, await walk.settle())
    picker = Picker(walk=walk, account=account)
    if seen.screen not in _PICKERS:
        if seen.screen in ("app", "tour") and (active := await _proven(walk, account, picker)):
            return active
        seen = await _open_picker(walk, account, seen)
    if seen.screen in _PICKERS:
        seen = await _signed_in(walk, await picker.choose(seen))
    return await _prove(walk, account, seen, picker)


async def _signed_in(walk: Navigator, seen: Recognition) -> Recognition:
    seen = await onward(walk, seen)
    if seen.session is SessionRule.SIGNED_OUT:
        raise SignedOutError(
            "expected a signed-in page, found that the site asks to sign in", screen=seen.screen, url=seen.path
        )
    return seen


async def _open_picker(walk: Navigator, account: SellerAccount, seen: Recognition) -> Recognition:
    """Open the full-page picker.

    On the host where the session is, the newer generation first.
    """
    host = seen.path.split("/")[2] if seen.path.startswith("https://") else account.marketplace.host
    seen = await _signed_in(walk, await walk.open(f"https://{host}{_PICKER}"))
    if seen.screen == "not_found":
        seen = await _signed_in(walk, await walk.open(f"https://{host}{_PICKER_OLD}"))
    return seen


async def _prove(walk: Navigator, account: SellerAccount, seen: Recognition, picker: Picker) -> ActiveAccount:
    if seen.screen in _PICKERS:
        raise WrongAccountError(
            "expected the picker to be over after the choice, found it again: look at the kept page",
            screen=seen.screen,
            url=seen.path,
        )
    if active := await _proven(walk, account, picker):
        return active
    if seen.screen in ("failed_global", "no_account", "access_required"):
        raise AccountNotOfferedError(
            f"expected the chosen account to open, found that the site refuses it ({seen.screen}): the seller has not "
            "(or no longer) given it",
            screen=seen.screen,
            url=seen.path,
        )
    shown = await read_active(walk.visit)
    raise WrongAccountError(
        f"expected {account.marketplace.country} of the account's merchant to be active, found that the page shows "
        f"{_told(shown, account, walk)}",
        screen=seen.screen,
        url=seen.path,
    )


async def _proven(walk: Navigator, account: SellerAccount, picker: Picker) -> ActiveAccount | None:
    """Read what is active, giving the navigation its time to appear."""
    ends = monotonic() + min(_NAVIGATION, walk.bounds.step.total_seconds())
    while True:
        try:
            shown = await read_active(walk.visit)
        except PageMovedError:
            await walk.settle()
            continue
        active = proves(shown, account, walk.visit, chosen=picker.is_chosen, chosen_by_id=picker.is_chosen_by_id)
        if active:
            await require_selected(walk.visit, account)
        if active or not shown.is_silent or monotonic() > ends:
            return active
        await walk.changed()


def _told(shown: Shown, account: SellerAccount, walk: Navigator) -> str:
    country = is_right_country(shown, account.marketplace.code, walk.visit)
    if shown.is_silent:
        return "nothing of it"
    return "another marketplace" if country is False else "another merchant, or too little"
