"""What the second Seller Central knows and remembers.

People, merchants, invitations, sessions, and everything it was asked to do.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

COUNTRIES = {
    "ATVPDKIKX0DER": ("United States", "sellercentral.amazon.com"),
    "A2EUQ1WTGCTBG2": ("Canada", "sellercentral.amazon.ca"),
    "A1F83G8C2ARO7P": ("United Kingdom", "sellercentral-europe.amazon.com"),
    "A1PA6795UKMFR9": ("Germany", "sellercentral-europe.amazon.com"),
    "A1VC38T7YXB528": ("Japan", "sellercentral.amazon.co.jp"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Merchant:
    """A seller as the switcher lists it, under an agency when it has one."""

    token: str
    name: str
    marketplaces: tuple[str, ...] = ("ATVPDKIKX0DER",)
    agency: str = ""
    pending: bool = False


@dataclass(slots=True, kw_only=True)
class Person:
    """A login and the sellers it may work for."""

    email: str
    password: str
    merchants: list[Merchant]
    first_name: str = "Casey"


@dataclass(slots=True, kw_only=True)
class Invitation:
    """One invitation and where it stands."""

    number: str
    merchant: Merchant
    email: str
    state: str = "offered"
    """offered | accepted | already_user | expired | withdrawn | unknown_wording | somebody_else | welcome | code"""


@dataclass(slots=True, kw_only=True)
class Session:
    """One browser: who is in it, and what it works for."""

    email: str = ""
    selected: tuple[Merchant, str] | None = None
    typed_email: str = ""
    step: str = ""
    """`code` while the authenticator's code is waited for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One request that could change something."""

    host: str
    path: str
    form: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """How this Seller Central looks and behaves today.

    Every field is a thing the facts leave open.
    """

    switcher: str = "vue"
    """vue | picker (the newer page is not found) | none (one merchant, selected at once)"""
    suffix: str = ""
    switcher_expanded: bool = False
    switcher_errors: int = 0
    confirm_label: str = "Select account"
    confirm_widget: str = "kat"
    """kat | native"""
    confirm_by: str = "navigation"
    """navigation | post"""
    search_box: bool = True
    change_domain: bool = False
    header: str = "current"
    """current | stray_dot | old_partner | select | absent"""
    late: int = 0
    """Milliseconds until a page's own script has drawn it."""
    accept_widget: str = "button"
    """button | link | input | kat | a_button | role"""
    accept_words: str = "Accept Invitation"
    reject_words: str = ""
    banner: str = ""
    """A notice over the page with a button of these words, which has nothing to do with the invitation."""
    shows_recipient: bool = True
    recipient_words: str = "<p>Invitation sent to: <span>{}</span></p>"
    shows_shop: bool = True
    invitation_shell: bool = True
    answer: str = "home"
    """home | switcher | failed_global | no_account | approval_step | success_alert | code | spa | lost | again"""
    message_widget: str = "kat"
    """kat | kat_description | a_alert | text"""
    message: str = ""
    title: str = "Seller Central"
    code: str = "7QK4-ZM2P"
    code_words: str = "Confirmation code"
    ask_sign_in_at: str = ""
    """invitation | accept | permissions: where the site asks for the sign-in once more."""
    refused: str = "redirect_home"
    heading: str = "User Permissions"
    probes: str = ""
    """How other pages are refused; as the permissions page when empty."""
    may_open: frozenset[str] = frozenset()
    """Paths a probe reaches; the others are refused like the permissions page."""


@dataclass(slots=True, kw_only=True)
class World:
    """The whole state of one second Seller Central."""

    people: dict[str, Person] = field(default_factory=dict)
    invitations: dict[str, Invitation] = field(default_factory=dict)
    sessions: dict[str, Session] = field(default_factory=dict)
    variant: Variant = field(default_factory=Variant)
    posts: list[Post] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)
    forbidden: list[str] = field(default_factory=list)
    """Controls that nobody may press: decline, register, a new customer."""
    failed_sign_ins: int = 0
    spent: set[int] = field(default_factory=set)
    """Time steps whose code was used."""
    errors_left: int = 0
    asked_again: bool = False

    def reset(self, variant: Variant) -> None:
        """Forget what was asked; keep the people, end every session."""
        self.variant = variant
        self.posts.clear()
        self.seen.clear()
        self.forbidden.clear()
        self.sessions.clear()
        self.invitations.clear()
        self.people.clear()
        self.spent.clear()
        self.failed_sign_ins = 0
        self.errors_left = variant.switcher_errors
        self.asked_again = False

    def session_for(self, email: str, selected: tuple[Merchant, str] | None = None) -> str:
        """A browser that signed in earlier: the value of its cookie."""
        value = secrets.token_urlsafe(16)
        self.sessions[value] = Session(email=email, selected=selected)
        return value

    def accepted(self) -> list[str]:
        """The invitations whose accept control was pressed, in order, twice if twice."""
        return [post.form.get("invitationId", "") for post in self.posts if post.path == "/invitation/accept/confirm"]
