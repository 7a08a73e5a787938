"""From a stored message to its verdict, and from an accepted one to its account: one transaction, safe to be killed
anywhere.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from agent.domain.invitation import CLOCK_SLACK, MailVerdict, Ruling
from agent.mail import events
from agent.mail.context import MailContext
from agent.mail.expectations import decide_offer, hand_over
from agent.mail.trust.examine import Examination, Step, TrustPolicy
from agent.mail.trust.keys import KeyStore
from agent.mail.trust.sandbox import Judge, JudgeLostError
from agent.store.database.engine import reading, writing
from agent.store.inbox import folders, messages
from agent.store.inbox.messages import Message
from agent.store.vault.keys import VaultError

_BATCH = 50
_POLL = 2.0  # seconds until rows of other processes (a retry by hand) are noticed
_LOST_LIMIT = 3  # hangs or deaths of the judging process until a message is poison
_KEYS_GIVE_UP, _LEAST_TRIES = timedelta(hours=24), 10
_ALTERED_LEAST, _ALTERED_SHARE = 5, 0.5
_FORGED = frozenset({"dkim_failed", "dkim_none", "repeated_header", "suspicious_link"})
_KEPT = frozenset({MailVerdict.ACCEPT, MailVerdict.HELD, MailVerdict.REJECTED})

log = structlog.get_logger("agent.mail")


class Intake(threading.Thread):
    """Judges what the watchers stored. `policy_of` gives the policy of a mailbox by its name, None for one that is
    gone.
    """

    def __init__(
        self,
        context: MailContext,
        *,
        judge: Judge,
        keys: KeyStore,
        policy_of: Callable[[str | None], TrustPolicy],
        on_arrival: Callable[[str], None],
        on_handled: Callable[[Message], None],
        is_leader: Callable[[], bool],
    ) -> None:
        super().__init__(name="mail-intake", daemon=True)
        self._context = context
        self._judge = judge
        self._keys = keys
        self._policy_of = policy_of
        self._on_arrival = on_arrival
        self._on_handled = on_handled
        self._is_leader = is_leader
        self._stopping = threading.Event()
        self._wake = threading.Event()

    def wake(self) -> None:
        """Look now."""
        self._wake.set()

    def stop(self) -> None:
        """Ask to end."""
        self._stopping.set()
        self._wake.set()

    def run(self) -> None:
        """Judge what is ready until told to stop."""
        self._judge.warm()
        while not self._stopping.is_set():
            self._wake.clear()
            try:
                if not (self._is_leader() and self.judge_ready()):
                    self._wake.wait(_POLL)
            except SQLAlchemyError as err:
                log.error(events.DATABASE, error=type(err).__name__)
                self._stopping.wait(_POLL)

    def judge_ready(self) -> int:
        """Judge one batch; returns how many messages were looked at."""
        with reading(self._context.engine) as conn:
            ready = messages.list_judgeable(conn, now=self._context.now(), limit=_BATCH)
        for row_id in ready:
            if self._stopping.is_set():
                break
            try:
                self.judge_one(row_id)
            except SQLAlchemyError:
                raise
            except Exception as err:  # noqa: BLE001 - the supervisor: one message never stops the others
                self._failed(row_id, err)
        return len(ready)

    def judge_one(self, row_id: int) -> None:
        """Bring one message as far as it goes now."""
        with reading(self._context.engine) as conn:
            message = messages.get(conn, row_id)
            folder = (
                folders.get(conn, message.folder_id) if message is not None and message.folder_id is not None else None
            )
            twin = messages.find_twin(conn, message) if message is not None else None
        if message is None or message.stage != messages.FETCHED:
            return
        now = self._context.now()
        if twin is not None:
            self._end(
                message, _ruling(MailVerdict.DUPLICATE, "same_bytes", f"message {twin} has the same bytes"), now=now
            )
        elif message.internaldate is not None and message.internaldate > now + CLOCK_SLACK:
            self._context.on_alarm(
                "clock", "a message arrived later than our clock says it is; nothing is judged until the clock is right"
            )
            self._postpone(
                message, _ruling(MailVerdict.RETRY, "clock_wrong", "the message arrived in our future"), now=now
            )
        else:
            self._examine(message, self._policy_of(folder.mailbox if folder else None), now=now)

    def _examine(self, message: Message, policy: TrustPolicy, *, now: datetime) -> None:
        try:
            raw = self._unseal(message)
        except VaultError as err:
            self._end(message, _ruling(MailVerdict.HELD, "cannot_be_opened", str(err)), now=now)
            return
        try:
            examination = self._judge.examine(raw, policy=policy, now=now, arrived_at=message.internaldate)
        except JudgeLostError as err:
            self._set_back(message, _ruling(MailVerdict.HELD, err.reason, str(err)), now=now)
            return
        if examination.ruling is not None and examination.ruling.verdict is MailVerdict.RETRY:
            self._postpone(message, examination.ruling, now=now, examination=examination)
            return
        self._conclude(message, examination, policy, now=now)

    def _unseal(self, message: Message) -> bytes:
        if message.sealed is None or message.key_id is None or message.sha256 is None:
            raise VaultError("the bytes of the message are not kept any more")
        return self._context.vault.unseal(message.key_id, message.sealed, context=f"message:{message.sha256}")

    def _conclude(self, message: Message, examination: Examination, policy: TrustPolicy, *, now: datetime) -> None:
        """Verdict, invitation and the account's transition: all or nothing."""
        digests = {
            name: hashlib.sha256(self._keys.look_up(name).record or b"").hexdigest()[:16]
            for name in examination.keys_used
        }
        with writing(self._context.engine) as conn:
            if messages.lock_undecided(conn, message.id) is None:
                return
            decision = decide_offer(conn, examination, now=now, window=policy.window)
            ruling, account_id = decision.ruling, decision.account_id
            if ruling.verdict is MailVerdict.ACCEPT:
                hand_over(
                    conn,
                    decision,
                    examination=examination,
                    source="mail",
                    message_id=message.id,
                    now=now,
                    window=policy.window,
                )
            self._write(conn, message, ruling, steps=decision.steps, account_id=account_id, now=now)
            new_keys = [name for name, digest in digests.items() if messages.note_key(conn, name, digest, now=now)[1]]
        self._tell(message, ruling, account_id=account_id, domain=examination.sender_domain)
        for name in new_keys:
            log.warning(events.KEY_NEW, name=name)
            self._context.on_alarm(
                f"dkim_key:{name}", f"a DKIM key that was never seen before verified a message: {name}"
            )
        if ruling.verdict is MailVerdict.ACCEPT and account_id is not None:
            self._on_arrival(account_id)

    def _end(self, message: Message, ruling: Ruling, *, now: datetime) -> None:
        with writing(self._context.engine) as conn:
            if messages.lock_undecided(conn, message.id) is None:
                return
            self._write(conn, message, ruling, steps=(), account_id=None, now=now)
        self._tell(message, ruling, account_id=None, domain=None)

    def _write(
        self,
        conn: Connection,
        message: Message,
        ruling: Ruling,
        *,
        steps: tuple[Step, ...],
        account_id: str | None,
        now: datetime,
    ) -> None:
        messages.decide(
            conn,
            message.id,
            verdict=ruling.verdict,
            reason=ruling.reason,
            evidence=evidence(ruling, steps),
            account_id=account_id,
            now=now,
            keep_bytes=ruling.verdict in _KEPT and ruling.reason != "no_invitation",
        )

    def _tell(self, message: Message, ruling: Ruling, *, account_id: str | None, domain: str | None) -> None:
        log.info(
            events.JUDGED,
            message=message.id,
            verdict=str(ruling.verdict),
            reason=ruling.reason,
            account=account_id,
            sender=domain,
        )
        if ruling.reason in _FORGED:
            log.warning(events.FORGED, message=message.id, reason=ruling.reason, sender=domain)
        if ruling.verdict is MailVerdict.HELD:
            text = f"message {message.id} is held ({ruling.reason}); 'sc-agent mail show {message.id}' explains it, 'mail approve' acts on it"
            self._context.on_alarm("mail_held", text)
        if ruling.verdict in (MailVerdict.ACCEPT, MailVerdict.DUPLICATE):
            self._on_handled(message)
        if ruling.reason == "dkim_failed":
            self._watch_for_rewriting()

    def _watch_for_rewriting(self) -> None:
        """A provider that rewrites mail breaks every signature; one forgery does not."""
        with reading(self._context.engine) as conn:
            failed, proven = messages.last_proofs(conn)
        if failed >= _ALTERED_LEAST and failed > _ALTERED_SHARE * (failed + proven):
            text = f"{failed} of the last {failed + proven} mails from Amazon's domains failed DKIM: does the provider alter mail?"
            self._context.on_alarm("provider_alters_mail", text)

    def _postpone(
        self, message: Message, ruling: Ruling, *, now: datetime, examination: Examination | None = None
    ) -> None:
        """Try again in 10 s, growing to an hour; keys that nobody can tell for a day are for a person. An old message
        that is judged
        anew has its tries too."""
        if now - message.found_at > _KEYS_GIVE_UP and message.attempts >= _LEAST_TRIES:
            self._end(
                message, _ruling(MailVerdict.HELD, ruling.reason, f"{ruling.detail}, for more than a day"), now=now
            )
            return
        seconds = min(10 * 2.0 ** min(message.attempts, 12), 3600.0)
        self._write_postponed(
            message, ruling, wait=timedelta(seconds=seconds), steps=examination.steps if examination else (), now=now
        )

    def _failed(self, row_id: int, error: Exception) -> None:
        with reading(self._context.engine) as conn:
            message = messages.get(conn, row_id)
        if message is not None:
            ruling = _ruling(MailVerdict.HELD, "intake_failed", f"an unexpected {type(error).__name__} while judging")
            self._set_back(message, ruling, now=self._context.now())

    def _set_back(self, message: Message, ruling: Ruling, *, now: datetime) -> None:
        """A message that hung or killed the judging process, or broke us, is held; the third time it is poison."""
        last = message.attempts + 1 >= _LOST_LIMIT
        self._write_postponed(
            message, ruling, wait=None if last else timedelta(seconds=10 * 6**message.attempts), steps=(), now=now
        )
        if last:
            log.error(events.POISON, message=message.id, reason=ruling.reason)
            self._context.on_alarm(
                f"poison:{message.id}",
                f"message {message.id} could not be judged {_LOST_LIMIT} times and was set aside",
            )

    def _write_postponed(
        self, message: Message, ruling: Ruling, *, wait: timedelta | None, steps: tuple[Step, ...], now: datetime
    ) -> None:
        with writing(self._context.engine) as conn:
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


def evidence(ruling: Ruling, steps: tuple[Step, ...]) -> Mapping[str, Any]:
    """What is stored beside a verdict."""
    return {
        "detail": ruling.detail,
        "steps": [{"name": step.name, "passed": step.passed, "detail": step.detail} for step in steps],
    }


def forget_old_bytes(context: MailContext, *, before: datetime) -> int:
    """Drop the bytes of messages that are older than the retention."""
    with writing(context.engine) as conn:
        return messages.forget_old(conn, before=before)


def _ruling(verdict: MailVerdict, reason: str, detail: str) -> Ruling:
    return Ruling(verdict=verdict, reason=reason, detail=detail)
