"""What the API says of a request that is wrong: what was expected, what was found, what to do; never what was sent."""

from __future__ import annotations

import re
from typing import Any

import pytest

from agent.web.api.app import api_app
from tests.support.web.web_server import API, WebServer, once
from tests.unit.web.api.test_accounts import A1, ACCOUNTS, registered
from tests.unit.web.test_door import code_of

SENT = "zq-what-was-sent"
SAYS = re.compile(r"[Ee]xpected .*|.*; leave it out")
DESCRIPTION: dict[str, Any] = api_app().openapi()
TAKING = [
    (method, path)
    for path, methods in DESCRIPTION["paths"].items()
    for method, operation in methods.items()
    if "requestBody" in operation
]
BAD: list[tuple[str, dict[str, Any]]] = [
    ("no JSON", {"content": f"{{{SENT}".encode(), "headers": {"Content-Type": "application/json"}}),
    ("a list", {"json": [SENT]}),
    ("another field", {"json": {SENT: SENT}}),
    ("other kinds", {"json": {"id": [SENT], "link": [SENT], "reason": [SENT], "code": [SENT], "url": [SENT]}}),
]


def in_path(path: str) -> str:
    return API + re.sub(r"\{\w+\}", "1", path.replace("{account_id}", "A1"))


@pytest.mark.parametrize(("method", "path"), TAKING, ids=[f"{method} {path}" for method, path in TAKING])
async def test_a_wrong_body_is_told_place_by_place(web: WebServer, method: str, path: str) -> None:
    async with web.client() as client:
        await registered(client)
        tag = (await client.get(f"{ACCOUNTS}/A1")).headers["etag"]
        for what, sent in BAD:
            headers = {**once(), "If-Match": tag, **sent.get("headers", {})}
            answer = await client.request(method, in_path(path), **{**sent, "headers": headers})
            assert answer.status_code == 422, (what, answer.text)
            problem = answer.json()
            sentences = [each["detail"] for each in problem["errors"]] or [problem["detail"]]
            assert [one for one in sentences if not SAYS.fullmatch(one)] == [], what
            assert SENT not in problem["detail"] + "".join(sentences)


WRONG: list[tuple[str, str, dict[str, Any]]] = [
    ("post", "/accounts", A1 | {"id": "B2", "user_email": "b2@users.example", "secret_ref": "vault://a/b"}),
    ("post", "/accounts", A1 | {"id": "B2", "user_email": SENT}),
    ("post", "/accounts", A1 | {"id": f"{SENT} x", "user_email": "b2@users.example"}),
    ("post", "/accounts", A1 | {"id": "B2", "user_email": "b2@users.example", "marketplace": SENT}),
    ("put", "/accounts/A1/secret", {"password": SENT}),
    ("put", "/accounts/A1/secret", {"ref": "vault://a/b", "password": SENT, "totp_secret": "x"}),
    ("put", "/accounts/A1/secret", {"ref": f"vault://{SENT}"}),
    ("put", "/accounts/A1/api-authorization", {"status": "pending", "merchant_id": "A1MERCHANT0001"}),
    ("put", "/accounts/A1/api-authorization", {"status": SENT}),
    ("post", "/accounts/A1/invitations", {}),
    ("post", "/accounts/A1/invitations", {"mail": f"{SENT}!"}),
    ("post", "/accounts/A1/invitations", {"mail": "IA=="}),
    ("post", "/embed-tokens", {"account": "A1", "origin": SENT}),
    ("post", "/embed-tokens", {"account": "A1", "origin": "http://platform.example"}),
    ("post", "/webhook-endpoints", {"url": "https://receiver.example/", "events": [SENT]}),
]


@pytest.mark.parametrize(("method", "path", "body"), WRONG)
async def test_a_wrong_value_is_told_in_a_sentence(
    web: WebServer, method: str, path: str, body: dict[str, Any]
) -> None:
    async with web.client() as client:
        await registered(client)
        answer = await client.request(method, API + path, json=body, headers=once())
    assert code_of(answer) == (422, "invalid")
    problem = answer.json()
    assert problem["errors"]
    assert all(re.search(r"[Ee]xpected|is unknown|is not", each["detail"]) for each in problem["errors"]), problem
    assert SENT not in answer.text


@pytest.mark.parametrize(
    "path",
    [
        f"/accounts?changed_after=0001-01-01T00:00:00Z&q={SENT}",
        f"/accounts?changed_after={SENT}",
        "/accounts?changed_after=2026-01-31T12:00:00",
        f"/accounts?limit={SENT}",
        f"/accounts?cursor={SENT}",
        f"/accounts?state={SENT}",
        "/accounts/A1/insights?since=0001-01-01T00:00:00Z",
        f"/events?types={SENT}",
        "/events?after=-1",
        f"/accounts/A1/findings?against={SENT}",
    ],
)
async def test_a_wrong_question_is_told_in_a_sentence(web: WebServer, path: str) -> None:
    async with web.client() as client:
        await registered(client)
        answer = await client.get(API + path)
    assert code_of(answer) == (422, "invalid")
    details = [each["detail"] for each in answer.json()["errors"]]
    assert details
    assert [one for one in details if not re.search(r"[Ee]xpected|begin again", one)] == []
    assert SENT not in answer.text


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("/accounts/A1/findings", "No audit of this account is stored yet."),
        ("/accounts/A1/insights", "No insights of this account were read yet."),
        ("/accounts/A1/audits/7.json", "There is no such audit."),
        (
            f"/accounts/A1/audits/{SENT}",
            "Expected a name such as 7.json, with one of json, csv, sarif, html, junit, ocsf.",
        ),
        (f"/accounts/{SENT}", "There is no such account."),
        (f"/{SENT}", "There is nothing at this path."),
    ],
)
async def test_what_is_not_there_is_named(web: WebServer, path: str, sentence: str) -> None:
    async with web.client() as client:
        await registered(client)
        answer = await client.get(API + path)
    assert (code_of(answer), answer.json()["detail"]) == ((404, "not_found"), sentence)
