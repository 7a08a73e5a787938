"""Tokens for mailboxes: fetched with the providers' own libraries from a local endpoint, renewed in time, refused with
a reason.
"""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pydantic import SecretStr

from agent.errors import ConfigurationError
from agent.mail.imap.connection.auth import MailboxLogin, is_login_refused
from agent.mail.imap.connection.tokens import GoogleTokens, MicrosoftTokens, Token, TokenError
from agent.mail.imap.failures import ConnectionState, classify
from agent.settings.groups.mailbox import MailboxSettings, OAuthSettings

NOW = datetime(2026, 3, 1, tzinfo=UTC)
MICROSOFT = OAuthSettings(
    provider="microsoft", tenant="contoso", client_id="app", client_secret=SecretStr("app-secret")
)


class Reply:
    """What msal's HTTP client returns."""

    def __init__(self, document: dict[str, Any], status: int = 200) -> None:
        self.text = json.dumps(document)
        self.status_code = status
        self.headers: dict[str, str] = {}

    def raise_for_status(self) -> None:
        """Nothing to raise."""


class Wire:
    """An HTTP client for msal that never leaves the process."""

    def __init__(self, answer: dict[str, Any], status: int = 200) -> None:
        self.answer, self.status = answer, status
        self.posts: list[dict[str, Any]] = []

    def get(self, url: str, **_: Any) -> Reply:
        """Answer the discovery of endpoints."""
        base = "https://login.microsoftonline.com/contoso"
        return Reply({"authorization_endpoint": f"{base}/authorize", "token_endpoint": f"{base}/token", "issuer": base})

    def post(self, url: str, *, data: dict[str, Any] | None = None, **_: Any) -> Reply:
        """Answer the request for a token."""
        self.posts.append(data or {})
        return Reply(self.answer, self.status)

    def close(self) -> None:
        """Nothing to close."""


def test_microsoft_gives_a_token_for_client_credentials() -> None:
    wire = Wire({"access_token": "t1", "expires_in": 3600, "token_type": "Bearer"})
    token = MicrosoftTokens(MICROSOFT, http_client=wire).fetch()
    assert token.value.get_secret_value() == "t1"
    assert token.expires_at > datetime.now(UTC) + timedelta(minutes=50)
    assert wire.posts[0]["grant_type"] == "client_credentials"


def test_microsofts_refusal_is_permanent_and_tells_no_secret() -> None:
    wire = Wire(
        {"error": "invalid_client", "error_description": "secret app-secret expired", "error_codes": [7000222]}, 401
    )
    with pytest.raises(TokenError) as caught:
        MicrosoftTokens(MICROSOFT, http_client=wire).fetch()
    assert caught.value.permanent
    assert "invalid_client" in str(caught.value)
    assert "app-secret" not in str(caught.value)
    assert classify(caught.value).link is ConnectionState.AUTH_FAILED


def test_microsofts_trouble_is_not_permanent() -> None:
    with pytest.raises(TokenError) as caught:
        MicrosoftTokens(MICROSOFT, http_client=Wire({"error": "temporarily_unavailable"}, 503)).fetch()
    assert not caught.value.permanent
    assert classify(caught.value).link is ConnectionState.DOWN


class Endpoint(BaseHTTPRequestHandler):
    """Google's token endpoint."""

    answer: ClassVar[tuple[int, dict[str, Any]]] = (200, {})

    def do_POST(self) -> None:
        """Answer."""
        status, document = self.answer
        self.rfile.read(int(self.headers["Content-Length"]))
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture
def endpoint() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Endpoint)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/token"
    server.shutdown()
    server.server_close()
    thread.join()


def refresh_token(endpoint: str) -> OAuthSettings:
    return OAuthSettings(
        provider="google",
        client_id="app",
        client_secret=SecretStr("s"),
        refresh_token=SecretStr("r"),
        token_uri=endpoint,
    )


