"""The console's first page over a fleet of 100,000 accounts in PostgreSQL: the request as a browser makes it,
loopback.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from agent.settings.groups.operation import WebSettings
from agent.settings.model import Settings
from agent.store.database.engine import open_database
from agent.store.vault.keys import Vault, new_key
from tests.bench.tools.figure import Family, Figure, UnmeasuredError, figure
from tests.support.servers.postgres import running_postgres
from tests.support.stored.big_fleet import fill
from tests.support.web.console import signed_in
from tests.support.web.web_server import serving

_ACCOUNTS, _QUICK = 100_000, 5_000
_LOOKS, _QUICK_LOOKS = 30, 5


async def measure(quick: bool) -> AsyncIterator[Figure]:
    """Look at the first page, a filtered one and a later one in turn."""
    count, looks = (_QUICK, _QUICK_LOOKS) if quick else (_ACCOUNTS, _LOOKS)
    try:
        with running_postgres() as server, tempfile.TemporaryDirectory() as directory:
            seconds = await _measure(server.new_database(), Path(directory), count, looks)
    except pytest.skip.Exception as err:
        raise UnmeasuredError(str(err)) from err
    yield figure(
        "fleet_page_100k", seconds, unit="s", of=f"{count} accounts, the first page, one by state, one of needs_person"
    )


async def _measure(url: str, directory: Path, count: int, looks: int) -> list[float]:
    engine = open_database(url)
    fill(engine, count)
    key = new_key()
    settings = Settings(data_dir=directory, web=WebSettings(address="127.0.0.1:0", key=key))  # type: ignore[arg-type]
    seconds = []
    async with serving(engine, settings, Vault(b"k" * 32)) as web, signed_in(web) as client:
        for number in range(looks):
            path = ("/", "/?state=failed", "/?needs_person=1")[number % 3]
            began = time.monotonic()
            answer = await client.get(path)
            seconds.append(time.monotonic() - began)
            assert answer.status_code == 200
    engine.dispose()
    return seconds


FAMILY = Family(names=("fleet_page_100k",), measure=measure)
