"""What a machine refuses to offer as a draft, in every language of the catalogue; that a page is harmless it never
says.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from flows.catalogue.load import load_catalogue
from flows.learning.page_facts import PageFacts
from flows.learning.refusals import refusals
from flows.takeover.person_steps import PersonStep, StepAct, StepPage, UsedControl
from flows.words import squeeze
from tests.support.visits.interstitials import HARMLESS, Interstitial

NEVER = [
    tuple(part.strip() for part in line.split("|"))
    for line in (Path(__file__).parents[3] / "data" / "never_drafts.txt").read_text("utf-8").splitlines()
    if "|" in line and not line.startswith("#")
]
HOST = "https://sellercentral.amazon.com"


def page(path: str = "/gp/hub/news", *, session: str = "cannot_tell", document: str = "1") -> StepPage:
    return StepPage(
        url=f"{HOST}{path}", title="News", screen="unknown", claim="", session=session, document=document, html="<p>"
    )


def step(path: str = "/gp/hub/news", *, act: StepAct = StepAct.PRESSED, form: str = "", frame: str = "") -> PersonStep:
    control = UsedControl(role="button", name="Continue", kind="button", candidates=(), form=form, frame=frame)
    return PersonStep(at=datetime.now(UTC), act=act, control=control, before=page(path), after=page(document="2"))


def facts(*, text: str = "there are new charts", press: dict[str, Any] | None = None, **other: Any) -> PageFacts:
    pressed = {
        "name": "continue",
        "tag": "button",
        "role": "",
        "type": "",
        "is_link": False,
        "in_control": True,
        "target": None,
        "method": "",
        "fields": 0,
        **(press or {}),
    }
    told = {"title": "News", "lines": (), "headings": (), "controls": (), "links": (), "fields": (), "frames": 0}
    return PageFacts.model_validate({**told, "text": text, "pressed": pressed, **other})


def why(seen: PageFacts, of: PersonStep | None = None, *others: PersonStep) -> str:
    return "; ".join(refusals(of or step(), others, seen, load_catalogue()))


def test_a_page_of_news_with_one_control_that_goes_on_is_refused_for_nothing() -> None:
    assert why(facts()) == ""


@pytest.mark.parametrize(
    "text",
    [
        "بالمتابعة فإنك توافق على الشروط",
        "आगे बढ़ने पर आप सहमत हैं",
        "계속하면 동의하는 것입니다",
        "продолжая вы соглашаетесь",
    ],
)
def test_a_page_in_letters_that_no_list_of_words_knows_is_refused(text: str) -> None:
    assert "letters" in why(facts(text=text))


@pytest.mark.parametrize(
    "text",
    [
        "by continuing you agree to it",
        "mit dem fortfahren stimmen sie zu",
        "j'accepte les conditions générales",
        "acepto los términos",
        "accetto i termini e condizioni",
        "ik ga akkoord",
        "akceptuję regulamin",
        "jag godkänner villkoren",
        "kabul ediyorum",
        "aceito os termos",
        "利用規約に同意します",
        "我同意这些条款",
    ],
)
def test_an_agreement_in_any_language_is_refused(text: str) -> None:
    assert "an agreement" in why(facts(text=text))


@pytest.mark.parametrize(
    "text",
    [
        "enter the password",
        "passwort",
        "mot de passe",
        "contraseña",
        "wachtwoord",
        "hasło",
        "lösenord",
        "şifre",
        "senha",
        "パスワード",
        "密码",
    ],
)
def test_a_secret_in_any_language_is_refused(text: str) -> None:
    assert "a secret" in why(facts(text=text))


@pytest.mark.parametrize(
    "text",
    [
        "you have been invited",
        "einladung",
        "invitación",
        "invito",
        "uitnodiging",
        "zaproszenie",
        "inbjudan",
        "davet",
        "convite",
        "招待",
        "邀请",
    ],
)
def test_an_invitation_in_any_language_is_refused(text: str) -> None:
    assert "an invitation" in why(facts(text=text))


@pytest.mark.parametrize(
    "name",
    [
        "save changes",
        "accept",
        "speichern",
        "activer",
        "guardar",
        "salva",
        "opslaan",
        "zapisz",
        "spara",
        "kaydet",
        "salvar",
        "保存",
        "确认",
        "turn on",
        "delete",
    ],
)
def test_a_control_that_may_change_something_is_refused(name: str) -> None:
    assert "may change something" in why(facts(press={"name": name}))


def test_a_page_about_a_change_is_passed_only_by_what_puts_it_off() -> None:
    about: dict[str, Any] = {"text": "turn on all messages", "headings": ("notification preferences",)}
    assert "about a change" in why(facts(**about))
    assert why(facts(**about, press={"name": "not now"})) == ""


@pytest.mark.parametrize("is_link", [False, True])
def test_a_page_that_commits_somebody_is_passed_only_by_what_puts_it_off(*, is_link: bool) -> None:
    target = {"host": "sellercentral.amazon.com", "path": "/inside"} if is_link else None
    offered, put_off = [], []
    for title, heading, text, name in NEVER:
        about: dict[str, Any] = {
            "title": title,
            "headings": (squeeze(heading),),
            "text": squeeze(f"{heading} \n {text}"),
        }
        press = {"name": squeeze(name), "is_link": is_link, "target": target}
        if not why(facts(**about, press=press)):
            offered.append(heading)
        if why(facts(**about, press={**press, "name": "not now"})):
            put_off.append(heading)
    assert offered == []
    assert len(put_off) < len(NEVER) / 5  # some speak of secrets or agreements as well


@pytest.mark.parametrize("shown", HARMLESS, ids=lambda one: one.name)
def test_what_commits_nobody_to_anything_says_none_of_those_words(shown: Interstitial) -> None:
    said = squeeze(re.sub(r"<[^>]+>", " \n ", shown.html(1).split("<footer>")[0]))
    name = squeeze(shown.press)
    assert why(facts(title=shown.title, text=said, press={"name": name})) == ""


@pytest.mark.parametrize("kind", ["text", "password", "checkbox", "textarea", "email", "file", "tel"])
def test_a_page_with_fields_is_refused(kind: str) -> None:
    assert "it has fields" in why(facts(fields=(kind,)))


def test_choices_are_passed_only_by_what_puts_them_off_and_a_search_field_is_none() -> None:
    assert "offers choices" in why(facts(fields=("radio",)))
    assert why(facts(fields=("radio",), press={"name": "skip"})) == ""
    assert why(facts(fields=("search",))) == ""


@pytest.mark.parametrize(
    "path",
    [
        "/ap/cnep",
        "/ap/profile/x",
        "/settings/reports",
        "/agreement/bsa",
        "/ap/switchaccount",
        "/ax/account/manage",
        "/payments/x",
    ],
)
def test_an_address_of_the_never_list_or_of_settings_is_refused_for_the_page_and_for_the_target(path: str) -> None:
    target = {"host": "sellercentral.amazon.com", "path": path}
    assert "address of the page" in why(facts(), step(path))
    assert "where the control leads" in why(facts(press={"target": target, "method": "POST"}))
    assert "where the control leads" in why(facts(), step(form=f"POST {path}"))


def test_links_to_what_binds_are_refused_and_another_host_too() -> None:
    link = {"host": "sellercentral.amazon.com", "path": "/help/x", "name": "privacy notice"}
    assert "links to what binds" in why(facts(links=(link,)))
    assert "leads to evil.example" in why(facts(press={"target": {"host": "evil.example", "path": "/"}}))


def test_what_was_more_than_one_press_is_refused() -> None:
    assert "something was filled on it" in why(facts(), step(act=StepAct.FILLED))
    assert "something was ticked on it before" in why(facts(), step(), step(act=StepAct.TICKED))
    assert "in a frame" in why(facts(), step(frame="https://x.example"))
    assert "not found again" in why(facts().model_copy(update={"pressed": None}))
    assert "frame, which nobody looked into" in why(facts(frames=1))
    assert "names an address" in why(facts(press={"name": "continue as b2@users.example"}))
