"""The account picker in its generations.

Reading its items, choosing merchant and country, confirming.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Any

from playwright.async_api import ElementHandle

from flows.account.labels import forms_of, is_country, names_merchant, parts_of, plain_label
from flows.browser.page_errors import PageMovedError
from flows.browser.scripts import ask
from flows.catalogue.recognise import Recognition
from flows.errors import AccountNotOfferedError, SiteRefusedError, StepTimeoutError
from flows.marketplaces import MARKETPLACE_IDS, MERCHANT_ID
from flows.models import SellerAccount
from flows.visit.elements import find
from flows.visit.navigate import Navigator

_RELOADS = 3
_AGENCIES = 8  # collapsed rows opened in search of a merchant
_LATE = 5.0  # seconds in which the list, or a merchant's countries, must show
_OPENING = 1.0  # seconds in which an opened row must show something


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One row: a merchant, an agency or a country."""

    handle: ElementHandle
    label: str  # plain
    parts: tuple[str, ...]
    forms: tuple[str, ...]  # every name it may stand for
    attributes: frozenset[str]
    column: int
    is_enabled: bool
    is_expanded: bool
    is_selected: bool
    is_country: bool


@dataclass(slots=True)
class Picker:
    """A picker that is open in the visit."""

    walk: Navigator
    account: SellerAccount
    is_chosen: bool = False  # the merchant was found by its name or id, or is the only one
    is_chosen_by_id: bool = False  # the picker showed the merchant id
    _screen: str = ""

    async def choose(self, seen: Recognition) -> Recognition:
        """Choose the account and confirm; return what came after.

        Raises:
            AccountNotOfferedError: no such merchant or marketplace, or more than one.
            SiteRefusedError: the picker shows its own error.
        """
        seen = await self._loaded(seen)
        country = await self._country(seen, await self._merchant(seen))
        if country is not None and not (country.is_selected and await find(self.walk.visit, seen.screen, "confirm")):
            await self._press(country)
        return await self._confirm(seen)

    async def _loaded(self, seen: Recognition) -> Recognition:
        for _ in range(_RELOADS):
            seen = await self._drawn(seen)
            if "error" not in seen.variants:
                return seen
            seen = await self.walk.open(self.walk.visit.page.url)
        if "error" in (await self._drawn(seen)).variants:
            raise SiteRefusedError(
                "expected the account picker to list accounts, found an error: try again later",
                screen=seen.screen,
                url=seen.path,
            )
        return seen

    async def _drawn(self, seen: Recognition) -> Recognition:
        """Wait until the list shows something, or its error.

        The first paint takes long (facts 2.7), so a whole step's time.
        """
        ends = monotonic() + self.walk.bounds.step.total_seconds()
        while "error" not in seen.variants and not await self._read(seen) and monotonic() < ends:
            await self.walk.changed()
            now = await self.walk.settle()
            if now.screen != seen.screen:
                break
            seen = now
        return seen

    async def _merchant(self, seen: Recognition) -> Item | None:
        """Find the one merchant; None when the list holds countries alone."""
        opened: set[str] = set()
        while True:
            items = await self._items(seen)
            merchants = [item for item in items if not item.is_country]
            found = self._matching(merchants)
            if len(found) == 1:
                return found[0]
            if len(found) > 1:
                raise self._not_offered(seen, f"{len(found)} of that name")
            if not merchants and items and not (self.account.merchant_id or self.account.merchant_name):
                return None
            closed = [
                m
                for m in merchants
                if m.is_enabled and not m.is_expanded and m.label not in opened and not _has_countries(items, m)
            ]
            if not closed or len(opened) >= _AGENCIES or seen.screen != "account_picker":
                raise self._not_offered(seen, f"{len(merchants)} others")
            opened.add(closed[0].label)
            await self._press(closed[0])
            shown = len(items)
            await self._until(seen, lambda now, shown=shown: len(now) != shown, wait=_OPENING)  # type: ignore[misc]  # bound at once

    def _matching(self, merchants: list[Item]) -> list[Item]:
        account = self.account
        if account.merchant_id and any(account.merchant_id in value for item in merchants for value in item.attributes):
            self.is_chosen = self.is_chosen_by_id = True
            return [item for item in merchants if any(account.merchant_id in value for value in item.attributes)]
        if account.merchant_name:
            self.is_chosen = True
            named = [item for item in merchants if names_merchant(item.forms, account.merchant_name)]
            return [item for item in named if not _is_another(item, account.merchant_id)]
        usable = [item for item in merchants if item.is_enabled]
        self.is_chosen = len(usable) == 1 and not _is_another(usable[0], account.merchant_id)
        return usable if self.is_chosen else []

    async def _country(self, seen: Recognition, merchant: Item | None) -> Item | None:
        """Find the merchant's row of the marketplace.

        The merchant is opened only when its countries do not show.
        """
        code = self.account.marketplace.code
        if merchant and any(is_country(part, self.walk.visit.catalogue, code=code) for part in merchant.parts[1:]):
            return merchant
        items = await self._items(seen)
        if merchant and not self._countries(items, merchant):
            await self._press(merchant)
            items = await self._until(seen, lambda now: bool(self._countries(now, merchant)))
        offered = self._countries(items, merchant)
        wanted = self.account.marketplace.marketplace_id
        found = [item for item in offered if any(wanted in value for value in item.attributes)] or [
            item for item in offered if is_country(item.label, self.walk.visit.catalogue, code=code)
        ]
        if not offered and merchant:
            return None  # a merchant of one marketplace has no list; what is active is proven afterwards
        if len(found) != 1:
            raise self._not_offered(seen, f"{len(offered)} marketplaces, {len(found)} of them {code}")
        return found[0]

    def _countries(self, items: list[Item], merchant: Item | None) -> list[Item]:
        """List the countries that belong to a merchant.

        Those that follow it, or those of the next column.
        """
        if merchant is None:
            return [item for item in items if item.is_country]
        place = next((n for n, item in enumerate(items) if _is_same(item, merchant)), None)
        if place is None:
            return []
        column = items[place].column
        if self._screen == "account_picker_old":
            return [item for item in items if item.is_country and item.column > column]
        following: list[Item] = []
        for item in items[place + 1 :]:
            if not item.is_country:
                break
            following.append(item)
        return following

    async def _confirm(self, seen: Recognition) -> Recognition:
        ends = monotonic() + _LATE
        while not (confirm := await find(self.walk.visit, seen.screen, "confirm")):
            if monotonic() > ends:
                raise StepTimeoutError(
                    "expected the picker to let the choice be confirmed, found no way to: look at the kept page",
                    screen=seen.screen,
                    url=seen.path,
                )
            await self.walk.changed()
        return await self.walk.press_found(seen, confirm)

    async def _press(self, item: Item) -> None:
        await self.walk.click(item.handle)

    async def _items(self, seen: Recognition) -> list[Item]:
        return await self._until(seen, bool)

    async def _until(
        self, seen: Recognition, enough: Callable[[list[Item]], bool], *, wait: float = _LATE
    ) -> list[Item]:
        """Read the items until they are as wanted, or a late list's time is over."""
        ends = monotonic() + wait
        while not enough(items := await self._read(seen)) and monotonic() < ends:
            await self.walk.changed()
        return items

    async def _read(self, seen: Recognition) -> list[Item]:
        self._screen = seen.screen
        try:
            found = await find(self.walk.visit, seen.screen, "items")
            told = await ask(self.walk.visit.page, "items", list(found.handles))
        except PageMovedError:
            return []
        self.walk.visit.tell("listed", seen, element="items", candidate=found.candidate)
        return [self._item(handle, one) for handle, one in zip(found.handles, told, strict=True)]

    def _item(self, handle: ElementHandle, told: dict[str, Any]) -> Item:
        catalogue = self.walk.visit.catalogue
        label = plain_label(told["label"], catalogue)
        return Item(
            handle=handle,
            label=label,
            parts=tuple(parts_of(told["label"], catalogue)),
            forms=tuple(forms_of(told["label"], catalogue)),
            attributes=frozenset(told["attributes"]),
            column=told["column"],
            is_enabled=told["enabled"],
            is_expanded=told["expanded"],
            is_selected=told["selected"],
            is_country=is_country(label, catalogue),
        )

    def _not_offered(self, seen: Recognition, saw: str) -> AccountNotOfferedError:
        account = self.account
        wanted = self.walk.visit.redactor.redact(account.merchant_name or account.merchant_id or "the only merchant")
        return AccountNotOfferedError(
            f"expected one account {wanted}, {account.marketplace.country} in the picker, found {saw}: "
            "the seller has not given it",
            screen=seen.screen,
            url=seen.path,
        )


def _is_another(item: Item, merchant_id: str | None) -> bool:
    """Whether the row carries a merchant's id, and not the wanted one.

    Then neither its name nor its being alone speaks for it.
    """
    ids = {found for value in item.attributes for found in MERCHANT_ID.findall(value)} - MARKETPLACE_IDS
    return merchant_id is not None and bool(ids) and merchant_id not in ids


def _has_countries(items: list[Item], merchant: Item) -> bool:
    place = next((n for n, item in enumerate(items) if item is merchant), len(items))
    return place + 1 < len(items) and items[place + 1].is_country


def _is_same(item: Item, merchant: Item) -> bool:
    return (item.label, item.column, item.attributes) == (merchant.label, merchant.column, merchant.attributes) or (
        item.label == merchant.label and item.column == merchant.column
    )
