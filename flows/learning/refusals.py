"""Why a page that a person passed is not offered as a draft; pure.

A machine only refuses here: that a page is harmless is what a person says, on its picture.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit

from flows.browser.rules import is_never
from flows.catalogue.addresses import addresses_in
from flows.catalogue.adopted import is_pressable
from flows.catalogue.load import Catalogue
from flows.learning.page_facts import PageFacts, Place, PressedControl
from flows.marketplaces import RETAIL_HOSTS, SELLER_CENTRAL_HOSTS
from flows.takeover.person_steps import PersonStep, StepAct

_HOSTS = SELLER_CENTRAL_HOSTS | RETAIL_HOSTS
_CHOICES = frozenset({"radio", "select"})
_HARMLESS_FIELDS = frozenset({"search"})
_NOWHERE = ("learnt_nowhere", "learnt_sends_nowhere")
# Three letters in a row of a script in which no list of words is written (Greek to Georgian, Arabic, Indian, Thai,
# Korean):
# what they say is not known, so nothing can be ruled out.
_UNREAD = re.compile(
    r"[\u0370-\u1DFF\u1F00-\u1FFF\u2C00-\u2DFF\uA4D0-\uABFF\uAC00-\uD7FF\uFB1D-\uFDFF\uFE70-\uFEFC]{3}"
)


def refusals(step: PersonStep, others: Sequence[PersonStep], facts: PageFacts, catalogue: Catalogue) -> tuple[str, ...]:
    """Name every reason not to offer a draft of this step; empty where there is none.

    `others` are the person's other steps on the same document.
    """
    said = [*_of_acts(step, others), *_of_places(step, facts, catalogue), *_of_what_came(step)]
    if facts.pressed is None:
        return (*said, "the control that was pressed is not found again in the kept page")
    said += [*_of_words(facts, catalogue), *_of_control(facts.pressed, facts, catalogue), *_of_fields(facts, catalogue)]
    return tuple(dict.fromkeys(said))


def _of_acts(step: PersonStep, others: Sequence[PersonStep]) -> Iterable[str]:
    if step.act is not StepAct.PRESSED:
        yield f"something was {step.act} on it"
    for other in others:
        yield f"something was {other.act} on it before"
    if step.control.frame:
        yield "the control is in a frame"


def _of_places(step: PersonStep, facts: PageFacts, catalogue: Catalogue) -> Iterable[str]:
    parts = urlsplit(step.before.url)
    if parts.scheme != "https" or parts.hostname not in _HOSTS:
        yield f"the page is none of the site's own hosts ({parts.hostname})"
    yield from _of_path(parts.path or "/", "the page", catalogue, ("learnt_nowhere",))
    target = facts.pressed.target if facts.pressed else None
    places = [target] if target and target.host else []
    if step.control.form:
        places.append(Place(host=str(parts.hostname), path=urlsplit(step.control.form.partition(" ")[2]).path))
    for place in places:
        if place.host not in _HOSTS:
            yield f"the control leads to {place.host}"
        yield from _of_path(place.path, "where the control leads", catalogue, _NOWHERE)


def _of_path(path: str, what: str, catalogue: Catalogue, signs: Iterable[str]) -> Iterable[str]:
    if is_never(path, method="POST", errands=frozenset()):
        yield f"the never-list names the address of {what} ({path})"
    for name in signs:
        pattern = catalogue.shared.signs[name].path
        if pattern and pattern.search(path):
            yield f"the address of {what} says what it is about ({path})"


def _of_what_came(step: PersonStep) -> Iterable[str]:
    if step.after is None:
        yield "nothing is known of what came next"
    elif step.before.session != "signed_out" and step.after.session == "signed_out" and "/ap/" not in step.before.url:
        yield "the session had ended afterwards"


def _of_words(facts: PageFacts, catalogue: Catalogue) -> Iterable[str]:
    texts = catalogue.shared.texts
    everything = " \n ".join([facts.text, facts.title.lower(), *facts.controls])
    for name, what in (
        ("binds", "it asks for an agreement"),
        ("invitation_offered", "it is about an invitation"),
        ("secret_words", "it is about a secret or another account"),
    ):
        if word := texts[name].find(everything):
            yield f"{what} ({word!r})"
    if _UNREAD.search(everything):
        yield "it is written in letters that no list of words knows"
    for link in facts.links:
        pattern = catalogue.shared.signs["learnt_nowhere"].path
        if (word := texts["policies"].find(link.name)) or (pattern and _is_policy(link.path)):
            yield f"it links to what binds ({word or link.path!r})"


def _is_policy(path: str) -> bool:
    return bool(re.search(r"agreement|terms|polic(y|ies)|legal|privacy|condition", path, re.IGNORECASE))


def _of_control(pressed: PressedControl, facts: PageFacts, catalogue: Catalogue) -> Iterable[str]:
    texts = catalogue.shared.texts
    if not pressed.name:
        yield "the control has no name"
    if addresses_in(pressed.name):
        yield "the control names an address"
    if re.search(r"\d", pressed.name):
        yield "the control's name holds a number, which changes"
    if not pressed.in_control or pressed.type in ("password", "checkbox", "radio", "text", "file"):
        yield "the control is no button and no link"
    if not is_pressable(pressed.name, catalogue.shared):
        yield f"a control called {pressed.name!r} may change something"
    if not texts["puts_off"].find(pressed.name):
        # A plain link only goes on: there the page's title and headings tell what it is about.
        body = "" if pressed.is_link and pressed.target else facts.text
        about = " \n ".join([body, facts.title.lower(), *facts.headings])
        if word := texts["changes"].find(about):
            yield f"it is about a change ({word!r}), and the control does not put it off"
        if word := texts["commits"].find(" \n ".join([facts.text, facts.title.lower(), *facts.headings, pressed.name])):
            yield f"it commits somebody to something ({word!r}), and the control does not put it off"


def _of_fields(facts: PageFacts, catalogue: Catalogue) -> Iterable[str]:
    asked = [kind for kind in facts.fields if kind not in _CHOICES | _HARMLESS_FIELDS]
    if asked:
        yield f"it has fields ({', '.join(dict.fromkeys(asked))})"
    chosen = [kind for kind in facts.fields if kind in _CHOICES]
    if chosen and facts.pressed and not catalogue.shared.texts["puts_off"].find(facts.pressed.name):
        yield "it offers choices, and the control does not put them off"
    if facts.frames:
        yield "a part of it is a frame, which nobody looked into"
