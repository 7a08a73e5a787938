"""Sessions with a token are renewed before it ends.

The new pair is opened first, and the old one is kept if that fails.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pydantic import SecretStr

from agent.mail.imap.connection.auth import MailboxLogin
from agent.mail.imap.connection.tokens import Token, TokenError
from agent.mail.imap.watcher import Watcher
from agent.settings.groups.mailbox import MailboxSettings, OAuthSettings, Tls
from tests.support.servers.imap.hostile_imap import HostileImap
from tests.support.sites.mail_world import MailWorld, mail_world, wait_for

NAME = "invites@127.0.0.1"


class Tokens:
    """A source of tokens that last an hour; it fails while `down`."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.now = now
        self.down = False
        self.fetched = 0
        self.refused = 0

    def fetch(self) -> Token:
        if self.down:
            self.refused += 1
            raise TokenError("microsoft did not answer", permanent=False)
        self.fetched += 1
        return Token(value=SecretStr(f"token-{self.fetched}"), expires_at=self.now() + timedelta(hours=1))


@contextmanager
def watched(folder: Path) -> Iterator[tuple[MailWorld, HostileImap, Tokens, list[timedelta]]]:
    """A mailbox with tokens, watched by a clock that the test moves."""
    shift = [timedelta(0)]

    def now() -> datetime:
        return datetime.now(UTC) + shift[0]

    tokens = Tokens(now)
    with mail_world(folder, idle_slice=0.2) as world, HostileImap() as server:
        box = MailboxSettings(
            host="127.0.0.1",
            port=server.port,
            username="invites",
            tls=Tls.NONE,
            oauth=OAuthSettings(provider="microsoft"),
        )
        context = replace(world.context(), lease=timedelta(days=1), now=now)
        watcher = Watcher(
            box, context, on_found=lambda: None, credentials=lambda: MailboxLogin(box, now=now, source=tokens)
        )
        watcher.start()
        try:
            wait_for(lambda: world.is_watched(NAME), what="the mailbox")
            yield world, server, tokens, shift
        finally:
            watcher.stop()
            watcher.join(90)
            watcher.close()


def test_new_pair_is_opened_before_the_old_one_is_dropped(tmp_path: Path) -> None:
    with watched(tmp_path) as (_, server, tokens, shift):
        assert (server.connections, server.most_live) == (2, 2)
        shift[0] = timedelta(minutes=51)
        wait_for(lambda: tokens.fetched == 2 and server.connections == 4 and server.live == 2, what="the renewal")
        assert server.most_live >= 3, "the old pair served until the new one stood"


def test_old_pair_serves_on_when_a_renewal_fails(tmp_path: Path) -> None:
    with watched(tmp_path) as (world, server, tokens, shift):
        tokens.down = True
        shift[0] = timedelta(minutes=51)
        wait_for(lambda: tokens.refused == 1, what="the failed renewal")
        server.deliver_now(world.mail_to())
        wait_for(lambda: len(world.messages()) == 1, what="mail on the old pair")
        assert server.connections - server.live <= 1, "at most the half of the new pair was given up"
        assert world.is_watched(NAME)
        assert (world.events["renewal_failed"], world.alarms) == (1, [])
        tokens.down = False
        shift[0] = timedelta(minutes=52)
        wait_for(lambda: tokens.fetched == 2 and server.live == 2, what="the next try")
        server.deliver_now(world.mail_to("A2"))
        wait_for(lambda: len(world.messages()) == 2, what="mail on the new pair")
