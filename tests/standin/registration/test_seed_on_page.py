"""A page that shows a seed is recorded without it, although nobody said that it is one."""

from __future__ import annotations

import pytest
import segno

from flows.recording.scrubbing.scrub import Scrub
from flows.redaction.redact import Redactor

SEED = "JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP JBSW"
BARE = SEED.replace(" ", "")
ADDRESS = f"otpauth://totp/Amazon:a1@users.example?secret={BARE}&issuer=Amazon"


def page_of(code: segno.QRCode, *, kind: str = "png") -> str:
    uri = code.png_data_uri(scale=4) if kind == "png" else code.svg_data_uri(scale=4)
    key = f'<span id="sia-auth-app-formatted-secret">{SEED}</span>'
    return f'<!doctype html><html lang="en"><body><h1>Scan</h1><img alt="" src="{uri}"><p>{key}</p></body></html>'


@pytest.mark.parametrize("kind", ["png", "svg"])
def test_a_recorded_page_holds_neither_the_seed_nor_its_picture(kind: str) -> None:
    shown = Scrub.of((), {}, {}, Redactor()).body(page_of(segno.make(ADDRESS), kind=kind).encode(), "text/html")
    assert shown is not None
    assert b"R0lGODlhAQABAAAAACH5" in shown
    assert len(shown) < 400
