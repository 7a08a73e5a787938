"""Every example of docs/api.md, run as it stands there."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from standardwebhooks import WebhookVerificationError

from agent.domain.account import ApiAuthorization
from agent.settings.groups.operation import WebhookSettings
from agent.store import transitions
from agent.store.api.api_keys import Scope, parse_scopes
from agent.store.database.engine import writing
from agent.store.outbox.sequence import number_events
from agent.store.vault.webhook_keys import new_keys, webhook_headers
from tests.support.stored.registry import NOW, add_account
from tests.support.web.web_server import API, WebServer

PAGE = (Path(__file__).parents[4] / "docs" / "api.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```sh\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
CALLS = [call for block in BLOCKS if "curl -s " in block for call in re.split(r"\n(?=curl )", block.strip())]
(STREAM,) = (block for block in BLOCKS if "curl -sN " in block)
needs_curl = pytest.mark.skipif(shutil.which("curl") is None, reason="the examples are calls of curl")


@needs_curl
async def test_the_examples_work_one_after_another_as_they_are_written(served: WebServer) -> None:
    served.role.parts.settings.webhooks = WebhookSettings(allow_loopback=True)
    scopes = re.search(r"--scopes (\S+)", PAGE)
    assert scopes is not None
    key = served.key(*parse_scopes(scopes[1].split(",")))[1]
    env = {"PATH": os.environ["PATH"], "URL": served.url + API, "KEY": key, "HOOK": served.url + "/hook"}
    answers = []
    for call in CALLS:
        script = call.replace("curl -s", "curl -s --noproxy '*' -w '\\n%{http_code}'", 1)
        done = await asyncio.to_thread(
            subprocess.run, ["sh", "-c", script], env=env, capture_output=True, text=True, check=True, timeout=60
        )
        body, _, code = done.stdout.rpartition("\n")
        answers.append((int(code), json.loads(body)))
    assert [code for code, _ in answers] == [201, 200, 200, 201, 201, 200, 200, 202, 200, 200]
    registered, authorized, status, token, endpoint, events, waited, audit, listed, changed = [
        body for _, body in answers
    ]
    assert registered["message"].startswith("API Authorization Status must be complete")
    assert authorized == status == waited
    assert status["authorization"] == "awaiting_invitation"
    assert token["token"].startswith("sce_")
    assert endpoint["secret"].startswith("whsec_")
    assert events["events"] == []  # nobody numbers them here
    assert audit["state"] == "queued"
    assert [account["id"] for account in listed["accounts"]] == ["A1"]
    assert changed["merchant_name"] == "Shop & Sons"


async def test_the_examples_of_pages_load_what_is_served(web: WebServer) -> None:
    (example,) = re.findall(r"^```html\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    source, element = re.search(r'src="https://[^/]+(/[^"]+)"', example), re.search(r"</([a-z-]+)>\s*$", example)
    frame = re.search(r'<iframe src="https://[^/]+(/[^"?]+)\?token=', PAGE)
    assert source
    assert element
    assert frame
    async with web.bare() as client:
        script = await client.get(source[1])
        panel = await client.get(frame[1] + "?token=none")
    assert (script.status_code, f'"{element[1]}"' in script.text, '"token-expired"' in script.text) == (200, True, True)
    assert panel.status_code in (200, 401)  # there is such a page; this token opens none


@needs_curl
async def test_the_stream_brings_what_happens_as_it_is_written(served: WebServer) -> None:
    key = served.key(Scope.EVENTS_READ)[1]
    env = {"PATH": os.environ["PATH"], "URL": served.url + API, "KEY": key, "NO_PROXY": "*"}
    with writing(served.engine) as conn:
        add_account(conn, api=ApiAuthorization.PENDING)
    typed = await asyncio.create_subprocess_exec("sh", "-c", f"exec {STREAM}", env=env, stdout=asyncio.subprocess.PIPE)
    assert typed.stdout is not None
    try:
        with writing(served.engine) as conn:
            transitions.set_api_authorization(conn, "A1", ApiAuthorization.COMPLETE, now=NOW)
        await asyncio.to_thread(number_events, served.engine)
        lines: list[str] = []
        async with asyncio.timeout(90):
            while not any(line.startswith("data: ") for line in lines):
                lines.append((await typed.stdout.readline()).decode().rstrip())
    finally:
        typed.kill()
        await typed.wait()
    (told,) = (json.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data: "))
    assert (told["data"]["from"], told["data"]["to"]) == ("api_authorization_required", "awaiting_invitation")
    assert f"id: {told['sequence']}" in lines


def test_the_receiver_s_example_verifies_what_is_signed_and_nothing_else() -> None:
    (example,) = re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    keys, body = new_keys(), b'{"specversion": "1.0"}'
    headers = webhook_headers((keys,), event_id="evt_1", body=body, now=datetime.now(UTC))
    names = {"secret": keys.secret, "body": body, "headers": dict(headers)}
    exec(example, names)  # noqa: S102 - the example as it is written
    assert names["event"] == {"specversion": "1.0"}
    with pytest.raises(WebhookVerificationError):
        exec(example, {**names, "body": body + b" "})  # noqa: S102


def test_it_names_every_code_in_a_page_that_exists() -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", PAGE)
    assert {name for name in links if not (Path(__file__).parents[4] / "docs" / name).exists()} == set()
