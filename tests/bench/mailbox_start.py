"""Starting on a mailbox with very many messages, beside a script that fetches every header. Each life is a process of
its own.
"""

from __future__ import annotations

import asyncio
import imaplib
import json
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from statistics import median

from pydantic import SecretStr
from sqlalchemy.engine import Engine

from agent.mail.service import MailService
from agent.store.database.engine import open_database, reading
from agent.store.inbox import folders
from tests.bench.tools.figure import Family, Figure, UnmeasuredError, figure
from tests.support.servers.imap.dovecot import PASSWORD, Dovecot, found
from tests.support.sites.mail_world import make_settings, new_vault

_USER = "invites"
_MESSAGES, _QUICK = 100_000, 10_000
_PATIENCE = 120.0
_NAMES = ("mailbox_100k_start", "mailbox_100k_memory")


async def measure(quick: bool) -> AsyncIterator[Figure]:
    """The server has indexed the mailbox before; so it has in production."""
    if found() is None:
        raise UnmeasuredError("no Dovecot 2.3: run scripts/servers.py")
    messages = _QUICK if quick else _MESSAGES
    with Dovecot() as server:
        await asyncio.to_thread(_fill, server, messages)
        await _life("naive", server.port)  # the server builds its index and reads its files once
        ours = [await _life("ours", server.port) for _ in range(3)]
        naive = [await _life("naive", server.port) for _ in range(3)]
    pairs = list(zip(ours, naive, strict=True))
    for called, key, unit in zip(_NAMES, ("seconds", "megabytes"), ("s", "MB"), strict=True):
        typical = [median(life[key] for life in lives) for lives in (ours, naive)]
        of = f"fetching all {messages} headers ({typical[0]:.2f} {unit} beside {typical[1]:.2f} {unit})"
        yield figure(called, [a[key] / max(b[key], 0.001) for a, b in pairs], unit="ratio", of=of)


def _fill(server: Dovecot, messages: int) -> None:
    """Ordinary mail of the last hundred days."""
    now = datetime.now(UTC)
    dates = [format_datetime(now - timedelta(days=day)) for day in range(100)]
    mails = [
        f"From: friend{number}@users.example\r\nTo: a1@users.example\r\nDate: {dates[number % 100]}\r\n"
        f"Message-ID: <{number}@users.example>\r\nSubject: {number}\r\n\r\nGood morning.\r\n".encode()
        for number in range(messages)
    ]
    server.fill(_USER, mails)


async def _life(kind: str, port: int) -> dict[str, float]:
    command = [sys.executable, "-m", "tests.bench.mailbox_start", kind, str(port)]
    process = await asyncio.create_subprocess_exec(
        *command, cwd=Path(__file__).parents[2], stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    if process.returncode:
        raise UnmeasuredError(f"the {kind} reading of the mailbox ended with {process.returncode}")
    told: dict[str, float] = json.loads(out.splitlines()[-1])
    return told


def main() -> None:
    """Live one of the two lives and print what it took.

    Seconds, and megabytes beyond what the process had before.
    """
    kind, port = sys.argv[1], int(sys.argv[2])
    before = _peak()
    seconds = {"ours": _live, "naive": _live_naively}[kind](port)
    print(json.dumps({"seconds": seconds, "megabytes": _peak() - before}))  # noqa: T201 - the parent reads it


def _peak() -> float:
    """The most memory this process has had so far, in MB.

    `ru_maxrss` would count the parent's.
    """
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def _live(port: int) -> float:
    """The mail service, until every folder has its position."""
    with tempfile.TemporaryDirectory() as folder:
        settings = make_settings(Path(folder), port=port, dns="127.0.0.1:9", username=_USER)
        settings.imap.password = SecretStr(PASSWORD)
        engine = open_database(settings.database_url or "")
        service = MailService(settings, engine=engine, vault=new_vault(), on_arrival=lambda _: None)
        started = time.monotonic()
        service.start()
        while not _is_positioned(engine):
            if time.monotonic() > started + _PATIENCE:
                raise SystemExit("the mailbox did not come up")
            time.sleep(0.01)
        taken = time.monotonic() - started
        service.stop()
        engine.dispose()
    return taken


def _is_positioned(engine: Engine) -> bool:
    with reading(engine) as conn:
        known = folders.list_all(conn)
    return bool(known) and all(folder.state == "up" and folder.uidvalidity is not None for folder in known)


def _live_naively(port: int) -> float:
    """Sign in, fetch every header, look for the sender."""
    started = time.monotonic()
    with imaplib.IMAP4("127.0.0.1", port) as client:
        client.login(_USER, PASSWORD)
        client.select("INBOX", readonly=True)
        _, heads = client.fetch("1:*", "(UID BODY.PEEK[HEADER])")
        sum(b"amazon" in part[1] for part in heads if isinstance(part, tuple))
        return time.monotonic() - started


FAMILY = Family(names=_NAMES, measure=measure)

if __name__ == "__main__":
    main()
