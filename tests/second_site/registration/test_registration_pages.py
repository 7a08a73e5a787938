"""Creating a login on pages that were written from the facts alone: each sequence ends as the facts say, with one form sent."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pyotp
import pytest
import pytest_asyncio
from aiohttp import web
from playwright.async_api import Browser
from pydantic import SecretStr

from flows.browser.hosts import HostPolicy
from flows.browser.launch import BrowserOptions
from flows.catalogue.load import REGISTRATION_FILES, load_catalogue
from flows.errors import FlowError
from flows.models import Act, Bounds, Credentials, FlowHooks
from flows.registration.create_login import create_login
from flows.registration.errand import Enrolment, LoginErrand
from flows.visit.open_visit import open_visit
from tests.second_site.registration import more_pages, pages
from tests.second_site.registration.pages import ADDRESS, SECRET, Page
from tests.second_site.site import HOST
from tests.support.sites.kept_browsers import KEPT
from tests.support.sites.same_place import end, listen_there, same_identity

pytestmark = pytest.mark.asyncio(loop_scope="session")
BOUNDS = Bounds(
    step=timedelta(seconds=6),
    visit=timedelta(seconds=25),
    challenge=timedelta(seconds=1),
    second_look=timedelta(seconds=0.2),
)
POLICY = HostPolicy(errands=frozenset({"sign_in", "registration"}))
CLASSIC, UNIFIED = pages.register(one_page=True), pages.register(one_page=False)
MAIL, SMS = pages.code("email"), pages.code("sms")
TWO_STEP = [pages.enrol(), pages.almost_done(), pages.is_on()]


def refused(words: str) -> list[Page]:
    return [CLASSIC, pages.register(one_page=True, error=words)]


# The authenticator is proven, and nobody can say that it is on: its seed is kept, and nothing is in force.
READ_BACK = ("on in words that nobody knows", "off, whatever is shown beside it")

SEQUENCES: dict[str, tuple[str, list[Page]]] = {
    "one page": ("on", [CLASSIC, MAIL, *TWO_STEP]),
    "intent, then two passwords": ("on", [pages.intent(), UNIFIED, MAIL, *TWO_STEP]),
    "intent of another address": ("wrong_identity", [pages.intent("other@agency.example"), UNIFIED]),
    "no mail code": ("on", [CLASSIC, *TWO_STEP]),
    "no almost done": ("on", [CLASSIC, MAIL, pages.enrol(), pages.is_on()]),
    "secret without spaces": ("on", [CLASSIC, MAIL, pages.enrol(secret=SECRET), *TWO_STEP[1:]]),
    "secret not folded": ("on", [CLASSIC, MAIL, pages.enrol(folded=False), *TWO_STEP[1:]]),
    "phone optional": ("on", [CLASSIC, MAIL, pages.phone(optional=True), *TWO_STEP]),
    "phone required": ("phone_needed", [CLASSIC, MAIL, pages.phone()]),
    "phone, older words": ("phone_needed", [CLASSIC, MAIL, pages.phone(heading="Add a phone number")]),
    "phone, German": (
        "phone_needed",
        [CLASSIC, MAIL, pages.phone(heading="Mobiltelefonnummer hinzufügen", lang="de-de")],
    ),
    "exists": ("login_exists", refused("There is already an account with this email")),
    "exists elsewhere": ("login_exists", refused("This email already exists with another account")),
    "unusual": ("registration_refused", refused("We have detected unusual activity")),
    "step-up with six boxes": ("on", [CLASSIC, MAIL, pages.enrol(), pages.six_boxes(), *TWO_STEP[1:]]),
    "confirm": ("on", [CLASSIC, MAIL, pages.enrol(), pages.confirm(), *TWO_STEP[1:]]),
    "secret in a link": ("on", [CLASSIC, MAIL, pages.with_link_only(), *TWO_STEP[1:]]),
    "step-up to a masked address": (
        "on",
        [CLASSIC, MAIL, pages.enrol(), pages.six_boxes("to i***n@agency.example"), *TWO_STEP[1:]],
    ),
    "secret in a picture": ("on", [CLASSIC, MAIL, pages.in_a_picture(), *TWO_STEP[1:]]),
    "secret in a picture of the page's own": ("on", [CLASSIC, MAIL, pages.in_a_picture(pages.PICTURE), *TWO_STEP[1:]]),
    "secret in the address of somebody's picture": (
        "on",
        [
            CLASSIC,
            MAIL,
            pages.in_a_picture(f"https://codes.example/draw?text={quote(pages.OTPAUTH, safe='')}"),
            *TWO_STEP[1:],
        ],
    ),
    "secret in somebody's picture": (
        "unknown_screen",
        [CLASSIC, MAIL, pages.in_a_picture("https://codes.example/draw?id=1"), *TWO_STEP[1:]],
    ),
    "a business account is offered": ("challenge", [CLASSIC, MAIL, pages.business()]),
    "a business account is offered by its button": (
        "challenge",
        [CLASSIC, MAIL, pages.business("Are you buying for work?")],
    ),
    "selling is offered": ("challenge", [CLASSIC, MAIL, pages.onboarding()]),
    "puzzle": ("challenge", [CLASSIC, pages.puzzle()]),
    "German": ("on", more_pages.whole(more_pages.GERMAN)),
    "Japanese": ("on", more_pages.whole(more_pages.JAPANESE)),
    "French": ("on", more_pages.whole(more_pages.FRENCH)),
    "Dutch": ("on", more_pages.whole(more_pages.DUTCH)),
    "Polish": ("on", more_pages.whole(more_pages.POLISH)),
    "Arabic": ("on", more_pages.whole(more_pages.ARABIC)),
    "Turkish": ("on", more_pages.whole(more_pages.TURKISH)),
    "refused in words that nobody knows": ("unknown_screen", refused("Din konto kan ikke oprettes nu")),
    "on in words that nobody knows": ("unknown_screen", [CLASSIC, MAIL, *TWO_STEP[:2], pages.is_on("Totrin er til")]),
    "off, whatever is shown beside it": ("unknown_screen", [CLASSIC, MAIL, *TWO_STEP[:2], pages.is_on("It is off")]),
    "a business account in words that nobody knows": (
        "unknown_screen",
        [CLASSIC, MAIL, pages.business("Til firmaet?", "Opret en gratis konto")],
    ),
    "a form that would send another address": (
        "wrong_identity",
        [pages.intent(), pages.register(one_page=False, sends="other@agency.example"), MAIL, *TWO_STEP],
    ),
    "claim page, then intent": ("on", [more_pages.claim(), pages.intent(), UNIFIED, MAIL, *TWO_STEP]),
    "unknown address on the classic page": ("on", [more_pages.unknown_email(), CLASSIC, MAIL, *TWO_STEP]),
    "a wall to continue from": ("on", [more_pages.continue_shopping(), CLASSIC, MAIL, *TWO_STEP]),
    "older page to add a device": (
        "on",
        [CLASSIC, MAIL, more_pages.enrol(more_pages.GERMAN, path="/a/settings/otpdevices/add"), *TWO_STEP[1:]],
    ),
    "Seller Central asks for two steps": ("on", [CLASSIC, MAIL, more_pages.prompt(), *TWO_STEP]),
    "passkey between": ("on", [CLASSIC, MAIL, pages.enrol(), more_pages.passkey(), *TWO_STEP[1:]]),
    "password again between": ("on", [CLASSIC, MAIL, pages.enrol(), more_pages.password_again(), *TWO_STEP[1:]]),
    "password and code between": (
        "on",
        [CLASSIC, MAIL, pages.enrol(), more_pages.password_again(), pages.six_boxes(), pages.confirm(), *TWO_STEP[1:]],
    ),
    "browser ticked to be trusted": (
        "on",
        [CLASSIC, MAIL, pages.enrol(), more_pages.almost_done(more_pages.FRENCH, ticked=True), pages.is_on()],
    ),
    "phone before the mail code": ("phone_needed", [CLASSIC, pages.phone(), MAIL, *TWO_STEP]),
    "passkey before the enrolment": ("on", [CLASSIC, MAIL, more_pages.passkey("Not now"), *TWO_STEP]),
}


@dataclass(slots=True)
class Site:
    """Shows one sequence; a form, or the way round a phone, leads on."""

    port: int = 0
    spki: str = ""
    left: list[Page] = field(default_factory=list)
    posts: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.hosts.add(request.host)
        if request.path == pages.PICTURE:
            return web.Response(body=pages.picture(), content_type="image/png")
        if request.method == "POST":
            self.posts.append((request.path, {key: str(value) for key, value in (await request.post()).items()}))
        if request.method == "POST" or request.path == "/skip":
            self.left = self.left[1:] or self.left
        elif request.path == self.left[0].path:
            return web.Response(text=self.left[0].text, content_type="text/html")
        return web.Response(status=302, headers={"Location": self.left[0].path})


@dataclass(slots=True)
class Lent:
    """What the visit was lent and did, in order."""

    may_submit: bool = True
    kept: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def hooks(self) -> FlowHooks:
        return FlowHooks(
            next_code=self._no_code,
            before_act=self._allow,
            outcome=self._noted,
            now=lambda: datetime.now(UTC),
            clock_seen=self._clock,
            mail_code=self._mail,
        )

    def errand(self) -> LoginErrand:
        return LoginErrand(
            user_email=ADDRESS,
            person_name="Ada Example",
            may_submit=self.may_submit,
            draw_password=self.password,
            spend_phone=self._no_phone,
            ask_code=self._nobody,
            enrolment=Enrolment(keep_seed=self._keep, code_of=self._code),
        )

    async def _no_code(self) -> SecretStr:
        raise AssertionError("no code of a seed was wanted")

    async def _allow(self, act: Act) -> None: ...
    async def _noted(self, act: Act, outcome: str) -> None: ...
    async def _clock(self, when: datetime) -> None: ...

    async def _mail(self, purpose: str, after: datetime) -> SecretStr | None:
        self.asked.append(purpose)
        return SecretStr("314159")

    async def password(self, least: int, most: int) -> SecretStr:
        return SecretStr("Long-enough-drawn-Pass-0123456789")

    async def _no_phone(self) -> str | None:
        return None

    async def _nobody(self, words: str) -> SecretStr | None:
        return None

    async def _keep(self, secret: SecretStr) -> None:
        self.kept.append(secret.get_secret_value())

    async def _code(self, secret: SecretStr) -> SecretStr:
        assert self.kept == [secret.get_secret_value()]
        return SecretStr(pyotp.TOTP(SECRET).at(0))


@asynccontextmanager
async def served() -> AsyncIterator[Site]:
    site, app = Site(), web.Application()
    app.router.add_route("*", "/{path:.*}", site.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site.spki = same_identity().pin
    site.port = await listen_there(runner)
    try:
        yield site
    finally:
        await end(runner)


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def play() -> AsyncIterator[tuple[Site, Browser, BrowserOptions]]:
    async with served() as site:
        options = BrowserOptions(host_resolver_rules=f"MAP * 127.0.0.1:{site.port}", trusted_spki=(site.spki,))
        async with KEPT.lend(options) as browser:
            yield site, browser, options


async def walked(
    play: tuple[Site, Browser, BrowserOptions],
    sequence: list[Page],
    lent: Lent,
    *,
    credentials: Credentials | None = None,
) -> tuple[str, str]:
    """Create a login on these pages; the code it ended with, and why."""
    site, browser, options = play
    site.left, site.posts = [*sequence], []

    async def created() -> None: ...

    async with open_visit(
        browser, options=options, catalogue=load_catalogue(also=REGISTRATION_FILES), policy=POLICY
    ) as visit:
        try:
            proven = await create_login(
                visit,
                host=HOST,
                errand=lent.errand(),
                credentials=credentials,
                hooks=lent.hooks(),
                created=created,
                bounds=BOUNDS,
            )
        except FlowError as err:
            return err.code, str(err)
    return "on" if proven and proven.get_secret_value() == SECRET else "not proven", ""


AGAIN = {
    "in words": [more_pages.combined(), more_pages.combined(is_unknown=True)],
    "by an offer": [more_pages.combined(), pages.intent()],
}


@pytest.mark.sampled(1)
@pytest.mark.parametrize("may_submit", [True, False])
@pytest.mark.parametrize("name", AGAIN)
async def test_a_password_of_an_earlier_form_is_tried_before_another_form(
    play: tuple[Site, Browser, BrowserOptions], name: str, may_submit: bool
) -> None:
    lent = Lent(may_submit=may_submit)
    drawn = Credentials(user_email=ADDRESS, password=await lent.password(0, 0))
    ended, why = await walked(play, [*AGAIN[name], CLASSIC, MAIL, *TWO_STEP], lent, credentials=drawn)
    assert ended == ("on" if may_submit else "registration_unanswered"), why
    typed = [given for path, given in play[0].posts if path == "/ap/signin"]
    assert len(typed) == 1
    assert len([given for _, given in play[0].posts if "customerName" in given]) == may_submit


@pytest.mark.sampled(1)
@pytest.mark.parametrize("name", SEQUENCES)
async def test_a_sequence_ends_as_the_facts_say(play: tuple[Site, Browser, BrowserOptions], name: str) -> None:
    expected, sequence = SEQUENCES[name]
    lent = Lent()
    ended, why = await walked(play, sequence, lent)
    site = play[0]
    forms = [given for path, given in site.posts if path == "/ap/register" and "customerName" in given]
    assert ended == expected, why
    assert [path for path, _ in site.posts if path.startswith(("/business", "/register-seller"))] == []
    assert "codes.example" not in site.hosts
    assert len(forms) == (0 if expected == "wrong_identity" else 1)
    assert all(given.get("trustThisDevice") is None for _, given in site.posts)
    assert lent.asked in ([], ["registration"], ["registration", "account_data"])
    typed = [given.get("code") or given.get("otpCode") for _, given in site.posts]
    assert typed.count("314159") == len(lent.asked)
    assert lent.kept == ([SECRET] if {expected, name} & {"on", *READ_BACK} else [])
