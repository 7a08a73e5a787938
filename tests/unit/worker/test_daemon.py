"""The daemon as a whole, without a browser.

Start, health, pause, the second one, the end.
"""

from __future__ import annotations

import asyncio
import socket
import time
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa
import structlog
from pydantic import SecretStr
from sqlalchemy.engine import Engine

from agent.clock import Clock
from agent.domain.authorization import State
from agent.errors import ConfigurationError
from agent.observe.health import Answer, serve_health
from agent.observe.logs import configure_logs
from agent.observe.metrics import Metrics
from agent.settings.groups.operation import ObserveSettings, WebSettings
from agent.settings.groups.visits import WorkSettings
from agent.settings.model import Settings
from agent.store.database.engine import connect, reading, writing
from agent.store.database.schema import leases, workers
from agent.store.inbox import folders
from agent.store.processes import switches
from agent.store.sign_in import acts
from agent.store.vault.keys import Vault, new_key
from agent.web.server import bind
from agent.worker import parts
from agent.worker.daemon import require_sense, run_daemon
from agent.worker.dispatcher import Dispatcher
from agent.worker.heartbeat import Heartbeat
from flows.models import Act
from tests.support.stored.accounts import write_account
from tests.support.stored.registry import NOW, add_account
from tests.support.visits.worker_context import make_context


async def until_it_works(engine: Engine) -> None:
    """Wait until the daemon's heartbeat is written."""
    async with asyncio.timeout(90):
        while True:
            with reading(engine) as conn:
                if conn.scalar(sa.select(workers.c.id)) is not None:
                    return
            await asyncio.sleep(0.05)


async def test_it_starts_takes_over_old_leases_and_stops_within_seconds(
    any_engine: Engine, vault: Vault, tmp_path: Path
) -> None:
    with writing(any_engine) as conn:
        conn.execute(leases.insert().values(account_id="A1", holder="local", token="t", until=NOW.replace(year=2099)))
    stop = asyncio.Event()
    running = asyncio.create_task(
        run_daemon(Settings(data_dir=tmp_path), engine=any_engine, vault=vault, stop=stop, roles={"work"})
    )
    await until_it_works(any_engine)
    await asyncio.sleep(1)
    started = time.monotonic()
    stop.set()
    await running
    assert time.monotonic() - started < 60  # its lease lasts for decades
    with reading(any_engine) as conn:
        assert conn.scalar(sa.select(sa.func.count()).select_from(workers)) == 0
        assert conn.scalar(sa.select(sa.func.count()).select_from(leases)) == (
            0 if any_engine.dialect.name == "sqlite" else 1
        )


async def test_health_and_metrics_are_served_while_it_runs(
    engine: Engine, vault: Vault, tmp_path: Path, unused_tcp_port: int
) -> None:
    address = f"127.0.0.1:{unused_tcp_port}"
    settings = Settings(data_dir=tmp_path, observe=ObserveSettings(http_address=address))
    stop = asyncio.Event()
    running = asyncio.create_task(run_daemon(settings, engine=engine, vault=vault, stop=stop, roles={"work"}))
    await until_it_works(engine)
    async with httpx.AsyncClient(base_url=f"http://{address}", trust_env=False) as client:
        answers = {path: await client.get(path) for path in ("/healthz", "/readyz", "/metrics", "/other")}
    stop.set()
    await running
    assert [answer.status_code for answer in answers.values()] == [200, 200, 200, 404]
    assert "sc_agent_accounts" in answers["/metrics"].text


async def test_without_its_database_it_answers_that_it_cannot_tell_and_goes_on(
    engine: Engine, vault: Vault, tmp_path: Path, unused_tcp_port: int
) -> None:
    address = f"127.0.0.1:{unused_tcp_port}"
    settings, stop = Settings(data_dir=tmp_path, observe=ObserveSettings(http_address=address)), asyncio.Event()
    running = asyncio.create_task(run_daemon(settings, engine=engine, vault=vault, stop=stop, roles={"work"}))
    await until_it_works(engine)
    with writing(engine) as conn:
        conn.exec_driver_sql("ALTER TABLE invitations RENAME TO gone")
        conn.exec_driver_sql("ALTER TABLE acts RENAME TO gone_too")
    async with httpx.AsyncClient(base_url=f"http://{address}", trust_env=False) as client:
        codes = [(await client.get(path)).status_code for path in ("/metrics", "/healthz")]
    stop.set()
    await running
    assert codes == [503, 200]


