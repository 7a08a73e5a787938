"""Reading the QR codes that a page shows as pictures.

A seed that stands nowhere else.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from contextlib import suppress
from urllib.parse import unquote

import zxingcpp
from playwright.async_api import ElementHandle, Page

from flows.browser.page_errors import ActRefusedError, PageMovedError, page_errors
from flows.browser.scripts import ask

_WRITTEN = re.compile(r"\s*data:image/(?!svg)[a-z.+-]{1,20};base64,([A-Za-z0-9+/=%\s]{1,2000000})", re.IGNORECASE)
# By the page itself, so that the visit's guard judges the request; once: the next load may show another seed.
_FETCHED = """async element => {
  if (element.localName !== 'img' || element.naturalWidth > 0) return null;
  const address = new URL(element.src, document.baseURI);
  if (address.protocol !== 'https:' || address.origin !== location.origin) return null;
  const bytes = await fetch(address, { signal: AbortSignal.timeout(3000) })
    .then(answer => (answer.ok ? answer.arrayBuffer() : null)).catch(() => null);
  if (!bytes || bytes.byteLength > 2000000) return null;
  return btoa(Array.from(new Uint8Array(bytes), byte => String.fromCharCode(byte)).join(''));
}"""
_PATIENCE = 3000.0  # milliseconds for one picture
_LARGEST = 1500 * 1500  # pixels


async def read_qr_codes(page: Page, pictures: Sequence[ElementHandle]) -> list[str]:
    """The texts of the QR codes in these elements.

    Those that cannot be drawn or read give none.
    """
    texts: list[str] = []
    for picture in pictures:
        # not in sight, or no picture that the browser knows
        with suppress(ActRefusedError, PageMovedError, ValueError), page_errors(page):
            texts += await texts_in(page, await _file_of(picture))
    return texts


async def _file_of(picture: ElementHandle) -> bytes:
    """The picture as it stands in the page's text, or as its own origin has it.

    Where both fail, as it is drawn. A browser may leave pictures out. Nothing is asked of another origin: the address
    alone may hold the seed.
    """
    written = _WRITTEN.fullmatch(await picture.get_attribute("src") or "")
    if written is not None:
        return base64.b64decode(unquote(written[1]))
    fetched: str | None = await picture.evaluate(_FETCHED)
    if fetched:
        return base64.b64decode(fetched)
    return await picture.screenshot(type="png", timeout=_PATIENCE, animations="disabled")


async def texts_in(page: Page, picture: bytes) -> list[str]:
    """The texts of the QR codes in a picture's file, which the page's browser decodes."""
    drawn = await ask(page, "pixels", base64.b64encode(picture).decode())
    width, height = int(drawn["width"]), int(drawn["height"])
    if not 0 < width * height <= _LARGEST:
        return []
    pixels = memoryview(base64.b64decode(drawn["pixels"])).cast("B", (height, width))
    return [
        code.text
        for code in zxingcpp.read_barcodes(pixels, formats=zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode]))
    ]
