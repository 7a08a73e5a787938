"""Tokens of Microsoft and Google for a mailbox, and how each is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from pydantic import SecretStr

from agent.errors import ConfigurationError
from agent.settings.groups.mailbox import MailboxSettings, OAuthSettings

_MICROSOFT_SCOPE = "https://outlook.office365.com/.default"


_GOOGLE_SCOPE = "https://mail.google.com/"


class TokenError(Exception):
    """The provider gave no token; a person must look when `permanent`.

    The message never holds a secret.
    """

    def __init__(self, message: str, *, permanent: bool) -> None:
        super().__init__(message)
        self.permanent = permanent


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """An access token and when it ends."""

    value: SecretStr
    expires_at: datetime


class TokenSource(Protocol):
    """Something that gets tokens."""

    def fetch(self) -> Token:
        """Get a fresh token from the provider.

        Raises:
            TokenError: it gave none.
        """


def make_source(mailbox: MailboxSettings, oauth: OAuthSettings) -> TokenSource:
    """The token source that the settings describe.

    Raises:
        ConfigurationError: the library is not installed, or a setting is missing.
    """
    if oauth.provider == "microsoft":
        return MicrosoftTokens(oauth)
    return GoogleTokens(oauth, mailbox=mailbox.username)


class MicrosoftTokens:
    """Client credentials at Entra (application permission IMAP.AccessAsApp)."""

    def __init__(self, oauth: OAuthSettings, *, http_client: Any = None) -> None:
        self._msal = _load("msal")
        if not oauth.tenant or not oauth.client_id:
            raise ConfigurationError("oauth at microsoft needs tenant and client_id")
        self._oauth = oauth
        self._http = http_client
        self._application: Any = None

    def fetch(self) -> Token:
        """Get a token for the whole organisation's IMAP.

        The mailbox is chosen when signing in.
        """
        try:
            self._application = self._application or self._open()
            answer = self._application.acquire_token_for_client(self._oauth.scopes or [_MICROSOFT_SCOPE])
        except ConfigurationError:
            raise
        except Exception as err:
            raise TokenError(f"microsoft did not answer ({type(err).__name__})", permanent=False) from err
        if "access_token" not in answer:
            error = str(answer.get("error", "unknown"))
            permanent = error in ("invalid_client", "unauthorized_client", "invalid_grant", "invalid_scope")
            raise TokenError(
                f"microsoft refused a token: {error} {answer.get('error_codes', '')}".strip(), permanent=permanent
            )
        expires_at = datetime.now(UTC) + timedelta(seconds=int(answer.get("expires_in", 3600)))
        return Token(value=SecretStr(answer["access_token"]), expires_at=expires_at)

    def _open(self) -> Any:
        authority = self._oauth.token_uri or f"https://login.microsoftonline.com/{self._oauth.tenant}"
        extra = {"http_client": self._http, "instance_discovery": False} if self._http is not None else {}
        return self._msal.ConfidentialClientApplication(
            self._oauth.client_id, client_credential=self._credential(), authority=authority, **extra
        )

    def _credential(self) -> Any:
        if self._oauth.certificate_file is not None:
            return _certificate(self._oauth)
        if self._oauth.client_secret is None:
            raise ConfigurationError("oauth at microsoft needs client_secret or certificate_file")
        return self._oauth.client_secret.get_secret_value()


class GoogleTokens:
    """A service account with domain-wide delegation, or a refresh token."""

    def __init__(self, oauth: OAuthSettings, *, mailbox: str) -> None:
        self._google = _load(
            "google.oauth2.service_account", "google.oauth2.credentials", "google.auth.transport.requests"
        )
        self._oauth = oauth
        self._mailbox = mailbox

    def fetch(self) -> Token:
        """Get a token for this mailbox."""
        import google.auth.exceptions
        import google.auth.transport.requests

        credentials = self._credentials()
        try:
            credentials.refresh(google.auth.transport.requests.Request())
        except google.auth.exceptions.RefreshError as err:
            permanent = "invalid_grant" in str(err) or "unauthorized_client" in str(err)
            raise TokenError(
                "google refused a token" + (": invalid_grant" if permanent else ""), permanent=permanent
            ) from err
        except google.auth.exceptions.GoogleAuthError as err:
            raise TokenError(f"google did not answer ({type(err).__name__})", permanent=False) from err
        expires_at = (credentials.expiry or datetime.now(UTC).replace(tzinfo=None) + timedelta(hours=1)).replace(
            tzinfo=UTC
        )
        return Token(value=SecretStr(credentials.token), expires_at=expires_at)

    def _credentials(self) -> Any:
        import google.oauth2.credentials
        import google.oauth2.service_account

        scopes = self._oauth.scopes or [_GOOGLE_SCOPE]
        if self._oauth.service_account_file is not None:
            try:
                return google.oauth2.service_account.Credentials.from_service_account_file(  # type: ignore[no-untyped-call]
                    str(self._oauth.service_account_file), scopes=scopes, subject=self._mailbox
                )
            except (OSError, ValueError) as err:
                raise ConfigurationError(
                    f"the service account file {self._oauth.service_account_file} cannot be used"
                ) from err
        if self._oauth.refresh_token is None or self._oauth.client_secret is None or not self._oauth.client_id:
            raise ConfigurationError(
                "oauth at google needs service_account_file, or refresh_token with client_id and client_secret"
            )
        return google.oauth2.credentials.Credentials(  # type: ignore[no-untyped-call]
            None,
            refresh_token=self._oauth.refresh_token.get_secret_value(),
            token_uri=self._oauth.token_uri or "https://oauth2.googleapis.com/token",
            client_id=self._oauth.client_id,
            client_secret=self._oauth.client_secret.get_secret_value(),
            scopes=scopes,
        )


def _certificate(oauth: OAuthSettings) -> dict[str, str]:
    """The certificate as msal wants it.

    The PEM file holds the key and the certificate.
    """
    import hashlib
    import ssl

    assert oauth.certificate_file is not None  # noqa: S101 - the caller has checked
    try:
        pem = oauth.certificate_file.read_text()
        start = pem.index("-----BEGIN CERTIFICATE-----")
        der = ssl.PEM_cert_to_DER_cert(
            pem[start : pem.index("-----END CERTIFICATE-----") + len("-----END CERTIFICATE-----")]
        )
    except (OSError, ValueError) as err:
        raise ConfigurationError(
            f"the certificate file {oauth.certificate_file} cannot be used; expected key and certificate as PEM"
        ) from err
    return {
        "private_key": pem,
        "thumbprint": hashlib.sha1(der, usedforsecurity=False).hexdigest(),
        "public_certificate": pem[start:],
    }


def _load(*names: str) -> Any:
    import importlib

    try:
        modules = [importlib.import_module(name) for name in names]
    except ImportError as err:
        raise ConfigurationError(
            "signing in to a mailbox with oauth needs the extra 'oauth': pip install 'secondary-user[oauth]'"
        ) from err
    return modules[0]
