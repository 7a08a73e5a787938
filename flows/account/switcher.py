"""What the account switcher's own answers say: supporting proof, never alone.

Reading is pure: True where an answer agrees, False where it contradicts, None where it says nothing that can be
compared. Labels are store names that a seller may choose freely; an id counts before them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from flows.account.labels import forms_of, names_merchant
from flows.catalogue.load import Catalogue
from flows.errors import AccountNotOfferedError, WrongAccountError
from flows.marketplaces import GIVEN_ID
from flows.models import SellerAccount
from flows.visit.switcher_answers import About
from flows.visit.visit import Visit

_WAIT = timedelta(seconds=2)  # for an answer that the page has asked for already
_MARKETPLACE = re.compile(rf"(?:amzn1\.mp\.o\.)?({GIVEN_ID})")
_OWN_FORM = re.compile(rf"amzn1\.merchant\.o\.({GIVEN_ID})")  # the older form; the newer one holds no merchant id
_LABEL = 500  # characters of a label that are looked at
_PENDING = ("pending registration", "sc_hub_pending_reg")
_DELEGATED = ("delegationContext", "delegationContextWithTargetPartnerAccount")


def lists(
    content: Mapping[str, Any], account: SellerAccount, catalogue: Catalogue, *, global_account_id: str | None = None
) -> bool | None:
    """Whether the list of accounts holds the account's merchant.

    An empty list says nothing: below an agency it is empty (facts). Nor does one in which an entry cannot be compared.
    """
    entries = content.get("globalAccounts")
    if not isinstance(entries, list) or not all(isinstance(one, dict) for one in entries):
        return None
    told = [
        _is_merchant(one, account, catalogue, global_account_id=global_account_id)
        for one in entries
        if not _is_pending(one)
    ]
    if True in told:
        return True
    return None if not told or None in told else False


def selects(content: Mapping[str, Any], account: SellerAccount, catalogue: Catalogue) -> bool | None:
    """Whether the current selection is the account's merchant and marketplace."""
    regional = content.get("regionalAccount")
    ids = regional.get("ids") if isinstance(regional, dict) else None
    ids = ids if isinstance(ids, dict) else {}
    place = _place(ids.get("mons_sel_mkid"))
    right_place = None if place is None else place == account.marketplace.marketplace_id
    whole = content.get("globalAccount")
    entry = dict(whole) if isinstance(whole, dict) else {}
    if content.get("parentGlobalAccount") is not None:
        entry.pop("label", None)  # below an agency its label may be the agency's
    named = ids.get("mons_sel_dir_mcid")
    if isinstance(named, str) and _OWN_FORM.fullmatch(named):
        entry["id"] = named
    merchant = _is_merchant(entry, account, catalogue)
    if False in (right_place, merchant):
        return False
    return True if right_place and merchant else None


async def require_selected(visit: Visit, account: SellerAccount) -> None:
    """Hold what a page proved against what the switcher told this document.

    Raises:
        WrongAccountError: the switcher says that another merchant or marketplace is active.
    """
    answers = visit.switcher
    await answers.settled(within=_WAIT)
    heard = answers.heard(About.SELECTION, since=answers.document)
    told = selects(heard[-1].content, account, visit.catalogue) if heard else None
    if told is not None:
        visit.note("account_switcher", "the account is active" if told else "another account is active")
    if told is False:
        raise WrongAccountError(
            f"expected {account.marketplace.country} of the account's merchant to be active, found that the page shows "
            "it and its account switcher was told another: nothing was read",
            screen="account_switcher",
        )


async def was_told_another(visit: Visit, account: SellerAccount) -> bool:
    """Whether any answer to the document that is open names another active account.

    What it has asked for is waited for.
    """
    answers = visit.switcher
    await answers.settled(within=_WAIT)
    heard = answers.heard(About.SELECTION, since=answers.document)
    return any(selects(one.content, account, visit.catalogue) is False for one in heard)


async def note_listed(visit: Visit, account: SellerAccount, *, global_account_id: str | None = None) -> None:
    """Note whether the merchant is among the user's accounts before acceptance.

    Either may be.
    """
    await visit.switcher.settled(within=_WAIT)
    told = _told(visit, account, global_account_id, since=0)
    if told is not None:
        visit.note("account_switcher", "listed before acceptance" if told else "not listed before acceptance")


async def require_listed(
    visit: Visit, account: SellerAccount, *, since: int, global_account_id: str | None = None
) -> None:
    """Compare an acceptance that the page told with the accounts heard since.

    From this document on.

    Raises:
        AccountNotOfferedError: the list can be compared and the merchant is not in it (yet).
    """
    await visit.switcher.settled(within=_WAIT)
    told = _told(visit, account, global_account_id, since=since)
    if told is not None:
        visit.note("account_switcher", "listed after acceptance" if told else "not listed after acceptance")
    if told is False:
        raise AccountNotOfferedError(
            "expected the accepted merchant among the user's accounts, found that the page says accepted and the list "
            "that its account switcher was given lacks the merchant: it is looked at again, nothing is accepted twice",
            screen="account_switcher",
        )


def _told(visit: Visit, account: SellerAccount, global_account_id: str | None, *, since: int) -> bool | None:
    """Judge the lists heard.

    One that holds the merchant is enough, else the last that can be compared.
    """
    heard = visit.switcher.heard(About.ACCOUNTS, since=since)
    told = [lists(one.content, account, visit.catalogue, global_account_id=global_account_id) for one in heard]
    return True if True in told else next((one for one in reversed(told) if one is not None), None)


def _is_merchant(
    entry: Mapping[str, Any], account: SellerAccount, catalogue: Catalogue, *, global_account_id: str | None = None
) -> bool | None:
    """Compare one entry.

    That an id is another's counts only where its form says that it is a merchant's.
    """
    named = _OWN_FORM.fullmatch(entry["id"]) if isinstance(entry.get("id"), str) else None
    if account.merchant_id and named:
        return named[1] == account.merchant_id
    ids = {text.removeprefix("amzn1.merchant.o.") for key in ("id", "searchIds") for text in _texts(entry.get(key))}
    if not ids.isdisjoint({one for one in (account.merchant_id, global_account_id) if one}):
        return True
    label = entry.get("label")
    if any(entry.get(key) for key in _DELEGATED) or not isinstance(label, str) or not label.strip():
        return None
    return names_merchant(forms_of(label[:_LABEL], catalogue), account.merchant_name) if account.merchant_name else None


def _is_pending(entry: Mapping[str, Any]) -> bool:
    label = entry.get("label")
    return isinstance(label, str) and any(word in label.casefold() for word in _PENDING)


def _place(value: object) -> str | None:
    found = _MARKETPLACE.fullmatch(value) if isinstance(value, str) else None
    return found[1] if found else None


def _texts(value: object) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [one for one in values if isinstance(one, str)]
