"""A small OpenID provider on loopback: discovery, keys, authorization and token endpoint, each as strict as a real one.

A test may bend what it says; what it checks (PKCE, the client's secret, one use of a code) it always checks.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

from tests.support.servers.certificates import ServerCertificate

CLIENT, SECRET = "console", "correct-horse-battery-oidc"


@cache
def _first_key() -> RSAKey:
    """The key that a provider begins with: drawing one takes longer than most tests of it."""
    return RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})


@dataclass(slots=True)
class OpenIdProvider:
    """What it says and what it was asked."""

    url: str = ""
    claims: dict[str, Any] = field(
        default_factory=lambda: {
            "sub": "u-1",
            "email": "ada@people.example",
            "email_verified": True,
            "roles": ["operator"],
        }
    )
    without: set[str] = field(default_factory=set)  # claims that a token lacks
    metadata: dict[str, Any] = field(default_factory=dict)  # what the discovery document says otherwise
    answer: dict[str, str] = field(default_factory=dict)  # what the way back holds otherwise
    signing: str = "RS256"
    authenticated_ago: int = 0  # seconds
    asked: list[dict[str, str]] = field(default_factory=list)  # authorization requests
    refused: list[str] = field(default_factory=list)
    key: RSAKey = field(default_factory=_first_key)
    published: RSAKey | None = None  # None: the key it signs with
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def discovery(self) -> dict[str, Any]:
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            **self.metadata,
        }

    def keys(self) -> dict[str, Any]:
        return {"keys": [(self.published or self.key).as_dict(private=False)]}

    def authorize(self, query: dict[str, str]) -> str:
        """Let the person in at once; where the browser goes."""
        self.asked.append(query)
        code = secrets.token_urlsafe(16)
        self.codes[code] = query
        back = {"code": code, "state": query["state"], "iss": self.url, **self.answer}
        return query["redirect_uri"] + "?" + urlencode(back)

    def exchange(self, form: dict[str, str], authorization: str) -> dict[str, Any] | None:
        """An ID token for a code, or None."""
        asked = self.codes.pop(form.get("code", ""), None)
        challenge = _b64(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        basic = "Basic " + base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        checks = {
            "code": asked is not None,
            "client": authorization == basic,
            "redirect": asked is not None and form.get("redirect_uri") == asked["redirect_uri"],
            "pkce": asked is not None
            and asked.get("code_challenge_method") == "S256"
            and asked["code_challenge"] == challenge,
        }
        self.refused += [name for name, passed in checks.items() if not passed]
        if asked is None or not all(checks.values()):
            return None
        return {"access_token": "unused-token", "token_type": "Bearer", "id_token": self.id_token(asked)}

    def id_token(self, asked: dict[str, str]) -> str:
        now = int(time.time())
        claims: dict[str, Any] = {
            "iss": self.url,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
            "auth_time": now - self.authenticated_ago,
        } | self.claims
        for name in self.without:
            claims.pop(name, None)
        if self.signing in ("none", "HS256"):
            return self._by_hand(claims)
        return jwt.encode({"alg": self.signing, "kid": self.key.kid or "one"}, claims, self.key)

    def _by_hand(self, claims: dict[str, Any]) -> str:
        """Without a signature, or signed with the public key as a secret that everybody has."""
        head = {"alg": self.signing, "kid": self.key.kid, "typ": "JWT"}
        text = ".".join(_b64(json.dumps(part).encode()) for part in (head, claims))
        public = self.key.as_pem(private=False)
        return f"{text}.{'' if self.signing == 'none' else _b64(hmac.digest(public, text.encode(), 'sha256'))}"


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


@contextmanager
def running_openid(certificate: ServerCertificate | None = None) -> Iterator[OpenIdProvider]:
    """Serve a provider while the block runs, with TLS where a certificate is given."""
    provider = OpenIdProvider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            split = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(split.query).items()}
            if split.path == "/authorize":
                self.send_response(302)
                self.send_header("Location", provider.authorize(query))
                self.send_header("Content-Length", "0")
                self.end_headers()
            elif split.path == "/keys":
                self._json(provider.keys())
            elif split.path == "/.well-known/openid-configuration":
                self._json(provider.discovery())
            else:
                self.send_error(404)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            found = provider.exchange(form, self.headers.get("Authorization", ""))
            self._json(found or {"error": "invalid_grant"}, status=200 if found else 400)

        def _json(self, document: dict[str, Any], *, status: int = 200) -> None:
            body = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    scheme = "http"
    if certificate is not None:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(certificate.certificate_file, certificate.key_file)
        server.socket = tls.wrap_socket(server.socket, server_side=True)
        scheme = "https"
    provider.url = f"{scheme}://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
