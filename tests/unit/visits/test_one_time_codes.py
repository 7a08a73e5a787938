"""One-time codes: the RFC's vectors, the margin, the skew, and a ledger that three processes share."""

from __future__ import annotations

import asyncio
import base64
import multiprocessing
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from agent.clock import Clock
from agent.domain.totp_seed import Seed, SeedError, parse_seed
from agent.settings.groups.visits import SignInSettings
from agent.store.database.engine import open_database, reading
from agent.store.database.schema import codes
from agent.visits.codes.one_time_codes import OneTimeCodes, code_at, step_at
from agent.visits.errors import ClockSkewError
from tests.support.stored.registry import SEED

RFC_KEYS = {
    "SHA1": b"12345678901234567890",
    "SHA256": b"12345678901234567890123456789012",
    "SHA512": b"1234567890" * 6 + b"1234",
}


@dataclass
class HandClock:
    """A clock that only sleeping moves.

    Whoever sets `moment` sets it as an operator would.
    """

    moment: datetime
    slept: list[float] = field(default_factory=list)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.moment += timedelta(seconds=seconds)
        await asyncio.sleep(0)

    @property
    def clock(self) -> Clock:
        return Clock(now=lambda: self.moment, sleep=self.sleep, elapsed=lambda: sum(self.slept))


def codes_of(
    engine: Engine, hand: HandClock, *, seed: Seed | None = None, register: Callable[[Any], None] = lambda _: None
) -> OneTimeCodes:
    return OneTimeCodes(
        engine=engine,
        seed=seed or Seed(secret=SEED),
        seed_id="s",
        visit_id="v",
        clock=hand.clock,
        limits=SignInSettings(),
        register=register,
    )


def at_second(second: float) -> HandClock:
    return HandClock(datetime(2026, 11, 23, 12, 0, tzinfo=UTC) + timedelta(seconds=second))


@pytest.mark.parametrize(
    ("algorithm", "moment", "expected"),
    [("SHA1", 59, "94287082"), ("SHA256", 1111111109, "68084774"), ("SHA512", 20000000000, "47863826")],
)
def test_codes_are_those_of_rfc_6238(algorithm: str, moment: int, expected: str) -> None:
    seed = Seed(secret=base64.b32encode(RFC_KEYS[algorithm]).decode().rstrip("="), digits=8, algorithm=algorithm)
    step, _ = step_at(seed, datetime.fromtimestamp(moment, UTC))
    assert code_at(seed, step).get_secret_value() == expected


@pytest.mark.parametrize("by", [-50, -7, 7, 50])
async def test_a_clock_that_is_set_in_the_middle_of_a_visit_spoils_no_code(engine: Engine, by: float) -> None:
    hand = at_second(2)
    lent = codes_of(engine, hand)
    await lent.clock_seen(hand.moment - timedelta(seconds=0.5))
    hand.moment += timedelta(seconds=by)
    code = await lent.next_code()
    step, _ = step_at(lent.seed, hand.moment - timedelta(seconds=by))
    assert code == code_at(lent.seed, step)


@pytest.mark.parametrize("by", [-3600, 3600])
async def test_no_code_is_spent_when_the_clock_was_set_by_an_hour_in_the_middle_of_a_visit(
    engine: Engine, by: float
) -> None:
    hand = at_second(2)
    lent = codes_of(engine, hand)
    await lent.clock_seen(hand.moment)
    hand.moment += timedelta(seconds=by)
    with pytest.raises(ClockSkewError, match="3600 s"):
        await lent.next_code()
    with reading(engine) as conn:
        assert conn.scalar(sa.select(sa.func.count()).select_from(codes)) == 0


async def test_a_second_code_waits_for_the_next_step(engine: Engine) -> None:
    hand = at_second(2)
    lent = codes_of(engine, hand)
    first, second = await lent.next_code(), await lent.next_code()
    assert first != second
    assert hand.slept == [28.5]


async def test_no_code_with_less_than_five_seconds_left(engine: Engine) -> None:
    hand = at_second(29.9)
    code = await codes_of(engine, hand).next_code()
    step, left = step_at(Seed(secret=SEED), hand.moment)
    assert left > 5
    assert code == code_at(Seed(secret=SEED), step)


async def test_a_code_is_registered_before_anybody_has_it(engine: Engine) -> None:
    known: list[Any] = []
    code = await codes_of(engine, at_second(1), register=known.append).next_code()
    assert known == [code]


