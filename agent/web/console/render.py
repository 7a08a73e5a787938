"""Rendering a page: everything escaped, nothing foreign runs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment
from markupsafe import Markup, escape
from starlette.responses import HTMLResponse, Response

from agent.domain.authorization import State
from agent.domain.sign_in_breaker import Position
from agent.observe.alarm_pages import path_of
from agent.pages import page_environment
from agent.printable import printable
from agent.store.console.people import Role
from agent.store.processes import switches
from agent.store.sign_in import sign_in_breaker
from agent.web.console.entry.access import Visitor
from agent.web.parts import WebParts

_TEMPLATES = Path(__file__).parent / "templates"
_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = {
    "Content-Security-Policy": _POLICY,
    "Cache-Control": "no-store",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # with no-referrer a browser sends forms with the origin null
}
MARKS = {  # a state as word, shape and colour
    State.API_AUTHORIZATION_REQUIRED: ("◇", "idle"),
    State.AWAITING_INVITATION: ("◇", "idle"),
    State.ACCEPTING: ("▷", "work"),
    State.AWAITING_CONFIRMATION: ("◇", "wait"),
    State.AWAITING_PERMISSIONS: ("◇", "wait"),
    State.AUDITING: ("▷", "work"),
    State.COMPLETE: ("●", "good"),
    State.FAILED: ("✕", "bad"),
    State.NEEDS_HUMAN: ("▲", "bad"),
    State.PAUSED: ("‖", "wait"),
}


def page(visit: Visitor, template: str, values: Mapping[str, Any], *, status: int = 200) -> Response:
    """Render one page for a signed-in person."""
    frame = {
        "person": visit.person,
        "form_token": visit.form_token,
        "now": visit.now,
        "path": visit.request.url.path,
        "rehearsal": visit.parts.settings.is_rehearsal,
        "paused_by": switches.paused_by(visit.conn),
        "stopped": _stopped(visit),
        "may": lambda role: visit.may(Role(role)),
    }
    return HTMLResponse(_environment().get_template(template).render(**frame, **values), status, headers=HEADERS)


def _stopped(visit: Visitor) -> str | None:
    """Why no password is typed, while none is."""
    breaker = sign_in_breaker.read(visit.conn)
    return None if breaker.position is Position.CLOSED else breaker.why


def plain(parts: WebParts, template: str, values: Mapping[str, Any], *, status: int) -> Response:
    """Render a page for a person who is not signed in, or while the database is away."""
    frame = {
        "person": None,
        "path": "",
        "rehearsal": parts.settings.is_rehearsal,
        "paused_by": None,
        "stopped": None,
        "may": lambda _role: False,
    }
    return HTMLResponse(_environment().get_template(template).render(**frame, **values), status, headers=HEADERS)


def signed_out(parts: WebParts, *, to: str = "") -> Response:
    """Tell a person who is not signed in how to; `to` is where they wanted to go."""
    has_provider = parts.provider is not None
    values = {"provider": has_provider, "local": not has_provider, "to": to}
    return plain(parts, "entry/signed_out.html.j2", values, status=401)


@cache
def _environment() -> Environment:
    environment = page_environment(_TEMPLATES)
    environment.filters |= {
        "when": _when,
        "ago": _ago,
        "state": _state,
        "text": _text,
        "words": _words,
        "prose": _prose,
        "alarm_page": path_of,
    }
    return environment


def _when(moment: datetime | str | None) -> Markup:
    """A time in UTC; the browser's own time is shown on hover.

    A text is one written by ISO 8601; any other is shown as it is.
    """
    if not moment:
        return Markup("–")
    if isinstance(moment, str):
        try:
            moment = datetime.fromisoformat(moment)
        except ValueError:
            return escape(moment)
    moment = moment.astimezone(UTC)
    told = f"{moment:%Y-%m-%d %H:%M:%S} UTC"
    return Markup('<time datetime="{}">{}</time>').format(moment.isoformat(), told)


def _ago(moment: datetime | None, now: datetime) -> Markup:
    """How long ago, with the time itself beside it for machines."""
    if moment is None:
        return Markup("–")
    seconds = max(0, int((now - moment).total_seconds()))
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= size:
            told = f"{seconds // size} {unit}"
            break
    else:
        told = f"{seconds} s"
    return Markup('<time datetime="{}">{}</time>').format(moment.astimezone(UTC).isoformat(), told)


def _state(state: str) -> Markup:
    shape, kind = MARKS[State(state)]
    told = str(state).replace("_", " ")
    return Markup('<span class="state {}"><span aria-hidden="true">{}</span> {}</span>').format(kind, shape, told)


def _text(value: object) -> Markup:
    """Text of a seller, a mail or a page.

    Without control characters, and isolated from our own direction.
    """
    return Markup("<bdi>{}</bdi>").format(printable(str(value))) if value not in (None, "") else escape("–")


def _words(value: object) -> str:
    return str(value).replace("_", " ")


def _prose(text: str) -> Markup:
    """A paragraph whose code stands between backticks."""
    parts = text.split("`")
    told = (Markup("<code>{}</code>").format(part) if at % 2 else escape(part) for at, part in enumerate(parts))
    return Markup("").join(told)
