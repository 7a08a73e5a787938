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
from playwright.async_api import ElementHandle, Error, Page

from flows.browser.scripts import PageMovedError, ask

_WRITTEN = re.compile(r"\s*data:image/(?!svg)[a-z.+-]{1,20};base64,([A-Za-z0-9+/=%\s]{1,2000000})", re.IGNORECASE)
_PATIENCE = 3000.0  # milliseconds for one picture
_LARGEST = 1500 * 1500  # pixels


async def read_qr_codes(page: Page, pictures: Sequence[ElementHandle]) -> list[str]:
    """The texts of the QR codes in these elements.

    Those that cannot be drawn or read give none.
    """
    texts: list[str] = []
    for picture in pictures:
        with suppress(Error, PageMovedError, ValueError):  # not in sight, or no picture that the browser knows
            texts += await texts_in(page, await _file_of(picture))
    return texts


async def _file_of(picture: ElementHandle) -> bytes:
    """The picture as it stands in the page's text, else as it is drawn.

    A browser may leave pictures out.
    """
    written = _WRITTEN.fullmatch(await picture.get_attribute("src") or "")
    if written is not None:
        return base64.b64decode(unquote(written[1]))
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
