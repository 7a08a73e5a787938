"""Sign-in over orders of pages, interstitials and their positions.

Each combination ends in its one right outcome.

The normal suite plays a seeded sample, `make soak` all of them; SC_TEST_SEED chooses the seed, which is printed.
"""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from random import Random

import pytest
import pytest_asyncio

from fixtures.stand_in.generate import one_account
from flows.errors import FlowError
from flows.models import Proof
from flows.sign_in.sign_in import ensure_signed_in
from tests.support.sites.flow_rig import QUICK, Rig, rig

SEED = int(os.environ.get("SC_TEST_SEED", "2026"))
SAMPLE = 30
LANGUAGES = ("en", "de", "fr", "es", "it", "ja", "nl", "zh")

ORDERS = (
    ("email", "password", "otp"),
    ("email_unified", "password", "otp"),
    ("combined", "otp"),
    ("email", "password"),
    ("password", "otp"),
    ("password",),
    ("email", "password", "password", "otp"),
    ("email", "password", "otp:sms"),
)

PASSED = "signed in"
# What a sign-in with this screen somewhere in it must end with.
INTERSTITIALS = {
    "none": PASSED,
    "continue_wall": PASSED,
    "continue_wall:text": PASSED,
    "waf_challenge": PASSED,
    "edge_check": PASSED,
    "passkey_nudge": PASSED,
    "passkey_nudge:labelled": PASSED,
    "passkey_nudge:button": PASSED,
    "passkey_nudge:client_error": PASSED,
    "passkey_nudge:server_error": PASSED,
    "phone_fixup": PASSED,
    "landing": PASSED,
    "waf_challenge:stuck": "challenge waf_challenge",
    "captcha_image": "challenge captcha_image",
    "captcha_cvf": "challenge captcha_cvf",
    "captcha_in_page": "challenge captcha_in_page",
    "puzzle:aamation": "challenge puzzle",
    "puzzle:arkose": "challenge puzzle",
    "puzzle:aaut": "challenge puzzle",
    "approval_push": "challenge approval_push",
    "verification_code:one_box": "challenge verification_code",
    "verification_code:six_boxes": "challenge verification_code",
    "verification_code:plain": "challenge verification_code",
    "verification_method": "challenge verification_method",
    "security_question": "challenge security_question",
    "password_reset": "challenge password_reset",
    "account_locked": "challenge account_locked",
    "account_locked:suspended": "challenge account_locked",
    "otp_quota": "challenge otp_quota",
    "no_such_login": "no_such_login",
    "sign_in_error": "site_refused",
    "sign_in_error:missing_url": "site_refused",
    "site_down": "site_refused",
    "site_down:503": "site_refused",
    "too_many_requests": "site_refused",
    "edge_check:stuck": "site_refused",
    "unknown": "unknown_screen",
}

pytestmark = pytest.mark.asyncio(loop_scope="session")


@dataclass(frozen=True, slots=True, kw_only=True)
class Combination:
    """One way through the sign-in."""

    order: tuple[str, ...]
    interstitial: str
    position: int
    language: str
    seed: int

    @property
    def screens(self) -> list[str]:
        if self.interstitial == "none":
            return list(self.order)
        return [*self.order[: self.position], self.interstitial, *self.order[self.position :]]

    @property
    def expected(self) -> str:
        return INTERSTITIALS[self.interstitial]

    def __str__(self) -> str:
        return f"{'-'.join(self.screens)}.{self.language}"


def combinations() -> Iterator[Combination]:
    """All of them, in an order that the seed decides."""
    random = Random(SEED)
    every = [
        (order, interstitial, position)
        for order in ORDERS
        for interstitial in INTERSTITIALS
        for position in range(1 if interstitial == "none" else len(order) + 1)
    ]
    random.shuffle(every)
    for order, interstitial, position in every:
        yield Combination(
            order=order,
            interstitial=interstitial,
            position=position,
            language=random.choice(LANGUAGES),
            seed=random.randrange(1, 10_000),
        )


EVERY = list(combinations())


async def test_what_is_played_of_the_matrix_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        sys.stdout.write(f"\nsign-in matrix: seed {SEED}, {SAMPLE} of {len(EVERY)} combinations\n")
    assert len(EVERY) > 300


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def rehearsal() -> AsyncIterator[Rig]:
    async with rig() as running:
        yield running


async def outcome_of(rehearsal: Rig, one: Combination) -> str:
    """Play one combination; the word for how it ended."""
    scenario = one_account(
        one.seed,
        user={"sign_in": one.screens, "language": one.language},
        seller={"members": ["a1@users.example"]},
        language=one.language,
    )
    helpers = rehearsal.play(scenario)
    try:
        async with rehearsal.visit() as visit:
            identity = await ensure_signed_in(
                visit, host=rehearsal.host, credentials=helpers.credentials(), hooks=helpers.hooks(), bounds=QUICK
            )
    except FlowError as err:
        return f"{err.code} {err.kind}" if hasattr(err, "kind") else err.code
    assert identity.proof is not Proof.NONE
    return PASSED


def held_against_us(rehearsal: Rig) -> list[str]:
    """What should never have been pressed or typed."""
    return [
        kind
        for kind in rehearsal.journal("danger.", "password.", "code.", "invitation.")
        if not kind.endswith((".accepted", ".shown"))
    ]


@pytest.mark.sampled(1)
@pytest.mark.parametrize("one", EVERY[:SAMPLE], ids=str)
async def test_sample_of_the_matrix_ends_as_it_must(rehearsal: Rig, one: Combination) -> None:
    assert (await outcome_of(rehearsal, one), held_against_us(rehearsal)) == (one.expected, [])


@pytest.mark.soak
@pytest.mark.timeout(3600)
async def test_the_whole_matrix_ends_as_it_must(rehearsal: Rig) -> None:
    wrong = {}
    for one in EVERY:
        ended = (await outcome_of(rehearsal, one), held_against_us(rehearsal))
        if ended != (one.expected, []):
            wrong[str(one)] = ended
    assert wrong == {}
