"""Webhooks go to public addresses over https, and nowhere else unless somebody said so."""

from __future__ import annotations

import socket
from ipaddress import ip_address
from typing import Any

import pytest

from agent.errors import ConfigurationError
from agent.outbox.address_guard import AddressRefusedError, check_url, require_allowed, resolve
from agent.settings.groups.operation import WebhookSettings
from agent.settings.load import load_settings
from agent.settings.model import Settings
from tests.support.web.webhooks import LOOPBACK

PLAIN = Settings()
PRIVATE = Settings(webhooks=WebhookSettings(allowed_networks=["10.20.0.0/16", "fd12::/32"]))


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.9.9.9", "::1", "0.0.0.0", "::",  # noqa: S104 - judged, not bound
        "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254",
        "169.254.1.1", "fe80::1", "fd00:ec2::254", "fd12::1", "fc00::1", "100.64.0.1", "100.100.100.200",
        "168.63.129.16",
        "192.0.2.1", "198.18.0.1", "203.0.113.9", "224.0.0.1", "240.0.0.1", "255.255.255.255", "ff02::1",
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::a00:1", "2002:7f00:1::", "2001:0:53aa:64c::1", "2001:db8::1", "::127.0.0.1", "fec0::1", "100::1",
    ],
)  # fmt: skip
def test_no_address_that_is_not_public_is_sent_to(address: str) -> None:
    with pytest.raises(AddressRefusedError):
        require_allowed(ip_address(address), PLAIN)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1", "64:ff9b::5db8:d822"])
def test_public_addresses_are(address: str) -> None:
    require_allowed(ip_address(address), PLAIN)


@pytest.mark.parametrize("address", ["10.20.3.4", "fd12::7", "::ffff:10.20.3.4"])
def test_a_private_network_that_is_named_is_sent_to(address: str) -> None:
    require_allowed(ip_address(address), PRIVATE)


@pytest.mark.parametrize("address", ["10.21.0.1", "169.254.169.254", "127.0.0.1", "fe80::1"])
def test_naming_a_network_opens_no_other_and_never_what_is_link_local(address: str) -> None:
    every = Settings(webhooks=WebhookSettings(allowed_networks=["10.20.0.0/16", "169.254.0.0/16", "fe80::/10"]))
    with pytest.raises(AddressRefusedError):
        require_allowed(ip_address(address), every)


@pytest.mark.parametrize(
    "url",
    [
        "http://platform.example/hooks", "ftp://platform.example/", "https://", "https:///path", "hooks", "",
        "https://user@platform.example/", "https://user:secret@platform.example/", "https://platform.example/#part",
        "https://platform.example:22/", "https://platform.example:99999/", "https://plat form.example/",
        "https://platform.example/\r\nHost: other", "http://127.0.0.1:8000/", "javascript:alert(1)",
        "https://plätform.example/",
    ],
)  # fmt: skip
def test_an_address_that_is_none_is_refused_by_its_text(url: str) -> None:
    with pytest.raises(AddressRefusedError) as caught:
        check_url(url, PLAIN)
    assert "\n" not in str(caught.value)


def answers(*addresses: str) -> Any:
    """A name server's answers in place of the system's."""

    async def getaddrinfo(_self: object, _host: str, port: int, **_rest: object) -> list[tuple[Any, ...]]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    return getaddrinfo


async def test_a_name_is_looked_up_once_and_connected_to_by_its_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("asyncio.base_events.BaseEventLoop.getaddrinfo", answers("93.184.216.34"))
    target = await resolve("https://platform.example/hooks?a=1", PLAIN)
    assert target.url == "https://93.184.216.34:443/hooks?a=1"
    assert (target.host, target.host_header) == ("platform.example", "platform.example")


async def test_one_bad_address_of_a_name_refuses_the_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("asyncio.base_events.BaseEventLoop.getaddrinfo", answers("93.184.216.34", "169.254.169.254"))
    with pytest.raises(AddressRefusedError, match=r"169\.254\.169\.254"):
        await resolve("https://platform.example/hooks", PLAIN)


async def test_plain_http_never_leaves_the_machine_even_in_rehearsal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("asyncio.base_events.BaseEventLoop.getaddrinfo", answers("93.184.216.34"))
    with pytest.raises(AddressRefusedError):
        await resolve("http://localhost:9000/hooks", LOOPBACK)


@pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "127.1", "[::ffff:127.0.0.1]", "localhost"])
async def test_loopback_in_other_words_is_loopback(host: str) -> None:
    with pytest.raises((AddressRefusedError, OSError)):
        await resolve(f"https://{host}:9000/", PLAIN)


def test_loopback_is_refused_in_production_by_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SC_AGENT_WEBHOOKS__ALLOW_LOOPBACK", "true")
    with pytest.raises(ConfigurationError, match="rehearsal only"):
        load_settings()


def test_a_network_that_is_none_is_refused_by_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SC_AGENT_WEBHOOKS__ALLOWED_NETWORKS", "10.0.0.0/33")
    with pytest.raises(ConfigurationError, match="ALLOWED_NETWORKS"):
        load_settings()
