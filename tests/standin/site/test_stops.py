"""A stand-in that stops leaves nothing open behind it."""

from __future__ import annotations

import gc
import socket
import ssl
import warnings

from fixtures.stand_in.generate import one_account
from fixtures.stand_in.world import StandIn

ASKED = b"GET /home HTTP/1.1\r\nHost: sellercentral.amazon.com\r\n\r\n"


def connected(port: int) -> ssl.SSLSocket:
    """A client that asked, was answered, and says nothing to a farewell."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    client = context.wrap_socket(
        socket.create_connection(("127.0.0.1", port)), server_hostname="sellercentral.amazon.com"
    )
    client.sendall(ASKED)
    assert client.recv(1) == b"H"
    return client


def test_a_client_that_says_nothing_to_a_farewell_leaves_no_socket_open() -> None:
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always", ResourceWarning)
        stand_in = StandIn(one_account(1))
        with stand_in:
            clients = [connected(stand_in.description()["site"]["port"]) for _ in range(3)]
        del stand_in
        gc.collect()
    for client in clients:
        client.close()
    assert [str(one.message) for one in told] == []
