"""Enrolling a new authenticator, and removing the old one, or going on.

The old one goes only once the new one has signed in.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from playwright.async_api import ElementHandle
from pydantic import SecretStr

from flows.browser.page_errors import PageMovedError
from flows.catalogue.recognise import Recognition
from flows.errors import StepTimeoutError, UnknownScreenError
from flows.models import Act, Bounds, Credentials, FlowHooks
from flows.registration.create_login import SETTINGS
from flows.registration.enrol import Enrolling
from flows.registration.errand import RotationErrand
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
_DELETIONS = 2  # the first may be answered by a step-up and be forgotten


async def rotate_authenticator(
    visit: Visit,
    *,
    host: str,
    credentials: Credentials,
    hooks: FlowHooks,
    errand: RotationErrand,
    bounds: Bounds | None = None,
) -> str | None:
    """Add an authenticator, let `errand.proven` use it, remove the old one.

    `proven` signs in with it and puts it in force.

    One that was cut off goes on: a new authenticator that is listed by now is proven, one that is in force only needs
    the old one removed. Two-step verification is never switched off. Returns None, or why the old authenticator was
    left enrolled: it is removed only where exactly one was listed before, two are now, and its row tells it.

    Raises:
        NotOnError: the settings do not say that it is on, or list the new one not.
        whatever `proven` and `ensure_signed_in` raise; the old authenticator is then still in force.
    """
    limits = bounds or Bounds()
    walk = Navigator(visit=visit, bounds=limits)
    sign_in = SignIn(
        walk=walk, host=host, credentials=credentials, hooks=hooks, typed=SubmittedSecrets(hooks, visit.guard.dialogs)
    )
    rotation = _Rotation(sign_in=sign_in, hooks=hooks, errand=errand)
    sign_in.more = rotation
    try:
        async with visit.time.within(limits.visit.total_seconds()):
            await sign_in.arrive(prove=True)
            await rotation.bring_in_force()
            return await rotation.remove_old()
    except TimeoutError as err:
        raise StepTimeoutError(
            f"expected the rotation to end within {limits.visit.total_seconds():g} s, found it still under way"
        ) from err


@dataclass(slots=True, kw_only=True)
class _Rotation:
    """One visit's rotation."""

    sign_in: SignIn
    hooks: FlowHooks
    errand: RotationErrand
    _enrolling: Enrolling = field(init=False)
    _before: tuple[str, ...] = ()
    _in_settings: bool = False
    _removing: bool = False

    def __post_init__(self) -> None:
        self._enrolling = Enrolling(walk=self._walk, hooks=self.hooks, enrolment=self.errand.enrolment)

    @property
    def _walk(self) -> Navigator:
        return self.sign_in.walk

    def is_end(self, seen: Recognition) -> bool:
        """Whether the settings say that it is on, or ask whether the old one shall go."""
        return seen.screen == "two_step_on" or (self._removing and seen.screen == "two_step_remove")

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
                self.sign_in.typed.passed()
                return await self._enrolling.act(seen)
            case "two_step_off" | "two_step_almost_done" | "two_step_remove":
                raise UnknownScreenError(
                    f"expected settings with two-step verification on, found {seen.screen}: nothing was pressed",
                    screen=seen.screen,
                    url=seen.path,
                )
            case _:
                return None

    async def bring_in_force(self) -> None:
        """Have a new authenticator in force, as far as an earlier rotation has not."""
        seen = await self._settings()
        labels = tuple(label for _, label in await self._listed(seen))
        earlier = self.errand.earlier
        if earlier is None or (earlier.seed is not None and not _is_one_more(labels, earlier.labels)):
            self._before = labels
            await self.errand.listed(labels)
            await self.errand.proven(await self._add(seen))
            return
        self._before = earlier.labels
        if earlier.seed is not None:
            await self.errand.proven(earlier.seed)

    async def _add(self, seen: Recognition) -> SecretStr:
        """Enrol a new authenticator and return its secret, once the settings are back."""
        add = await self._walk.require(seen, "add")
        self.sign_in.mailed_code.note_act()
        self._walk.progress()
        seen = await self.sign_in.pass_through(await self._walk.press_found(seen, add))
        self._enrolling.judge(seen)
        if self._enrolling.proven is None:
            raise NotOnError(
                "expected a new authenticator to be enrolled, found none: look at the kept page",
                screen=seen.screen,
                url=seen.path,
            )
        return self._enrolling.proven

    async def remove_old(self) -> str | None:
        """Remove the old authenticator; None, or why it was left."""
        self._removing = True
        may_be_gone = self.errand.earlier is not None and self.errand.earlier.seed is None
        for _ in range(_DELETIONS):
            seen = await self._settings()
            listed = await self._listed(seen)
            if may_be_gone and len(self._before) == len(listed) == 1:
                return None
            old = [handle for handle, label in listed if self._before and label == self._before[0]]
            if len(self._before) != 1 or len(listed) != 2 or len(old) != 1:
                return (
                    f"{len(self._before)} authenticators were listed before and {len(listed)} are now, "
                    f"{len(old)} of them told as the old one: a person removes it"
                )
            await self._delete(seen, old[0])
            may_be_gone = True
        left = await self._listed(await self._settings())
        return None if len(left) == 1 else f"expected one authenticator to be left, found {len(left)}"

    async def _delete(self, listed: Recognition, link: ElementHandle) -> None:
        await self.hooks.before_act(Act.DELETE_AUTHENTICATOR)
        self._walk.progress()
        self.sign_in.mailed_code.note_act()
        await self._walk.click(link)
        seen = await self.sign_in.pass_through(await self._walk.settle(after=listed))
        if seen.screen == "two_step_remove":
            await self._walk.press(seen, "confirm")
        await self.hooks.outcome(Act.DELETE_AUTHENTICATOR, "answered")

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
            "expected settings that say two-step verification is on, found none: look at the kept page",
            screen=seen.screen,
            url=seen.path,
        )

    async def _listed(self, seen: Recognition) -> list[tuple[ElementHandle, str]]:
        """The authenticators that may be removed, each with what its row says."""
        links = await find(self._walk.visit, seen.screen, "delete_links")
        if links.document != seen.document:
            raise PageMovedError
        return [(link, str(await link.evaluate(_LABEL))) for link in links.handles]


def _is_one_more(now: Sequence[str], before: Sequence[str]) -> bool:
    """Whether what is listed is what was listed before, and one more."""
    return len(now) == len(before) + 1 and not Counter(before) - Counter(now)
