"""What people adopted lies under the shipped catalogue, and may say little."""

from __future__ import annotations

import pytest

from flows.catalogue.adopted import Adopted, AdoptedKind, chrome_text, digest_of, lay_under, quoted
from flows.catalogue.load import load_catalogue
from tests.support.visits.adopted_screen import NAME, TEXT, screen


def test_an_adopted_screen_is_asked_after_every_shipped_claim_whatever_its_order_says() -> None:
    laid = lay_under(load_catalogue(), [screen()])
    assert laid.refused == ()
    assert [entry.screen.screen for entry in laid.catalogue.ranked][-1] == NAME
    assert [entry.screen for entry in laid.catalogue.ranked[:-1]] == [e.screen for e in load_catalogue().ranked]
    assert laid.catalogue.adopted == {NAME}


def test_the_shipped_catalogue_itself_is_left_as_it_was() -> None:
    lay_under(load_catalogue(), [screen()])
    assert NAME not in load_catalogue().screens


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('kind = "press"\nelement = "control"', 'kind = "arrived"', "handling: only kind = press"),
        ("at_most = 1\n\n", 'at_most = 1\nfallback = "return_to"\n\n', "without a fallback"),
        ("at_most = 1\n\n", "at_most = 9\n\n", "handling: only"),
        ('session = "cannot_tell"', 'session = "signed_in"', "session:"),
        ('"binds", ', "", "must have binds in `none`"),
        ('"asks_for_input", ', "", "must have asks_for_input in `none`"),
        ("[signs]", '[signs]\nbinds = { path = "^/never$" }', "binds is shared"),
        ("^/gp/whats-new/?$", "^/ap/cnep/?$", "the never-list names this path"),
        ("^/gp/whats-new/?$", "^/agreements/?$", "the never-list names this path"),
        ('en = ["got it"]', 'en = ["got it", "accept"]', "'accept' is never pressed"),
        ('en = ["got it"]', 'en = ["speichern"]', "'speichern' is never pressed"),
        ('en = ["got it"]', 'en = ["skip and accept"]', "is never pressed"),
        ('css = "#go", names = "control"', 'css = "#go"', "every candidate is visible and has names"),
        ('css = "#go", names', 'css = "#go", match = "contains", names', "compared exactly"),
        ("[elements.control]", "[elements.control]\nmany = true", "one control"),
        ('any = ["says_0"]\nat_least = 1\n', "", "needs something that the page says"),
        ('all = ["control", "path"]', 'all = ["path"]', "needs the name of the control"),
        ("[texts.says_0]", "[takeover]\nposts = ['/*']\n\n[texts.says_0]", "takeover:"),
        ("[texts.says_0]", "[textes.x]\n[texts.says_0]", "textes: this key is not known here"),
    ],
)
def test_what_says_more_than_an_adopted_screen_may_is_not_used_and_named(old: str, new: str, said: str) -> None:
    assert old in TEXT
    laid = lay_under(load_catalogue(), [screen(TEXT.replace(old, new, 1))])
    assert laid.catalogue is load_catalogue()
    ((name, why),) = laid.refused
    assert name == NAME
    assert said in why


def test_a_text_that_is_not_the_adopted_one_is_not_used_and_the_others_are() -> None:
    other = TEXT.replace(NAME, "adopted_other")
    laid = lay_under(
        load_catalogue(), [screen(digest=digest_of("something else")), screen(other, name="adopted_other")]
    )
    assert laid.catalogue.adopted == {"adopted_other"}
    assert "the hash differs" in laid.refused[0][1]


def test_a_shipped_name_is_never_overridden() -> None:
    text = TEXT.replace(NAME, "password")
    laid = lay_under(load_catalogue(), [screen(text, name="password")])
    assert "not overridden" in laid.refused[0][1]
    assert laid.catalogue.screens["password"] is load_catalogue().screens["password"]


@pytest.mark.parametrize(
    "name", ["set up later", "remind me later", "no, thanks", "got it", "continue", "später einrichten"]
)
def test_what_only_puts_off_or_goes_on_may_be_pressed(name: str) -> None:
    laid = lay_under(load_catalogue(), [screen(TEXT.replace("got it", name))])
    assert laid.refused == ()


def test_chrome_is_written_and_read_back_whatever_its_words_hold() -> None:
    words = 'He said "no"\\ \t and\nwent \u202e on'
    text = chrome_text(
        name="adopted_bar",
        layout="classic",
        kind="banner",
        where="div#bar",
        words=words,
        summary="a bar",
        source="a test",
        seen_on=load_catalogue().screens["password"].last_verified,
    )
    piece = Adopted(kind=AdoptedKind.CHROME, name="adopted_bar", text=text, digest=digest_of(text))
    laid = lay_under(load_catalogue(), [piece])
    assert laid.refused == ()
    assert [one.words for one in laid.catalogue.chrome] == [words]
    assert quoted("a") == '"a"'
