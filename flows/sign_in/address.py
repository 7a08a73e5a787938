"""The address at sign-in: filled in, changed, and whether a page asks for ours."""

from __future__ import annotations

from dataclasses import dataclass

from flows.catalogue.addresses import addresses_in
from flows.catalogue.recognise import Recognition
from flows.errors import WrongIdentityError
from flows.visit.elements import find
from flows.visit.navigate import Navigator


@dataclass(slots=True, kw_only=True)
class AddressStep:
    """One visit's address, and what was done about it."""

    walk: Navigator
    user_email: str
    is_typed: bool = False
    _is_changed: bool = False  # "Change" was pressed once

    @property
    def ours(self) -> str:
        """The account's user email, as pages are compared with it."""
        return self.user_email.strip().lower()

    async def fill(self, seen: Recognition) -> bool:
        """Fill the address in unless the site did.

        False when it holds another one and takes no other.
        """
        field_ = (await self.walk.require(seen, "email")).handle
        if (await field_.input_value()).strip().lower() != self.ours:
            if not await field_.is_editable():
                return False
            await self.walk.fill(seen, "email", self.user_email)
        self.is_typed = True
        return True

    def is_ours(self, seen: Recognition) -> bool:
        """Whether a page that takes the password asks for our address's password.

        Every claim it holds, shown or hidden, must be ours, and a page without a field for the address must not name
        others alone. Where it names none, the address must have been typed before.
        """
        if any(addresses_in(claim) != {self.ours} for claim in seen.claimed):
            return False
        if self.is_taken_on(seen):
            return bool(seen.claimed)
        named = {address for address in seen.mentioned if "@amazon." not in address} - {*seen.inviting}
        return self.ours in named or (not named and (bool(seen.claimed) or self.is_typed))

    def is_taken_on(self, seen: Recognition) -> bool:
        """Whether the page has a field for the address."""
        return "email" in self.walk.visit.catalogue.screens[seen.screen].elements

    async def change(self, seen: Recognition) -> Recognition:
        """Press "Change", once.

        Raises:
            WrongIdentityError: it was pressed before, or the page has none.
        """
        change = await find(self.walk.visit, seen.screen, "change_address")
        if self._is_changed or not change:
            raise WrongIdentityError(
                "expected a page that asks for the password of the account's user, found one that is for another "
                "address or names none: nothing was typed; look at the kept page, then release the account",
                screen=seen.screen,
                url=seen.path,
            )
        self._is_changed = True
        return await self.walk.press_found(seen, change)
