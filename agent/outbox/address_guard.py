"""Which addresses a webhook may be sent to.

Looked up once, judged, and then connected to by the address itself.
"""

from __future__ import annotations

import asyncio
import errno
import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import SplitResult, urlsplit

from agent.errors import UsageError
from agent.settings.model import Settings
from flows import is_loopback

_LOOK_UP_WITHIN = 5.0  # seconds
_PORTS = (443, 1024)  # TLS, or any that no system service has
_METADATA = frozenset(map(ip_address, ("169.254.169.254", "fd00:ec2::254", "100.100.100.200", "168.63.129.16")))
_NAT64 = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))
_NEVER = tuple(  # whatever the library of this Python says of them
    map(
        ip_network,
        (
            "0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15",
            "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4", "::/96", "100::/64", "2001::/23", "2001:db8::/32",
            "2002::/16", "fec0::/10",
        ),
    )
)  # fmt: skip

Address = IPv4Address | IPv6Address


class AddressRefusedError(UsageError):
    """A webhook may not be sent to this address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A judged address: what to connect to, and the name its certificate must bear."""

    url: str  # with the address in place of the name
    host: str
    host_header: str
    address: str


def check_url(url: str, settings: Settings) -> SplitResult:
    """Judge an address by its own text; nothing is looked up.

    Raises:
        AddressRefusedError: it is no https URL, or bears what no address of a receiver should.
    """
    try:
        parts = urlsplit(url)
        port, host = parts.port, parts.hostname
    except ValueError as err:
        raise AddressRefusedError("expected a URL such as https://platform.example/hooks") from err
    if parts.scheme not in ("https", "http") or not host or not url.isascii() or any(char <= " " for char in url):
        raise AddressRefusedError("expected a URL such as https://platform.example/hooks")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise AddressRefusedError("expected a URL without user, password and fragment")
    if settings.webhooks.allow_loopback and is_loopback(host):
        return parts
    if parts.scheme != "https":
        raise AddressRefusedError("expected https; plain http is for loopback in rehearsal")
    if port is not None and port != _PORTS[0] and port < _PORTS[1]:
        raise AddressRefusedError(f"expected port {_PORTS[0]}, or one from {_PORTS[1]} on, found {port}")
    return parts


async def resolve(url: str, settings: Settings) -> Target:
    """Look the name up once and judge every address it has.

    The first is the one to connect to.

    Raises:
        AddressRefusedError: see check_url; or one of the addresses is private, link-local, loopback, our own or the
        like. OSError: the name is not known, or its servers do not answer in time.
    """
    parts = check_url(url, settings)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    try:
        async with asyncio.timeout(_LOOK_UP_WITHIN):
            found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError as err:
        raise AddressRefusedError("expected a host name that can be looked up") from err
    addresses = [ip_address(str(each[4][0]).partition("%")[0]) for each in found]
    for address in addresses:
        require_allowed(address, settings, plain=parts.scheme == "http")
    literal = f"[{addresses[0]}]" if addresses[0].version == 6 else str(addresses[0])
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(
        url=f"{parts.scheme}://{literal}:{port}{path}",
        host=host,
        host_header=parts.netloc.rpartition("@")[2],
        address=str(addresses[0]),
    )


def require_allowed(address: Address, settings: Settings, *, plain: bool = False) -> None:
    """Judge one address.

    Raises:
        AddressRefusedError: it is none that a receiver of events may have.
    """
    real = _unwrap(address)
    if real.is_loopback:
        if not settings.webhooks.allow_loopback:
            raise AddressRefusedError(f"{address} is this machine; loopback is for rehearsal only")
        return
    if plain:
        raise AddressRefusedError("expected https; plain http is for loopback in rehearsal")
    if real in _METADATA or real.is_link_local or real.is_multicast or real.is_unspecified:
        raise AddressRefusedError(f"{address} is link-local, multicast or a metadata service")
    named = [network for network in _allowed(settings) if network.version == real.version and real in network]
    if _is_ours(real) and not any(network.num_addresses == 1 for network in named):
        raise AddressRefusedError(f"{address} is this machine itself")
    if named:
        return
    if not real.is_global or any(real in network for network in _NEVER if network.version == real.version):
        raise AddressRefusedError(
            f"{address} is no public address; receivers inside a private network are named in "
            "SC_AGENT_WEBHOOKS__ALLOWED_NETWORKS"
        )


def _unwrap(address: Address) -> Address:
    """The IPv4 address that an IPv6 one stands for, if it stands for one."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if any(address in network for network in _NAT64):
            return IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def _allowed(settings: Settings) -> list[IPv4Network | IPv6Network]:
    return [ip_network(text) for text in settings.webhooks.allowed_networks]


def _is_ours(address: Address) -> bool:
    """Whether an interface of this machine has it.

    Only then can a socket be bound to it.
    """
    family = socket.AF_INET6 if address.version == 6 else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.bind((str(address), 0))
    except OSError as err:
        return err.errno not in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)
    return True
