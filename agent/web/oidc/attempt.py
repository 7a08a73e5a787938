"""One attempt to sign in.

What the browser must bring back, sealed in a cookie of that browser.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json
import re
import secrets
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from agent.store.api.web_key import WebKey
from agent.store.vault.keys import VaultError
from agent.web.oidc.errors import SignInRefusedError
from agent.web.oidc.provider import Provider

WITHIN = timedelta(minutes=10)
_BYTES = 32
_CONTEXT = "oidc attempt"
_OWN_PATH = re.compile(r"/(?![/\\])[!-~]{0,500}")  # of this site; a browser takes two slashes for another one


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInAttempt:
    """What ties an answer of the provider to the browser that asked."""

    state: str
    nonce: str
    verifier: str
    to: str  # where the browser goes afterwards: a path of ours
    at: float
    again: bool  # proof is wanted anew, not a session that the provider remembers

    @classmethod
    def new(cls, *, to: str, again: bool, now: datetime) -> SignInAttempt:
        """Draw one."""
        state, nonce, verifier = (secrets.token_urlsafe(_BYTES) for _ in range(3))
        return cls(state=state, nonce=nonce, verifier=verifier, to=own_path(to), at=now.timestamp(), again=again)

    def address(self, provider: Provider) -> str:
        """Where the browser is sent.

        Raises:
            ProviderAwayError: the provider does not answer.
        """
        more: dict[str, Any] = {"prompt": "login", "max_age": 0} if self.again else {}
        return str(
            prepare_grant_uri(
                provider.metadata().authorization,
                client_id=provider.client_id,
                response_type="code",
                redirect_uri=provider.redirect_uri,
                scope="openid email",
                state=self.state,
                nonce=self.nonce,
                code_challenge=create_s256_code_challenge(self.verifier),
                code_challenge_method="S256",
                **more,
            )
        )

    def sealed(self, web_key: WebKey) -> str:
        """The cookie."""
        key_id, box = web_key.vault().seal(json.dumps(asdict(self)).encode(), context=_CONTEXT)
        return f"{key_id}.{base64.urlsafe_b64encode(box).decode()}"


def open_attempt(web_key: WebKey, cookie: str, *, state: str, now: datetime) -> SignInAttempt:
    """The attempt of this browser that an answer belongs to.

    Raises:
        SignInRefusedError: this browser did not ask, or too long ago, or the answer is for another attempt.
    """
    key_id, _, box = cookie.partition(".")
    try:
        plain = web_key.vault().unseal(key_id, base64.b64decode(box, altchars=b"-_", validate=True), context=_CONTEXT)
        attempt = SignInAttempt(**json.loads(plain))
    except (VaultError, binascii.Error, ValueError, TypeError) as err:
        raise SignInRefusedError("This browser did not ask to sign in; begin again.") from err
    if not hmac.compare_digest(attempt.state.encode(), state.encode()):
        raise SignInRefusedError("This answer belongs to another sign-in; begin again.")
    if not 0 <= now.timestamp() - attempt.at <= WITHIN.total_seconds():
        raise SignInRefusedError("The sign-in took too long; begin again.")
    return attempt


def own_path(text: str) -> str:
    """A path of this site; `/` for anything else."""
    return text if _OWN_PATH.fullmatch(text) else "/"
