"""Opening a connection to a mailbox.

Protected as the settings say, and told plainly when it is no IMAP server.
"""

from __future__ import annotations

import socket
import ssl
from typing import Any

from agent.errors import ConfigurationError
from agent.mail.imap.connection.answers import is_passing
from agent.mail.imap.connection.client import CapabilityError, Client, IMAPClientError, SocketTimeout
from agent.mail.trust.headers import plain_line
from agent.settings.groups.mailbox import MailboxSettings, MailSettings, Tls
from flows import is_loopback

_NO_IMAP = ("http/", "220 ", "220-", "ssh-", "+ok", "<!doc", "<html")  # how others greet
_NO_TLS = ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "UNKNOWN_PROTOCOL", "RECORD_LAYER_FAILURE", "PACKET_LENGTH_TOO_LONG")


def connect(mailbox: MailboxSettings, limits: MailSettings) -> Client:
    """Open a connection that is protected as the settings say; not logged in yet.

    Raises:
        ConfigurationError: no TLS to a host that is not loopback, the CA file cannot be read, or the port is none of
        an IMAP server, or not with this kind of TLS.
        OSError, ssl.SSLError, IMAPClientError: as the network has it.
    """
    context = None if mailbox.tls is Tls.NONE else _tls_context(mailbox)
    if context is None:
        _require_loopback(mailbox.host)
    client = _greeted(mailbox, limits, context)
    try:
        _keep_alive(client.socket())
        if mailbox.tls is Tls.STARTTLS:
            client.starttls(context)
    except CapabilityError as err:
        client.drop()
        raise ConfigurationError(
            f"{mailbox.host}:{mailbox.port} offers no STARTTLS; IMAP__TLS=implicit with port 993 is the other way"
        ) from err
    except BaseException:
        client.drop()
        raise
    return client


def _greeted(mailbox: MailboxSettings, limits: MailSettings, context: ssl.SSLContext | None) -> Client:
    place = f"{mailbox.host}:{mailbox.port}"
    try:
        return Client(
            mailbox.host,
            port=mailbox.port,
            ssl=mailbox.tls is Tls.IMPLICIT,
            ssl_context=context if mailbox.tls is Tls.IMPLICIT else None,
            timeout=SocketTimeout(limits.connect_timeout, limits.read_timeout),
        )
    except TimeoutError as err:
        if "handshake" not in str(err):
            raise
        raise TimeoutError(
            f"{place} took the connection and did not begin TLS within {limits.connect_timeout:g} s; see the "
            "port and IMAP__TLS"
        ) from err
    except ssl.SSLError as err:
        if err.reason not in _NO_TLS:
            raise
        raise ConfigurationError(
            f"{place} does not begin with TLS; expected an IMAPS port (993), or IMAP__TLS=starttls for port 143"
        ) from err
    except IMAPClientError as err:
        text = str(err)
        if text == "None" or any(mark in text[:60].lower() for mark in _NO_IMAP):
            raise ConfigurationError(
                f"{place} is no IMAP server ({plain_line(text, limit=60)}); IMAP is usually at 993, or at 143 "
                "with STARTTLS"
            ) from err
        if any(word in text.lower() for word in ("capability", "compliant")) and not is_passing(text):
            raise ConfigurationError(
                f"{place} does not answer CAPABILITY with IMAP4rev1, as every IMAP server does"
            ) from err
        raise


def _tls_context(mailbox: MailboxSettings) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=str(mailbox.ca_file) if mailbox.ca_file else None)
    except (OSError, ssl.SSLError) as err:
        raise ConfigurationError(f"the CA file {mailbox.ca_file} of mailbox {mailbox.username} cannot be read") from err


def _require_loopback(host: str) -> None:
    if not is_loopback(host):
        raise ConfigurationError(
            f"IMAP__TLS is none, which is allowed on loopback only, but the host is {host}; use implicit or starttls"
        )


def _keep_alive(sock: Any) -> None:
    """Find a dead link within a minute; some systems lack some of the options."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    options = {"TCP_KEEPIDLE": 10, "TCP_KEEPINTVL": 5, "TCP_KEEPCNT": 3, "TCP_USER_TIMEOUT": 20_000}
    for name, value in options.items():
        if hasattr(socket, name):
            sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
