"""Each family of failure has its own fate."""

from __future__ import annotations

import socket
import ssl

import pytest

from agent.errors import ConfigurationError
from agent.mail.imap.connection.answers import is_passing
from agent.mail.imap.connection.client import Client, IMAPClientError, LoginError
from agent.mail.imap.connection.tokens import TokenError
from agent.mail.imap.failures import ConnectionState, FolderMissingError, classify

CASES = {
    "no address": (socket.gaierror(-2, "Name or service not known"), ConnectionState.DOWN, None, False),
    "refused": (ConnectionRefusedError(111, "refused"), ConnectionState.DOWN, None, False),
    "silence": (TimeoutError("timed out"), ConnectionState.DOWN, None, False),
    "hang up": (Client.AbortError("socket error: EOF"), ConnectionState.DOWN, None, False),
    "tls": (ssl.SSLError("handshake failure"), ConnectionState.DOWN, None, False),
    "certificate": (ssl.SSLCertVerificationError("self-signed"), ConnectionState.CERTIFICATE, 300.0, True),
    "login": (LoginError("b'[AUTHENTICATIONFAILED] Authentication failed.'"), ConnectionState.AUTH_FAILED, 300.0, True),
    "login while the server stops": (
        LoginError("command: LOGIN => [UNAVAILABLE] Server has closed the connection."),
        ConnectionState.DOWN,
        None,
        False,
    ),
    "login on a broken line": (LoginError("socket error: EOF"), ConnectionState.DOWN, None, False),
    "token refused": (
        TokenError("google refused a token: invalid_grant", permanent=True),
        ConnectionState.AUTH_FAILED,
        300.0,
        True,
    ),
    "token unreachable": (TokenError("google did not answer", permanent=False), ConnectionState.DOWN, None, False),
    "wrong mailbox": (
        IMAPClientError("BAD User is authenticated but not connected."),
        ConnectionState.CONFIG,
        900.0,
        True,
    ),
    "setting": (ConfigurationError("IMAP__TLS is none"), ConnectionState.CONFIG, 900.0, True),
    "folder": (FolderMissingError("folder X cannot be opened"), ConnectionState.FOLDER_MISSING, 60.0, True),
    "odd": (AttributeError("x"), ConnectionState.DOWN, None, False),
}


@pytest.mark.parametrize(("error", "link", "wait", "alarm"), CASES.values(), ids=CASES)
def test_failure_has_its_fate(error: Exception, link: ConnectionState, wait: float | None, alarm: bool) -> None:
    failure = classify(error)
    assert (failure.link, failure.wait, failure.alarm) == (link, wait, alarm)


@pytest.mark.parametrize(
    "code", ["UNAVAILABLE", "INUSE", "LIMIT", "SERVERBUG", "OVERQUOTA", "EXPUNGEISSUED", "in-use", "SYS/TEMP"]
)
def test_refusal_whose_code_says_that_it_passes_is_no_refusal_of_ours(code: str) -> None:
    """By the code alone: servers add words of their own, in any language, or none (RFC 5530, RFC 3206)."""
    assert is_passing(f"command: LOGIN => [{code}] nein")
    assert classify(LoginError(f"[{code}] nein")).link is ConnectionState.DOWN


@pytest.mark.parametrize(
    "code", ["AUTHENTICATIONFAILED", "AUTHORIZATIONFAILED", "EXPIRED", "PRIVACYREQUIRED", "CONTACTADMIN", "AUTH"]
)
def test_refusal_whose_code_says_that_it_lasts_is_one_whatever_its_words_say(code: str) -> None:
    assert not is_passing(f"[{code}] temporarily unavailable, try again later")
    assert classify(LoginError(f"[{code}] temporarily unavailable")).link is ConnectionState.AUTH_FAILED


def test_expired_token_wants_a_new_one_at_once_and_no_alarm() -> None:
    failure = classify(Client.AbortError("socket error: EOF"), farewell="Session invalidated - AccessTokenExpired")
    assert (failure.new_token, failure.alarm, failure.wait) == (True, False, 0.0)


def test_servers_text_is_cut_and_cleaned() -> None:
    text = classify(IMAPClientError("x\r\n\x1b[31m" + "y" * 5000)).text
    assert len(text) <= 300
    assert text.isprintable()
