"""The file for a support case: what is in it, and what never is."""

from __future__ import annotations

import base64
import io
import json
import zipfile
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine

from agent.actions import support
from agent.actions.support import LeakError, support_file
from agent.domain.authorization import Event
from agent.settings.model import Settings
from agent.store import transitions, visits
from agent.store.database.engine import reading, writing
from agent.store.vault import sessions
from agent.store.vault.keys import Vault
from tests.support.stored.accounts import write_account
from tests.support.stored.registry import MERCHANT, NOW, PASSWORD, SEED, add_account, add_secrets

VISIT = "0" * 31 + "1"
COOKIE = "kPq93-drawn-Xw82Zt-value"
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path)


@pytest.fixture(autouse=True)
def troubled(engine: Engine, vault: Vault, settings: Settings) -> None:
    """An account that needs a person; its visit left evidence that a careless step filled with secrets."""
    with writing(engine) as conn:
        add_account(conn)
        add_secrets(conn, vault)
        state = {"cookies": [{"name": "at-main", "value": COOKIE}]}
        sessions.save(conn, vault, "A1", state, now=NOW)
        visits.start(conn, VISIT, "A1", kind="audit", host="h", worker="w", now=NOW)
        why = f"the page said {PASSWORD} to other.person@shop.example"
        transitions.apply(conn, "A1", Event.HUMAN_NEEDED, now=NOW, why=why)
        write_account(conn, "A1", internal_reason=f"seed {SEED}", failure_code="challenge", merchant_name="<img src=x>")
    folder = settings.evidence_root / "A1" / VISIT
    folder.mkdir(parents=True)
    (folder / "failure.json").write_text(json.dumps({"steps": [{"screen": "otp", "url": f"/ap?cookie={COOKIE}"}]}))
    (folder / "failure.png").write_bytes(PIXEL)
    (folder / "failure.html").write_text(f"<p>{PASSWORD}</p>")
    (folder / "link.png").symlink_to("/etc/passwd")


def made(engine: Engine, vault: Vault, settings: Settings) -> dict[str, bytes]:
    with reading(engine) as conn:
        data = support_file(conn, vault, "A1", settings=settings, now=NOW)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_it_tells_the_state_the_story_and_shows_the_pictures(engine: Engine, vault: Vault, settings: Settings) -> None:
    files = made(engine, vault, settings)
    page = files["summary.html"].decode()
    assert next(iter(files)) == "summary.html"
    for told in (
        "a1@users.example",
        MERCHANT,
        "needs_human",
        "challenge",
        "&lt;img src=x&gt;",
        f"visits/{VISIT}/failure.png",
    ):
        assert told in page
    assert "needs_human, since 2026-11-23 12:00:00 UTC (2026-11-23 04:00:00 PST)" in page
    assert "failure.html: pages, recordings and large files stay" in page
    assert "<script" not in page
    assert json.loads(files["status.json"])["account"] == "A1"
    assert files[f"visits/{VISIT}/failure.png"] == PIXEL
    assert not [name for name in files if "link" in name or name.endswith("failure.html")]


@pytest.mark.parametrize("secret", [PASSWORD, SEED, COOKIE, "other.person@shop.example"])
def test_no_secret_and_nobody_else_is_in_it(engine: Engine, vault: Vault, settings: Settings, secret: str) -> None:
    everything = b"\n".join(made(engine, vault, settings).values())
    for form in (secret, secret[::-1], base64.b64encode(secret.encode()).decode()):
        assert form.encode() not in everything


@pytest.mark.parametrize(
    "left",
    [
        PASSWORD,
        base64.b64encode(f"seed: {SEED}".encode()).decode(),
        "-----BEGIN PRIVATE KEY-----",
        "at-main=abcdefghijk",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "stranger@shop.example",
    ],
)
def test_one_find_after_scrubbing_writes_nothing(
    engine: Engine, vault: Vault, settings: Settings, monkeypatch: pytest.MonkeyPatch, left: str
) -> None:
    def careless(_name: str, data: bytes, *_more: object) -> bytes:
        return data[:0] + left.encode()

    monkeypatch.setattr(support, "_scrubbed", careless)
    with reading(engine) as conn, pytest.raises(LeakError) as caught:
        support_file(conn, vault, "A1", settings=settings, now=NOW)
    assert left not in str(caught.value)


def test_a_picture_that_carries_text_is_not_given_away(engine: Engine, vault: Vault, settings: Settings) -> None:
    file = settings.evidence_root / "A1" / VISIT / "failure.png"
    file.write_bytes(PIXEL + b"tEXtComment\x00hello")
    with reading(engine) as conn, pytest.raises(LeakError, match="text in a picture"):
        support_file(conn, vault, "A1", settings=settings, now=NOW)
