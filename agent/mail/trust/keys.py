"""DKIM keys by DNS, cached.

From the servers of the settings or the system's; temporary failures are marked as such.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

import dns.exception
import dns.nameserver
import dns.resolver

from agent.errors import ConfigurationError
from agent.mail.trust.signatures import Key
from agent.settings.text_forms import parse_dns_server

_SHORTEST, _LONGEST, _ABSENT = 60.0, 3600.0, 60.0  # seconds an answer is kept
_MOST = 1000


class KeyStore:
    """Looks keys up; safe to share between threads.

    An absent key is an answer, a silent server is not.
    """

    def __init__(self, servers: Sequence[str], *, timeout: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._resolver = _resolver(servers, timeout)
        self._clock = clock
        self._cache: dict[str, tuple[float, Key]] = {}
        self._lock = threading.Lock()

    def look_up(self, name: str) -> Key:
        """The TXT records of a name.

        `problem` is set when no server gave an answer, and that is never cached.
        """
        with self._lock:
            kept = self._cache.get(name)
        if kept and kept[0] > self._clock():
            return kept[1]
        key, seconds = self._ask(name)
        if key.problem is None:
            with self._lock:
                if len(self._cache) >= _MOST:
                    self._cache.clear()
                self._cache[name] = (self._clock() + seconds, key)
        return key

    def _ask(self, name: str) -> tuple[Key, float]:
        try:
            answer = self._resolver.resolve(name + ".", "TXT", search=False)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return Key(), _ABSENT
        except dns.exception.DNSException as err:
            return Key(problem=type(err).__name__), 0.0
        except (OSError, ValueError) as err:
            return Key(problem=type(err).__name__), 0.0
        records = sorted(b"".join(record.strings) for record in answer)
        ttl = float(answer.rrset.ttl) if answer.rrset is not None else _SHORTEST
        return Key(record=records[0], more=tuple(records[1:])), min(max(ttl, _SHORTEST), _LONGEST)


def _resolver(servers: Sequence[str], timeout: float) -> dns.resolver.Resolver:
    if not servers:
        try:
            resolver = dns.resolver.Resolver()
        except dns.exception.DNSException as err:
            raise ConfigurationError("the system names no DNS server; set SC_AGENT_MAIL__DNS_SERVERS") from err
    else:
        resolver = dns.resolver.Resolver(configure=False)
        resolver.nameservers = [_server(text) for text in servers]
    resolver.lifetime = timeout
    resolver.timeout = min(timeout, 2.0)
    resolver.cache = None
    return resolver


def _server(text: str) -> dns.nameserver.Nameserver:
    try:
        return dns.nameserver.Do53Nameserver(*parse_dns_server(text))
    except ValueError as err:
        raise ConfigurationError("MAIL__DNS_SERVERS: expected address:port, for example 127.0.0.1:53") from err
