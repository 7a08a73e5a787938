"""How the judging of a message ended, written down and told.

A verdict, another try later, or set aside.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from agent.domain.invitation import MailVerdict, Offer, Ruling
from agent.mail import events
from agent.mail.context import MailContext
from agent.mail.trust.examine import Examination, Step
from agent.mail.trust.sandbox import HUNG
from agent.mail.verdicts import Teller, evidence, ruling_of
from agent.store.database.engine import writing
from agent.store.database.handles import Connection
from agent.store.inbox import messages
from agent.store.inbox.messages import Message

_LOST_LIMIT = 3  # deaths of the judging process until a message is poison; one that hung it is not tried again
_KEYS_GIVE_UP, _LEAST_TRIES = timedelta(hours=24), 10
_KEPT = frozenset({MailVerdict.ACCEPT, MailVerdict.HELD, MailVerdict.REJECTED})

log = structlog.get_logger("agent.mail")


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgingEnds:
    """Writes the ends; a message that another process has decided is left alone."""

    context: MailContext
    teller: Teller

    def end(self, message: Message, ruling: Ruling, *, now: datetime) -> None:
        """Write the verdict of a message that needed no judging by its words, and tell it."""
        with writing(self.context.engine) as conn:
            if messages.lock_undecided(conn, message.id) is None:
                return
            self.write(conn, message, ruling, steps=(), account_id=None, now=now)
        self.teller.tell(message, ruling, account_id=None, domain=None)

    def write(
        self,
        conn: Connection,
        message: Message,
        ruling: Ruling,
        *,
        steps: tuple[Step, ...],
        account_id: str | None,
        now: datetime,
        invites: bool = True,
        offer: Offer | None = None,
        shop: str | None = None,
    ) -> None:
        """Write the verdict of a locked message; bytes a person may want are kept."""
        messages.decide(
            conn,
            message.id,
            verdict=ruling.verdict,
            reason=ruling.reason,
            evidence=evidence(ruling, steps, offer=offer, shop=shop),
            account_id=account_id,
            now=now,
            invites=invites,
            keep_bytes=ruling.verdict in _KEPT and ruling.reason not in ("no_invitation", messages.CODE_MAIL),
        )

    def postpone(
        self, message: Message, ruling: Ruling, *, now: datetime, examination: Examination | None = None
    ) -> None:
        """Try again in 10 s, growing to an hour.

        After a day without an answer about its key a message is for a person. An old one that is judged anew is
        tried as often.
        """
        if now - message.found_at > _KEYS_GIVE_UP and message.attempts >= _LEAST_TRIES:
            self.end(
                message, ruling_of(MailVerdict.HELD, ruling.reason, f"{ruling.detail}, for more than a day"), now=now
            )
            return
        seconds = min(10 * 2.0 ** min(message.attempts, 12), 3600.0)
        self._write_postponed(
            message, ruling, wait=timedelta(seconds=seconds), steps=examination.steps if examination else (), now=now
        )

    def set_back(self, message: Message, ruling: Ruling, *, now: datetime) -> None:
        """A message that killed the judging process, or broke us, is held.

        The third time it is poison. One that hung it is so at once: it would take the time of the others again.
        """
        last = ruling.reason == HUNG or message.attempts + 1 >= _LOST_LIMIT
        self._write_postponed(
            message, ruling, wait=None if last else timedelta(seconds=10 * 6**message.attempts), steps=(), now=now
        )
        if last:
            log.error(events.POISON, message=message.id, reason=ruling.reason)
            self.context.on_alarm(
                f"poison:{message.id}",
                f"message {message.id} could not be judged ({ruling.reason}) and was set aside; "
                f"'sc-agent mail retry {message.id}' tries it again",
            )

    def _write_postponed(
        self, message: Message, ruling: Ruling, *, wait: timedelta | None, steps: tuple[Step, ...], now: datetime
    ) -> None:
        with writing(self.context.engine) as conn:
            if messages.lock_undecided(conn, message.id) is None:
                return
            messages.postpone(
                conn,
                message.id,
                verdict=ruling.verdict,
                reason=ruling.reason,
                evidence=evidence(ruling, steps),
                attempts=message.attempts + 1,
                next_try_at=None if wait is None else now + wait,
                now=now,
            )
        log.info(events.POSTPONED, message=message.id, reason=ruling.reason, attempts=message.attempts + 1)
