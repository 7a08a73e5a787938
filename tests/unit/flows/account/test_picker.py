"""Which row of the account picker is the account's merchant."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from flows.account.picker import Item, Picker
from flows.marketplaces import marketplace
from flows.models import SellerAccount

OURS, ANOTHER = "A1EXAMPLE0001", "A1EXAMPLE0002"


def row(label: str, *attributes: str) -> Item:
    return Item(
        handle=cast("Any", None),
        label=label,
        parts=(label,),
        forms=(label,),
        attributes=frozenset(attributes),
        column=0,
        is_enabled=True,
        is_expanded=False,
        is_selected=False,
        is_country=False,
    )


def picker(*, merchant_id: str | None = OURS, merchant_name: str | None = None) -> Picker:
    account = SellerAccount(marketplace=marketplace("US"), merchant_id=merchant_id, merchant_name=merchant_name)
    return Picker(walk=cast("Any", SimpleNamespace()), account=account)


@pytest.mark.parametrize("name", [None, "acme"])
def test_the_only_row_is_not_ours_when_it_carries_another_merchant_s_id(name: str | None) -> None:
    assert picker(merchant_name=name)._matching([row("acme", f"amzn1.merchant.o.{ANOTHER}")]) == []


@pytest.mark.parametrize(
    "attribute", ["", "merchant-row", "ATVPDKIKX0DER", f"amzn1.merchant.o.{OURS}", "amzn1.merchant.d." + "A2B4" * 13]
)
def test_the_only_row_is_ours_when_nothing_on_it_names_another(attribute: str) -> None:
    only = row("acme", attribute)
    assert picker()._matching([only]) == [only]


def test_of_two_rows_of_one_name_the_one_with_our_id_is_ours() -> None:
    ours = row("acme", OURS)
    assert picker(merchant_name="Acme")._matching([row("acme", ANOTHER), ours]) == [ours]


def test_a_row_without_an_id_is_not_ours_for_being_the_only_one_left() -> None:
    assert picker()._matching([row("agency"), row("acme", ANOTHER)]) == []


def test_without_a_known_id_a_row_s_id_says_nothing() -> None:
    only = row("acme", ANOTHER)
    assert picker(merchant_id=None)._matching([only]) == [only]
