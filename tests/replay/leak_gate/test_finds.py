"""The leak gate finds what must not be there, in every form, and leaves made-up things alone."""

from __future__ import annotations

import base64
import gzip
import io
import tarfile
import zipfile
from pathlib import Path
from urllib.parse import quote

import pytest

from fixtures.leak_gate.gate import load_allowed, main, scan
from fixtures.leak_gate.known import KnownValues
from fixtures.leak_gate.rules import is_random

SECRET = "Pass w/ord+ü&<1>"


def kinds_in(tmp_path: Path, text: str, name: str = "page.html") -> list[str]:
    (tmp_path / name).write_text(text, encoding="utf-8")
    return [find.kind for find in scan([tmp_path])[0]]


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("email", "write to jane.doe@gmail.com"),
        ("email", "href='?to=jane.doe%40gmail.com'"),
        ("email", "jane.doe&#64;gmail.com"),
        ("merchant-id", "merchantId=A3B7C9D1E5F2G4"),
        ("cookie", "Set-Cookie: session-token=abc123def456; Path=/"),
        ("cookie", '{"name": "x", "at-main": "Atza|IwEBIExyz"}'),
        ("totp-seed", "KVKVEU2TKRJDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3T"),
        ("totp-seed", "KVKV EU2T KRJD GNBV GY3T QOJQ GEZD GNBV GY3T"),
        ("high-entropy", "value='q7Rz1Kx9Wm4Tb8Yc2Vn6Lp3Hd5'"),
        ("high-entropy", "deadbeef0123456789abcdef9876543210fedcba"),
        ("private-key", "-----BEGIN RSA PRIVATE KEY-----"),
    ],
)
def test_a_likely_leak_is_found(tmp_path: Path, kind: str, text: str) -> None:
    assert kind in kinds_in(tmp_path, text)


@pytest.mark.parametrize(
    "text",
    [
        "acme@users.example and agent@amazon-test.example",
        "From: donotreply@amazon.com",
        "merchantId=A1EXAMPLE00001 marketplace ATVPDKIKX0DER",
        "session-token=example-session-token",
        "full-page-account-switcher-account-label-expanded",
        "/account-switcher/default/merchantMarketplace",
        "00000000-0000-4000-8000-000000000001",
        "AwsWafIntegration.checkForceRefresh",
        "AUTHENTICATION",
    ],
)
def test_what_is_made_up_or_public_is_left_alone(tmp_path: Path, text: str) -> None:
    assert kinds_in(tmp_path, text) == []


@pytest.mark.parametrize(
    "written",
    [
        SECRET,
        quote(SECRET, safe=""),
        "Pass+w%2Ford%2B%C3%BC%26%3C1%3E",
        '"Pass w/ord+\\u00fc&<1>"',
        "Pass w/ord+ü&amp;&lt;1&gt;",
        SECRET.encode().hex(),
        base64.b64encode(SECRET.encode()).decode(),
        base64.b64encode(b"x" + SECRET.encode() + b"tail").decode(),
        base64.urlsafe_b64encode(b"xy" + SECRET.encode()).decode(),
    ],
)
def test_a_known_value_is_found_in_six_encodings_and_never_printed(tmp_path: Path, written: str) -> None:
    (tmp_path / "page.html").write_text(f"<p>{written}</p>", encoding="utf-8")
    finds, _ = scan([tmp_path], known=KnownValues((SECRET,)))
    known = [find for find in finds if find.kind == "known-value"]
    assert len(known) == 1
    assert SECRET not in str(known[0])


def _zip(content: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("inner/page.html", content)
    return buffer.getvalue()


def _tar(content: bytes) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        info = tarfile.TarInfo("page.html")
        info.size = len(content)
        archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


@pytest.mark.parametrize("pack", [_zip, _tar, gzip.compress, lambda content: _zip(_tar(content))])
def test_archives_are_looked_into(tmp_path: Path, pack: object) -> None:
    assert callable(pack)
    (tmp_path / "evidence.bin").write_bytes(pack(b"jane.doe@gmail.com"))
    assert [find.kind for find in scan([tmp_path])[0]] == ["email"]


def test_a_broken_archive_is_a_find_not_a_pass(tmp_path: Path) -> None:
    (tmp_path / "trace.zip").write_bytes(_zip(b"text")[:40])
    assert [find.kind for find in scan([tmp_path])[0]] == ["unreadable"]


def test_encoded_parts_of_mails_are_decoded(tmp_path: Path) -> None:
    body = base64.encodebytes(b"Hello jane.doe@gmail.com").decode()
    (tmp_path / "mail.eml").write_text(f"Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\n{body}")
    assert "email" in [find.kind for find in scan([tmp_path])[0]]


def test_a_find_names_file_and_line_without_repeating_the_leak(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("<p>\n\nq7Rz1Kx9Wm4Tb8Yc2Vn6Lp3Hd5")
    line = str(scan([tmp_path])[0][0])
    assert line.startswith(f"{tmp_path / 'page.html'}:3: high-entropy: q7Rz1...Hd5")
    assert "q7Rz1Kx9" not in line


def test_a_reviewed_find_is_allowed_by_value_or_fingerprint(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("jane.doe@gmail.com")
    (find,), _ = scan([tmp_path])
    for entry in ("email jane.doe@gmail.com # public", f"email {find.fingerprint}"):
        listed = tmp_path.parent / "allowed.txt"
        listed.write_text(f"# reviewed\n{entry}\n")
        assert scan([tmp_path], allowed=load_allowed(listed))[0] == []


def test_the_command_ends_with_one_on_a_find_and_zero_when_clean(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "page.html").write_text("nothing here")
    assert main([str(tmp_path)]) == 0
    (tmp_path / "page.html").write_text("jane.doe@gmail.com")
    assert main([str(tmp_path)]) == 1
    assert "page.html:1: email" in capsys.readouterr().out


def test_everything_under_fixtures_is_clean() -> None:
    finds, files = scan(
        [Path(__file__).parents[3] / "fixtures"],
        allowed=load_allowed(Path(__file__).parents[3] / "fixtures/leak_gate/allowed.txt"),
    )
    assert [str(find) for find in finds] == []
    assert files > 300


@pytest.mark.parametrize(
    "text",
    ["invitation-container-accept-button-primary", "ThisIsOnlyALongCamelCaseName", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa1A"],
)
def test_words_are_not_taken_for_random_strings(text: str) -> None:
    assert not is_random(text)
