"""The provider, its keys, and the exchange of a code for an ID token."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from agent.clock import Clock
from agent.errors import ConfigurationError
from agent.settings.groups.operation import OidcSettings
from agent.settings.model import Settings
from agent.web.oidc.errors import ProviderAwayError, SignInRefusedError

CALLBACK = "/sign-in/oidc/callback"
_WELL_KNOWN = "/.well-known/openid-configuration"
_WITHIN = 10.0  # seconds an answer of the provider may take
_LONGEST = 256 * 1024  # bytes of an answer
_KEPT = 3600.0  # seconds its documents are believed
_KEYS_AGAIN = 10.0  # seconds between looks for a key that is not known


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """What we use of the discovery document."""

    authorization: str
    token: str
    keys: str
    posts_secret: bool  # the secret goes into the body, because the provider takes no other way
    names_itself: bool  # answers of the authorization endpoint hold `iss`


@dataclass(slots=True, kw_only=True)
class Provider:
    """One OpenID provider; its documents are fetched when they are first needed.

    Safe from several threads.
    """

    issuer: str
    client_id: str
    client_secret: str | None = field(repr=False)
    redirect_uri: str
    tls: ssl.SSLContext = field(repr=False)
    clock: Clock
    _metadata: tuple[float, Metadata] | None = None
    _keys: tuple[float, KeySet] | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    def configured(cls, settings: Settings, clock: Clock) -> Provider | None:
        """The provider of the settings; None where people do not sign in by one.

        Raises:
            ConfigurationError: the settings do not suffice.
        """
        oidc, public = settings.web.oidc, settings.web.public_url
        if oidc.issuer is None:
            return None
        if oidc.client_id is None or public is None:
            raise ConfigurationError(
                "signing in by OIDC also needs SC_AGENT_WEB__OIDC__CLIENT_ID and SC_AGENT_WEB__PUBLIC_URL"
            )
        if not is_guarded(oidc.issuer) or not is_guarded(public):
            raise ConfigurationError("SC_AGENT_WEB__OIDC__ISSUER and SC_AGENT_WEB__PUBLIC_URL must begin with https://")
        return cls(
            issuer=oidc.issuer,
            client_id=oidc.client_id,
            client_secret=oidc.client_secret.get_secret_value() if oidc.client_secret else None,
            redirect_uri=public.rstrip("/") + CALLBACK,
            tls=_trusting(oidc),
            clock=clock,
        )

    def metadata(self) -> Metadata:
        """What the provider says of itself.

        Raises:
            ProviderAwayError: it does not answer, or names another issuer or an address without TLS.
        """
        with self._lock:
            now = self.clock.elapsed()
            if self._metadata is None or now - self._metadata[0] > _KEPT:
                self._metadata = now, self._read_metadata(self._get(self.issuer.rstrip("/") + _WELL_KNOWN))
            return self._metadata[1]

    def keys(self, *, missing: bool = False) -> KeySet:
        """The provider's public keys.

        With `missing` they are looked up again, should that be some time ago.

        Raises:
            ProviderAwayError: they cannot be had.
        """
        address = self.metadata().keys
        with self._lock:
            now = self.clock.elapsed()
            if self._keys is None or now - self._keys[0] > (_KEYS_AGAIN if missing else _KEPT):
                try:
                    self._keys = now, KeySet.import_key_set(self._get(address))  # type: ignore[arg-type] # checked there
                except (JoseError, ValueError, KeyError, TypeError, AttributeError) as err:
                    raise ProviderAwayError("The identity provider's keys cannot be read.") from err
            return self._keys[1]

    def exchange(self, code: str, *, verifier: str) -> str:
        """Turn a code into an ID token, as the provider signed it.

        Raises:
            SignInRefusedError: the provider does not take the code.
            ProviderAwayError: it does not answer.
        """
        found = self.metadata()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.redirect_uri,
            "code_verifier": verifier,
            "client_id": self.client_id,
        }
        auth = None
        if self.client_secret is not None and found.posts_secret:
            form["client_secret"] = self.client_secret
        elif self.client_secret is not None:
            auth = httpx.BasicAuth(self.client_id, self.client_secret)
        answer = self._ask("POST", found.token, data=form, auth=auth)
        token = _document(answer).get("id_token") if answer.status_code == httpx.codes.OK else None
        if not isinstance(token, str):
            raise SignInRefusedError("The identity provider did not take its own code; sign in again.")
        return token

    def _read_metadata(self, found: Mapping[str, Any]) -> Metadata:
        if found.get("issuer") != self.issuer:
            raise ProviderAwayError("The identity provider calls itself by another name than WEB__OIDC__ISSUER.")
        places = [found.get(name) for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")]
        if not all(isinstance(place, str) and is_guarded(place) for place in places):
            raise ProviderAwayError("The identity provider names an address that is not https.")
        ways = found.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        return Metadata(
            authorization=str(places[0]),
            token=str(places[1]),
            keys=str(places[2]),
            posts_secret="client_secret_basic" not in ways,
            names_itself=found.get("authorization_response_iss_parameter_supported") is True,
        )

    def _get(self, address: str) -> Mapping[str, Any]:
        answer = self._ask("GET", address)
        if answer.status_code != httpx.codes.OK:
            raise ProviderAwayError("The identity provider does not give its documents.")
        return _document(answer)

    def _ask(self, method: str, address: str, **more: Any) -> httpx.Response:
        try:
            with httpx.Client(verify=self.tls, trust_env=False, timeout=_WITHIN, follow_redirects=False) as client:
                answer = client.request(method, address, headers={"Accept": "application/json"}, **more)
        except httpx.HTTPError as err:
            raise ProviderAwayError("The identity provider does not answer.") from err
        if len(answer.content) > _LONGEST:
            raise ProviderAwayError("The identity provider answers too much.")
        return answer


def is_guarded(address: str) -> bool:
    """Whether no third party can read what is sent to the address.

    TLS, or this machine alone.
    """
    split = urlsplit(address)
    return split.scheme == "https" or (split.scheme == "http" and split.hostname in ("127.0.0.1", "::1", "localhost"))


def _document(answer: httpx.Response) -> Mapping[str, Any]:
    try:
        found = answer.json()
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise ProviderAwayError("The identity provider's answer cannot be read.")
    return found


def _trusting(oidc: OidcSettings) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=None if oidc.ca_file is None else str(oidc.ca_file))
    except OSError as err:
        raise ConfigurationError(f"SC_AGENT_WEB__OIDC__CA_FILE cannot be read ({type(err).__name__})") from err
