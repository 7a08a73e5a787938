"""Reading from a page which merchant and marketplace are active."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from flows.account.labels import forms_of, is_country, names_merchant, parts_of
from flows.browser.scripts import ask
from flows.models import ActiveAccount, SellerAccount
from flows.visit.visit import Visit

_PLACES = ("store", "country", "header", "marketplace_select")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a page's navigation and address say of the active account.

    None where they say nothing.
    """

    stores: tuple[str, ...]  # every name that a label may stand for which is more than a country
    countries: tuple[str, ...]  # plain labels that are one
    store_label: str | None  # the store as written
    marketplace_id: str | None
    merchant: str | None  # the address's merchant token

    @property
    def is_silent(self) -> bool:
        """Whether the navigation says nothing (yet)."""
        return not self.stores and not self.countries


async def read_active(visit: Visit) -> Shown:
    """Read the page that is open; never waits."""
    app = visit.catalogue.screens["app"]
    groups = [[candidate.css for candidate in app.elements[place].candidates if candidate.css] for place in _PLACES]
    store, *rest = await ask(visit.page, "header", groups)
    texts = [text for text in (store, *rest) if text]
    countries = [
        part for text in texts for part in parts_of(text, visit.catalogue) if is_country(part, visit.catalogue)
    ]
    named = [
        text for text in texts if not all(is_country(part, visit.catalogue) for part in parts_of(text, visit.catalogue))
    ]
    stores = [
        form for text in named for form in forms_of(text, visit.catalogue) if not is_country(form, visit.catalogue)
    ]
    query = parse_qs(urlsplit(visit.page.url).query)
    return Shown(
        stores=tuple(dict.fromkeys(stores)),
        countries=tuple(dict.fromkeys(countries)),
        store_label=store.splitlines()[0].strip().rstrip(".") if store else None,
        marketplace_id=_last(query, "mons_sel_mkid"),
        merchant=_last(query, "mons_sel_dir_mcid"),
    )


def proves(
    shown: Shown, account: SellerAccount, visit: Visit, *, chosen: bool, chosen_by_id: bool = False
) -> ActiveAccount | None:
    """Judge whether the page proves that the account is active.

    `chosen`: the picker was just told so.

    What the navigation says counts before what the address says, and nothing may contradict.
    """
    country, address, by_name, by_id = _compared(shown, account, visit)
    if contradicts(shown, account, visit) or (country is None and address is None):
        return None
    if by_name is None and by_id is None and not chosen:
        return None
    return ActiveAccount(
        marketplace=account.marketplace,
        merchant_name=shown.store_label or account.merchant_name,
        merchant_id=account.merchant_id if by_id or chosen_by_id else None,  # only where a page showed it
        proof="header" if by_name or country else "address" if by_id or address else "picker",
    )


def contradicts(shown: Shown, account: SellerAccount, visit: Visit) -> bool:
    """Whether navigation or address name another merchant or marketplace."""
    return False in _compared(shown, account, visit)


def _compared(shown: Shown, account: SellerAccount, visit: Visit) -> tuple[bool | None, ...]:
    """Whether country, name, and what the address names are right.

    None for what is not shown.
    """
    place = account.marketplace
    address = shown.marketplace_id == place.marketplace_id if shown.marketplace_id else None
    by_name = names_merchant(shown.stores, account.merchant_name) if account.merchant_name and shown.stores else None
    known = account.merchant_id and shown.merchant and ".o." in shown.merchant
    by_id = account.merchant_id in shown.merchant if known and account.merchant_id and shown.merchant else None
    return is_right_country(shown, place.code, visit), address, by_name, by_id


def is_right_country(shown: Shown, code: str, visit: Visit) -> bool | None:
    """Whether the navigation shows this marketplace; None when it shows none."""
    if not shown.countries:
        return None
    return all(is_country(label, visit.catalogue, code=code) for label in shown.countries)


def _last(query: dict[str, list[str]], key: str) -> str | None:
    values = query.get(key)
    return values[-1].removeprefix("amzn1.mp.o.") if values else None