async def test_a_tick_that_hangs_is_given_up_and_made_again(
    engine: Engine, vault: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = asyncio.Queue[None]()

    async def hang(_tick: Dispatcher) -> int:
        started.put_nowait(None)
        await asyncio.Event().wait()
        return 0

    monkeypatch.setattr(Dispatcher, "once", hang)
    monkeypatch.setattr(parts, "_TICK_WITHIN", 0.1)
    stop = asyncio.Event()
    settings = Settings(data_dir=tmp_path, work=WorkSettings(tick=0.05))
    running = asyncio.create_task(run_daemon(settings, engine=engine, vault=vault, stop=stop, roles={"work"}))
    async with asyncio.timeout(90):
        for _ in range(3):
            await started.get()
    stop.set()
    await running


async def test_a_second_daemon_is_refused_and_the_first_goes_on(engine: Engine, vault: Vault, tmp_path: Path) -> None:
    stop = asyncio.Event()
    settings = Settings(data_dir=tmp_path)
    first = asyncio.create_task(run_daemon(settings, engine=engine, vault=vault, stop=stop, roles={"work"}))
    await until_it_works(engine)
    with pytest.raises(ConfigurationError, match="another daemon"):
        await run_daemon(settings, engine=engine, vault=vault, stop=stop, roles={"work"})
    assert not first.done()
    stop.set()
    await first


@pytest.mark.parametrize("address", ["nonsense", "127.0.0.1:x", "203.0.113.1:1"])
async def test_an_address_that_cannot_be_listened_on_is_one_clear_line(address: str) -> None:
    with pytest.raises(ConfigurationError, match="OBSERVE__HTTP_ADDRESS"):
        async with serve_health(address, {}):
            pass


async def alive() -> Answer:
    return 200, "text/plain", b"alive\n"


async def test_the_health_server_survives_nonsense(unused_tcp_port: int) -> None:
    async with serve_health(f"127.0.0.1:{unused_tcp_port}", {"/healthz": alive}) as address:
        reader, writer = await asyncio.open_connection("127.0.0.1", unused_tcp_port)
        writer.write(b"\x00\xff" * 5000 + b"\r\n\r\n")
        with suppress(ConnectionError):
            await writer.drain()
            await reader.read()
        writer.close()
        async with httpx.AsyncClient(base_url=f"http://{address}", trust_env=False) as client:
            assert (await client.get("/healthz")).text == "alive\n"
            assert (await client.post("/healthz")).status_code == 405


async def test_without_a_mailbox_the_mail_role_is_refused_in_one_line(
    engine: Engine, vault: Vault, tmp_path: Path
) -> None:
    with pytest.raises(ConfigurationError, match="no mailbox is set"):
        await run_daemon(Settings(data_dir=tmp_path), engine=engine, vault=vault, stop=asyncio.Event())


@pytest.mark.parametrize("hours", ["late", "22:00", "22:00-25:00"])
async def test_quiet_hours_that_make_no_sense_are_refused_in_one_line(
    engine: Engine, vault: Vault, tmp_path: Path, hours: str
) -> None:
    settings = Settings(data_dir=tmp_path, work=WorkSettings(quiet_hours=hours))
    with pytest.raises(ConfigurationError, match="QUIET_HOURS"):
        await run_daemon(settings, engine=engine, vault=vault, stop=asyncio.Event(), roles={"work"})


METRICS = {
    "visits_total": "counter",  # by kind and outcome
    "visit_seconds": "histogram",
    "invitation_accepted_seconds": "histogram",  # against the promise of 60 minutes
    "drift_total": "counter",
    "ticks_failed_total": "counter",
    "accounts": "gauge",  # by state
    "queue_age_seconds": "gauge",
    "leases": "gauge",
    "sign_in_attempts_open": "gauge",
    "mailbox_lag_seconds": "gauge",
    "oldest_complete_read_seconds": "gauge",
    "complete_read_age_seconds": "gauge",  # by account
    "alarms_open": "gauge",
    "browser_memory_bytes": "gauge",
    "paused": "gauge",
}


def test_every_metric_is_scraped_with_its_value(engine: Engine) -> None:
    with writing(engine) as conn:
        add_account(conn, "A1", now=NOW)
        add_account(conn, "A2", now=NOW)
        write_account(
            conn,
            "A1",
            authorization=State.COMPLETE,
            due=NOW - timedelta(seconds=90),
            last_complete_read_at=NOW - timedelta(hours=3),
        )
        folder = folders.ensure(conn, mailbox="box@host", folder="INBOX", role="inbox")
        folders.touch_scan(conn, folder.id, now=NOW - timedelta(seconds=7))
        acts.intend(conn, "A1", Act.TYPE_PASSWORD, visit_id="v1", now=NOW)
        switches.pause_all(conn, now=NOW, who="operator")
    metrics = Metrics()
    metrics.visits.labels("audit", "pass").inc()
    metrics.visit_seconds.labels("audit").observe(4)
    metrics.accepted_after.observe(1800)
    metrics.drift.labels("password").inc()
    page = metrics.page(engine, now=NOW).decode()
    types = dict(line.split()[2:4] for line in page.splitlines() if line.startswith("# TYPE"))
    assert {f"sc_agent_{name}": kind for name, kind in METRICS.items()}.items() <= types.items()
    for line in (
        'sc_agent_visits_total{kind="audit",outcome="pass"} 1.0',
        'sc_agent_invitation_accepted_seconds_bucket{le="3600.0"} 1.0',
        'sc_agent_invitation_accepted_seconds_bucket{le="1200.0"} 0.0',
        'sc_agent_drift_total{screen="password"} 1.0',
        'sc_agent_accounts{state="complete"} 1.0',
        "sc_agent_queue_age_seconds 90.0",
        "sc_agent_sign_in_attempts_open 1.0",
        'sc_agent_mailbox_lag_seconds{folder="INBOX",mailbox="box@host"} 7.0',
        'sc_agent_complete_read_age_seconds{account="A1"} 10800.0',
        "sc_agent_paused 1.0",
    ):
        assert line in page.splitlines()


async def test_systemd_hears_that_it_is_ready_alive_and_stopping(
    engine: Engine, vault: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.bind(str(address))
        sock.setblocking(False)
        monkeypatch.setenv("NOTIFY_SOCKET", str(address))
        settings, stop, heard = Settings(data_dir=tmp_path, work=WorkSettings(lease=1)), asyncio.Event(), []
        running = asyncio.create_task(run_daemon(settings, engine=engine, vault=vault, stop=stop, roles={"work"}))
        async with asyncio.timeout(90):
            while "WATCHDOG=1" not in heard:
                heard.append((await asyncio.get_running_loop().sock_recv(sock, 100)).decode())
            stop.set()
            await running
            while "STOPPING=1" not in heard:
                heard.append((await asyncio.get_running_loop().sock_recv(sock, 100)).decode())
    assert heard[0] == "READY=1"
    assert set(heard) == {"READY=1", "WATCHDOG=1", "STOPPING=1"}


async def test_a_worker_whose_database_is_away_is_alive_but_not_ready(
    engine: Engine, vault: Vault, tmp_path: Path
) -> None:
    seconds = [0.0]
    context = make_context(engine, vault, tmp_path, clock=Clock(elapsed=lambda: seconds[0]))
    heartbeat = Heartbeat(context=context, roles="work")
    await heartbeat.start()
    assert heartbeat.is_beating
    seconds[0] = context.settings.work.lease
    assert not heartbeat.is_beating


async def test_the_web_role_says_where_it_listens_and_ends_with_the_daemon(
    any_engine: Engine, vault: Vault, tmp_path: Path
) -> None:
    settings = web_only(tmp_path, "127.0.0.1:0", url=any_engine.url.render_as_string(hide_password=False))
    stop, logs = asyncio.Event(), structlog.testing.LogCapture()
    structlog.configure(processors=[logs])
    try:
        running = asyncio.create_task(
            run_daemon(settings, engine=any_engine, vault=vault, stop=stop, roles={"work", "web"})
        )
        address = await started_at(logs)
        async with httpx.AsyncClient(base_url=f"http://{address}", trust_env=False) as client:
            answers = [(await client.get(path)).status_code for path in ("/healthz", "/readyz", "/metrics")]
        stop.set()
        await running
    finally:
        configure_logs(level="ERROR", style="text")
    assert answers == [200, 200, 401]
    with pytest.raises(OSError, match="Connect call failed"):
        await asyncio.open_connection(*address.split(":"))


async def test_web_alone_needs_no_vault_key(migrated_postgres: str, tmp_path: Path) -> None:
    settings, stop = web_only(tmp_path, "127.0.0.1:0", url=migrated_postgres), asyncio.Event()
    logs, engine = structlog.testing.LogCapture(), connect(migrated_postgres)
    structlog.configure(processors=[logs])
    try:
        running = asyncio.create_task(run_daemon(settings, engine=engine, vault=None, stop=stop, roles={"web"}))
        address = await started_at(logs)
        async with httpx.AsyncClient(base_url=f"http://{address}", trust_env=False) as client:
            assert (await client.get("/api/v1/")).json()["version"] == 1
        stop.set()
        await running
    finally:
        configure_logs(level="ERROR", style="text")
        engine.dispose()


def test_web_alone_is_refused_on_sqlite(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="PostgreSQL"):
        require_sense(Settings(data_dir=tmp_path), {"web"})


@pytest.mark.parametrize("is_default", [True, False])
async def test_a_taken_address_ends_the_daemon_only_if_it_was_asked_for(
    tmp_path: Path, is_default: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        address = f"127.0.0.1:{other.getsockname()[1]}"
        monkeypatch.setattr(WebSettings.model_fields["address"], "default", address)
        WebSettings.model_rebuild(force=True)
        try:
            web = WebSettings() if is_default else WebSettings(address=address)
            if is_default:
                assert bind(Settings(data_dir=tmp_path, web=web)) is None
            else:
                with pytest.raises(ConfigurationError, match="WEB__ADDRESS"):
                    bind(Settings(data_dir=tmp_path, web=web))
        finally:
            monkeypatch.undo()
            WebSettings.model_rebuild(force=True)


def web_only(folder: Path, address: str, *, url: str) -> Settings:
    """Settings with a key of the web role and nothing else."""
    key = SecretStr(new_key())
    return Settings(data_dir=folder, database_url=url, web=WebSettings(address=address, key=key))


async def started_at(logs: structlog.testing.LogCapture) -> str:
    """The address that daemon.started tells."""
    async with asyncio.timeout(90):
        while True:
            for entry in logs.entries:
                if entry["event"] == "daemon.started":
                    return str(entry["web"])
            await asyncio.sleep(0.02)
