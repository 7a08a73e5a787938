"""Nothing secret is left in a recording, wherever it stood and however it was written."""

from __future__ import annotations

import base64
import html
import json
import quopri
import re
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from random import Random
from time import thread_time
from typing import Any
from urllib.parse import unquote

import pytest

from flows.catalogue.load import load_catalogue
from flows.recording.exchange import Captured
from flows.recording.files import RecordingParts, write_recording
from flows.recording.scrubbing.scrub import Scrub
from flows.redaction.redact import Redactor
from flows.redaction.seeds import seed_forms
from tests.support.leaks.hidden_secrets import NAMED, WRITINGS, Hidden, hidden_by_name, hidden_by_value, page, posted

AT = datetime(2026, 1, 5, 10, 0, tzinfo=UTC)
_TELLING = 6  # characters of a secret that must not be left in a row


def recorded(directory: Path, exchanges: list[Captured], *, secrets: list[str] = (), **more: Any) -> Path:  # type: ignore[assignment]
    redactor = Redactor()
    redactor.register_all(secrets)
    parts = RecordingParts(
        flow="sign_in", recorded_at=AT, browser="none", inputs=more.get("inputs", {}), outcome={}, story=(),
        snapshots=(), exchanges=exchanges,
        session=more.get("session", {"cookies": [], "origins": []}), mail=more.get("mail"), version="", volatile=(),
    )  # fmt: skip
    return write_recording(directory, parts, redactor, load_catalogue())


@cache
def readings_of(file: Path) -> set[str]:
    return readings(file.read_bytes())


def left(directory: Path, secret: str) -> list[str]:
    """Where a telling piece of the secret still stands, read in every charset and without its escapes."""
    pieces = [secret[at : at + _TELLING] for at in range(0, len(secret) - _TELLING + 1)]
    files = sorted(one for one in directory.rglob("*") if one.is_file())
    return [file.name for file in files if any(piece in text for text in readings_of(file) for piece in pieces)]


def readings(raw: bytes) -> set[str]:
    texts = {raw.decode(charset, "replace") for charset in ("utf-8", "latin-1", "shift_jis", "utf-16-le")}
    for _ in range(3):
        texts |= {reading for text in texts for reading in unescaped(text)}
    texts |= {decoded for text in list(texts) for decoded in from_other_writings(text)}
    once = {decoded for text in list(texts) for decoded in from_base64_and_hex(text)}
    twice = {decoded for text in once for decoded in from_base64_and_hex(text)}
    in_addresses = {reading for text in once for reading in unescaped(text)}
    return texts | once | twice | in_addresses


def unescaped(text: str) -> list[str]:
    units = re.sub(r"(?:%u|\\+u)([0-9a-fA-F]{4})", lambda one: chr(int(one[1], 16)), text)
    return [html.unescape(text), unquote(text), unquote(text, "latin-1"), unquote(text, "shift_jis"), units]


def from_base64_and_hex(text: str) -> list[str]:
    runs = re.findall(r"[A-Za-z0-9+/_-]{12,}", text)
    decoded = [
        base64.urlsafe_b64decode(run.replace("+", "-").replace("/", "_")[skip:] + "===")
        for run in runs
        for skip in range(4)
        if (len(run) - skip) % 4 != 1
    ]
    decoded += [bytes.fromhex(run) for run in re.findall(r"(?:[0-9a-fA-F]{2}){8,}", text)]
    return [
        raw.decode(charset, "replace") for raw in decoded for charset in ("utf-8", "utf-16-le", "utf-16-be", "latin-1")
    ]


