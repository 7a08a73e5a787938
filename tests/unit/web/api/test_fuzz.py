"""Requests that nobody thought of.

Schemathesis draws them from the description, and no answer contradicts it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from sqlalchemy.engine import Engine

from agent.settings.model import Settings
from agent.store.vault.keys import Vault
from agent.web.api.app import api_app
from tests.support.web.web_server import API, WebServer, serving

SCHEMA = schemathesis.openapi.from_dict(api_app().openapi())
OPERATIONS: dict[str, Any] = {
    f"{operation.method.upper()} {operation.path}": operation
    for operation in (found.ok() for found in SCHEMA.get_all_operations() if isinstance(found, Ok))
    if not operation.path.endswith("/stream")  # it does not end
}
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
EXAMPLES = 12


@pytest.fixture
def server(
    engine: Engine, web_settings: Settings, vault: Vault
) -> Iterator[tuple[WebServer, asyncio.AbstractEventLoop]]:
    """The application and its loop, which runs only while a request is made.

    Whatever ran while a request is drawn could use the generator of random numbers that Hypothesis watches.
    """
    generous = web_settings.model_copy(
        update={"web": web_settings.web.model_copy(update={"requests_per_second": 100_000.0})}
    )
    with asyncio.Runner() as runner:
        loop, over = runner.get_loop(), asyncio.Event()
        ready: asyncio.Future[WebServer] = loop.create_future()

        async def serve() -> None:
            async with serving(engine, generous, vault) as server:
                ready.set_result(server)
                await over.wait()

        running = loop.create_task(serve())
        yield loop.run_until_complete(ready), loop
        over.set()
        loop.run_until_complete(running)


@pytest.mark.parametrize("name", sorted(OPERATIONS))
@pytest.mark.sampled(8)
def test_no_request_breaks_it(server: tuple[WebServer, asyncio.AbstractEventLoop], name: str) -> None:
    served, loop = server
    headers = {"Authorization": f"Bearer {served.key()[1]}"}
    strategy = OPERATIONS[name].as_strategy()

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=strategy)
    def ask(case: Any) -> None:
        call = partial(case.call, base_url=served.url + API, headers=headers)
        response = loop.run_until_complete(asyncio.to_thread(call))
        case.validate_response(response, checks=CHECKS)
        assert response.headers["request-id"]

    ask()
