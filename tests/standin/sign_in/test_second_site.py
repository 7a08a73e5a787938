"""Sign-in on a site that was written from the facts alone, without a look at the flows, the catalogue or the
stand-in.
"""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from time import monotonic

import pytest
import pytest_asyncio

from flows.models import Proof
from tests.second_site.markup import Look
from tests.second_site.rig import SecondRig, second_rig
from tests.second_site.script import Person

pytestmark = pytest.mark.asyncio(loop_scope="session")

PATIENCE = 90.0  # seconds in which a one-off command has to say that a person is needed
ENTRIES = [
    ["email_classic", "password"],
    ["email_classic", "password_checkbox"],
    ["email_classic", "password", "password_again"],
    ["email_unified", "password"],
    ["combined"],
    ["prefilled"],
    ["password"],
    ["tiles", "password_again"],
    ["tiles"],
]
CODES = [
    ["otp"],
    ["otp_wrapped"],
    ["otp_boxes"],
    ["otp_boxes_by_key"],
    ["otp_sends_itself"],
    ["otp_sms"],
    ["picker"],
    ["otp_expired"],
    [],
]
BETWEEN = ["continue_wall", "waf", "passkey_nudge", "phone_fixup"]
ENDS = {
    "home": "arrived",
    "no_account": "arrived",
    "failed_global": "arrived",
    "waf_stuck": "challenge",
    "waf_for_ever": "challenge",
    "password_captcha": "challenge",
    "captcha_cvf": "challenge",
    "robot_check": "challenge",
    "puzzle": "challenge",
    "puzzle_aaut": "challenge",
    "claimspicker": "challenge",
    "cvf_code": "challenge",
    "cvf_code_old": "challenge",
    "approval": "challenge",
    "dcq": "challenge",
    "password_reset": "challenge",
    "locked": "challenge",
    "picker_sms_only": "challenge",
    "otp_quota": "challenge",
    "retail_hello": "challenge",
    "intent": "no_such_login",
    "error_page": "site_refused",
    "dogs_500": "site_refused",
    "dogs_503": "site_refused",
    "throttled": "site_refused",
    "blank": "site_refused",
    "unknown": "unknown_screen",
    "framed": "unknown_screen",
}


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def second() -> AsyncIterator[SecondRig]:
    async with second_rig() as running:
        yield running


def drawn(seed: int) -> list[str]:
    """A way through the site: an entry, a code page, up to two pages between, anywhere."""
    rng = random.Random(f"way {seed}")
    steps = rng.choice(ENTRIES) + rng.choice(CODES)
    for name in rng.sample(BETWEEN, rng.choice([0, 1, 1, 2])):
        steps.insert(rng.randrange(len(steps) + 1), name)
    return steps


@pytest.mark.sampled(1)
@pytest.mark.parametrize("seed", range(150))
async def test_every_order_of_pages_arrives(second: SecondRig, seed: int) -> None:
    steps = drawn(seed)
    ended = await second.sign_in(*steps, "home", look=Look.drawn(str(seed)))
    assert (ended.outcome, ended.site.arrived, ended.site.dangers) == ("arrived", True, []), (steps, ended.error)
    asked = sum(name.startswith(("password", "combined", "prefilled")) for name in steps)
    assert len(ended.site.passwords) == asked
    assert ended.identity is not None
    assert ended.identity.proof in (Proof.SIGN_IN, Proof.TILE)


@pytest.mark.sampled(2)
@pytest.mark.parametrize("position", [0, 1, 2])
@pytest.mark.parametrize("end", [end for end in ENDS if end != "home"])
async def test_every_page_that_ends_a_sign_in_ends_it_for_its_reason(
    second: SecondRig, end: str, position: int
) -> None:
    look = Look.drawn(f"{end}{position}")
    started = monotonic()
    ended = await second.sign_in(*["email_classic", "password", "otp"][:position], end, look=look)
    assert (ended.outcome, ended.site.dangers) == (ENDS[end], []), ended.error
    assert monotonic() - started < PATIENCE
    assert ended.site.posts[position:] == []  # nothing was sent to the page that ended it


