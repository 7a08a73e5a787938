"""Reading the QR codes that a page shows as pictures: a seed that stands nowhere else."""

from __future__ import annotations

import base64
from collections.abc import Sequence

import zxingcpp
from playwright.async_api import ElementHandle, Error, Page

from flows.browser.scripts import ask

_QR = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode])
_PATIENCE = 3000.0  # milliseconds for one picture
_LARGEST = 1500 * 1500  # pixels


async def read_qr_codes(page: Page, pictures: Sequence[ElementHandle]) -> list[str]:
    """The texts of the QR codes in these elements; those that cannot be drawn or read give none."""
    texts: list[str] = []
    for picture in pictures:
        try:
            drawn = await picture.screenshot(type="png", timeout=_PATIENCE, animations="disabled")
        except Error:
            continue  # not in sight
        texts += await texts_in(page, drawn)
    return texts


async def texts_in(page: Page, png: bytes) -> list[str]:
    """The texts of the QR codes in a picture; the page's browser decodes the PNG."""
    drawn = await ask(page, "pixels", base64.b64encode(png).decode())
    width, height = int(drawn["width"]), int(drawn["height"])
    if not 0 < width * height <= _LARGEST:
        return []
    pixels = memoryview(base64.b64decode(drawn["pixels"])).cast("B", (height, width))
    return [code.text for code in zxingcpp.read_barcodes(pixels, formats=_QR)]
