"""Scrubbing one request, its answer's headers, and the session before it.

By value and by name.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from flows.recording.exchange import Captured, sent_body
from flows.recording.scrubbing.named_values import MASK
from flows.recording.scrubbing.scrub import Scrub
from flows.recording.scrubbing.secret_names import is_secret_name
from flows.recording.scrubbing.volatile import mask_volatile

_GLOB = re.compile(r"([*?[])")
_OMITTED = "omitted"
_ADDRESS = re.compile(r"(?:https?:/)?/")  # it holds its secrets in its own parameters


def scrub_request(captured: Captured, scrub: Scrub, site_cookies: frozenset[str]) -> tuple[dict[str, Any], set[str]]:
    """Return the request's row and the rules of what was masked by name.

    "METHOD path field": it may differ in a replay.
    """
    cookies = {
        name: scrub.cookie(value) if name in site_cookies else MASK for name, value in sorted(captured.cookies.items())
    }
    mask = scrub.fields()
    sent = mask_volatile(sent_body(captured))
    if "form" in sent:
        sent["form"] = scrub.tree(mask.pairs("form", sent["form"]))
    elif "json" in sent:
        sent["json"] = scrub.tree(mask.tree(sent["json"]))
    elif _OMITTED in sent:
        sent = {"text": sent[_OMITTED]}
        mask.masked.append("body")
    elif "text" in sent:
        shown = scrub.text(sent["text"], is_json=True)
        if shown != scrub.redact(sent["text"]):
            mask.masked.append("body")
        sent["text"] = shown
    url = scrub.text(captured.url)
    rules = {*mask.masked, *_masked_parameters(url)}
    path = urlsplit(url).path or "/"
    told = {_GLOB.sub(r"[\1]", f"{captured.method} {path} {name}") for name in rules}
    return {"method": captured.method, "url": url, "cookies": cookies, **sent}, told


def scrub_header(name: str, value: str, scrub: Scrub) -> str:
    """Scrub a header of an answer."""
    if name.lower() == "set-cookie":
        return scrub.set_cookie(value)
    if is_secret_name(name) and not scrub.is_known(value) and not _ADDRESS.match(value):
        return MASK
    return scrub.text(value)


def scrub_session(session: Mapping[str, Any], scrub: Scrub) -> dict[str, Any]:
    """Scrub a storage state.

    Cookies by their values, what a page stored by name and value.
    """
    told: dict[str, Any] = {key: scrub.tree(part) for key, part in session.items() if key not in ("cookies", "origins")}
    told["cookies"] = [
        scrub.tree({key: part for key, part in cookie.items() if key != "value"})
        | {"value": scrub.cookie(str(cookie.get("value", "")))}
        for cookie in session.get("cookies", ())
    ]
    told["origins"] = [_origin(origin, scrub) for origin in session.get("origins", ())]
    return told


def _origin(origin: Mapping[str, Any], scrub: Scrub) -> dict[str, Any]:
    """What a page stored in the browser.

    Anything but plain names and values is left out.
    """
    stored = [
        {"name": scrub.redact(str(item["name"])), "value": _stored(str(item["name"]), str(item["value"]), scrub)}
        for item in origin.get("localStorage", ())
    ]
    return {"origin": scrub.text(str(origin.get("origin", ""))), "localStorage": stored}


def _stored(name: str, value: str, scrub: Scrub) -> str:
    mask = scrub.fields()
    try:
        parsed = json.loads(value)
    except ValueError:
        parsed = value
    shown = scrub.tree(mask.tree(parsed, is_secret=is_secret_name(name)))
    return shown if isinstance(shown, str) else json.dumps(shown, ensure_ascii=False)


def _masked_parameters(url: str) -> set[str]:
    pairs = (part.partition("=") for part in urlsplit(url).query.split("&"))
    return {f"query.{name}" for name, _, value in pairs if value == MASK}
