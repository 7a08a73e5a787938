"""Signing in: a loop over screens until the site let us in or said why not."""

from __future__ import annotations

from dataclasses import dataclass, field
from time import monotonic

from pydantic import SecretStr

from flows.browser.page_errors import PageMovedError
from flows.catalogue.recognise import Recognition
from flows.catalogue.schema import SessionRule
from flows.errors import (
    FlowError,
    ForeignHostError,
    SecretGuardError,
    StepTimeoutError,
    StuckError,
    UnknownScreenError,
    WrongIdentityError,
)
from flows.models import Bounds, Credentials, FlowHooks, Identity, Proof
from flows.sign_in.address import AddressStep
from flows.sign_in.identity_tiles import own_tile
from flows.sign_in.mailed_code import CodePurpose, MailedCodeStep
from flows.sign_in.more_screens import MoreScreens
from flows.sign_in.one_time_code import OneTimeCode
from flows.sign_in.submitted_secrets import SubmittedSecrets, no_such_login
from flows.visit.hand_over import HandedBack
from flows.visit.navigate import Navigator
from flows.visit.onward import onward
from flows.visit.visit import Visit

_PASSWORDS = (
    2  # how often a visit may type a password that was not rejected: once, and once more for a re-authentication
)
_NAVIGATION = 5.0  # seconds that the site's header may come later than its page


async def ensure_signed_in(
    visit: Visit,
    *,
    host: str,
    credentials: Credentials,
    hooks: FlowHooks,
    bounds: Bounds | None = None,
    prove: bool = False,
) -> Identity:
    """Open https://host/home and sign in if the stored session does not do.

    Say as whom.

    With `prove`, a session whose pages do not show the address is dropped (cookies cleared) and signed in afresh, once.
    Ends on any signed-in screen: an ordinary page, the account picker, "no account", "not authorised".

    Raises:
        WrongIdentityError: the page shows another user's address.
        PasswordRejectedError, CodeRejectedError, NoSuchLoginError, ChallengeError: the site's answer.
        UnknownScreenError, StuckError, SiteRefusedError, StepTimeoutError, ForeignHostError, SecretGuardError.
    """
    limits = bounds or Bounds()
    sign_in = SignIn(
        walk=Navigator(visit=visit, bounds=limits),
        host=host,
        credentials=credentials,
        hooks=hooks,
        typed=SubmittedSecrets(hooks, visit.guard.dialogs),
    )
    try:
        async with visit.time.within(limits.visit.total_seconds()):
            return await sign_in.arrive(prove=prove)
    except TimeoutError as err:
        raise StepTimeoutError(
            f"expected the sign-in to end within {limits.visit.total_seconds():g} s, found it still under way: it is "
            "tried again later"
        ) from err


