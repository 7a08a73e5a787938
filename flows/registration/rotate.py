"""Enrolling a new authenticator beside the old one, and removing the old one once the new one has signed in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from playwright.async_api import ElementHandle
from pydantic import SecretStr

from flows.browser.scripts import PageMovedError
from flows.catalogue.recognise import Recognition
from flows.errors import StepTimeoutError, UnknownScreenError
from flows.models import Act, Bounds, Credentials, FlowHooks
from flows.registration.create_login import SETTINGS
from flows.registration.enrol import Enrolling
from flows.registration.errand import Enrolment
from flows.registration.errors import NotOnError
from flows.sign_in.mailed_code import CodePurpose
from flows.sign_in.sign_in import SignIn
from flows.sign_in.submitted_secrets import SubmittedSecrets
from flows.visit.elements import find
from flows.visit.navigate import Navigator
from flows.visit.visit import Visit

_LABEL = """link => {
  let box = link.closest('tr, li, [class*=row]') ?? link.parentElement;
  return (box?.innerText ?? '').replace(/\\s+/g, ' ').trim();
}"""
_LOOKS = 2


async def rotate_authenticator(
    visit: Visit,
    *,
    host: str,
    credentials: Credentials,
    hooks: FlowHooks,
    enrolment: Enrolment,
    proven: Callable[[SecretStr], Awaitable[None]],
    bounds: Bounds | None = None,
) -> str | None:
    """Add an authenticator, let `proven` sign in with it elsewhere and put it in force, then remove the old one.

    Two-step verification is never switched off. Returns None, or why the old authenticator was left enrolled: it is
    removed only where exactly one was listed before, two are now, and the old one is told by its row.

    Raises:
        NotOnError: the settings do not say that it is on, or list the new one not.
        whatever `proven` and `ensure_signed_in` raise; the old authenticator is then still in force.
    """
    limits = bounds or Bounds()
    walk = Navigator(visit=visit, bounds=limits)
    sign_in = SignIn(walk=walk, host=host, credentials=credentials, hooks=hooks, typed=SubmittedSecrets(hooks))
    rotation = _Rotation(sign_in=sign_in, hooks=hooks, enrolment=enrolment)
    sign_in.more = rotation
    try:
        async with visit.time.within(limits.visit.total_seconds()):
            await sign_in.arrive(prove=True)
            secret = await rotation.add()
            await proven(secret)
            return await rotation.remove_old()
    except TimeoutError as err:
        raise StepTimeoutError(
            f"the rotation was expected to end within {limits.visit.total_seconds():g} s, it did not"
        ) from err


@dataclass(slots=True, kw_only=True)
class _Rotation:
    """One visit's rotation."""

    sign_in: SignIn
    hooks: FlowHooks
    enrolment: Enrolment
    _enrolling: Enrolling = field(init=False)
    _before: list[str] = field(default_factory=list)
    _in_settings: bool = False

    def __post_init__(self) -> None:
        self._enrolling = Enrolling(walk=self._walk, hooks=self.hooks, enrolment=self.enrolment)

    @property
    def _walk(self) -> Navigator:
        return self.sign_in.walk

    def is_end(self, seen: Recognition) -> bool:
        """Whether the settings say that it is on."""
        return seen.screen == "two_step_on"

    async def act(self, seen: Recognition) -> Recognition | None:
        """Act on the step-ups in front of the settings, and on the enrolment."""
        self._enrolling.judge(seen)
        match seen.screen:
            case "mail_code":
                purpose = CodePurpose.ACCOUNT_DATA if self._in_settings else CodePurpose.SIGN_IN
                return await self.sign_in.mailed_code.give(seen, purpose=purpose)
            case "reauthentication":
                return await self._walk.press(seen, "proceed")
            case "two_step_enroll":
                return await self._enrolling.act(seen)
            case "two_step_off" | "two_step_almost_done" | "two_step_remove":
                raise UnknownScreenError(
                    f"settings with two-step verification on were expected, {seen.screen} came: nothing was pressed",
                    screen=seen.screen,
                    url=seen.path,
                )
            case _:
                return None

    async def add(self) -> SecretStr:
        """Enrol a new authenticator and return its secret, once the settings are back."""
        seen = await self._settings()
        self._before = [label for _, label in await self._listed(seen)]
        add = await self._walk.require(seen, "add")
        self.sign_in.mailed_code.note_act()
        self._walk.progress()
        seen = await self.sign_in.pass_through(await self._walk.press_found(seen, add))
        self._enrolling.judge(seen)
        if self._enrolling.proven is None:
            raise NotOnError(
                "a new authenticator was expected to be enrolled, it is not", screen=seen.screen, url=seen.path
            )
        return self._enrolling.proven

    async def remove_old(self) -> str | None:
        """Remove the old authenticator; None, or why it was left."""
        seen = await self._settings()
        listed = await self._listed(seen)
        old = [handle for handle, label in listed if self._before and label == self._before[0]]
        if len(self._before) != 1 or len(listed) != 2 or len(old) != 1:
            return (
                f"{len(self._before)} authenticators were listed before and {len(listed)} are now, {len(old)} of them told as the "
                "old one: a person removes it"
            )
        await self.hooks.before_act(Act.DELETE_AUTHENTICATOR)
        await self._walk.click(old[0])
        seen = await self._walk.settle(after=seen)
        if seen.screen != "two_step_remove":
            return f"the question whether to remove it was expected, {seen.screen} came: a person removes it"
        await self._walk.press(seen, "confirm")
        left = await self._listed(await self._settings())
        return None if len(left) == 1 else f"one authenticator was expected to be left, {len(left)} are listed"

    async def _settings(self) -> Recognition:
        self._in_settings = True
        for _ in range(_LOOKS):
            self._walk.progress()
            self.sign_in.mailed_code.note_act()
            seen = await self._walk.open(f"https://{self.sign_in.host}{SETTINGS}")
            seen = await self.sign_in.pass_through(seen)
            if seen.screen == "two_step_on":
                return seen
        raise NotOnError(
            "the settings were expected to say that two-step verification is on, they do not come",
            screen=seen.screen,
            url=seen.path,
        )

    async def _listed(self, seen: Recognition) -> list[tuple[ElementHandle, str]]:
        """The authenticators that may be removed, each with what its row says."""
        links = await find(self._walk.visit, seen.screen, "delete_links")
        if links.document != seen.document:
            raise PageMovedError
        return [(link, str(await link.evaluate(_LABEL))) for link in links.handles]
