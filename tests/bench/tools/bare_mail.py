"""The loop that anybody would write in front of a mailbox.

It is told of a mail, fetches and parses it, and writes one row; nothing is judged and nothing is visited.
"""

from __future__ import annotations

import sqlite3
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from pathlib import Path

from imapclient import IMAPClient

from agent.settings.groups.mailbox import Tls
from tests.bench.tools.figure import UnmeasuredError
from tests.bench.tools.world import World

_PATIENCE = 60.0  # seconds
_SLICE = 5.0  # seconds of one IDLE
_SETTINGS = ("HOST", "PORT", "TLS", "CA_FILE", "USERNAME", "PASSWORD")


class BareLoop:
    """Waits in IDLE on one connection, and says when each mail's row was committed."""

    def __init__(self, world: World, table: Path) -> None:
        self._world, self._table = world, table
        self._written: list[float] = []
        self._broken: Exception | None = None
        self._is_ready, self._is_over, self._has_written = threading.Event(), threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="bare-mail", daemon=True)

    def written_after(self, moment: float) -> float:
        """Seconds from then until the next row was there.

        Raises:
            UnmeasuredError: none came.
        """
        end = time.monotonic() + _PATIENCE
        while not (self._written and self._written[-1] > moment):
            self._has_written.clear()
            if not self._has_written.wait(0.5) and time.monotonic() > end:
                raise UnmeasuredError("the bare loop was not told of a mail")
            if self._broken is not None:
                raise UnmeasuredError(f"the bare loop ended: {type(self._broken).__name__}: {self._broken}")
        return self._written[-1] - moment

    def _run(self) -> None:
        try:
            self._wait_for_mails()
        except Exception as err:  # noqa: BLE001 - whatever it is: who waits for the rows is told
            self._broken = err
            self._has_written.set()
            self._is_ready.set()

    def _wait_for_mails(self) -> None:
        db = sqlite3.connect(self._table)
        db.execute("PRAGMA synchronous=FULL")
        db.execute("CREATE TABLE mails (uid INTEGER, sender TEXT, subject TEXT)")
        with self._connected() as client:
            client.select_folder("INBOX")
            last = max(client.search(), default=0)
            while not self._is_over.is_set():
                client.idle()
                self._is_ready.set()
                client.idle_check(timeout=_SLICE)
                client.idle_done()
                for uid in sorted(client.search(["UID", f"{last + 1}:*"])):
                    if uid > last:
                        mail = message_from_bytes(client.fetch([uid], ["BODY.PEEK[]"])[uid][b"BODY[]"])
                        db.execute("INSERT INTO mails VALUES (?, ?, ?)", (uid, str(mail["From"]), str(mail["Subject"])))
                        db.commit()
                        last = uid
                        self._written.append(time.monotonic())
                        self._has_written.set()
        db.close()

    @contextmanager
    def _connected(self) -> Iterator[IMAPClient]:
        told = {name: self._world.env.get(f"SC_AGENT_IMAP__{name}", "") for name in _SETTINGS}
        is_safe = told["TLS"] == Tls.IMPLICIT
        context = ssl.create_default_context(cafile=told["CA_FILE"] or None) if is_safe else None
        client = IMAPClient(told["HOST"], port=int(told["PORT"]), ssl=is_safe, ssl_context=context)
        try:
            client.login(told["USERNAME"], told["PASSWORD"])
            yield client
        finally:
            client.shutdown()


@contextmanager
def bare_loop(world: World, directory: Path) -> Iterator[BareLoop]:
    """Let it wait in front of the world's mailbox."""
    loop = BareLoop(world, directory / "bare.sqlite")
    loop._thread.start()
    if not loop._is_ready.wait(_PATIENCE):
        raise UnmeasuredError("the bare loop does not come to wait")
    try:
        yield loop
    finally:
        loop._is_over.set()
        loop._thread.join(_PATIENCE)
