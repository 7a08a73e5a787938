"""The judging process: what hangs or kills it costs that message alone."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy.exc import StatementError

from agent.domain.invitation import MailVerdict
from agent.mail.intake import Intake
from agent.mail.trust import sandbox
from agent.mail.trust.examine import TrustPolicy
from agent.mail.trust.keys import KeyStore
from agent.mail.trust.sandbox import Judge, JudgeLostError
from agent.mail.trust.sandbox_wire import SandboxAnswer, answer_from_json, answer_to_json
from agent.mail.trust.signatures import Key
from agent.store.database import schema
from agent.store.database.engine import writing
from agent.store.inbox import found_messages, messages
from agent.store.inbox.found_messages import FoundMessage
from fixtures.stand_in.mail.letters import Composer
from tests.support.sites.mail_world import MailWorld, link_to, mail_world, wait_for

NOW = datetime.now(UTC)
COMPOSER = Composer(2)
KEYS = {name.lower(): Key(record=txt.encode()) for name, txt in COMPOSER.records.items()}
RAW = COMPOSER.invitation(to="a1@users.example", link=link_to())


def look_up(name: str) -> Key:
    return KEYS.get(name.lower(), Key())


@pytest.fixture
def judge() -> Iterator[Judge]:
    made = Judge(look_up=look_up, seconds=2.0, memory_mb=512)
    yield made
    made.close()


def pid_of(judge: Judge) -> int:
    return judge.pids[0]


def examine(judge: Judge, raw: bytes = RAW) -> bool:
    return judge.examine(raw, policy=TrustPolicy(), now=NOW, arrived_at=NOW).offer is not None


def test_genuine_mail_is_examined_in_another_process(judge: Judge) -> None:
    assert examine(judge)
    assert pid_of(judge) != os.getpid()


def test_process_sees_no_secret_of_the_environment(judge: Judge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SC_AGENT_VAULT_KEY", "secret")
    judge.warm()
    assert b"SC_AGENT" not in Path(f"/proc/{pid_of(judge)}/environ").read_bytes()


def test_killed_process_is_replaced(judge: Judge) -> None:
    assert examine(judge)
    os.kill(pid_of(judge), signal.SIGKILL)
    os.waitid(os.P_PID, pid_of(judge), os.WEXITED | os.WNOWAIT)
    assert examine(judge)


def test_hang_is_told_and_the_next_message_is_judged() -> None:
    judge = Judge(look_up=look_up, seconds=0.5, memory_mb=512)
    assert examine(judge)
    os.kill(pid_of(judge), signal.SIGSTOP)
    with pytest.raises(JudgeLostError) as caught:
        examine(judge)
    assert caught.value.reason == "judge_hung"
    assert examine(judge)
    judge.close()


def test_the_start_of_a_process_is_no_judging_time(judge: Judge, monkeypatch: pytest.MonkeyPatch) -> None:
    await_ready, exchange, leaps, left = sandbox._await_ready, sandbox._exchange, [0.0], []
    clock = SimpleNamespace(monotonic=lambda: time.monotonic() + sum(leaps))

    def start_slowly(process: subprocess.Popen[bytes]) -> None:
        await_ready(process)
        leaps.append(25.0)  # more than a message has altogether

    def see_what_is_left(process: subprocess.Popen[bytes], data: bytes, limit: float) -> bytes:
        left.append(limit - clock.monotonic())
        return exchange(process, data, limit)

    monkeypatch.setattr("agent.mail.trust.sandbox.time", clock)
    monkeypatch.setattr("agent.mail.trust.sandbox._await_ready", start_slowly)
    monkeypatch.setattr("agent.mail.trust.sandbox._exchange", see_what_is_left)
    assert examine(judge)
    assert (len(leaps), min(left) > 0) == (2, True)


def test_process_that_may_not_have_memory_dies_alone() -> None:
    judge = Judge(look_up=look_up, seconds=2.0, memory_mb=1)
    with pytest.raises(JudgeLostError):
        examine(judge, RAW + b"x" * 2_000_000)  # more than what Python had set aside before the limit
    judge.close()


def test_memory_of_a_bomb_is_limited(judge: Judge) -> None:
    deep = b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n' + b"--b\r\n\r\n\r\n" * 150_000
    head = (
        b"From: donotreply@amazon.com\r\nTo: a1@users.example\r\nSubject: x\r\nDate: Sun, 01 Mar 2026 13:00:00 "
        b"+0000\r\n"
    )
    assert not examine(judge, head + deep)


def test_answer_with_another_link_is_refused() -> None:
    examination = Judge(look_up=look_up, seconds=2.0, memory_mb=512)
    answer = examination.examine(RAW, policy=TrustPolicy(), now=NOW, arrived_at=NOW)
    examination.close()
    data = answer_to_json(SandboxAnswer(examination=answer))
    assert answer_from_json(data, arrived_at=NOW).examination == answer
    with pytest.raises(ValueError, match="nonsense"):
        answer_from_json(data.replace(b"sellercentral.amazon.com/", b"evil.test/"), arrived_at=NOW)


class Fragile(Judge):
    """A judge that every message kills."""

    def examine(self, raw: bytes, *, policy: TrustPolicy, now: datetime, arrived_at: datetime | None) -> None:  # type: ignore[override]  # never answers
        """Die."""
        raise JudgeLostError("judge_died", "the judging process did not survive the message")


def intake_of(world: MailWorld, judge: Judge, *, shift: list[timedelta], at_once: int = 1) -> Intake:
    started = datetime.now(UTC) + timedelta(seconds=1)  # the clock stands still unless it is shifted
    context = replace(world.context(), now=lambda: started + shift[0])
    return Intake(
        context,
        judge=judge,
        keys=KeyStore([world.keys.address], timeout=1.0),
        policy_of=lambda _: TrustPolicy(),
        on_arrival=world.arrivals.append,
        on_handled=lambda _: None,
        is_leader=lambda: True,
        at_once=at_once,
    )


def judge_with_dns(world: MailWorld) -> Judge:
    return Judge(look_up=KeyStore([world.keys.address], timeout=1.0).look_up, seconds=2.0, memory_mb=512)


def store(world: MailWorld, raw: bytes, *, arrived: datetime | None = None) -> int:
    """Store a message as the scanner would."""
    import hashlib

    digest = hashlib.sha256(raw).hexdigest()
    key_id, sealed = world.vault.seal(raw, context=f"message:{digest}")
    found = FoundMessage(
        folder_id=None,
        uidvalidity=None,
        uid=None,
        message_id=None,
        sha256=digest,
        internaldate=arrived or datetime.now(UTC),
        size=len(raw),
        sealed=sealed,
        key_id=key_id,
    )
    with writing(world.engine) as conn:
        row = found_messages.insert(conn, found, now=datetime.now(UTC))
    assert row is not None
    return row


@pytest.fixture
def world(tmp_path: Path) -> Iterator[MailWorld]:
    with mail_world(tmp_path) as made:
        yield made


def test_message_that_kills_the_judge_is_held_and_the_third_time_poison(world: MailWorld) -> None:
    shift = [timedelta(0)]
    intake = intake_of(world, Fragile(look_up=look_up, seconds=1.0, memory_mb=512), shift=shift)
    store(world, b"bomb")
    for stage in ("fetched", "fetched", "poison"):
        intake.judge_ready()
        message = world.messages()[0]
        assert (message.stage, message.verdict, message.reason) == (stage, MailVerdict.HELD, "judge_died")
        shift[0] += timedelta(hours=1)
    assert intake.judge_ready() == 0
    assert [key for key, _ in world.alarms] == ["poison:1"]


class Hanging(Judge):
    """A judge that every message hangs."""

    def examine(self, raw: bytes, *, policy: TrustPolicy, now: datetime, arrived_at: datetime | None) -> None:  # type: ignore[override]  # never answers
        """Hang."""
        raise JudgeLostError("judge_hung", "judging took longer than 2 s")


def test_message_that_hung_the_judge_is_not_tried_again(world: MailWorld) -> None:
    intake = intake_of(world, Hanging(look_up=look_up, seconds=1.0, memory_mb=512), shift=[timedelta(0)])
    store(world, b"bomb")
    intake.judge_ready()
    assert [(message.stage, message.reason) for message in world.messages()] == [("poison", "judge_hung")]
    assert [key for key, _ in world.alarms] == ["poison:1"]


def test_untried_message_comes_before_one_that_is_tried_again(world: MailWorld) -> None:
    first, second = store(world, b"tried"), store(world, b"fresh")
    with writing(world.engine) as conn:
        conn.execute(schema.messages.update().where(schema.messages.c.id == first).values(attempts=1))
        assert messages.list_judgeable(conn, now=datetime.now(UTC), limit=5) == [second, first]


def test_busy_process_is_ended_by_its_own_processor_time() -> None:
    judge = Judge(look_up=look_up, seconds=0.01, memory_mb=512)
    with pytest.raises(JudgeLostError) as caught:
        examine(judge, b"From: a@b.example\r\n\r\n" + b"x" * 30_000_000)
    judge.close()
    assert caught.value.reason == "judge_hung"


def test_several_messages_are_judged_at_once(world: MailWorld) -> None:
    both = threading.Barrier(2)  # broken after a minute, if the second message waits for the first

    def look_up_together(name: str) -> Key:
        both.wait(60)
        return look_up(name)

    judge = Judge(look_up=look_up_together, seconds=2.0, memory_mb=512, processes=2)
    intake = intake_of(world, judge, shift=[timedelta(0)], at_once=2)
    for number in range(2):
        store(world, COMPOSER.invitation(to=f"a{number}@users.example", link=link_to()))
    intake.judge_ready()
    assert len(judge.pids) == 2
    judge.close()
    assert world.verdicts() == [("held", "unexpected_recipient")] * 2


def test_key_that_nobody_can_tell_is_asked_for_during_a_day_and_then_held(world: MailWorld, judge: Judge) -> None:
    shift = [timedelta(0)]
    silent = Judge(look_up=lambda _: Key(problem="timeout"), seconds=2.0, memory_mb=512)
    intake = intake_of(world, silent, shift=shift)
    store(world, world.mail_to())
    waits: list[float] = []
    while world.messages()[0].stage == "fetched":
        intake.judge_ready()
        message = world.messages()[0]
        if message.next_try_at is not None and message.judged_at is not None:
            wait = message.next_try_at - message.judged_at
            waits.append(wait.total_seconds())
            shift[0] += wait
    silent.close()
    assert waits[:4] == [10, 20, 40, 80]
    assert max(waits) == 3600
    assert world.verdicts() == [("held", "key_lookup_failed")]
    assert timedelta(hours=24) < shift[0] < timedelta(hours=26)


def test_old_message_that_is_judged_anew_has_its_tries_too(world: MailWorld) -> None:
    silent = Judge(look_up=lambda _: Key(problem="timeout"), seconds=2.0, memory_mb=512)
    intake = intake_of(world, silent, shift=[timedelta(days=3)])
    store(world, world.mail_to())
    intake.judge_ready()
    silent.close()
    assert world.verdicts() == [("retry", "key_lookup_failed")]


def test_message_of_the_future_is_not_judged_but_kept(world: MailWorld, judge: Judge) -> None:
    intake = intake_of(world, judge, shift=[timedelta(hours=-3)])
    store(world, world.mail_to())
    intake.judge_ready()
    assert world.verdicts() == [("retry", "clock_wrong")]
    assert world.alarms[0][0] == "clock"


def test_provider_that_alters_mail_is_noticed(world: MailWorld, judge: Judge) -> None:
    intake = intake_of(
        world,
        Judge(look_up=KeyStore([world.keys.address], timeout=1.0).look_up, seconds=2, memory_mb=512),
        shift=[timedelta(0)],
    )
    for number in range(6):
        store(world, world.mail_to() + b"scanned %d\r\n" % number)
    intake.judge_ready()
    intake._judge.close()
    assert {reason for _, reason in world.verdicts()} == {"dkim_failed"}
    assert "provider_alters_mail" in [key for key, _ in world.alarms]


def test_broken_mails_that_anybody_can_send_are_no_alarm_while_more_genuine_ones_come(world: MailWorld) -> None:
    judge = judge_with_dns(world)
    intake = intake_of(world, judge, shift=[timedelta(0)])
    for number in range(7):
        store(world, world.mail_to(f"A{number}"))
    for number in range(6):
        store(world, world.mail_to() + b"made up %d\r\n" % number)
    intake.judge_ready()
    judge.close()
    assert [reason for _, reason in world.verdicts()].count("dkim_failed") == 6
    assert "provider_alters_mail" not in [key for key, _ in world.alarms]


def test_first_key_is_no_news_and_a_second_one_is(world: MailWorld) -> None:
    judge = judge_with_dns(world)
    intake = intake_of(world, judge, shift=[timedelta(0)])
    world.account("A1")
    world.account("A2")
    store(world, world.mail_to("A1"))
    intake.judge_ready()
    assert world.alarms == []
    rotated = Composer(99)
    rotated.publish(world.keys)
    store(world, rotated.invitation(to="a2@users.example", link=link_to()))
    intake.judge_ready()
    judge.close()
    assert world.arrivals == ["A1", "A2"]
    assert [key.partition(":")[0] for key, _ in world.alarms] == ["dkim_key"]


def test_unexpected_error_sets_one_message_back_and_judges_the_others(world: MailWorld) -> None:
    judge = judge_with_dns(world)
    intake = intake_of(world, judge, shift=[timedelta(0)])
    world.account()
    first = store(world, world.mail_to("A9"))
    store(world, world.mail_to("A1"))
    own = intake.judge_one

    def judge_one(row_id: int) -> None:
        if row_id == first:
            raise StatementError(
                "a date that is none", None, None, OverflowError()
            )  # no sign that the database is away
        own(row_id)

    intake.judge_one = judge_one  # type: ignore[method-assign]  # nothing of a message is known to do so
    intake.judge_ready()
    judge.close()
    assert world.verdicts() == [("held", "intake_failed"), ("accept", "expected")]
    assert [message.attempts for message in world.messages()] == [1, 0]


def test_message_whose_bytes_do_not_open_is_held_and_the_others_are_judged(world: MailWorld, judge: Judge) -> None:
    intake = intake_of(
        world,
        Judge(look_up=KeyStore([world.keys.address], timeout=1.0).look_up, seconds=2, memory_mb=512),
        shift=[timedelta(0)],
    )
    world.account()
    first = store(world, world.mail_to("A9"))
    store(world, world.mail_to("A1"))
    with writing(world.engine) as conn:
        conn.execute(schema.messages.update().where(schema.messages.c.id == first).values(key_id="nobody"))
    intake.judge_ready()
    intake._judge.close()
    assert world.verdicts() == [("held", "cannot_be_opened"), ("accept", "expected")]


class Starting(Judge):
    """A judge that does not start: by itself, or because the agent is told to stop meanwhile."""

    def warm(self) -> None:
        """Be lost."""
        self.meanwhile()
        raise JudgeLostError("judge_unavailable", "the judging process does not start (EOFError)")

    def meanwhile(self) -> None:
        """Nothing."""


def test_a_judge_that_does_not_start_is_an_alarm_but_not_when_the_agent_stops(world: MailWorld) -> None:
    judge = Starting(look_up=look_up, seconds=1.0, memory_mb=512)
    intake = intake_of(world, judge, shift=[timedelta(0)])
    intake.start()
    wait_for(lambda: world.alarms, what="the alarm")
    intake.stop()
    intake.join(60)
    assert [key for key, _ in world.alarms] == ["judge"]

    world.alarms.clear()
    stopped = intake_of(world, judge, shift=[timedelta(0)])
    judge.meanwhile = stopped.stop  # type: ignore[method-assign]  # in the moment in which it starts
    stopped.start()
    stopped.join(60)
    assert world.alarms == []