@pytest.mark.parametrize("seconds", [-40, 40])
async def test_the_clock_is_corrected_by_the_site_s(engine: Engine, seconds: int) -> None:
    hand = at_second(3)
    warned: list[float] = []
    lent = codes_of(engine, hand)
    lent.warn = warned.append
    await lent.clock_seen(hand.moment + timedelta(seconds=seconds))
    step, _ = step_at(lent.seed, hand.moment + timedelta(seconds=seconds + 0.5))
    assert await lent.next_code() == code_at(lent.seed, step)
    assert [round(value) for value in warned] == [round(seconds + 0.5)]


async def test_a_clock_a_minute_off_stops_before_any_code(engine: Engine) -> None:
    hand = at_second(3)
    lent = codes_of(engine, hand)
    with pytest.raises(ClockSkewError, match="NTP"):
        await lent.clock_seen(hand.moment + timedelta(seconds=75))
    with pytest.raises(ClockSkewError):
        await lent.next_code()
    with reading(engine) as conn:
        assert conn.scalar(sa.select(sa.func.count()).select_from(codes)) == 0


async def test_another_visit_starts_from_the_skew_seen_lately(engine: Engine) -> None:
    hand = at_second(3)
    await codes_of(engine, hand).clock_seen(hand.moment + timedelta(seconds=20))
    later = codes_of(engine, hand)
    later.load_skew()
    assert round(later.skew.total_seconds()) == 20


async def test_digits_and_period_of_the_address_are_honoured(engine: Engine) -> None:
    seed = parse_seed(f"otpauth://totp/Amazon:x?secret={SEED}&digits=8&period=60&algorithm=SHA256")
    hand = at_second(31)
    code = await codes_of(engine, hand, seed=seed).next_code()
    assert len(code.get_secret_value()) == 8
    assert hand.slept == []


@pytest.mark.parametrize(
    "text", ["123456", "not base32 !", "JBSW", "", "otpauth://hotp/x?secret=" + SEED, "otpauth://totp/x?issuer=a"]
)
def test_what_is_no_seed_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(SeedError) as caught:
        parse_seed(text)
    assert not text or text not in str(caught.value)


def test_a_seed_in_groups_of_four_is_read_and_a_short_one_is_warned_of() -> None:
    groups = " ".join(SEED[at : at + 4].lower() for at in range(0, len(SEED), 4))
    assert (parse_seed(groups).secret, parse_seed(groups).warning) == (SEED, None)
    assert "52" in str(parse_seed(SEED[:32]).warning)
    assert SEED not in repr(parse_seed(SEED))


def test_twenty_sign_ins_from_three_processes_use_no_step_twice(any_url: str) -> None:
    open_database(any_url).dispose()
    context = multiprocessing.get_context("spawn")
    results = context.Queue()
    shares = [7, 7, 6]
    processes = [context.Process(target=_take_codes, args=(any_url, count, results)) for count in shares]
    for process in processes:
        process.start()
    taken = [results.get(timeout=60) for _ in range(sum(shares))]
    for process in processes:
        process.join(90)
    assert len(set(taken)) == 20


def _take_codes(url: str, count: int, results: Any) -> None:
    async def take() -> None:
        engine = open_database(url)
        lent = [codes_of(engine, at_second(1)) for _ in range(count)]
        for code in await asyncio.gather(*(each.next_code() for each in lent)):
            results.put(code.get_secret_value())
        engine.dispose()

    asyncio.run(take())


def test_a_step_spent_by_a_process_that_was_killed_is_never_typed_again(sqlite_url: str) -> None:
    open_database(sqlite_url).dispose()
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=_spend_and_die, args=(sqlite_url,))
    process.start()
    process.join(90)
    assert process.exitcode == -signal.SIGKILL
    engine = open_database(sqlite_url)
    hand = at_second(1)
    code = asyncio.run(codes_of(engine, hand).next_code())
    engine.dispose()
    first_step, _ = step_at(Seed(secret=SEED), at_second(1).moment)
    assert code == code_at(Seed(secret=SEED), first_step + 1)


def _spend_and_die(url: str) -> None:
    lent = codes_of(open_database(url), at_second(1), register=lambda _: os.kill(os.getpid(), signal.SIGKILL))
    asyncio.run(lent.next_code())
