"""Accepting one invitation as exactly the invited address."""

from __future__ import annotations

from dataclasses import dataclass

from flows.account.choose_account import choose_on
from flows.account.switcher import note_listed, require_listed
from flows.browser.on_top import require_on_top
from flows.browser.scripts import ask
from flows.catalogue.recognise import Recognition
from flows.errors import (
    AccountNotOfferedError,
    FlowError,
    InvitationClosedError,
    PartnerLinkError,
    StepTimeoutError,
    StuckError,
    UnknownScreenError,
    WrongIdentityError,
)
from flows.invitation.confirmation_code import code_in
from flows.models import (
    Acceptance,
    AcceptanceOutcome,
    Act,
    Bounds,
    Credentials,
    FlowHooks,
    Identity,
    InvitationLink,
    Proof,
    SellerAccount,
)
from flows.sign_in.sign_in import SignIn
from flows.sign_in.submitted_secrets import SubmittedSecrets
from flows.visit.elements import find, require
from flows.visit.moment import Moment
from flows.visit.navigate import Navigator
from flows.visit.visit import Visit

_CLOSED = {
    "invitation_expired": "expired",
    "invitation_withdrawn": "withdrawn",
    "invitation_other_recipient": "other_recipient",
    "invitation_refused": "refused",
    "not_found": "refused",
}
_INSIDE = ("app", "tour", "account_picker", "account_picker_old")
_CLICK_VALID = 6.0  # seconds that the leave to click is good for; a lease is trusted for nine
_ACCEPTED = ("invitation_accepted", "invitation_already_accepted")
_CONCLUSIVE = (*_ACCEPTED, *_INSIDE, "confirmation_code")


async def accept_invitation(
    visit: Visit,
    *,
    invitation: InvitationLink,
    account: SellerAccount,
    credentials: Credentials,
    hooks: FlowHooks,
    bounds: Bounds | None = None,
) -> Acceptance:
    """Sign in, prove who that is, open the invitation, accept with one click.

    Safe to repeat: an invitation accepted earlier is reported, not accepted again.
    `hooks.before_act(Act.ACCEPT_INVITATION)` is awaited
    right before the click and may forbid it by raising.

    Raises:
        WrongIdentityError: signed in as another user; nothing was clicked.
        InvitationClosedError: the site says expired, withdrawn, meant for another address, or refuses in other words.
        PartnerLinkError: an authorized partner's link; nothing was clicked.
        all that `ensure_signed_in` raises.
    """
    limits = bounds or Bounds()
    walk = Navigator(visit=visit, bounds=limits)
    sign_in = SignIn(
        walk=walk,
        host=invitation.host,
        credentials=credentials,
        hooks=hooks,
        typed=SubmittedSecrets(hooks, visit.guard.dialogs),
    )
    try:
        async with visit.time.within(limits.visit.total_seconds()):
            return await _Accepting(
                walk=walk, sign_in=sign_in, invitation=invitation, account=account, hooks=hooks
            ).run()
    except TimeoutError as err:
        raise StepTimeoutError(
            f"expected the acceptance to end within {limits.visit.total_seconds():g} s, found it still under way"
        ) from err


