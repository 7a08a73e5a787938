"""A page that shows a seed: read as a picture, and kept nowhere although nobody said that it is one."""

from __future__ import annotations

from pathlib import Path

import pytest
import segno
from playwright.async_api import Browser

from flows.recording.evidence import capture
from flows.recording.scrubbing.scrub import Scrub
from flows.redaction.redact import Redactor
from flows.registration.qr_code import read_qr_codes, texts_in

SEED = "JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP JBSW"
BARE = SEED.replace(" ", "")
ADDRESS = f"otpauth://totp/Amazon:a1@users.example?secret={BARE}&issuer=Amazon"


def page_of(code: segno.QRCode, *, kind: str = "png") -> str:
    uri = code.png_data_uri(scale=4) if kind == "png" else code.svg_data_uri(scale=4)
    key = f'<span id="sia-auth-app-formatted-secret">{SEED}</span>'
    return f'<!doctype html><html lang="en"><body><h1>Scan</h1><img alt="" src="{uri}"><p>{key}</p></body></html>'


@pytest.mark.asyncio(loop_scope="session")
async def test_a_seed_is_read_from_its_picture_and_kept_in_no_evidence(chromium: Browser, tmp_path: Path) -> None:
    page = await chromium.new_page()
    await page.set_content(page_of(segno.make(ADDRESS, error="m")))
    assert await read_qr_codes(page, await page.query_selector_all("img")) == [ADDRESS]
    kept = {path.suffix: path.read_bytes() for path in await capture(page, tmp_path, "failure", Redactor())}
    assert {".html", ".png", ".json"} <= set(kept)
    assert await texts_in(page, kept[".png"]) == []
    for word in (SEED, BARE, ADDRESS):
        assert word.encode() not in b"".join(kept.values())
    await page.close()


@pytest.mark.parametrize("kind", ["png", "svg"])
def test_a_recorded_page_holds_neither_the_seed_nor_its_picture(kind: str) -> None:
    shown = Scrub.of((), {}, {}, Redactor()).body(page_of(segno.make(ADDRESS), kind=kind).encode(), "text/html")
    assert shown is not None
    assert b"R0lGODlhAQABAAAAACH5" in shown
    assert len(shown) < 400
