"""Values that a setting writes as one text.

A DNS server, an address to listen on, hours of the day.
"""

from __future__ import annotations

import re
from datetime import time
from ipaddress import ip_address

from flows import is_loopback

DNS_PORT = 53
_PORTS = 65_535
_UNSPECIFIED = ("0.0.0.0", "::", "::ffff:0.0.0.0", "::ffff:0:0")  # noqa: S104 - a name server there is this machine
_HOURS = re.compile(r"\s*([01]\d|2[0-3]):[0-5]\d\s*-\s*([01]\d|2[0-3]):[0-5]\d\s*")


def parse_dns_server(text: str) -> tuple[str, int]:
    """Read "address" or "address:port".

    An address of IPv6 stands in brackets where a port follows.

    Raises:
        ValueError: it is neither.
    """
    host, colon, port = text.rpartition(":")
    if not colon or (":" in host and not host.startswith("[")):
        host, port = text, str(DNS_PORT)
    if not (port.isascii() and port.isdigit() and 0 < int(port) <= _PORTS):
        raise ValueError("expected address:port, for example 127.0.0.1:53")
    return str(ip_address(host.strip("[]"))), int(port)


def is_local_server(text: str) -> bool:
    """A DNS server of this machine on a port that no real one has."""
    try:
        address, port = parse_dns_server(text)
    except ValueError:
        return False
    return (is_loopback(address) or address in _UNSPECIFIED) and port != DNS_PORT


def is_listenable(address: str) -> bool:
    """Whether it is "host:port"; port 0 asks for any."""
    host, colon, port = address.rpartition(":")
    return bool(colon and host and port.isascii() and port.isdigit() and int(port) <= _PORTS)


def parse_hours(hours: str) -> tuple[time, time]:
    """Read "22:00-06:00".

    Raises:
        ValueError: it is written otherwise.
    """
    if not _HOURS.fullmatch(hours):
        raise ValueError('expected two times of day (UTC), for example "22:00-06:00"')
    start, _, end = hours.partition("-")
    return time.fromisoformat(start.strip()), time.fromisoformat(end.strip())