@pytest.mark.sampled(1)
@pytest.mark.parametrize("lang", ["en", "de", "fr", "it", "es", "nl"])
@pytest.mark.parametrize(
    ("refuses", "outcome", "passwords", "codes"),
    [
        ("password", "password_rejected", 1, 0),
        ("generic", "password_rejected", 1, 0),
        ("unlisted", "unknown_screen", 1, 0),
        ("invalid", "unknown_screen", 1, 0),
        ("unboxed", "password_rejected", 1, 0),
        ("late", "password_rejected", 1, 0),
        ("late-unlisted", "unknown_screen", 1, 0),
        ("late-code", "code_rejected", 1, 2),
        ("email", "no_such_login", 0, 0),
        ("code", "code_rejected", 1, 2),
    ],
)
async def test_what_the_site_refuses_is_not_typed_again(
    second: SecondRig, refuses: str, outcome: str, passwords: int, codes: int, lang: str
) -> None:
    look = Look.drawn(f"{refuses}{lang}", lang=lang)
    ended = await second.sign_in("email_classic", "password", "otp", "home", look=look, person=Person(refuses=refuses))
    assert (ended.outcome, len(ended.site.passwords), len(ended.site.codes)) == (outcome, passwords, codes), ended.error
    assert ended.site.dangers == []


async def test_a_password_answered_in_unknown_words_is_doubted(second: SecondRig) -> None:
    ended = await second.sign_in(
        "email_classic", "password", "otp", "home", look=Look(), person=Person(refuses="unlisted")
    )
    assert ended.lent.outcomes == ["type_password doubted"]


async def test_a_password_that_the_page_itself_held_back_is_given_again_once(second: SecondRig) -> None:
    ended = await second.sign_in("email_classic", "password", "otp", "home", look=Look(bounces=True))
    assert (ended.outcome, len(ended.site.passwords)) == ("arrived", 1)
    assert ended.lent.outcomes[:2] == ["type_password held_back", "type_password accepted"]


async def test_a_page_that_never_lets_the_password_go_stops_the_sign_in(second: SecondRig) -> None:
    ended = await second.sign_in("email_classic", "password_kept", "home", look=Look())
    assert (ended.outcome, ended.site.passwords, len(ended.lent.acts)) == ("step_timeout", [], 2)


@pytest.mark.sampled(1)
@pytest.mark.parametrize("again", ["email_unified", "email_classic"])
async def test_to_be_asked_from_the_start_without_a_word_may_be_a_rejection(second: SecondRig, again: str) -> None:
    ended = await second.sign_in("email_classic", "password", again, "password", "otp", "home", look=Look())
    assert (ended.outcome, ended.lent.outcomes) == ("stuck", ["type_password doubted"])
    assert len(ended.site.passwords) == 1


async def test_the_password_step_may_come_once_more_as_the_real_one_does(second: SecondRig) -> None:
    ended = await second.sign_in("email_classic", "password", "password", "otp", "home", look=Look())
    assert (ended.outcome, ended.lent.outcomes[:2]) == (
        "arrived",
        ["type_password asked_again", "type_password accepted"],
    )


async def test_a_password_step_that_comes_a_third_time_may_be_a_rejection(second: SecondRig) -> None:
    ended = await second.sign_in("email_classic", "password", "password", "password", "otp", "home", look=Look())
    assert (ended.outcome, ended.lent.outcomes) == ("stuck", ["type_password asked_again", "type_password doubted"])
    assert len(ended.site.passwords) == 2


async def test_an_address_the_site_filled_in_for_somebody_else_gets_no_password(second: SecondRig) -> None:
    ended = await second.sign_in("prefilled", "home", look=Look(), person=Person(shown="another@users.example"))
    assert (ended.outcome, ended.site.passwords) == ("wrong_identity", [])


async def test_a_session_that_holds_is_asked_nothing(second: SecondRig) -> None:
    ended = await second.sign_in("home", look=Look(hangs=True))
    assert (ended.outcome, ended.lent.acts, ended.site.posts) == ("arrived", [], [])
