"""The stand-in's own one-time codes: right after RFC 6238, and strict."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from fixtures.stand_in.sign_in.one_time_codes import CodeDesk, CodeVerdict, Seed, is_base32, new_secret

RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
NOW = datetime(2026, 1, 1, 12, 0, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
    ],
)
def test_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    seed = Seed(secret=RFC_SECRET, digits=8)
    assert seed.code(seed.step(datetime.fromtimestamp(seconds, UTC))) == code


def test_other_algorithms_are_those_of_the_standard() -> None:
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZA"
    seed = Seed(secret=secret, digits=8, algorithm="SHA256")
    assert seed.code(1) == "46119246"


def test_a_code_of_a_neighbouring_step_is_taken_and_one_further_off_is_not() -> None:
    seed, desk = Seed(secret=new_secret()), CodeDesk()
    step = seed.step(NOW)
    assert desk.judge(seed, seed.code(step - 1), NOW)[0] is CodeVerdict.ACCEPTED
    assert desk.judge(seed, seed.code(step + 1), NOW)[0] is CodeVerdict.ACCEPTED
    assert desk.judge(seed, seed.code(step + 2), NOW)[0] is CodeVerdict.WRONG
    assert desk.judge(seed, seed.code(step - 2), NOW)[0] is CodeVerdict.WRONG


def test_a_step_is_taken_once_however_the_secret_is_written() -> None:
    secret = new_secret()
    desk, plain, grouped = CodeDesk(), Seed(secret=secret), Seed(secret=" ".join((secret[:4], secret[4:].lower())))
    code = plain.code(plain.step(NOW))
    assert desk.judge(plain, code, NOW) == (CodeVerdict.ACCEPTED, plain.step(NOW))
    assert desk.judge(grouped, code, NOW)[0] is CodeVerdict.REUSED
    assert desk.judge(plain, code, NOW + timedelta(seconds=25))[0] is CodeVerdict.REUSED


def test_a_secret_has_the_length_the_site_hands_out() -> None:
    assert len(new_secret()) == 52
    assert is_base32(new_secret())
    assert not is_base32("123456")
