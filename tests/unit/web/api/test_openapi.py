"""The committed description is the code's, says all of the contract, and what is answered is what it says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from referencing import Registry, Resource

from agent.web.api.app import api_app
from tests.support.json_schema import errors_of
from tests.support.web.web_server import API, WebServer, once
from tests.unit.web.api.test_accounts import ACCOUNTS, registered

COMMITTED = json.loads((Path(__file__).parents[4] / "docs" / "openapi.json").read_text(encoding="utf-8"))


def test_the_committed_description_is_the_code_s() -> None:
    assert api_app().openapi() == COMMITTED, "run: python scripts/openapi.py"


async def test_it_is_served_as_it_is_committed(web: WebServer) -> None:
    async with web.bare() as client:
        assert (await client.get(API + "/openapi.json")).json() == COMMITTED


def test_every_operation_that_needs_an_idempotency_key_says_so() -> None:
    keyed = {
        (path, method)
        for path, methods in COMMITTED["paths"].items()
        for method, operation in methods.items()
        if any(each["name"] == "Idempotency-Key" and each["required"] for each in operation.get("parameters", ()))
    }
    posts = {(path, "post") for path, methods in COMMITTED["paths"].items() if "post" in methods}
    assert posts - keyed == {
        (path, method) for path, method in posts if any(word in path for word in ("claim", "webhook", "deliveries"))
    }


def valid(answer: Any, path: str, method: str) -> None:
    """Hold an answer against the description of its operation."""
    response = COMMITTED["paths"][path][method]["responses"][str(answer.status_code)]
    schema = response["content"]["application/json"]["schema"]
    registry = Registry().with_resource(
        "urn:api", Resource.from_contents({**COMMITTED, "$schema": "https://json-schema.org/draft/2020-12/schema"})
    )
    rebased = json.loads(json.dumps(schema).replace('"#/', '"urn:api#/'))
    assert errors_of(answer.json(), rebased, registry=registry) == []


async def test_answers_are_what_is_described(web: WebServer) -> None:
    async with web.client() as client:
        valid(await registered(client, api_authorization="complete"), "/accounts", "post")
        valid(await client.get(ACCOUNTS), "/accounts", "get")
        valid(await client.get(ACCOUNTS + "/A1"), "/accounts/{account_id}", "get")
        valid(await client.get(ACCOUNTS + "/A1/status"), "/accounts/{account_id}/status", "get")
        asked = await client.post(ACCOUNTS + "/A1/audits", headers=once())
        valid(asked, "/accounts/{account_id}/audits", "post")
        valid(await client.get(asked.headers["location"]), "/operations/{operation_id}", "get")
        valid(await client.get(ACCOUNTS + "/A1/timeline"), "/accounts/{account_id}/timeline", "get")
        valid(await client.get(API + "/events"), "/events", "get")
        valid(await client.get(API + "/tasks"), "/tasks", "get")
        token = {"account": "A1", "origin": "https://platform.example"}
        valid(await client.post(API + "/embed-tokens", json=token, headers=once()), "/embed-tokens", "post")
