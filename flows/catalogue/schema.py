"""The schema of a catalogue file.

How a screen is recognised, its elements, its texts, what is done about it.
"""

from __future__ import annotations

import re
from datetime import date
from enum import StrEnum
from typing import Annotated, Self

from pydantic import BeforeValidator, Field, model_validator

from flows.catalogue.phrases import WordSet
from flows.tables import Table


def _listed(value: object) -> object:
    """Take one string where a list of strings is meant."""
    return [value] if isinstance(value, str) else value


def _pattern(value: object) -> object:
    return re.compile(value) if isinstance(value, str) else value


Strings = Annotated[tuple[str, ...], BeforeValidator(_listed)]
Pattern = Annotated[re.Pattern[str], BeforeValidator(_pattern)]


class SessionRule(StrEnum):
    """What a screen says about the session; never read from cookies."""

    SIGNED_IN = "signed_in"
    SIGNED_OUT = "signed_out"
    CANNOT_TELL = "cannot_tell"


class ScreenKind(StrEnum):
    """What a flow does about a screen that is not its goal."""

    FLOW = "flow"  # a flow knows this screen by name
    PRESS = "press"  # an interstitial: press `element`, at most `at_most` times a visit
    WAIT = "wait"  # passes by itself; a challenge when it does not
    CHALLENGE = "challenge"  # asks for a person; nothing is touched
    REFUSAL = "refusal"  # the site does not serve now
    ARRIVED = "arrived"  # signed in: the sign-in is over


class Count(Table):
    """So many visible elements."""

    css: str
    equals: int


class Sign(Table):
    """One thing to look for; exactly one key is set, its values are alternatives."""

    visible: Strings | None = None  # CSS; shadow roots are searched too
    present: Strings | None = None  # CSS; hidden ones count
    count: Count | None = None
    script: Strings | None = None  # a piece of an inline script
    action: Strings | None = None  # the `appAction` of a form that has something visible
    form: Pattern | None = None  # the action path of such a form
    path: Pattern | None = None
    query: Pattern | None = None
    matches: Pattern | None = None  # in the visible text, in lower case with single spaces
    status: tuple[int, ...] | None = None
    severity: Strings | None = None  # a visible message of this kind: error, warning, info, success
    title: Strings | None = None  # from here on: names of sets of words
    heading: Strings | None = None
    alert: Strings | None = None
    button: Strings | None = None
    text: Strings | None = None

    @model_validator(mode="after")
    def _one_key(self) -> Self:
        if len(self.model_fields_set) != 1:
            raise ValueError("a sign has exactly one key, such as visible, action or text")
        return self

    @property
    def words(self) -> tuple[str, ...]:
        """The sets of words it names."""
        return self.title or self.heading or self.alert or self.button or self.text or ()

    @property
    def css(self) -> tuple[str, ...]:
        """The CSS it asks the page for."""
        return self.visible or self.present or ((self.count.css,) if self.count else ())


class Claim(Table):
    """One way to recognise the screen.

    All of `all`, at least `at_least` of `any`, none of `none`.
    """

    name: str
    all: tuple[str, ...] = ()
    any: tuple[str, ...] = ()
    at_least: int = Field(default=1, ge=1)
    none: tuple[str, ...] = ()
    order: int | None = None  # when it should be asked at another place than the file's other claims

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.all and not self.any:
            raise ValueError("a claim needs `all` or `any`")
        if self.any and self.at_least > len(self.any):
            raise ValueError("at_least is more than `any` has")
        return self


class Candidate(Table):
    """One way to find an element.

    By CSS, by role and name, or as the only submit of the form that holds a field.
    """

    css: str | None = None
    role: str | None = None  # button, link, or CSS for anything else
    submit_of: str | None = None  # CSS of a field
    within: str | None = None
    names: str | None = None  # a set of words
    match: str = Field(default="exact", pattern="^(exact|contains)$")
    hidden: bool = False

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if sum(way is not None for way in (self.css, self.role, self.submit_of)) != 1:
            raise ValueError("a candidate has exactly one of css, role, submit_of")
        if self.role and not self.names:
            raise ValueError("a candidate by role needs names")
        return self


