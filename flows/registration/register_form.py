"""The register form, classic and in two pages.

Filled by the fields that are visible, sent once an order.
"""

from __future__ import annotations

from dataclasses import dataclass

from playwright.async_api import ElementHandle

from flows.catalogue.addresses import addresses_in
from flows.catalogue.recognise import Recognition
from flows.errors import UnknownScreenError, WrongIdentityError
from flows.models import Act, FlowHooks
from flows.registration.errand import LoginErrand
from flows.registration.errors import LoginExistsError, RegistrationRefusedError, RegistrationUnansweredError
from flows.registration.password_policy import parse_policy
from flows.visit.elements import find
from flows.visit.navigate import Navigator


@dataclass(slots=True)
class RegisterForm:
    """Fills and sends the form of one order."""

    walk: Navigator
    hooks: FlowHooks
    errand: LoginErrand
    sent: bool = False

    async def send(self, seen: Recognition) -> Recognition:
        """Fill what is visible and send the form, unless it was sent before.

        Raises:
            LoginExistsError, RegistrationRefusedError: the site's answer to the form.
            RegistrationUnansweredError: it was sent before.
            WrongIdentityError: it is for another address; nothing was typed.
        """
        refuse_answers(seen)
        if seen.alert_text:
            said = self.walk.visit.redactor.redact(seen.alert_text)[:200]
            raise UnknownScreenError(
                f"expected no message on the register form, found '{said}': look at the kept page",
                screen=seen.screen,
                url=seen.path,
            )
        if self.sent or not self.errand.may_submit:
            raise unanswered(screen=seen.screen, url=seen.path)
        await self.walk.loaded()
        require_ours(seen, self.errand.user_email)
        password_field = await self.walk.require(seen, "password")
        least, most = await _policy(self.walk, seen, password_field.handle)
        password = await self.errand.draw_password(least, most)
        self.walk.visit.redactor.register(password)
        if name := await find(self.walk.visit, seen.screen, "name"):
            await name.handle.fill(self.errand.person_name)
        await self._fill_address(seen)
        await self.walk.fill(seen, "password", password, owner=self.errand.user_email)
        if check := await find(self.walk.visit, seen.screen, "password_check"):
            await self.walk.visit.guard.type_secret(check.handle, password, owner=self.errand.user_email)
        submit = await self.walk.require(seen, "submit")
        ready = await self.walk.visit.recognise()
        if (ready.screen, ready.document) != (seen.screen, seen.document):
            return await self.walk.settle()
        require_ours(ready, self.errand.user_email)
        await self.hooks.before_act(Act.REGISTER)  # the order is spent here, whatever comes of it
        self.sent = True
        after = await self.walk.press_found(seen, submit)
        await self.hooks.outcome(Act.REGISTER, after.alert or "answered")
        self.walk.progress()
        return after

    async def _fill_address(self, seen: Recognition) -> None:
        field = await find(self.walk.visit, seen.screen, "email")
        if not field:
            return
        if (await field.handle.input_value()).strip().lower() == self.errand.user_email:
            return
        if not await field.handle.is_editable():
            raise WrongIdentityError(
                "expected a register form for the account's user, found one that is fixed to another address: "
                "nothing was typed",
                screen=seen.screen,
                url=seen.path,
            )
        await self.walk.fill(seen, "email", self.errand.user_email)


def refuse_answers(seen: Recognition) -> None:
    """Raise what a page says about the form that was sent, whatever page it is.

    Raises:
        LoginExistsError, RegistrationRefusedError.
    """
    match seen.alert:
        case "login_exists":
            raise login_exists(seen)
        case "unusual_activity":
            raise RegistrationRefusedError(
                "expected the site to create the login, found that it refuses to create any now: stop, and look "
                "before another order",
                screen=seen.screen,
                url=seen.path,
            )
        case _:
            return


def require_ours(seen: Recognition, address: str) -> None:
    """Check that every address the page shows or would send is ours.

    Raises:
        WrongIdentityError: it names another one.
    """
    claimed = {one for claim in seen.claimed for one in (addresses_in(claim) or {claim.strip().lower()}) if one}
    named = {one for one in seen.mentioned if "@amazon." not in one}
    if (claimed or named) - {address}:
        raise WrongIdentityError(
            "expected a page about the account's user, found another address on it: nothing was pressed",
            screen=seen.screen,
            url=seen.path,
        )


def login_exists(seen: Recognition) -> LoginExistsError:
    """Build the error for a login that is there already."""
    return LoginExistsError(
        "expected no login for the user email, found that it has one already: give its secrets",
        screen=seen.screen,
        url=seen.path,
    )


def unanswered(*, screen: str | None, url: str | None) -> RegistrationUnansweredError:
    """Build the error for an order that is spent."""
    return RegistrationUnansweredError(
        "expected the login whose register form was sent, found that the site has none: the form "
        "is not sent again, a person may order anew",
        screen=screen,
        url=url,
    )


async def _policy(walk: Navigator, seen: Recognition, field: ElementHandle) -> tuple[int, int]:
    """How many characters the page wants at least, and takes at most."""
    text: str = await walk.visit.page.evaluate("() => document.body?.innerText ?? ''")
    catalogue = walk.visit.catalogue
    words = {name: catalogue.words(catalogue.screens[seen.screen], name).phrases for name in ("characters", "at_most")}
    said = parse_policy(text, **words)
    least, most = await field.get_attribute("minlength") or "", await field.get_attribute("maxlength") or ""
    numbers = [said.least, *([int(least)] if least.isdigit() else [])]
    return max(numbers), min(said.most, int(most)) if most.isdigit() and int(most) > 0 else said.most