def from_other_writings(text: str) -> list[str]:
    """Quoted-printable, UTF-7, Base32, and bytes as numbers, octal or hex groups."""
    raw = [quopri.decodestring(text.encode("utf-8", "replace"))]
    raw += [bytes(int(one) for one in re.findall(r"\d{1,3}", run) if int(one) < 256) for run in _NUMBERS.findall(text)]
    raw += [bytes.fromhex("".join(run.split())) for run in _HEX_GROUPS.findall(text)]
    raw += [
        base64.b32decode(run[skip : skip + (len(run) - skip) // 8 * 8])
        for run in _BASE32.findall(text)
        for skip in range(8)
    ]
    octal = re.sub(r"\\([0-3][0-7]{2})", lambda one: chr(int(one[1], 8)), text)
    sheet = re.sub(r"\\([0-9a-fA-F]{1,6}) ", lambda one: chr(min(int(one[1], 16), 0x10FFFF)), text)
    return [
        *(one.decode("utf-8", "replace") for one in raw),
        octal,
        sheet,
        text.encode("utf-8", "replace").decode("utf-7", "replace"),
    ]


_READ_AS = ("utf-8", "utf-16-le", "utf-16-be", "latin-1")
_NUMBERS = re.compile(r"\d{1,3}(?:,\s?\d{1,3}){7,}")
_HEX_GROUPS = re.compile(r"(?<![0-9a-f])[0-9a-f]{2}(?: [0-9a-f]{2}){7,}(?![0-9a-f])")
_BASE32 = re.compile(r"[A-Z2-7]{16,}")


def complaints(tmp_path: Path, hidden: list[Hidden], *, is_registered: bool) -> list[str]:
    """What is left of secrets, each in a place of its own of one recording."""
    kept = recorded(
        tmp_path / "kept", [one.captured for one in hidden], secrets=[one.secret for one in hidden if is_registered]
    )
    return [f"{one.place} / {one.writing} / {one.secret}: {name}" for one in hidden for name in left(kept, one.secret)]


def test_the_search_itself_finds_every_writing(tmp_path: Path) -> None:
    hidden = hidden_by_value(Random(3), places={"text": lambda text: page(text)})
    for number, one in enumerate(hidden):
        (tmp_path / str(number)).mkdir()
        (tmp_path / str(number) / "page").write_bytes(one.captured.body)
        assert left(tmp_path / str(number), one.secret), one.writing


@pytest.mark.parametrize("seed", [1, 2])
def test_a_secret_that_nobody_registered_is_masked_in_seventy_places_by_what_holds_it(
    tmp_path: Path, seed: int
) -> None:
    assert len(NAMED) >= 70
    assert complaints(tmp_path, hidden_by_name(Random(seed)), is_registered=False) == []


@pytest.mark.parametrize("writing", WRITINGS)
@pytest.mark.sampled(12)
def test_a_registered_secret_is_replaced_in_every_place_in_twenty_writings(tmp_path: Path, writing: str) -> None:
    assert len(WRITINGS) >= 20
    hidden = [one for one in hidden_by_value(Random(7)) if one.writing == writing]
    assert complaints(tmp_path, hidden, is_registered=True) == []


@pytest.mark.parametrize("printed", ["hex", "groups", "base64", "numbers"])
def test_the_key_that_a_seed_stands_for_is_not_kept_either(tmp_path: Path, printed: str) -> None:
    seed = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
    key = base64.b32decode(seed)
    written = {
        "hex": key.hex(), "groups": key.hex(" ").upper(), "base64": base64.b64encode(key).decode(),
        "numbers": str(list(key)),
    }[printed]  # fmt: skip
    kept = recorded(tmp_path, [page(f"<p>key {written}</p>")], secrets=list(seed_forms(seed)))
    assert written not in "".join(file.read_text() for file in kept.rglob("*") if file.is_file())


def test_an_address_that_holds_a_style_sheet_stays_as_it_is() -> None:
    markup = '<link rel="stylesheet" href="data:text/css;base64,Ym9keSB7IGNvbG9yOiByZWQgfQ==">'
    assert Scrub.of([], {"password": "hunter2-Secret!"}, {}, Redactor()).text(markup) == markup


def test_one_byte_that_is_not_utf_8_switches_nothing_off() -> None:
    scrub = Scrub.of([], {"password": "hunter2-Secret!", "user_email": "a1@real-customer.com"}, {}, Redactor())
    shown = scrub.content(b"\xe4 hunter2-Secret! of a1@real-customer.com", "text/html")
    assert shown.startswith(b"\xe4 ")
    assert b"hunter2" not in shown
    assert b"real-customer" not in shown


def test_what_is_no_text_is_replaced_by_its_length_and_type(tmp_path: Path) -> None:
    kept = recorded(tmp_path / "one", [page("")])
    picture = Captured(
        kind="image", method="GET", url="https://m.media-amazon.com/x.png", cookies={}, status=200,
        headers=(("Content-Type", "image/png"),), body=b"\x89PNG\0\1\2",
    )  # fmt: skip
    kept = recorded(tmp_path / "two", [picture])
    (row,) = json.loads((kept / "exchanges.json").read_text())
    assert (row["response"]["body"], row["response"]["omitted"]) == (None, "[7 bytes of image/png]")
    assert not (kept / "bodies").exists()


@pytest.mark.parametrize("headers", ["", "X-Note: " + "n" * 5000 + "\r\n"])
@pytest.mark.parametrize("blank", ["\r\n", ""])
def test_a_part_of_a_form_is_masked_whatever_stands_at_its_head(tmp_path: Path, headers: str, blank: str) -> None:
    part = f'--x\r\nContent-Disposition: form-data; name="password"\r\n{headers}{blank}Zq7-Kd92-unseen\r\n--x--\r\n'
    kept = recorded(tmp_path, [posted(part.encode(), "multipart/form-data; boundary=x")])
    assert left(kept, "Zq7-Kd92-unseen") == []


def test_a_field_masked_by_name_may_differ_when_it_is_replayed(tmp_path: Path) -> None:
    kept = recorded(tmp_path / "one", [posted(b"csrf=abc&email=x"), posted(b"\x08\x01", "application/x-protobuf")])
    about = json.loads((kept / "recording.json").read_text())
    assert about["volatile"] == ["POST /ap/signin body", "POST /ap/signin form.csrf"]


def test_a_password_in_a_form_of_another_charset_is_the_one_that_is_typed_when_it_is_replayed(tmp_path: Path) -> None:
    exchange = posted(b"password=P%E4ssw%F6rd-1%A3x")
    kept = recorded(tmp_path / "one", [exchange], inputs={"password": "Pässwörd-1£x"})
    (row,) = json.loads((kept / "exchanges.json").read_text())
    typed = json.loads((kept / "recording.json").read_text())["inputs"]["password"]
    assert row["request"]["form"] == [["password", typed]]
    assert typed != "Pässwörd-1£x"


def test_cookies_and_what_pages_stored_are_replaced_in_the_session(tmp_path: Path) -> None:
    cookies = [
        {"name": "at-main", "value": "Atza|OnlyLettersHere", "domain": ".amazon.com"},
        {"name": "x-main", "value": "onlyletters", "domain": ".amazon.com"},
        {"name": "lc-main", "value": "en_US", "domain": ".amazon.com"},
    ]
    stored = [{"name": "accessToken", "value": "abc"}, {"name": "state", "value": '{"otp": 123456, "page": "home"}'}]
    session = {"cookies": cookies, "origins": [{"origin": "https://sellercentral.amazon.com", "localStorage": stored}]}
    kept = (recorded(tmp_path / "one", [], session=session) / "session.json").read_text()
    assert [word for word in ("OnlyLetters", "onlyletters", '"abc"', "123456") if word in kept] == []
    assert "en_US" in kept
    assert "home" in kept


def test_words_about_secrets_and_plain_codes_stay_what_they_are() -> None:
    markup = (
        '<input type="password" name="password" id="ap_password" autocomplete="current-password">'
        '<input type="submit" name="otpSubmit" value="Sign in"><script>t={"passwordLabel":"Password '
        '1","code":"US"}</script>'
    )
    assert Scrub.of([], {}, {}, Redactor()).text(markup) == markup


@pytest.mark.parametrize(
    "given", ["JBSW Y3DP EHPK 3PXP", "jbswy3dpehpk3pxp", "otpauth://totp/x?secret=JBSWY3DPEHPK3PXP&issuer=y"]
)
def test_a_seed_is_replaced_in_every_form_however_it_was_given(given: str) -> None:
    redactor = Redactor()
    redactor.register_all(seed_forms(given))
    for written in (
        "JBSWY3DPEHPK3PXP",
        "jbswy3dpehpk3pxp",
        "JBSW Y3DP EHPK 3PXP",
        "jbsw y3dp ehpk 3pxp",
        "JBSW-Y3DP-EHPK-3PXP",
    ):
        assert "3PXP" not in redactor.redact(f"TOTP key: {written}.").upper()


@pytest.mark.sampled(4)
@pytest.mark.parametrize(
    "piece",
    [
        '<a "',
        'a="',
        r"a=\"",
        "a= ",
        "a",
        "?a=",
        "?a=?b",
        '"a"',
        "&a%3D",
        "<textarea ",
        "?token=",
        "<a b='",
        "&#x",
        "%u",
        "'data:;base64,A ",
    ],
)
def test_a_page_made_to_be_slow_is_scrubbed_in_time_that_grows_with_its_length(piece: str) -> None:
    scrub = Scrub.of([], {"password": "hunter2-Secret!"}, {}, Redactor())
    spent = []
    for length in (50_000, 400_000):
        text = piece * (length // len(piece))
        before = thread_time()
        scrub.text(text)
        spent.append(thread_time() - before)
    assert spent[1] < 24 * spent[0] + 0.5  # eight times the text; a quadratic way takes 64 times as long
