"""The durable engine: visits run once, and again after a crash.

They are enqueued by id. The only import of dbos.

The rest of the code knows `run`, `start`, `forget_stopped`, `forget` and `stop`.
Steps and their retries are not used: one visit is one workflow, and what it did is in our own tables.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable, Collection, Coroutine
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

from dbos import DBOS, DBOSConfig, DBOSPortableJSONSerializer, SetWorkflowID
from dbos import _dbos as dbos_launching
from dbos._queue import queue_worker_thread
from dbos._sys_db import SystemDatabase
from dbos._sys_db_postgres import PostgresSystemDatabase

from agent.settings.model import Settings
from agent.store.database.copies import engine_file, make_write_ahead
from agent.store.database.engine import NOTICE_LOSS, STATEMENT_TIMEOUT_MS
from agent.store.database.handles import URL

APPLICATION_VERSION = "1"  # pinned: the default, a hash of the source, would strand running work at every edit
ALONE = "local"  # the executor of a single process; a new one takes the old one's work over at start
_THREADS = 32
_FINISHED = ("SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED")
_UNFINISHED = ("ENQUEUED", "PENDING", "DELAYED")
_BATCH = 1000  # rows forgotten in one statement
_RECOVERIES = 1000  # we count crashes ourselves, per account
_TAKING_UP = 10.0  # seconds after the start in which what was cut off is looked for each second
_SELDOM = 60.0  # seconds between looks later

Handler = Callable[[str], Awaitable[str]]  # account id -> how the visit ended
Workflow = Callable[[str], Coroutine[Any, Any, str]]


class VisitEngine:
    """DBOS on a system database of its own.

    A file beside ours, or a schema in PostgreSQL.
    """

    def __init__(self, settings: Settings, *, database: URL, executor_id: str) -> None:
        self._settings = settings
        self._is_postgres = database.get_backend_name() == "postgresql"
        self._executor_id = executor_id
        self._visit: Workflow | None = None  # the handler as a workflow, while the engine runs
        self._url = database.set(drivername="postgresql") if self._is_postgres else _beside(database)

    async def run(self, handler: Handler) -> None:
        """Start taking visits; they run on this event loop.

        Work that was cut off is taken up again.
        """
        if not self._is_postgres:
            await asyncio.to_thread(make_write_ahead, Path(str(self._url.database)))
        self._visit = _registered(handler)
        DBOS(config=self._config())
        _tame_log()
        _quieten()
        asyncio.get_running_loop().set_default_executor(
            ThreadPoolExecutor(max_workers=_THREADS, thread_name_prefix="agent")
        )
        DBOS.listen_queues([])
        DBOS.launch()  # inside the loop, so that visits run on it

    async def start(self, account_id: str) -> None:
        """Start one visit now, on this event loop; returns as soon as it is written down."""
        if self._visit is None:
            raise RuntimeError("the engine does not run")
        with SetWorkflowID(f"{account_id}@{uuid4().hex}"):
            await DBOS.start_workflow_async(self._visit, account_id)

    async def forget_stopped(self, living: Collection[str]) -> list[str]:
        """End the workflows of workers that are not among the living.

        Returns whose they were.

        Their accounts are still due, and are visited again by the next worker when the lease has run out.
        """
        rows = await DBOS.list_workflows_async(status=list(_UNFINISHED), load_input=False, load_output=False)
        stopped = {row.workflow_id: str(row.executor_id) for row in rows if row.executor_id not in living}
        if stopped:
            await DBOS.cancel_workflows_async(list(stopped))
        return sorted(set(stopped.values()))

    async def forget(self, before: datetime) -> int:
        """Delete finished work that is older, batch after batch."""
        gone = 0
        while rows := await DBOS.list_workflows_async(
            status=list(_FINISHED),
            completed_before=before.isoformat(),
            limit=_BATCH,
            load_input=False,
            load_output=False,
        ):
            await DBOS.delete_workflows_async([row.workflow_id for row in rows])
            gone += len(rows)
        return gone

    async def stop(self) -> None:
        """Stop taking visits; the handler must have ended those that run."""
        end = partial(DBOS.destroy, workflow_completion_timeout_sec=0, destroy_registry=True)
        with ThreadPoolExecutor(max_workers=1) as alone:  # it waits for no visit that keeps a thread busy
            await asyncio.get_running_loop().run_in_executor(alone, end)
        self._visit = None

    def _config(self) -> DBOSConfig:
        config: DBOSConfig = {
            "name": "sc-agent",
            "system_database_url": self._url.render_as_string(hide_password=False),
            "application_version": APPLICATION_VERSION,
            "executor_id": self._executor_id,
            "max_executor_threads": _THREADS,
            "serializer": DBOSPortableJSONSerializer(),
            "log_level": "WARNING",
        }
        if self._is_postgres:
            config["db_engine_kwargs"] = {
                "connect_args": {"options": f"-c statement_timeout={STATEMENT_TIMEOUT_MS}", **NOTICE_LOSS}
            }
        return config


def _registered(handler: Handler) -> Workflow:
    """The handler as the workflow that stored visits name.

    It must be known before the launch, which takes up what was cut off. The registry it stands in is destroyed when the
    engine stops, so that the next engine registers its own.
    """

    async def visit(account_id: str) -> str:
        return await handler(account_id)

    return DBOS.workflow(name="visit", max_recovery_attempts=_RECOVERIES)(visit)


def _beside(database: URL) -> URL:
    return URL.create("sqlite", database=str(engine_file(Path(str(database.database)))))


def _quieten() -> None:
    """Start no thread of the engine for what we never ask of it.

    Some look each second, and the one that sends notifications a hundred times a second.

    We have no queues, schedules, delays, time-outs or notifications. Its own queue, through which it takes up what was
    cut off, is looked at when that happens: after the start. Private names, so the version of dbos is pinned, and a
    test counts.
    """
    launching: Any = dbos_launching
    launching.queue_thread = _watch_own_queue
    launching.background_jobs_thread = _do_nothing
    launching.dynamic_scheduler_loop = _do_nothing
    listening: Any = SystemDatabase
    listening.run_notification_listener = _do_nothing  # on SQLite it sleeps, and holds up the end for ten seconds
    telling: Any = PostgresSystemDatabase
    telling.run_notifier = _do_nothing
    telling._signal_notification = _do_nothing  # unsent, they would pile up
    # It would make its own pool the loop's and cancel, when it ends, what others have waiting there.
    pool: Any = DBOS
    pool._configure_asyncio_thread_pool = _keep_pool


def _watch_own_queue(stop: threading.Event, dbos: Any) -> None:
    queue = dbos._registry.get_internal_queue()
    queue._polling_interval_sec = 1.0
    later = threading.Timer(_TAKING_UP, setattr, (queue, "_polling_interval_sec", _SELDOM))
    later.daemon = True
    later.start()
    try:
        queue_worker_thread(stop, dbos, queue)
    finally:
        later.cancel()


async def _keep_pool() -> None:
    """Leave the loop's threads as they are."""


def _do_nothing(*_: object) -> None:
    """In place of a thread's work."""


def _tame_log() -> None:
    """Let the engine's log go the way of all logs."""
    logger = logging.getLogger("dbos")
    for handler in list(logger.handlers):
        logger.removeHandler(handler)
    logger.propagate = True
    logger.addFilter(_is_news)


def _is_news(record: Any) -> bool:
    """Whether a record says more than that workers contend, which is normal."""
    return "Contention detected" not in record.getMessage()
