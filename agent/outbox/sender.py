"""One attempt to deliver: the request, its bounds, and what came back.

Nothing here decides what follows.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import httpx

from agent.observe.redaction import Redaction
from agent.outbox.address_guard import AddressRefusedError, resolve
from agent.outbox.retries import parse_retry_after
from agent.settings.model import Settings

_WITHIN = 15.0  # seconds for one attempt, whatever the receiver does
_CONNECT_WITHIN = 5.0
_KEPT = 1024  # bytes of the answer
_USER_AGENT = "ChannelAdvisor-SecondaryUser-Webhooks/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What came of it: a status, or an error in its place."""

    status: int | None = None
    error: str | None = None
    answer: str | None = None  # its first kilobyte, redacted
    retry_after: timedelta | None = None

    @property
    def is_success(self) -> bool:
        """2xx and nothing else."""
        return self.status is not None and 200 <= self.status < 300


@dataclass(slots=True, kw_only=True)
class Sender:
    """Sends with one client for each endpoint.

    No connection is used under another receiver's name.
    """

    settings: Settings
    redaction: Redaction
    _clients: dict[str, httpx.AsyncClient] = field(default_factory=dict)
    _trust: ssl.SSLContext | None = None

    async def send(
        self, endpoint_id: str, url: str, *, body: bytes, headers: Mapping[str, str], now: datetime
    ) -> Attempt:
        """Post once; never raises for what a receiver or a network does."""
        try:
            async with asyncio.timeout(_WITHIN):
                return await self._send(endpoint_id, url, body, headers, now)
        except TimeoutError:
            return Attempt(error=f"no answer within {_WITHIN:.0f} s")
        except AddressRefusedError as err:
            return Attempt(error=f"the address was refused: {err}")
        except ssl.SSLError as err:
            return Attempt(error=self.redaction.redact(f"TLS: {err.reason or 'failed'}"))
        except (httpx.HTTPError, httpx.InvalidURL, OSError, UnicodeError) as err:
            return Attempt(error=self.redaction.redact(f"{type(err).__name__}: {err}")[:_KEPT])

    async def close(self) -> None:
        """Close every connection."""
        clients, self._clients = list(self._clients.values()), {}
        for client in clients:
            await client.aclose()

    async def forget(self, endpoint_id: str) -> None:
        """Close the connections of an endpoint that is gone."""
        if (client := self._clients.pop(endpoint_id, None)) is not None:
            await client.aclose()

    async def _send(
        self, endpoint_id: str, url: str, body: bytes, headers: Mapping[str, str], now: datetime
    ) -> Attempt:
        target = await resolve(url, self.settings)
        own = {"host": target.host_header, "content-type": "application/cloudevents+json", "user-agent": _USER_AGENT}
        request = self._client(endpoint_id).stream(
            "POST", target.url, content=body, headers={**own, **headers}, extensions={"sni_hostname": target.host}
        )
        async with request as answer:
            kept = await _first_bytes(answer)
            text = self.redaction.redact(kept.decode(errors="replace"))
            after = parse_retry_after(answer.headers.get("retry-after"), now=now)
            return Attempt(status=answer.status_code, answer=text, retry_after=after)

    def _client(self, endpoint_id: str) -> httpx.AsyncClient:
        """A client without proxies of the environment, redirects and foreign cookies."""
        if endpoint_id not in self._clients:
            self._clients[endpoint_id] = httpx.AsyncClient(
                verify=self._trusted(),
                trust_env=False,
                follow_redirects=False,
                timeout=httpx.Timeout(_WITHIN, connect=_CONNECT_WITHIN),
                limits=httpx.Limits(max_connections=16, max_keepalive_connections=8, keepalive_expiry=30),
                headers={"accept-encoding": "identity"},
            )
        return self._clients[endpoint_id]

    def _trusted(self) -> ssl.SSLContext:
        if self._trust is None:
            self._trust = ssl.create_default_context()
            if self.settings.webhooks.ca_file is not None:
                self._trust.load_verify_locations(cafile=self.settings.webhooks.ca_file)
        return self._trust


async def _first_bytes(answer: httpx.Response) -> bytes:
    """The first kilobyte as it came over the wire.

    Nothing is unpacked, and a longer answer is cut off.
    """
    kept = b""
    async for chunk in answer.aiter_raw(_KEPT):
        kept += chunk
        if len(kept) >= _KEPT:
            break
    return kept[:_KEPT]
