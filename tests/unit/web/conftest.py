"""The web role on a real server, with a database of either kind or SQLite alone."""

from __future__ import annotations

import base64
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from pydantic import SecretStr
from sqlalchemy.engine import Engine

from agent.settings.groups.operation import WebSettings
from agent.settings.model import Settings
from agent.store.vault.keys import Vault
from tests.support.web.web_server import WebServer, serving


@pytest.fixture
def web_settings(tmp_path: Path) -> Settings:
    """Any free port, and a key of the role's own."""
    key = SecretStr(base64.urlsafe_b64encode(os.urandom(32)).decode())
    return Settings(data_dir=tmp_path, web=WebSettings(address="127.0.0.1:0", key=key))


@pytest_asyncio.fixture
async def web(engine: Engine, web_settings: Settings, vault: Vault) -> AsyncIterator[WebServer]:
    """The application over SQLite, without a network."""
    async with serving(engine, web_settings, vault, network=False) as server:
        yield server


@pytest_asyncio.fixture
async def served(engine: Engine, web_settings: Settings, vault: Vault) -> AsyncIterator[WebServer]:
    """The same behind the real server."""
    async with serving(engine, web_settings, vault) as server:
        yield server


@pytest_asyncio.fixture
async def any_web(any_engine: Engine, web_settings: Settings, vault: Vault) -> AsyncIterator[WebServer]:
    """The application over either database."""
    async with serving(any_engine, web_settings, vault, network=False) as server:
        yield server
