"""Work on bytes that nobody vouches for grows with their length, not with its square: a fuzz of growing inputs."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cache, partial

import pytest

from agent.mail.imap.fetcher import is_candidate
from agent.mail.trust.examine import TrustPolicy, examine
from agent.mail.trust.signatures import Key
from fixtures.stand_in.mail.letters import Composer
from tests.support.sites.mail_world import link_to

NOW = datetime.now(UTC)
GROWTH = 8  # times the length
ALLOWED = 4 * GROWTH  # times the work; a square would be 64 times
IGNORED = 0.03  # seconds of processor time that are noise
TOKENS = (
    " ", "\t", "\r\n ", "\r\n\t \t", "a", "a ", "(", ")", "((", '"', '\\"', "<", ">", "@", ",", ";", ":", "=", "==",
    "=?utf-8?q?a?=", "=?utf-8?B?a?= ", "b=", " b =", "; b=A ", "h=from:", "; x=1", "%00", "&#1;", "<a>", "<a b=",
    "--b\r\n",
    "--b\r\n\r\n", "\r\n\r\n", "\r\n.", "\r", "\n", "\x0b", "\x0c ", "amazon.com", "@amazon.com", "https://", "https://sellercentral",
    "a:", "a=", "*0*=", "''", ";charset*1=", "by ", "with LMTP", "dkim=pass", "\xff", "é", "&amp;", "A/", "=\r\n",
    "=3D", "を",
    "https://sellercentral.amazon.com/invitation/accept?",
)  # fmt: skip
PLACES = ("From", "To", "Subject", "Message-ID", "Date", "Content-Type", "Content-Transfer-Encoding", "DKIM-Signature",
          "Authentication-Results", "Received", "X-Other", "body", "html", "multipart")  # fmt: skip
SIGNATURE = "v=1; a=rsa-sha256; c={form}; d=amazon.com; s=s1; h=from:to:subject:date:content-type; bh=AAAA; b=AAAA"


@cache
def key() -> Key:
    return Key(record=next(iter(Composer(3).records.values())).encode())


def message(place: str, filling: str, *, form: str) -> bytes:
    """A message that gets as far as it can with the filling in one place."""
    signature = SIGNATURE.format(form=form)
    fields = {
        "DKIM-Signature": signature,
        "Authentication-Results": "mx.example; dkim=pass header.d=amazon.com; dmarc=pass",
        "Received": "by mx.example; now",
        "Date": "Sun, 29 Nov 2026 12:00:00 +0000",
        "From": "Amazon <donotreply@amazon.com>",
        "To": "a1@users.example",
        "Subject": "Invitation",
        "Content-Type": 'multipart/mixed; boundary="b"' if place == "multipart" else "text/html; charset=utf-8",
    }
    if place in ("body", "html", "multipart"):
        start = {"body": "", "html": "<html><body>", "multipart": "--b\r\n"}[place]
        body = f"{start}{filling}<a href='{link_to()}'>x</a>"
    else:
        body = "x\r\n"
        if place in ("From", "To", "Subject", "DKIM-Signature", "Authentication-Results", "Received"):
            fields[place] = fields[place] + (";" if place == "DKIM-Signature" else " ") + filling
        else:
            fields[place] = filling
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"{head}\r\n{body}".encode("utf-8", "surrogateescape")


def seconds(raw: bytes, *, authserv: bool) -> float:
    policy = TrustPolicy(authserv=authserv, trusted_authserv_ids=("mx.example",))
    known = key()
    started = time.thread_time()  # other tests' threads may be at work in this process
    is_candidate(raw[:65_536])
    examine(raw, policy=policy, resolver=lambda _: known, now=NOW, arrived_at=NOW)
    return time.thread_time() - started


def fillings(draw: random.Random, place: str) -> Iterator[Callable[[int], str]]:
    """Ways to fill a place, each for any length.

    One token, two in turn, or one within another's run.
    """
    limit = 1 if place in ("html", "multipart") else 2
    for _ in range(limit * 6):
        one, two = draw.choice(TOKENS), draw.choice(TOKENS)
        unit = one if draw.random() < 0.5 else one + two
        yield partial(_repeated, unit)
        yield partial(_halves, one, two)


def _repeated(unit: str, size: int) -> str:
    return unit * (size // len(unit))


def _halves(one: str, two: str, size: int) -> str:
    return _repeated(one, size // 2) + _repeated(two, size // 2)


@pytest.mark.sampled(10)
@pytest.mark.parametrize("authserv", [False, True], ids=["dkim", "authserv"])
@pytest.mark.parametrize("place", PLACES)
def test_work_grows_with_the_length_only(place: str, authserv: bool) -> None:
    draw = random.Random(f"{place} {authserv}")
    large = 60_000 if place not in ("body", "html", "multipart") else 240_000
    for fill in fillings(draw, place):
        form = draw.choice(("relaxed/relaxed", "simple/simple", "relaxed/simple"))
        big = message(place, fill(large), form=form)
        taken = seconds(big, authserv=authserv)
        if taken > IGNORED:
            small = min(seconds(message(place, fill(large // GROWTH), form=form), authserv=authserv) for _ in range(2))
            taken = min(taken, *(seconds(big, authserv=authserv) for _ in range(2)))  # a pause is no work
            assert taken < ALLOWED * max(small, IGNORED / GROWTH), (place, fill(40), small, taken)


BOMBS = {
    "folded blanks in From": b"From: x" + b"\r\n " * 20_000 + b"amazon.com\r\n\r\n",
    "blanks before a line's end": b" " * 30_000,
    "eight signatures": b"".join(
        b"DKIM-Signature: " + SIGNATURE.format(form="relaxed/relaxed").encode() + b"\r\n" for _ in range(8)
    ),
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_known_bomb_takes_no_noticeable_time(bomb: bytes) -> None:
    raw = message("body", " " * 1_500_000 + "x\r\n", form="relaxed/relaxed")
    raw = bomb + raw if b":" in bomb else raw
    assert seconds(raw, authserv=False) < 1.0  # the judging process allows 2 s of processor time
