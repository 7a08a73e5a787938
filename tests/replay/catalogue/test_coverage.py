"""A check over recorded pages names what it covered, and fails on what it could not."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from flows.catalogue.check import PageCheck
from flows.catalogue.coverage import coverage_of, needed_elements
from flows.catalogue.load import Catalogue, load_catalogue
from flows.catalogue.recognise import Recognition
from flows.catalogue.recorded_page import RecordedPage
from flows.data_files import selectors_root


def without(directory: Path, *, file: str, table: str) -> Catalogue:
    """The shipped catalogue with one element's table cut out of a file."""
    root = Path(shutil.copytree(selectors_root(), directory / "selectors"))
    text = (root / file).read_text("utf-8")
    before, _, rest = text.partition(f"[elements.{table}]\n")
    assert rest
    (root / file).write_text(before + rest[rest.index("\n]") + 3 :], "utf-8")
    return load_catalogue(root)


def test_an_element_that_a_flow_asks_for_and_the_catalogue_lacks_is_missing(tmp_path: Path) -> None:
    assert coverage_of([], load_catalogue()).missing == ()
    catalogue = without(tmp_path, file="password.toml", table="submit")
    assert coverage_of([], catalogue).missing == ("password.submit",)


def test_a_screen_that_a_flow_needs_and_the_catalogue_lacks_is_missing_with_all_its_elements(tmp_path: Path) -> None:
    root = Path(shutil.copytree(selectors_root(), tmp_path / "selectors"))
    (root / "otp.toml").unlink()
    missing = coverage_of([], load_catalogue(root)).missing
    assert set(missing) == {f"otp.{name}" for name in needed_elements()["otp"]}


def test_an_element_is_covered_by_a_page_on_which_a_candidate_found_it(tmp_path: Path) -> None:
    page = RecordedPage(html=tmp_path / "page.html", expected={"url": "https://x.example", "screen": "password"})
    check = PageCheck(page=page, seen=Recognition(screen="password"), elements={"submit": 1, "password": None})
    found = coverage_of([check], load_catalogue())
    assert found.covered == ("password.submit",)
    assert "password.password" in found.uncovered
    assert "email.change_address" not in found.uncovered


@pytest.mark.parametrize("screen", sorted(needed_elements()))
def test_what_flows_need_is_in_the_shipped_catalogue(screen: str) -> None:
    assert set(needed_elements()[screen]) <= set(load_catalogue().screens[screen].elements)