@dataclass(slots=True, kw_only=True)
class _Accepting:
    """One visit's acceptance; at most one click."""

    walk: Navigator
    sign_in: SignIn
    invitation: InvitationLink
    account: SellerAccount
    hooks: FlowHooks
    document: int = 0  # from which on a list of accounts may hold the merchant

    async def run(self) -> Acceptance:
        self._require(await self.sign_in.arrive(prove=True))
        await note_listed(self.walk.visit, self.account, global_account_id=self.invitation.global_account_id)
        seen = await self._open_link()
        if seen.screen != "invitation_offered":
            return await self._without_click(seen)
        await self._click(seen)
        return await self._after_click(seen)

    async def _open_link(self) -> Recognition:
        """Open the invitation.

        A re-authentication on the way is followed by opening it once more.
        """
        for _ in range(2):
            seen = await self.walk.open(self.invitation.url)
            before = len(self.walk.visit.story)
            seen = await self.sign_in.pass_through(seen)
            self._require(self.sign_in.identify(seen))
            was_signed_out = any(step.act in ("filled", "pressed") for step in self.walk.visit.story[before:])
            if not (was_signed_out and seen.screen in _INSIDE):
                return seen
        return seen

    @staticmethod
    def _require(identity: Identity) -> None:
        if identity.proof is Proof.NONE:
            raise WrongIdentityError(
                "expected the site to show that the invited address is signed in, found no sign of it: nothing was "
                "clicked; look at the kept page, then release the account"
            )

    async def _without_click(self, seen: Recognition) -> Acceptance:
        """Conclude from a page that does not offer the invitation (any more)."""
        match seen.screen:
            case screen if screen in _ACCEPTED:
                return await self._confirmed(AcceptanceOutcome.ALREADY_ACCEPTED, seen)
            case "confirmation_code":
                return await self._awaiting(seen)
            case screen if screen in _INSIDE:
                # Led away from the invitation: accepted earlier, if the merchant is among ours.
                active = await choose_on(self.walk, self.account)
                return await self._listed(AcceptanceOutcome.ALREADY_ACCEPTED, active.merchant_id, active.merchant_name)
            case _:
                raise self._closed(seen)

    async def _click(self, seen: Recognition) -> None:
        """Press the control that accepts, after a last look and the caller's leave."""
        ours = self.sign_in.credentials.user_email.strip().lower()
        if seen.addressed and ours not in seen.addressed:
            raise InvitationClosedError(
                "expected an invitation of the account's user, found that it was sent to another address: nothing was "
                "clicked",
                reason="other_recipient",
                **seen.place,
            )
        strangers = [one for one in seen.mentioned if one not in seen.inviting and "@amazon." not in one]
        if strangers and ours not in seen.mentioned:
            raise UnknownScreenError(
                "expected an invitation of the account's user, found another address on the page and not ours: nothing "
                "was clicked; look at the kept page",
                **seen.place,
            )
        if seen.alert_text:
            text = self.walk.visit.redactor.redact(seen.alert_text)[:200]
            raise UnknownScreenError(
                f"expected no message beside the offer, found: {text}. Nothing was clicked; look at the kept page",
                **seen.place,
            )
        accept = await require(self.walk.visit, seen.screen, "accept")
        await require_on_top(accept.handle, what="button", lost="clicked")
        until = Moment.in_(
            _CLICK_VALID
        )  # from before the leave was asked for: that is when it was given at the earliest
        await self.hooks.before_act(Act.ACCEPT_INVITATION)
        self.document = self.walk.visit.switcher.document + 1
        await self.walk.click(accept.handle, until=until)
        self.walk.visit.tell("pressed", seen, element=accept.name, candidate=accept.candidate)

    async def _after_click(self, offered: Recognition) -> Acceptance:
        try:
            seen = await self.sign_in.pass_through(await self.walk.settle(after=offered))
            if seen.screen not in _CONCLUSIVE and "approval" not in seen.variants:
                seen = await self.sign_in.pass_through(
                    await self.walk.open(self.invitation.url)
                )  # to look, not to accept
            acceptance = await self._conclude(seen)
        except FlowError as err:
            await self.hooks.outcome(Act.ACCEPT_INVITATION, err.code)
            raise
        await self.hooks.outcome(Act.ACCEPT_INVITATION, "accepted")
        return acceptance

    async def _conclude(self, seen: Recognition) -> Acceptance:
        match seen.screen:
            case screen if screen in (*_ACCEPTED, *_INSIDE):
                return await self._confirmed(AcceptanceOutcome.ACCEPTED, seen)
            case "confirmation_code":
                return await self._awaiting(seen)
            case "invitation_other_recipient" if "approval" in seen.variants:
                return await self._awaiting(
                    seen
                )  # taken, and the seller must approve; before the click it speaks against it
            case "invitation_offered":
                raise StuckError(
                    "expected the invitation to be accepted after the click, found it still offered: it is not "
                    "clicked again; look at the kept page",
                    **seen.place,
                )
            case "invitation_refused" | "not_found":
                # Clicked, and answered in words that are not listed: only a person can tell whether it was taken.
                raise UnknownScreenError(
                    "expected an answer to the acceptance, found words that are not known: look at the kept page",
                    **seen.place,
                )
            case _:
                raise self._closed(seen)

    async def _confirmed(self, outcome: AcceptanceOutcome, seen: Recognition) -> Acceptance:
        """Confirm the merchant: by what the page names, else by choosing the account.

        A merchant that is not listed yet stays open.
        """
        if seen.screen not in _INSIDE and await self._names_merchant():
            return await self._listed(outcome, self.invitation.merchant_id, self.account.merchant_name)
        try:
            active = await choose_on(self.walk, self.account)
        except AccountNotOfferedError:
            # "a few minutes to an hour" until it shows; whose it is was signed with the invitation
            return await self._listed(outcome, self.invitation.merchant_id, None)
        return await self._listed(outcome, active.merchant_id, active.merchant_name)

    async def _listed(
        self, outcome: AcceptanceOutcome, merchant_id: str | None, merchant_name: str | None
    ) -> Acceptance:
        """Conclude, unless the list of accounts that the page was given contradicts."""
        await require_listed(
            self.walk.visit,
            self.account,
            since=self.document,
            global_account_id=self.invitation.global_account_id,
        )
        return Acceptance(outcome=outcome, merchant_id=merchant_id, merchant_name=merchant_name)

    async def _names_merchant(self) -> bool:
        known = [
            value
            for value in (self.account.merchant_name, self.invitation.merchant_id, self.account.merchant_id)
            if value
        ]
        return bool(known and await ask(self.walk.visit.page, "mentions", known))

    async def _awaiting(self, seen: Recognition) -> Acceptance:
        return Acceptance(
            outcome=AcceptanceOutcome.AWAITING_CONFIRMATION,
            confirmation_code=await self._code(seen) if seen.screen == "confirmation_code" else None,
            merchant_id=self.invitation.merchant_id,
            merchant_name=self.account.merchant_name,
        )

    async def _code(self, seen: Recognition) -> str | None:
        """Read the code that the seller compares.

        None when the page shows none that is certain.
        """
        words = list(self.walk.visit.catalogue.words(None, "confirmation_code").phrases)
        found = await find(self.walk.visit, seen.screen, "code")
        texts = [one["value"] or one["text"] for one in await ask(self.walk.visit.page, "read", list(found.handles))]
        return code_in(texts) or code_in(await ask(self.walk.visit.page, "beside", words))

    def _closed(self, seen: Recognition) -> Exception:
        if seen.screen == "partner_link":
            return PartnerLinkError(
                "expected a user's invitation, found an authorized partner's link: the provider portal's "
                "administrator must open it",
                **seen.place,
            )
        if reason := _CLOSED.get(seen.screen):
            said = f" ({self.walk.visit.redactor.redact(seen.alert_text)[:200]})" if seen.alert_text else ""
            return InvitationClosedError(
                f"expected an open invitation, found that the site says {reason}{said}: ask the seller for a new one",
                reason=reason,
                **seen.place,
            )
        return UnknownScreenError(
            f"expected an invitation's page, found {seen.screen}: nothing was clicked; look at the kept page",
            **seen.place,
        )
