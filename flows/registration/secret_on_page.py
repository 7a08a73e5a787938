"""Taking the secret of a new authenticator from the page that shows it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import parse_qs, unquote, urlsplit

from playwright.async_api import ElementHandle
from pydantic import SecretStr

from flows.catalogue.recognise import Recognition
from flows.errors import UnknownScreenError
from flows.redaction.seeds import seed_forms
from flows.registration.qr_code import read_qr_codes
from flows.visit.elements import find
from flows.visit.navigate import Navigator

_BASE32 = re.compile(r"[A-Z2-7]{16,128}")
_ATTRIBUTES = (
    """element => element.getAttributeNames().map(name => element.getAttribute(name)).concat(element.value ?? '')"""
)
_WITHIN = re.compile(r"otpauth://totp/[^\s\"'<>]{1,1000}")
_LIKELY = re.compile(r"(?:[A-Za-z2-7]{4}[ \xa0-]){7,31}[A-Za-z2-7]{4}")


async def read_secret(walk: Navigator, seen: Recognition) -> SecretStr:
    """Read the secret from text, address or QR code, and register it.

    Raises:
        UnknownScreenError: the page shows none, or two that differ; nothing was typed.
    """
    found = await _secrets(walk, seen)
    if not found and (show := await find(walk.visit, seen.screen, "show_secret")):
        await walk.click(show.handle)
        await walk.find(seen, "secret")
        found = await _secrets(walk, seen)
    if not found:
        pictures = await find(walk.visit, seen.screen, "picture")
        found = set(secrets_in(await _addresses_of(pictures.handles)))  # another host's picture is never asked for
        found = found or set(secrets_in(await read_qr_codes(walk.visit.page, pictures.handles)))
    for secret in found:
        walk.visit.redactor.register_all(seed_forms(secret))
    if len(found) != 1:
        raise UnknownScreenError(
            f"expected one secret of an authenticator on the page, found {len(found)}: look at the kept page",
            screen=seen.screen,
            url=seen.path,
        )
    return SecretStr(found.pop())


async def _secrets(walk: Navigator, seen: Recognition) -> set[str]:
    texts: list[str] = []
    if text := await find(walk.visit, seen.screen, "secret"):
        texts.append(await _text(text.handle))
    addresses = await find(walk.visit, seen.screen, "otpauth")
    for handle in addresses.handles:
        texts += [value for value in await handle.evaluate(_ATTRIBUTES) if str(value).startswith("otpauth:")]
    if not texts:
        shown: str = await walk.visit.page.evaluate("() => document.body?.innerText ?? ''")
        texts += _LIKELY.findall(shown)
    return set(secrets_in(texts))


async def _addresses_of(pictures: Iterable[ElementHandle]) -> list[str]:
    """The otpauth addresses that the addresses of pictures hold.

    Those of a service that draws codes do.
    """
    sources = [unquote(await picture.get_attribute("src") or "") for picture in pictures]
    return [match.group() for source in sources for match in _WITHIN.finditer(source)]


async def _text(handle: ElementHandle) -> str:
    return (await handle.text_content()) or str(await handle.evaluate("element => element.value ?? ''"))


def secrets_in(texts: Iterable[str]) -> Iterable[str]:
    """The secrets in texts that are each one, in Base32 or an otpauth address."""
    for text in texts:
        address = urlsplit(text.strip())
        given = parse_qs(address.query).get("secret", [""])[0] if address.scheme == "otpauth" else text
        bare = "".join(given.split()).replace("-", "").replace("\xa0", "").rstrip("=").upper()
        if _BASE32.fullmatch(bare):
            yield bare
