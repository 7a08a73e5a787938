"""A bound for the greeting.

A server that takes a connection must say who it is, whole, within it.

The library's own time-out begins anew with each byte.
"""

from __future__ import annotations

import imaplib
import socket
import ssl
from contextlib import suppress
from threading import Timer

from imapclient.imap4 import IMAP4WithTimeout
from imapclient.tls import IMAP4_TLS


class GreetedInTime(imaplib.IMAP4):
    """A connection with a bound for greeting and first capabilities together."""

    _timeout: float | None  # seconds, set before the library connects
    _is_late = False

    def _connect(self) -> None:
        """Take the greeting.

        Raises:
            TimeoutError: it did not come whole in time; says what that port may be.
        """
        watch = Timer(self._timeout, self._give_up) if self._timeout else None
        if watch:
            watch.daemon = True
            watch.start()
        try:
            super()._connect()  # type: ignore[misc]  # not in the types
        except (OSError, self.abort) as err:
            if not (self._is_late or isinstance(err, TimeoutError)):
                raise
            raise TimeoutError(
                f"{self.host}:{self.port} took the connection and did not greet within {self._timeout:g} s; an IMAP "
                "server speaks first, so it is another kind of port, or the server hangs"
            ) from err
        finally:
            if watch:
                watch.cancel()

    def _give_up(self) -> None:
        self._is_late = True
        with suppress(OSError):  # it may be closed already
            socket.socket.shutdown(self.sock, socket.SHUT_RDWR)  # TLS's own would wait for the reader


class _Plain(GreetedInTime, IMAP4WithTimeout):  # type: ignore[misc]  # the library is untyped
    """Without TLS, or before STARTTLS."""


class _Protected(GreetedInTime, IMAP4_TLS):  # type: ignore[misc]  # the library is untyped
    """TLS from the first byte."""


def connection(host: str, port: int, *, within: float | None, context: ssl.SSLContext | None) -> GreetedInTime:
    """Connect and be greeted, within so many seconds each.

    With a context, TLS from the first byte.

    Raises:
        TimeoutError: nothing took the connection, TLS did not begin, or no whole greeting came.
        OSError, imaplib.IMAP4.error: as the network and the server have it.
    """
    if context:
        return _Protected(host, port, context, within)  # type: ignore[call-arg,arg-type]  # the library is untyped
    return _Plain(host, port, within)