def test_google_gives_a_token_for_a_refresh_token(endpoint: str) -> None:
    Endpoint.answer = (200, {"access_token": "g1", "expires_in": 3600, "token_type": "Bearer"})
    token = GoogleTokens(refresh_token(endpoint), mailbox="invites@users.example").fetch()
    assert token.value.get_secret_value() == "g1"
    assert timedelta(minutes=50) < token.expires_at - datetime.now(UTC) <= timedelta(hours=1)


def test_google_gives_a_token_for_a_service_account(endpoint: str, tmp_path: Path) -> None:
    Endpoint.answer = (200, {"access_token": "g2", "expires_in": 3600, "token_type": "Bearer"})
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    file = tmp_path / "account.json"
    file.write_text(
        json.dumps(
            {
                "type": "service_account",
                "client_email": "a@b.example",
                "private_key": key.decode(),
                "token_uri": endpoint,
            }
        )
    )
    settings = OAuthSettings(provider="google", service_account_file=file)
    assert GoogleTokens(settings, mailbox="invites@users.example").fetch().value.get_secret_value() == "g2"


def test_googles_invalid_grant_needs_a_person(endpoint: str) -> None:
    Endpoint.answer = (400, {"error": "invalid_grant", "error_description": "Token has been expired or revoked."})
    with pytest.raises(TokenError) as caught:
        GoogleTokens(refresh_token(endpoint), mailbox="x").fetch()
    assert caught.value.permanent
    assert is_login_refused(caught.value)


class Source:
    """Tokens that end when the test says."""

    def __init__(self, *lives: timedelta) -> None:
        self.lives = list(lives)
        self.fetched = 0

    def fetch(self) -> Token:
        """One more token."""
        self.fetched += 1
        return Token(
            value=SecretStr(f"t{self.fetched}"), expires_at=NOW + self.lives[min(self.fetched, len(self.lives)) - 1]
        )


class Recorder:
    """Stands for a connection."""

    def __init__(self) -> None:
        self.tokens: list[str] = []

    def oauth2_login(self, user: str, token: str) -> None:
        """Remember the token."""
        self.tokens.append(token)


def signed_in(*lives: timedelta) -> tuple[MailboxLogin, Source, Recorder]:
    box = MailboxSettings(host="127.0.0.1", username="invites", oauth=MICROSOFT)
    source, client = Source(*lives), Recorder()
    credentials = MailboxLogin(box, now=lambda: NOW, source=source)
    for _ in range(2):
        credentials.sign_in(client)  # type: ignore[arg-type]  # a recorder
    return credentials, source, client


def test_token_is_used_again_while_five_minutes_are_left() -> None:
    assert signed_in(timedelta(minutes=6))[2].tokens == ["t1", "t1"]


def test_token_that_ends_soon_is_replaced_before_signing_in() -> None:
    assert signed_in(timedelta(minutes=4), timedelta(hours=1))[2].tokens == ["t1", "t2"]


@pytest.mark.parametrize(("life", "minutes"), [(timedelta(hours=2), 50), (timedelta(minutes=30), 25)])
def test_session_is_renewed_five_minutes_before_the_token_ends_and_after_fifty_at_the_latest(
    life: timedelta, minutes: int
) -> None:
    credentials, _, _ = signed_in(life)
    assert credentials.renew_at(signed_in_at=NOW) == NOW + timedelta(minutes=minutes)


def test_mailbox_without_password_and_oauth_is_a_matter_of_configuration() -> None:
    with pytest.raises(ConfigurationError, match="neither a password nor oauth"):
        MailboxLogin(MailboxSettings(host="127.0.0.1", username="x"), now=lambda: NOW)


def test_missing_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "msal", None)
    with pytest.raises(ConfigurationError, match="extra 'oauth'"):
        MicrosoftTokens(MICROSOFT)


def test_provider_libraries_are_not_imported_for_passwords() -> None:
    import subprocess

    code = "import sys, agent.mail.service; print([name for name in ('msal', 'google.auth') if name in sys.modules])"
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
    )
