"""Requests that nobody thought of.

Schemathesis draws them from the description, and no answer contradicts it.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import Future
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
from tests.support.web_server import API, WebServer, serving

SCHEMA = schemathesis.openapi.from_dict(api_app().openapi())
OPERATIONS: dict[str, Any] = {
    f"{operation.method.upper()} {operation.path}": operation
    for operation in (found.ok() for found in SCHEMA.get_all_operations() if isinstance(found, Ok))
    if not operation.path.endswith("/stream")  # it does not end
}
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
EXAMPLES = 12


@pytest.fixture
def beside(engine: Engine, web_settings: Settings, vault: Vault) -> Iterator[tuple[str, str]]:
    """The application served from another thread.

    Its address and a key that may do everything.
    """
    ready: Future[WebServer] = Future()
    over = asyncio.Event()
    loop = asyncio.new_event_loop()
    generous = web_settings.model_copy(
        update={"web": web_settings.web.model_copy(update={"requests_per_second": 100_000.0})}
    )

    async def serve() -> None:
        async with serving(engine, generous, vault) as server:
            ready.set_result(server)
            await over.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    server = ready.result(20)
    yield server.url, server.key()[1]
    loop.call_soon_threadsafe(over.set)
    thread.join(20)
    loop.close()


@pytest.mark.parametrize("name", sorted(OPERATIONS))
@pytest.mark.sampled(8)
def test_no_request_breaks_it(beside: tuple[str, str], name: str) -> None:
    url, key = beside
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
        response = case.call(base_url=url + API, headers={"Authorization": f"Bearer {key}"})
        case.validate_response(response, checks=CHECKS)
        assert response.headers["request-id"]

    ask()