@dataclass(slots=True)
class SignIn:
    """One visit's sign-in: what was typed, and whom the site takes us for."""

    walk: Navigator
    host: str
    credentials: Credentials
    hooks: FlowHooks
    typed: SubmittedSecrets
    _proof: Proof = Proof.NONE
    _told_time: bool = False
    _sent_before: int = 0  # what the guard had let out when the password was sent off
    address: AddressStep = field(init=False)
    one_time_code: OneTimeCode = field(init=False)
    mailed_code: MailedCodeStep = field(init=False)
    more: MoreScreens | None = None  # what the errand of the visit knows besides

    def __post_init__(self) -> None:
        self.address = AddressStep(walk=self.walk, user_email=self.credentials.user_email)
        self.one_time_code = OneTimeCode(walk=self.walk, hooks=self.hooks, typed=self.typed)
        self.mailed_code = MailedCodeStep(walk=self.walk, hooks=self.hooks)

    async def arrive(self, *, prove: bool = False) -> Identity:
        """Open the home page and go on until signed in; as `ensure_signed_in`."""
        identity = await self.go_on(await self._open_home())
        if prove and identity.proof is Proof.NONE:
            identity = await self._late_identity()
        if prove and identity.proof is Proof.NONE:
            await self.walk.visit.context.clear_cookies()
            identity = await self.go_on(await self._open_home())
        return identity

    async def _late_identity(self) -> Identity:
        """Give a navigation that is drawn late its time to show the address."""
        ends = monotonic() + min(_NAVIGATION, self.walk.bounds.step.total_seconds())
        while True:
            seen = await self.walk.settle()
            if not self._is_in(seen):  # the frame of an app page has found out that no user is signed in
                return await self.go_on(seen)
            identity = self.identify(seen)
            if identity.proof is not Proof.NONE or monotonic() > ends:
                return identity
            await self.walk.changed()

    async def go_on(self, seen: Recognition) -> Identity:
        """Act on screen after screen until one is signed in.

        Raises: as `ensure_signed_in`.
        """
        return self.identify(await self.pass_through(seen))

    async def pass_through(self, seen: Recognition) -> Recognition:
        """As `go_on`, returning the signed-in screen."""
        try:
            while True:
                if seen.alert == "credentials_rejected" or self.typed.is_asked_with_picture(seen):
                    await self.typed.judge(seen)  # on whatever page it stands; before a person is troubled with it
                seen = await onward(self.walk, seen)
                if self.typed.is_unanswered(seen):
                    seen = await onward(self.walk, await self.walk.linger(seen))
                if await self.typed.judge(seen):
                    self.walk.progress()
                if self._is_in(seen) or (self.more is not None and self.more.is_end(seen)):
                    return seen
                if not self.typed.is_unsent(seen):
                    self.walk.count(seen)
                seen = await self._act_or_look_again(seen)
        except FlowError as err:
            # What became of a secret that was typed is not known; the attempt stays counted.
            stopped = (
                isinstance(err, ForeignHostError | SecretGuardError) and self.walk.visit.guard.sent == self._sent_before
            )
            await self.typed.fail(err.code, was_stopped=stopped)
            raise

    def identify(self, seen: Recognition) -> Identity:
        """Say who the page and this sign-in prove us to be.

        Raises:
            WrongIdentityError: the page shows another address than ours.
        """
        ours = self.address.ours
        if seen.emails and ours not in seen.emails:
            raise WrongIdentityError(
                "expected the browser to be signed in as the account's user, found another address on the page: "
                "nothing was clicked; look at the kept page, then release the account",
                **seen.place,
            )
        is_fresh = self.typed.passwords > 0 or self.typed.codes > 0
        # A password is typed only where the page asks for our address's.
        proof = Proof.SIGN_IN if self.typed.is_accepted else self._proof
        if proof is not Proof.NONE:
            return Identity(user_email=ours, proof=proof, fresh=is_fresh)
        if ours in seen.emails:
            self._proof = Proof.PAGE  # it holds for the visit: a later page need not repeat it, only not contradict it
            return Identity(user_email=ours, proof=Proof.PAGE, fresh=is_fresh)
        return Identity(user_email=None, proof=Proof.NONE, fresh=is_fresh)

    async def _open_home(self) -> Recognition:
        self.mailed_code.note_act()
        seen = await self.walk.open(f"https://{self.host}/home")
        if self.walk.site_time is not None and not self._told_time:
            self._told_time = True
            await self.hooks.clock_seen(self.walk.site_time)
        return seen

    @staticmethod
    def _is_in(seen: Recognition) -> bool:
        return seen.session is SessionRule.SIGNED_IN or "signed_in" in seen.variants

    async def _act_or_look_again(self, seen: Recognition) -> Recognition:
        try:
            return await self._act(seen)
        except PageMovedError:  # before anything was pressed: the screen flipped under the look for its elements
            await self.typed.page_moved()
            return await self.walk.settle()

    async def _act(self, seen: Recognition) -> Recognition:
        if seen.screen != "mail_code":
            self.mailed_code.note_act()
        if self.more is not None and (after := await self.more.act(seen)) is not None:
            return after
        match seen.screen:
            case "mail_code":
                return await self.mailed_code.give(seen, purpose=CodePurpose.SIGN_IN)
            case "email" | "email_unified":
                return await self._give_address(seen)
            case "password" | "combined":
                return await self._give_password(seen)
            case "otp":
                return await self._give_code(seen)
            case "otp_device_picker":
                return await self.one_time_code.choose_authenticator(seen)
            case "identity_switch":
                return await self._choose_identity(seen)
            case "no_such_login":
                raise no_such_login(seen)
            case "captcha_in_page" if self._took(HandedBack.WITH_PASSWORD):
                return await self._give_password(seen)
            case "verification_code" if (code := self._code_of_person()) is not None:
                return await self.one_time_code.give_told(seen, code)
            case _:
                raise UnknownScreenError(
                    f"expected a page of the sign-in, found {seen.screen}: nothing was done there; look at the kept "
                    "page, then release the account",
                    **seen.place,
                )

    def _took(self, how: HandedBack) -> bool:
        """Take what came with a page that a person handed back."""
        handed, self.walk.visit.handed = self.walk.visit.handed, None
        return handed is not None and handed.how is how

    def _code_of_person(self) -> SecretStr | None:
        handed = self.walk.visit.handed
        return handed.code if handed is not None and self._took(HandedBack.WITH_CODE) else None

    async def _give_address(self, seen: Recognition) -> Recognition:
        if seen.alert == "email_unknown":
            raise no_such_login(seen)
        self._refuse_unknown_alert(seen, typed=self.address.is_typed)
        if not await self.address.fill(seen):
            return await self.address.change(seen)
        return await self.walk.press(seen, "submit")

    async def _give_password(self, seen: Recognition) -> Recognition:
        if seen.alert == "email_unknown":
            raise no_such_login(seen)
        is_with_picture = seen.screen == "captcha_in_page"  # it always has a message: that it asks for both
        if not is_with_picture and not (self.typed.is_unsent(seen) and await self._is_wiped(seen)):
            self._refuse_unknown_alert(seen, typed=self.typed.passwords > 0)
        if self.typed.passwords >= _PASSWORDS:
            raise StuckError(
                f"expected the site to take the password, found that it asks for it {self.typed.passwords + 1} "
                "times: it is not typed again; look at the kept page, then release the account",
                **seen.place,
            )
        await self.walk.loaded()
        if self.address.is_taken_on(seen) and not await self.address.fill(seen):
            return await self.address.change(seen)
        ready = await self.walk.visit.recognise()  # loading, and the address, may have changed whose page it is
        if (ready.screen, ready.document) != (seen.screen, seen.document):
            return await self.walk.settle()
        if not self.address.is_ours(ready):
            return await self.address.change(seen)
        await self.typed.before_password(seen)
        await self.walk.fill(seen, "password", self.credentials.password, owner=self.address.ours)
        self.typed.filled()
        submit = await self.walk.require(seen, "submit")
        self._sent_before = self.walk.visit.guard.sent
        self.typed.pressing()
        return await self.walk.press_found(seen, submit)

    async def _is_wiped(self, seen: Recognition) -> bool:
        """Whether the field is empty: a page may wipe it while it is made ready."""
        return not await (await self.walk.require(seen, "password")).handle.input_value()

    async def _give_code(self, seen: Recognition) -> Recognition:
        if seen.alert not in ("code_rejected", "code_expired"):
            self._refuse_unknown_alert(seen, typed=self.typed.codes > 0)
        return await self.one_time_code.give(seen)

    async def _choose_identity(self, seen: Recognition) -> Recognition:
        found, tile = await own_tile(self.walk, seen, address=self.address.ours)
        if tile:
            self._proof = Proof.TILE
        return await self.walk.press_found(seen, found, handle=tile)

    def _refuse_unknown_alert(self, seen: Recognition, *, typed: bool) -> None:
        """Stop at a message without a name that answers something typed.

        It may be a rejection in words that are not listed.
        """
        if typed and seen.alert_text:
            text = self.walk.visit.redactor.redact(seen.alert_text)[:200]
            raise UnknownScreenError(
                f"expected no message on the page {seen.screen}, found one that is not known and may refuse what was "
                f"typed ('{text}'): nothing more is typed; look at the kept page, then release the account",
                **seen.place,
            )