class Element(Table):
    """A named thing on a screen.

    The first candidate that finds exactly one wins; any but the first is drift.
    """

    candidates: tuple[Candidate, ...] = Field(min_length=1)
    avoid: str | None = None  # a set of words: whatever is named so is never this element
    many: bool = False  # several are expected


class Handling(Table):
    """What is done about the screen."""

    kind: ScreenKind
    element: str | None = None  # for press
    at_most: int = Field(default=1, ge=1)
    expect: Strings = ("*",)  # screens that may follow; * is any other
    fallback: str | None = Field(
        default=None, pattern="^(return_to|ignore|aside|refusal)$"
    )  # when the element is not there, or does nothing; for wait: when it does not pass

    @model_validator(mode="after")
    def _press_needs_element(self) -> Self:
        if (self.kind is ScreenKind.PRESS) != (self.element is not None):
            raise ValueError("`element` goes with kind = press, and only with it")
        if (self.fallback == "refusal") and self.kind is not ScreenKind.WAIT:
            raise ValueError("`fallback = refusal` goes with kind = wait only")
        return self


class TakeoverTable(Table):
    """What a person may do on the screen through the console.

    A screen without this table is never offered.

    The guard's never-list beats it.
    """

    posts: Strings = ()  # paths that the challenge sends to, exact or with *
    pictures: Strings = ()  # hosts of its pictures; a leading dot means any host below
    with_password: bool = False  # it asks for the password beside the picture: the agent types that and sends the form
    answer: str | None = Field(default=None, pattern="^(code|approval)$")  # what is enough without a picture


class Screen(Table):
    """One catalogue file."""

    screen: str = Field(pattern="^[a-z][a-z0-9_]*$")
    order: int
    summary: str
    source: str
    session: SessionRule
    last_verified: date
    handling: Handling
    signs: dict[str, Sign] = Field(default_factory=dict)
    claims: tuple[Claim, ...] = Field(min_length=1)
    variants: dict[str, tuple[str, ...]] = Field(default_factory=dict)  # name: signs, any of which makes it so
    elements: dict[str, Element] = Field(default_factory=dict)
    texts: dict[str, WordSet] = Field(default_factory=dict)
    takeover: TakeoverTable | None = None


class Chrome(Table):
    """One piece of a permission page that a person adopted as chrome.

    It takes nothing away from what the rows say.

    It counts on pages of this layout only, for a gap of this kind, at this place, in these words.
    """

    chrome: str = Field(pattern="^[a-z][a-z0-9_]*$")
    layout: str = Field(pattern="^[a-z_]+$")
    kind: str = Field(pattern="^(unexplained|banner)$")
    where: str = Field(min_length=1, max_length=300)
    words: str = Field(min_length=1, max_length=200)
    summary: str
    source: str
    last_verified: date


class Alert(Table):
    """A visible alert that has a name of its own."""

    name: str
    ids: Strings = ()  # CSS: visible ones need no words
    words: str | None = None
    severity: Strings = ("error", "warning", "info")  # of the messages the words are looked for in
    harmless: bool = False  # it asks for something and rejects nothing


class Shared(Table):
    """What several screens use: `shared/*.toml` merged."""

    signs: dict[str, Sign] = Field(default_factory=dict)
    texts: dict[str, WordSet] = Field(default_factory=dict)
    alerts: tuple[Alert, ...] = ()
    alert_boxes: Strings = ()
    headings: Strings = ()
    identity: Strings = ()  # where a signed-in page names its user
    claimed: Strings = ()  # where a sign-in page names the address it asks about, or holds one that it would send
    decoys: Strings = ()  # fields for password managers: no sign and no candidate ever finds one
    hidden_by_style: Strings = ()  # what the site's style sheets hide wherever it stands
    masks: Strings = ()  # what a screenshot covers
    suffixes: Strings = ()  # regular expressions of what the account picker adds to a label
    countries: dict[str, Strings] = Field(default_factory=dict)  # marketplace code: labels in any language
