"""How the second site dresses a page.

Wrappers, hiding, late rendering and slow resources, all drawn from one seed.
"""

import asyncio
import random
from dataclasses import dataclass, field, replace
from html import escape
from typing import Any

CSS = ".aok-hidden{display:none!important}.hide{display:none}.a-box{border:1px solid #ddd;padding:8px}"
CDN = "m.media-amazon.com"


@dataclass(frozen=True, kw_only=True)
class Look:
    """What the facts leave open, drawn once a visit."""

    seed: str = "0"
    lang: str = "en"
    late_ms: int = 0
    """The body is rendered by a script this late."""
    hangs: bool = False
    """Some resource never finishes, so `load` never fires."""
    latency: float = 0.0
    direct: bool = False
    """A form is answered with the next page itself instead of a redirect."""
    css_from_cdn: bool = False
    chain: int = 0
    """So many redirects before each page."""
    bounces: bool = False
    """The page's own script wipes what is sent at once, holds the form back and asks for the password."""

    def draw(self, part: str) -> random.Random:
        return random.Random(f"{self.seed}:{part}")

    @classmethod
    def drawn(cls, seed: str, **fixed: Any) -> "Look":
        rng = random.Random(seed)
        look = cls(
            seed=seed,
            lang=rng.choice(["en", "en", "de", "fr", "it", "es", "nl"]),
            late_ms=rng.choice([0, 0, 0, 300, 900]),
            hangs=rng.random() < 0.3,
            latency=rng.choice([0, 0, 0, 0.2, 0.6]),
            direct=rng.random() < 0.5,
            css_from_cdn=rng.random() < 0.3,
            chain=rng.choice([0, 0, 1, 2]),
            bounces=rng.random() < 0.3,
        )
        return replace(look, **fixed)


@dataclass(kw_only=True)
class Visit:
    """One browser's way through the script, and what it did on the way."""

    steps: list[str]
    look: Look
    email: str
    arrived: bool = False
    error: str = ""
    is_late: bool = False
    """The error is shown by a script, well after the page."""
    is_unboxed: bool = False
    """The error stands in a box that the facts do not know."""
    passwords: list[str] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    posts: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    dangers: list[str] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)
    met: dict[str, float] = field(default_factory=dict)
    """When each page was shown first, by the monotonic clock."""
    is_begun: asyncio.Event = field(default_factory=asyncio.Event)
    claimed: str = ""

    @property
    def step(self) -> str:
        return self.steps[0] if self.steps else "home"


def page(look: Look, body: str, *, title: str = "", head: str = "", part: str = "page", late: bool = True) -> str:
    """A whole document around a body, as this visit's look wants it."""
    if late and look.late_ms:
        script = f"setTimeout(()=>document.getElementById('a-page').append(document.getElementById('r').content.cloneNode(true)),{look.late_ms})"
        body = f'<div id="a-page"></div><template id="r">{body}</template><script>{script}</script>'
    elif look.draw(part + "wrap").random() < 0.5:
        body = f'<div id="a-page"><div class="a-section a-padding-medium auth-workflow"><div class="a-section">{body}</div></div></div>'
    style = (
        f'<link rel="stylesheet" href="https://{CDN}/images/I/all.css">'
        if look.css_from_cdn
        else f"<style>{CSS}</style>"
    )
    hang = '<script async src="/slow/metrics.js"></script><img src="/slow/pixel.gif" alt="">' if look.hangs else ""
    return (
        f'<!doctype html><html lang="{look.lang}" class="a-js a-ws"><head><meta charset="utf-8">'
        f"<title>{escape(title)}</title>{style}{head}</head><body>{body}{hang}</body></html>"
    )


def tag(look: Look, element: str, /, *, part: str = "", **attributes: str | bool) -> str:
    """One start tag with its attributes in an order of this look's own (underscores become hyphens, `cls` class)."""
    items = [
        (key.rstrip("_").replace("_", "-").replace("cls", "class"), value)
        for key, value in attributes.items()
        if value is not False
    ]
    look.draw(element + part).shuffle(items)
    text = "".join(f" {key}" if value is True else f' {key}="{escape(str(value))}"' for key, value in items)
    return f"<{element}{text}>"


def hidden_div(look: Look, ident: str, text: str, *, cls: str = "a-box a-alert a-alert-error") -> str:
    """An alert that is always in the page and never seen, hidden by one of the ways a site has."""
    inner = f'<div class="a-box-inner a-alert-container"><h4 class="a-alert-heading">{text}</h4><div class="a-alert-content">{text}</div></div>'
    way = look.draw(ident).choice(["class", "style", "attribute", "visibility", "parent"])
    if way == "parent":
        return f'<div style="display:none"><div id="{ident}" class="{cls}">{inner}</div></div>'
    extra = {
        "class": "",
        "style": ' style="display: none;"',
        "attribute": " hidden",
        "visibility": ' style="visibility:hidden;height:0"',
    }[way]
    return f'<div id="{ident}" class="{cls}{" aok-hidden" if way == "class" else ""}"{extra}>{inner}</div>'


def always_hidden(look: Look) -> str:
    """The alerts the recordings carry on every page of the sign-in."""
    return (
        hidden_div(
            look,
            "auth-cookie-warning-message",
            "Please Enable Cookies to Continue",
            cls="a-box a-alert a-alert-warning",
        )
        + hidden_div(look, "passkey-error-alert", "There was an error. Try again")
        + '<noscript><div id="auth-js-alert-box" class="a-box a-alert a-alert-error">This page requires JavaScript</div></noscript>'
        + hidden_div(
            look,
            "auth-email-missing-alert",
            "Enter your email or mobile phone number",
            cls="a-box a-alert-inline a-alert-inline-error",
        )
        + hidden_div(
            look, "auth-password-missing-alert", "Enter your password", cls="a-box a-alert-inline a-alert-inline-error"
        )
    )


def server_alert(text: str, heading: str, *, ident: str = "auth-error-message-box", kind: str = "error") -> str:
    """A visible message of the server; empty for no text."""
    if not text:
        return ""
    return (
        f'<div id="{ident}" class="a-box a-alert a-alert-{kind} auth-server-side-message-box a-spacing-base">'
        f'<div class="a-box-inner a-alert-container"><h4 class="a-alert-heading">{heading}</h4><i class="a-icon a-icon-alert"></i>'
        f'<div class="a-alert-content"><ul class="a-unordered-list a-nostyle a-vertical"><li><span class="a-list-item">{text}</span></li></ul>'
        "</div></div></div>"
    )


def state_fields(app_action: str, sub_page: str = "") -> str:
    """The hidden state a sign-in form carries."""
    values = {
        "appActionToken": "tok" * 9,
        "appAction": app_action,
        "subPageType": sub_page,
        "openid.return_to": "ape:aHR0cHM6",
        "prevRID": "ape:UklE",
        "workflowState": "eyJ6aXAiOiJERUYi",
        "metadata1": "",
    }
    return "".join(
        f'<input type="hidden" name="{name}" value="{value}">'
        for name, value in values.items()
        if value or name == "metadata1"
    )


def danger(what: str) -> str:
    """An attribute that tells the site that this control was pressed."""
    return (
        f"onclick=\"event.preventDefault();navigator.sendBeacon('/-danger/{what}');location.assign('/-danger/{what}')\""
    )
