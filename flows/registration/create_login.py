"""Creating a login that was ordered.

First whether it exists by now, then the form, the codes, the authenticator, and "is on".
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace

from pydantic import SecretStr

from flows.catalogue.recognise import Recognition
from flows.errors import ChallengeError, NoSuchLoginError, StepTimeoutError, UnknownScreenError, WrongIdentityError
from flows.models import Bounds, Credentials, FlowHooks
from flows.registration.enrol import Enrolling
from flows.registration.errand import LoginErrand
from flows.registration.errors import NotOnError
from flows.registration.phone import give_phone, give_sms_code
from flows.registration.register_form import RegisterForm, login_exists, refuse_answers, require_ours, unanswered
from flows.sign_in.mailed_code import CodePurpose
from flows.sign_in.sign_in import SignIn
from flows.sign_in.submitted_secrets import SubmittedSecrets
from flows.visit.elements import find
from flows.visit.navigate import Navigator
from flows.visit.visit import Visit

SETTINGS = "/a/settings/approval"
_LOOKS = 3  # at the settings, until they say that it is on
_NO_PASSWORD = "-"  # never typed: `act` stops before  # noqa: S105


async def create_login(
    visit: Visit,
    *,
    host: str,
    errand: LoginErrand,
    credentials: Credentials | None,
    hooks: FlowHooks,
    created: Callable[[], Awaitable[None]],
    bounds: Bounds | None = None,
) -> SecretStr | None:
    """Sign in if the login exists by now, else register it once.

    Enrol an authenticator; end when "is on" was read.

    Returns the secret of the authenticator that was proven in this visit, None where one was before. `created` is
    told when the site has let us in. `credentials`: of a password that was drawn before, for this order's form or for
    an earlier order's.

    Raises:
        LoginExistsError, RegistrationRefusedError, RegistrationUnansweredError, PhoneNeededError, PhoneRefusedError,
        NotOnError, and all that `ensure_signed_in` raises.
    """
    limits = bounds or Bounds()
    walk = Navigator(visit=visit, bounds=limits)
    given = credentials or Credentials(user_email=errand.user_email, password=_no_password())
    sign_in = SignIn(
        walk=walk, host=host, credentials=given, hooks=hooks, typed=SubmittedSecrets(hooks, visit.guard.dialogs)
    )
    login = _Login(sign_in=sign_in, errand=errand, hooks=hooks, created=created, is_drawn=credentials is not None)
    sign_in.more = login
    try:
        async with visit.time.within(limits.visit.total_seconds()):
            return await login.run()
    except TimeoutError as err:
        raise StepTimeoutError(
            f"expected the login within {limits.visit.total_seconds():g} s, found none: look at the kept page"
        ) from err


@dataclass(slots=True, kw_only=True)
class _Login:
    """One visit's work on an order; the screens it adds to the sign-in."""

    sign_in: SignIn
    errand: LoginErrand
    hooks: FlowHooks
    created: Callable[[], Awaitable[None]]
    is_drawn: bool  # a password was drawn, now or before
    _form: RegisterForm = field(init=False)
    _enrolling: Enrolling = field(init=False)
    _is_proven: bool = False  # the new login's address was proven by a code
    _in_settings: bool = False
    _sms_codes: int = 0
    _went_back: bool = False
    _is_created: bool = False

    def __post_init__(self) -> None:
        self._form = RegisterForm(walk=self._walk, hooks=self.hooks, errand=self.errand)
        self._enrolling = Enrolling(walk=self._walk, hooks=self.hooks, enrolment=self.errand.enrolment)

    @property
    def _walk(self) -> Navigator:
        return self.sign_in.walk

    async def run(self) -> SecretStr | None:
        """Go on until "is on" was read; as `create_login`."""
        seen = await self._enter()
        for _ in range(_LOOKS):
            if seen.screen == "two_step_on":
                self._enrolling.judge(seen)
                return self._enrolling.proven
            await self._note_created(seen)
            self._in_settings = True
            self._walk.progress()
            self.sign_in.mailed_code.note_act()
            seen = await self._walk.open(f"https://{self.sign_in.host}{SETTINGS}")
            seen = await self.sign_in.pass_through(seen)
        self._enrolling.judge(seen)
        if seen.screen == "two_step_on":
            return self._enrolling.proven
        raise NotOnError(
            "expected settings that say two-step verification is on, found none: look at the kept page",
            screen=seen.screen,
            url=seen.path,
        )

    async def _enter(self) -> Recognition:
        """Sign in, or register where the site does not know the address.

        A page that wants address and password at once says so only after the password of an earlier form.
        """
        home = f"https://{self.sign_in.host}/home"
        try:
            return await self.sign_in.pass_through(await self._walk.open(home))
        except NoSuchLoginError as err:
            if self._form.sent or not self.errand.may_submit:
                raise unanswered(screen=err.screen, url=err.url) from err
            self.is_drawn = False
            self._walk.progress()
            return await self.sign_in.pass_through(await self._walk.open(home))

    def is_end(self, seen: Recognition) -> bool:
        """Whether the settings say that it is on."""
        return seen.screen == "two_step_on"

    async def act(self, seen: Recognition) -> Recognition | None:
        """Act on what an ordinary sign-in stops at."""
        self._enrolling.judge(seen)
        if seen.screen not in ("phone", "sms_code"):  # what they say is about the number
            refuse_answers(seen)
        match seen.screen:
            case "intent":
                return await self._proceed(seen)
            case "unknown_login":
                self._require_order(seen)
                return await self._walk.press(seen, "create")
            case "no_such_login":
                self._require_order(seen)
                raise UnknownScreenError(
                    "expected a way to create the login, found none that is known here: look at the kept page",
                    screen=seen.screen,
                    url=seen.path,
                )
            case "register_form":
                return await self._register(seen)
            case "offers_more":
                return await self._back_to_the_invitation(seen)
            case "mail_code":
                return await self._give_mail_code(seen)
            case "phone":
                return await give_phone(self._walk, seen, errand=self.errand, hooks=self.hooks)
            case "sms_code":
                self._sms_codes += 1
                return await give_sms_code(self._walk, seen, errand=self.errand, asked_before=self._sms_codes - 1)
            case "reauthentication":
                return await self._walk.press(seen, "proceed")
            case "password" | "combined" | "email" | "email_unified" if not self.is_drawn:
                return await self._without_password(seen)
            case "email" | "email_unified" if seen.alert == "email_unknown":
                return await self._without_password(seen)
            case _:
                await self._note_enrolment(seen)
                if seen.screen == "two_step_enroll":
                    self.sign_in.typed.passed()
                return await self._enrolling.act(seen)

    async def _note_enrolment(self, seen: Recognition) -> None:
        if seen.screen.startswith("two_step_"):
            self._in_settings = True
            await self._note_created(seen)

    async def _note_created(self, seen: Recognition) -> None:
        """Tell of our new login once: a page of the site's own proves that there is one."""
        if not self._is_created and self.is_drawn:
            require_ours(replace(seen, mentioned=()), self.errand.user_email)
            self._is_created = True
            await self.created()

    def _require_order(self, seen: Recognition) -> None:
        if self._is_proven or self._is_created:
            raise UnknownScreenError(
                "expected the new login to go on, found a page that offers another one: nothing was pressed",
                screen=seen.screen,
                url=seen.path,
            )
        if self._form.sent or not self.errand.may_submit:
            raise unanswered(screen=seen.screen, url=seen.path)

    async def _proceed(self, seen: Recognition) -> Recognition:
        """Go on to the form, if the address that the page shows is ours."""
        self._require_order(seen)
        require_ours(seen, self.errand.user_email)
        claim = await find(self._walk.visit, seen.screen, "claim")
        shown = ((await claim.handle.text_content()) or "").strip().lower() if claim else ""
        if shown != self.errand.user_email and (shown or self.errand.user_email not in seen.mentioned):
            raise WrongIdentityError(
                "expected a page that offers a login for the account's user, found one without its address: nothing "
                "was pressed; look at the kept page",
                screen=seen.screen,
                url=seen.path,
            )
        return await self._walk.press(seen, "proceed")

    async def _register(self, seen: Recognition) -> Recognition:
        after = await self._form.send(seen)
        if self._form.sent and (password := await self.errand.draw_password(0, 0)):
            self.is_drawn = True
            self.sign_in.credentials = Credentials(user_email=self.errand.user_email, password=password)
        return after

    async def _give_mail_code(self, seen: Recognition) -> Recognition:
        if self._in_settings:
            purpose = CodePurpose.ACCOUNT_DATA
        elif not self._is_proven and (self._form.sent or "new_account" in seen.variants):
            purpose = CodePurpose.REGISTRATION
        else:
            purpose = CodePurpose.SIGN_IN
        after = await self.sign_in.mailed_code.give(seen, purpose=purpose)
        if purpose is CodePurpose.REGISTRATION and after.screen != "mail_code":
            self._is_proven = True
        return after

    async def _without_password(self, seen: Recognition) -> Recognition | None:
        """Ask only whether the site knows the address."""
        if seen.screen == "password":
            raise login_exists(seen)
        if seen.screen in ("email", "email_unified") and seen.alert != "email_unknown":
            return None
        self._require_order(seen)
        create = await find(self._walk.visit, "unknown_login", "create")
        if not create:
            raise UnknownScreenError(
                "expected a way to create the login, found none offered here: look at the kept page",
                screen=seen.screen,
                url=seen.path,
            )
        return await self._walk.press_found(seen, create)

    async def _back_to_the_invitation(self, seen: Recognition) -> Recognition:
        """Leave a page that offers more than a login, once, by the wanted link."""
        if self._went_back or self.errand.invitation_url is None:
            raise ChallengeError(
                "expected a login alone, found that the page offers more (business, selling): nothing was pressed",
                kind="offers_more",
                screen=seen.screen,
                url=seen.path,
            )
        self._went_back = True
        return await self._walk.open(self.errand.invitation_url)


def _no_password() -> SecretStr:
    return SecretStr(_NO_PASSWORD)
