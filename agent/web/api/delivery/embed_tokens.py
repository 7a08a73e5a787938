"""`POST /embed-tokens`: lets a page of the host show one account."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import BaseModel, StringConstraints
from starlette.responses import Response

from agent.store.api.api_keys import Scope
from agent.web.api.account.registry import account_of, timestamp
from agent.web.api.documents import AccountId, Given
from agent.web.api.headers import KEYED, needs
from agent.web.embed import tokens
from agent.web.embed.tokens import EmbedToken
from agent.web.http.calls import Answer, Call, once
from agent.web.http.problems import invalid
from flows import is_loopback

router = APIRouter()

_ORIGIN = re.compile(r"(?P<scheme>https?)://(?P<host>[a-z0-9.-]+)(:[1-9][0-9]{0,4})?")


class NewEmbedToken(Given):
    """For which account, shown by pages of which origin."""

    account: AccountId
    origin: Annotated[str, StringConstraints(max_length=200)]


class EmbedTokenDocument(BaseModel):
    """Shown once."""

    token: str
    expires_at: str


@router.post(
    "/embed-tokens",
    status_code=201,
    response_model=EmbedTokenDocument,
    openapi_extra=needs(Scope.EMBED_WRITE, also=KEYED),
)
def make_embed_token(request: Request, body: NewEmbedToken) -> Response:
    """Make a token of 15 minutes for one account and one origin.

    The answer is not replayed: it bears the token.
    """

    def effect(call: Call) -> Answer:
        account_of(call, body.account)
        _require_origin(call, body.origin)
        expires_at = call.now.replace(microsecond=0) + tokens.LIFE
        token = EmbedToken(account_id=body.account, origin=body.origin, key_id=call.key.id, expires_at=expires_at)
        document = {"token": tokens.encode(call.parts.web_key, token), "expires_at": timestamp(expires_at)}
        return Answer(201, document, shows_secret=True)

    return once(request, effect=effect)


def _require_origin(call: Call, origin: str) -> None:
    settings = call.parts.settings
    match = _ORIGIN.fullmatch(origin)
    if match is None:
        raise invalid(
            "Expected an origin such as https://platform.example, found something else.", pointer="/body/origin"
        )
    if settings.web.embed_origins:
        if origin not in settings.web.embed_origins:
            raise invalid("Expected one of WEB__EMBED_ORIGINS, found another origin.", pointer="/body/origin")
    elif match["scheme"] != "https" and not is_loopback(match["host"]):
        raise invalid(
            "Expected an https origin, found one without TLS that is not on loopback.", pointer="/body/origin"
        )
