"""Signing in to a mailbox: password, or OAuth2 at Microsoft or Google.

Their libraries are imported only if used.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from agent.errors import ConfigurationError
from agent.mail.imap.connection.answers import is_passing
from agent.mail.imap.connection.client import Client, LoginError
from agent.mail.imap.connection.tokens import Token, TokenError, TokenSource, make_source
from agent.mail.trust.headers import plain_line
from agent.settings.groups.mailbox import MailboxSettings

MARGIN = timedelta(minutes=5)
LONGEST_SESSION = timedelta(minutes=50)


def require_secret(mailbox: MailboxSettings) -> None:
    """Refuse a mailbox that nothing can be signed in to with.

    Raises:
        ConfigurationError: it has neither a password nor OAuth.
    """
    if mailbox.password is None and mailbox.oauth is None:
        raise ConfigurationError(
            f"mailbox {mailbox.username} has neither a password nor oauth; set SC_AGENT_IMAP__PASSWORD"
        )


class MailboxLogin:
    """Signs connections of one mailbox in, and says when they should be renewed."""

    def __init__(
        self, mailbox: MailboxSettings, *, now: Callable[[], datetime], source: TokenSource | None = None
    ) -> None:
        self._mailbox = mailbox
        self._now = now
        self._token: Token | None = None
        self._source = source or (make_source(mailbox, mailbox.oauth) if mailbox.oauth else None)
        if self._source is None:
            require_secret(mailbox)
        password = mailbox.password.get_secret_value() if mailbox.password is not None else ""
        if not set(mailbox.username + password).isdisjoint("\r\n\0"):
            raise ConfigurationError(
                f"the user name or password of mailbox {plain_line(mailbox.username)} holds a line break or a NUL, "
                "which would be a second command; is there a line break at the end of the file it came from?"
            )

    def sign_in(self, client: Client) -> None:
        """Sign a fresh connection in.

        Raises:
            LoginError: refused.
            TokenError: no token.
            ConfigurationError: the server offers no way that we have a secret for.
        """
        if self._source is None:
            assert self._mailbox.password is not None  # noqa: S101 - checked when built
            _sign_in_by_password(client, self._mailbox.username, self._mailbox.password.get_secret_value())
            client.forget_capabilities()
            return
        token = self._fresh_token().value.get_secret_value()
        if self._mailbox.oauth is not None and self._mailbox.oauth.mechanism == "oauthbearer":
            client.oauthbearer_login(self._mailbox.username, token)
        else:
            client.oauth2_login(self._mailbox.username, token)

    def forget_token(self) -> bool:
        """Drop the token so that the next sign-in fetches a new one.

        False when there is none to drop.
        """
        had, self._token = self._token is not None, None
        return had

    def renew_at(self, *, signed_in_at: datetime) -> datetime | None:
        """When a session that was signed in then should be replaced; None for passwords."""
        if self._token is None:
            return None
        return min(
            signed_in_at + LONGEST_SESSION, max(self._token.expires_at - MARGIN, signed_in_at + timedelta(seconds=30))
        )

    def _fresh_token(self) -> Token:
        if self._token is None or self._token.expires_at - self._now() < MARGIN:
            assert self._source is not None  # noqa: S101 - only called with one
            self._token = self._source.fetch()
        return self._token


def _sign_in_by_password(client: Client, username: str, password: str) -> None:
    """Sign in by LOGIN or AUTHENTICATE PLAIN.

    Every server knows LOGIN (GNU imap4d 3.15 ends AUTHENTICATE with a malformed line); AUTHENTICATE PLAIN
    where LOGIN is forbidden (RFC 3501 6.2.3) and for what is not ASCII (RFC 4616: UTF-8).
    """
    may_login = not client.has_capability("LOGINDISABLED")
    may_plain = client.has_capability("AUTH=PLAIN")
    if not may_login and not may_plain:
        raise ConfigurationError(
            "the server forbids LOGIN and offers no AUTH=PLAIN (RFC 3501 6.2.3); most such servers want TLS first: "
            "IMAP__TLS=starttls or implicit"
        )
    if may_login and (username + password).isascii():
        client.login(username, password)
    elif may_plain:
        client.plain_login(username, password)
    else:
        client.login_by_literal(username, password)


def is_login_refused(error: Exception) -> bool:
    """Whether the server refused who we say we are.

    Imapclient calls a connection that broke meanwhile a LoginError too.
    """
    if isinstance(error, TokenError):
        return error.permanent
    return isinstance(error, LoginError) and not is_passing(str(error))
