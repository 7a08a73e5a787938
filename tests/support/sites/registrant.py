"""Registers a login and enrols an authenticator at the stand-in by plain HTTP, as a careful person would."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from fixtures.stand_in.registration.mail_codes import Purpose
from fixtures.stand_in.scenario import User
from fixtures.stand_in.sign_in.one_time_codes import Seed
from fixtures.stand_in.world import StandIn
from tests.support.sites.site_visitor import HOST, Seen, Visitor

NEW = "new@users.example"
PASSWORD = "correct horse battery staple"
MERCHANT, INVITATION_ID = "A1B2C3D4E5F6G7", "7c9e6679-7425-40de-944b-e07fc1f90ae7"
INVITATION = f"/invitation/accept?merchantId={MERCHANT}&invitationId={INVITATION_ID}"
SECRETS = "#sia-auth-app-formatted-secret, #sia-totp-secret-key"
CODES = "#ch-auth-app-code-input, #sia-totp-code"
REGISTER = f"https://{HOST}/ap/register?openid.return_to=https://{HOST}/home"


@dataclass(slots=True)
class Registrant:
    """Somebody without a login, at one browser."""

    world: StandIn
    visitor: Visitor
    email: str = NEW
    password: str = PASSWORD
    seen_secrets: list[str] = field(default_factory=list)

    async def open_form(self) -> Seen:
        """Go to the register form, by the address page where that comes first."""
        seen = await self.visitor.get(REGISTER)
        if seen.has("#ap_email_login"):
            seen = await self.visitor.submit("form", email=self.email)
        if seen.has("#intent-confirmation-form"):
            seen = await self.visitor.submit("#intent-confirmation-form")
        return seen

    async def fill(self, **given: str) -> Seen:
        """Send the form."""
        fields = {"customerName": "Ada Example", "password": self.password, "passwordCheck": self.password}
        if self.visitor.seen.has("#ap_email:not([readonly])"):
            fields["email"] = self.email
        return await self.visitor.submit("#ap_register_form", **{**fields, **given})

    async def registered(self) -> str:
        """Make the login, enrol, switch on; return the secret."""
        await self.register()
        secret = self.secret()
        await self.verify(secret)
        await self.turn_on()
        return secret

    def kinds(self, *wanted: str) -> list[str]:
        """List the kinds of the log's entries."""
        return [entry.kind for entry in self.world.realm.journal.of(*wanted)]

    def tally(self) -> dict[str, int]:
        """Return what the stand-in counted of this address."""
        counted: dict[str, int] = self.world.realm.journal.summary()["registrations"].get(self.email, {})
        return counted

    def mailed(self, purpose: Purpose = Purpose.REGISTRATION) -> str:
        """Return the code that is valid now."""
        found = self.world.realm.mail_codes.valid(purpose, self.email)
        assert found is not None, "no code was mailed"
        return found.code

    async def type_code(self, code: str) -> Seen:
        """Send a code on whichever make of the page is shown."""
        if self.visitor.seen.has("#verification-code-form"):
            return await self.visitor.submit("#verification-code-form", otpCode=code)
        return await self.visitor.submit("form.cvf-widget-form-code", code=code)

    async def register(self) -> Seen:
        """Make the login where nothing but the mailed code stands in between."""
        await self.open_form()
        await self.fill()
        return await self.type_code(self.mailed())

    def secret(self) -> str:
        """Read the secret of the page."""
        node = self.visitor.seen.tree.css_first(SECRETS)
        assert node is not None, self.visitor.seen.text[:2000]
        secret = (node.text() or node.attributes.get("data-key") or "").replace(" ", "")
        self.seen_secrets.append(secret)
        return secret

    async def verify(self, secret: str, *, steps: int = 0) -> Seen:
        """Send the present code of a secret on the enrol page."""
        return await self.visitor.submit("#sia-add-auth-app-form", verificationCode=self.code_of(secret, steps=steps))

    def code_of(self, secret: str, *, steps: int = 0) -> str:
        """Compute a code at the site's present, or some steps from it."""
        seed = Seed(secret=secret)
        return seed.code(seed.step(self.world.realm.now()) + steps)

    async def turn_on(self) -> Seen:
        """Submit the last page."""
        return await self.visitor.submit("#enable-mfa-form")

    async def walk(self) -> Seen:
        """Go from the form to "is on", whatever a plan puts in between that a careful person gets past."""
        for _ in range(25):
            seen = self.visitor.seen
            if "/a/settings/approval" in seen.url and seen.has("#disable-button"):
                return seen
            await self._one_step(seen)
        raise AssertionError(f"the walk ended nowhere: {self.visitor.seen.url}\n{self.visitor.seen.text[:2000]}")

    async def _one_step(self, seen: Seen) -> Seen:
        for mark, act in (
            ("#ap_register_form", self.fill),
            ("#verification-code-form, form.cvf-widget-form-code", self._mail_code),
            (
                "form[name=signIn] #ap_password",
                lambda: self.visitor.submit("form[name=signIn]", password=self.password),
            ),
            ("[name=cvf_action_proceed]", lambda: self.visitor.submit("form.cvf-widget-form", cvf_action_proceed="")),
            ("#ap-account-fixup-phone-skip-link", self._skip),
            ("a[href^='/ap/register/business/skip']", lambda: self.visitor.get("/ap/register/business/skip")),
            ("[name=decline]", lambda: self.visitor.submit("form", decline="")),
            (
                "form[action='/ap/continue'], form[action='/errors/validateCaptcha']",
                lambda: self.visitor.submit("form"),
            ),
            (SECRETS, lambda: self.verify(self.secret())),
            ("#enable-mfa-form", self.turn_on),
            ("#sia-settings-enable-mfa", lambda: self.visitor.get("/a/settings/approval/setup/register")),
        ):
            if seen.has(mark):
                return await act()
        return await self.visitor.get("/a/settings/approval")

    async def _skip(self) -> Seen:
        link = self.visitor.seen.tree.css_first("#ap-account-fixup-phone-skip-link")
        return await self.visitor.get((link.attributes["href"] if link is not None else "") or "")

    async def _mail_code(self) -> Seen:
        return await self.type_code(self.world.realm.mail_codes.issued[-1].code)

    async def step_up(self, *, user: User | None = None) -> Seen:
        """Pass whatever the settings ask for first: the password, a mailed code, a confirmation."""
        seen = self.visitor.seen
        for _ in range(6):
            if seen.has("form[name=signIn] #ap_password"):
                seen = await self.visitor.submit("form[name=signIn]", password=user.password if user else self.password)
            elif seen.has("#verification-code-form, form.cvf-widget-form-code"):
                seen = await self.type_code(self.mailed(Purpose.ACCOUNT_DATA))
            elif seen.has("[name=cvf_action_proceed]"):
                seen = await self.visitor.submit("form.cvf-widget-form", cvf_action_proceed="")
            else:
                return seen
        raise AssertionError("the settings never opened")


Load = Callable[..., Registrant]  # what the fixture `load` of tests/standin/registration is
