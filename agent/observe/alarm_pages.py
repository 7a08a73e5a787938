"""Which page of the console explains an alarm."""

from __future__ import annotations

from urllib.parse import quote

from agent.settings.model import Settings
from agent.settings.web_address import noted_address

_OF_ACCOUNTS = ("account ", "freshness ", "insights ")
_OF_MAILS = ("dkim", "poison", "mail ")


def path_of(key: str) -> str:
    """The path of the page that explains the alarm of this key."""
    for prefix in _OF_ACCOUNTS:
        if key.startswith(prefix):
            return f"/accounts/{quote(key.removeprefix(prefix), safe='')}"
    if key.startswith("webhook "):
        return "/webhooks"
    return "/mails" if key.startswith(_OF_MAILS) else "/health"


def page_of(settings: Settings, key: str) -> str | None:
    """Its address, as people reach the console; None where nothing serves one."""
    if (public := settings.web.public_url) is not None:
        return public.rstrip("/") + path_of(key)
    address = noted_address(settings)
    return None if address is None else f"http://{address}{path_of(key)}"
