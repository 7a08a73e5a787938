"""Reading the account switcher's answers: agree, contradict, or say nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest

from flows.account.switcher import lists, selects
from flows.catalogue.load import load_catalogue
from flows.marketplaces import marketplace
from flows.models import SellerAccount
from flows.visit.switcher_answers import LARGEST, content_of

OURS, OTHER = "A1EXAMPLE00001", "A1EXAMPLE00002"
ACCOUNT = SellerAccount(marketplace=marketplace("US"), merchant_id=OURS, merchant_name="Acme (EU)")
US, DE = "ATVPDKIKX0DER", "A1PA6795UKMFR9"
OPAQUE = "amzn1.pa.d.ADQ4"


def entry(label: Any = "Acme (EU)", id_: Any = OPAQUE, **more: Any) -> dict[str, Any]:
    return {"id": id_, "label": label, "selected": False, **more}


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ([entry()], True),
        ([entry("Other"), entry("acme (EU).")], True),
        ([entry("Renamed", f"amzn1.merchant.o.{OURS}")], True),
        ([entry("Renamed", searchIds=[OURS])], True),
        ([entry("Renamed", "global-7")], True),
        ([entry("Other")], False),
        ([entry(id_=f"amzn1.merchant.o.{OTHER}")], False),  # our name on another's id
        ([entry("Other", "A1GLOBALIDKIND1")], False),
        ([entry("Acme (EU) - pending registration"), entry("Other")], False),
        ([], None),  # an agency's list is empty
        ([entry("Acme (EU) sc_hub_pending_reg")], None),
        ([entry("Other"), entry(None)], None),
        ([entry("Other"), entry(" ")], None),
        ([entry("Agency", delegationContext="x")], None),
        ([entry("Other"), "Acme (EU)"], None),
        ({"0": entry()}, None),
        (None, None),
        ("Acme (EU)", None),
    ],
)
def test_whether_a_list_of_accounts_holds_the_merchant(entries: Any, expected: bool | None) -> None:
    told = lists({"globalAccounts": entries}, ACCOUNT, load_catalogue(), global_account_id="global-7")
    assert told is expected


def test_labels_say_nothing_where_no_name_is_known() -> None:
    nameless = SellerAccount(marketplace=marketplace("US"), merchant_id=OURS)
    assert lists({"globalAccounts": [entry("Other")]}, nameless, load_catalogue()) is None


def selection(*, label: Any = "Acme (EU)", merchant: Any = OPAQUE, place: Any = US, **more: Any) -> dict[str, Any]:
    regional = {"label": "United States", "ids": {"mons_sel_dir_mcid": merchant, "mons_sel_mkid": place}}
    return {"globalAccount": entry(label), "parentGlobalAccount": None, "regionalAccount": regional, **more}


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (selection(), True),
        (selection(place=f"amzn1.mp.o.{US}"), True),
        (selection(label="Renamed", merchant=f"amzn1.merchant.o.{OURS}"), True),
        (selection(place=DE), False),
        (selection(label="Other"), False),
        (selection(merchant=f"amzn1.merchant.o.{OTHER}"), False),
        (selection(label="Agency", parentGlobalAccount={"id": "x"}), None),
        (selection(label="Agency", place=DE, parentGlobalAccount={"id": "x"}), False),
        (selection(place=None), None),
        (selection(place="<b>"), None),
        (selection(label=None), None),
        (selection(merchant=7, place=[US]), None),
        (selection(globalAccount=None, regionalAccount=None), None),
        (selection(globalAccount=[], regionalAccount={"ids": []}), None),
        ({}, None),
    ],
)
def test_whether_the_selection_is_the_account(content: dict[str, Any], expected: bool | None) -> None:
    assert selects(content, ACCOUNT, load_catalogue()) is expected


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b'"{}"',
        b"<!doctype html><form name='signIn'>",
        b'{"globalAccounts":[{"id"',
        b'{"globalAccounts":[]}{}',
        b'{"globalAccounts":[],"globalAccounts":[{}]}',
        b'{"globalAccounts":NaN}',
        b'{"globalAccounts":"\xff"}',
        b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
        b'{"a":' + b"9" * 5_000 + b"}",
        b'{"globalAccounts":[]' + b" " * LARGEST + b"}",
    ],
    ids=lambda body: body[:24].decode("latin-1"),
)
def test_a_body_that_is_no_whole_object_is_not_heard(body: bytes) -> None:
    assert content_of(body) is None


def test_a_whole_object_is_heard_with_or_without_its_mark() -> None:
    whole = json.dumps({"globalAccounts": [entry()]}).encode()
    assert content_of(whole) == content_of(b"\xef\xbb\xbf" + whole) == {"globalAccounts": [entry()]}
