"""Labels of the account picker without what it adds to them."""

from __future__ import annotations

import pytest

from flows.account.labels import forms_of, is_country, names_merchant, parts_of, plain_label
from flows.catalogue.load import load_catalogue
from flows.marketplaces import MARKETPLACES

CATALOGUE = load_catalogue()


@pytest.mark.parametrize(
    "label",
    [
        "Acme Outdoor",
        "Acme Outdoor (current)",
        "Acme Outdoor (aktuell)",
        "Acme Outdoor(当前)",
        "Acme Outdoor（選択済み）",
        "Acme Outdoor (selected)",
        "Acme Outdoor. Selected",
        "Acme Outdoor (pending registration)",
        "  ACME   outdoor. ",
    ],
)
def test_suffixes_in_any_language_are_ignored(label: str) -> None:
    assert plain_label(label, CATALOGUE) == "acme outdoor"


def test_a_label_that_is_all_suffix_is_kept() -> None:
    assert plain_label("(current)", CATALOGUE) == "(current)"


@pytest.mark.parametrize("code", MARKETPLACES)
def test_every_marketplace_is_known_by_its_english_name_and_no_other_is(code: str) -> None:
    label = plain_label(MARKETPLACES[code].country, CATALOGUE)
    assert [other for other in MARKETPLACES if is_country(label, CATALOGUE, code=other)] == [code]


def test_no_label_means_two_marketplaces() -> None:
    labels = [
        plain_label(label, CATALOGUE)
        for names in CATALOGUE.shared.countries.values()
        for label in set(map(str.lower, names))
    ]
    assert (
        sorted(
            {
                label
                for label in labels
                if labels.count(label) > 1 and sum(is_country(label, CATALOGUE, code=c) for c in MARKETPLACES) > 1
            }
        )
        == []
    )


def test_store_and_country_in_one_label_are_told_apart() -> None:
    parts = parts_of("Acme Outdoor | Vereinigte Staaten", CATALOGUE)
    assert names_merchant(parts, "ACME Outdoor")
    assert [is_country(part, CATALOGUE, code="US") for part in parts] == [False, True]
    assert not names_merchant(parts, "Acme")


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("Acme (EU)", "Acme (EU)"),
        ("Acme (EU) (current)", "Acme (EU)"),
        ("Acme (EU). Selected", "acme (eu)"),
        ("Acme - Outlet", "Acme - Outlet"),
        ("Acme - Outlet | Germany", "Acme"),
        ("Acme Inc.", "Acme Inc."),
    ],
)
def test_a_name_that_looks_as_if_a_picker_had_added_to_it_is_still_that_name(label: str, name: str) -> None:
    assert names_merchant(forms_of(label, CATALOGUE), name)


def test_names_that_differ_in_their_brackets_are_two() -> None:
    assert not names_merchant(forms_of("Acme (US)", CATALOGUE), "Acme (EU)")
