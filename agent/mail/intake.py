"""From a stored message to its verdict, and from an accepted one to its account.

One transaction, safe to be killed anywhere.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import structlog

from agent.domain.invitation import CLOCK_SLACK, MailVerdict, Ruling
from agent.mail import events
from agent.mail.codes.keep import keep_code
from agent.mail.context import MailContext
from agent.mail.expectations import decide_offer, hand_over
from agent.mail.judging_ends import JudgingEnds
from agent.mail.trust.examine import Examination, Judgement, TrustPolicy
from agent.mail.trust.keys import KeyStore
from agent.mail.trust.sandbox import UNAVAILABLE, Judge, JudgeLostError
from agent.mail.trust.signatures import Key
from agent.mail.verdicts import Teller, doubt_missing_bytes, ruling_of, says_invitation
from agent.observe.tracing import Attribute, SpanName, span
from agent.store.database.absence import is_away
from agent.store.database.engine import reading, writing
from agent.store.database.handles import SQLAlchemyError
from agent.store.inbox import folders, messages, seen_keys
from agent.store.inbox.messages import Message
from agent.store.outbox.wake import Signal, listening
from agent.store.vault.keys import VaultError

_BATCH = 16  # small: what comes meanwhile is looked at before what must be tried again
_LOOK_EVERY = 15.0  # seconds: for what a signal was lost for, a retry by hand in another process say
_AGAIN = 2.0  # seconds after the database was away
_JUDGE = "judge"  # the alarm

log = structlog.get_logger("agent.mail")


class Intake(threading.Thread):
    """Judges what the watchers stored.

    `policy_of` gives the policy of a mailbox by its name, None for one that is gone.
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
        at_once: int = 1,
    ) -> None:
        super().__init__(name="mail-intake", daemon=True)
        self._context = context
        self._judge = judge
        self._keys = keys
        self._policy_of = policy_of
        self._on_arrival = on_arrival
        self._ends = JudgingEnds(context=context, teller=Teller(context, on_handled=on_handled))
        self._is_leader = is_leader
        self._at_once = at_once
        self._deciding = threading.Lock()  # verdicts are reached one by one: two mails may be for the same account
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
        self._warm()
        with listening(self._hear):
            while not self._stopping.is_set():
                self._wake.clear()
                try:
                    if not (self._is_leader() and self.judge_ready()):
                        self._wake.wait(self._seconds_to_next())
                except SQLAlchemyError as err:
                    log.error(events.DATABASE, error=type(err).__name__)
                    self._stopping.wait(_AGAIN)

    def _hear(self, signal: Signal) -> None:
        if signal is Signal.MAIL:
            self.wake()

    def _seconds_to_next(self) -> float:
        """Until a message is to be tried again, or the next look at what no signal told."""
        with reading(self._context.engine) as conn:
            at = messages.next_try(conn)
        if at is None:
            return _LOOK_EVERY
        return min(max((at - self._context.now()).total_seconds(), 0.0), _LOOK_EVERY)

    def judge_ready(self) -> int:
        """Judge one batch, several messages at once, untried ones first.

        Returns how many were looked at.
        """
        with reading(self._context.engine) as conn:
            ready = messages.list_judgeable(conn, now=self._context.now(), limit=_BATCH)
        with ThreadPoolExecutor(max_workers=self._at_once, thread_name_prefix="mail-judge") as pool:
            list(pool.map(self._judge_safely, ready))
        return len(ready)

    def _judge_safely(self, row_id: int) -> None:
        if self._stopping.is_set():
            return
        try:
            self.judge_one(row_id)
        except Exception as err:
            if isinstance(err, SQLAlchemyError) and is_away(err):
                raise
            self._failed(row_id, err)  # the supervisor: one message never stops the others

    def _warm(self) -> None:
        try:
            self._judge.warm()
        except JudgeLostError as err:
            if not self._stopping.is_set():  # a stop ends a judge that is still starting
                self._context.on_alarm(_JUDGE, f"no mail can be judged: {err}")

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
            self._ends.end(message, _same_bytes(twin), now=now)
        elif message.internaldate is not None and message.internaldate > now + CLOCK_SLACK:
            self._context.on_alarm(
                "clock", "a message arrived later than our clock says it is; nothing is judged until the clock is right"
            )
            self._ends.postpone(
                message, ruling_of(MailVerdict.RETRY, "clock_wrong", "the message arrived in our future"), now=now
            )
        else:
            self._examine(message, self._policy_of(folder.mailbox if folder else None), now=now)

    def _examine(self, message: Message, policy: TrustPolicy, *, now: datetime) -> None:
        try:
            raw = self._unseal(message)
        except VaultError as err:
            self._ends.end(message, ruling_of(MailVerdict.HELD, "cannot_be_opened", str(err)), now=now)
            return
        arrived_at = message.internaldate or message.found_at
        try:
            with span(SpanName.JUDGE, {Attribute.MESSAGE: message.id}) as told:
                examination = self._judge.examine(raw, policy=policy, now=now, arrived_at=arrived_at)
                if examination.ruling is not None:
                    told.set(Attribute.OUTCOME, examination.ruling.verdict)
        except JudgeLostError as err:
            self._lost(message, err, now=now)
            return
        examination = doubt_missing_bytes(examination, missing=message.size - len(raw))
        if examination.ruling is not None and examination.ruling.verdict is MailVerdict.RETRY:
            self._ends.postpone(message, examination.ruling, now=now, examination=examination)
            return
        self._conclude(message, examination, policy, now=now)

    def _lost(self, message: Message, error: JudgeLostError, *, now: datetime) -> None:
        if error.reason != UNAVAILABLE:
            self._ends.set_back(message, ruling_of(MailVerdict.HELD, error.reason, str(error)), now=now)
        elif not self._stopping.is_set():
            self._context.on_alarm(_JUDGE, f"no mail can be judged: {error}")
            self._ends.postpone(message, ruling_of(MailVerdict.RETRY, error.reason, str(error)), now=now)

    def _unseal(self, message: Message) -> bytes:
        if message.sealed is None or message.key_id is None or message.sha256 is None:
            raise VaultError("the bytes of the message are not kept any more")
        return self._context.vault.unseal(message.key_id, message.sealed, context=f"message:{message.sha256}")

    def _conclude(self, message: Message, examination: Examination, policy: TrustPolicy, *, now: datetime) -> None:
        """Verdict, invitation and the account's transition: all or nothing."""
        digests = {name: _digest(self._keys.look_up(name)) for name in examination.keys_used}
        with self._deciding, writing(self._context.engine) as conn:
            if messages.lock_undecided(conn, message.id) is None:
                return
            twin = messages.find_twin(conn, message)  # one that was examined beside it
            decision = (
                decide_offer(conn, examination, now=now, window=policy.window, any_merchant=self._context.any_merchant)
                if twin is None
                else Judgement(ruling=_same_bytes(twin), steps=examination.steps)
            )
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
            if (
                ruling.reason == messages.CODE_MAIL
                and examination.mailed is not None
                and examination.recipient is not None
            ):
                keep_code(
                    conn,
                    self._context.vault,
                    examination.mailed,
                    recipient=examination.recipient,
                    found_at=message.found_at,
                    now=now,
                )
            invites = says_invitation(examination, ruling)
            shown: dict[str, Any] = {"offer": decision.offer, "shop": examination.shop_name}
            self._ends.write(
                conn, message, ruling, steps=decision.steps, account_id=account_id, now=now, invites=invites, **shown
            )
            new_keys = [name for name, digest in digests.items() if seen_keys.note_key(conn, name, digest, now=now)[1]]
        self._ends.teller.tell(message, ruling, account_id=account_id, domain=examination.sender_domain)
        for name in new_keys:
            log.warning(events.KEY_NEW, name=name)
            self._context.on_alarm(
                f"dkim_key:{name}", f"a DKIM key that was never seen before verified a message: {name}"
            )
        if ruling.verdict is MailVerdict.ACCEPT and account_id is not None:
            self._on_arrival(account_id)

    def _failed(self, row_id: int, error: Exception) -> None:
        with reading(self._context.engine) as conn:
            message = messages.get(conn, row_id)
        if message is not None:
            ruling = ruling_of(MailVerdict.HELD, "intake_failed", f"an unexpected {type(error).__name__} while judging")
            self._ends.set_back(message, ruling, now=self._context.now())


def _same_bytes(twin: int) -> Ruling:
    return ruling_of(MailVerdict.DUPLICATE, "same_bytes", f"message {twin} has the same bytes")


def _digest(key: Key) -> str:
    return hashlib.sha256(b"\0".join(key.records)).hexdigest()[:16]


def forget_old_bytes(context: MailContext, *, before: datetime) -> int:
    """Drop the bytes of messages that are older than the retention."""
    with writing(context.engine) as conn:
        return messages.forget_old(conn, before=before)
