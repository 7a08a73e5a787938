"""What a visit typed in secret, and what the site answered to it."""

from __future__ import annotations

from dataclasses import dataclass, field

from flows.catalogue.recognise import Recognition
from flows.errors import CodeRejectedError, NoSuchLoginError, PasswordRejectedError, StuckError
from flows.models import Act, FlowHooks

NOT_SENT = "not_sent"  # it provably never left the browser
_CODES_REJECTED = 2
_STARTING = ("password", "combined", "email", "email_unified", "no_such_login")  # to be (back) there is no yes
_NOBODY = ("no_such_login", "intent", "unknown_login", "register_form")  # a new login is offered for the address
_WITH_PICTURE = "captcha_in_page"  # neither yes nor no, once
_NEITHER = ("identity_switch", "not_found")  # and these, as often as they come: what was typed stays open
_ERROR = 400  # HTTP status
_REJECTING = ("password_rejected", "credentials_rejected")  # in these words, in whatever box


@dataclass(slots=True)
class SubmittedSecrets:
    """The passwords and codes of one visit.

    Outcomes go to the hooks as soon as a screen answers.
    """

    hooks: FlowHooks
    dialogs: list[str] = field(default_factory=list)  # what pages say in boxes of the browser's own, as it comes
    passwords: int = 0
    codes: int = 0
    is_accepted: bool = False  # a password was typed, and the site went on
    _codes_rejected: int = 0
    _failed_before: int = 0
    _typed_on: Recognition | None = None  # the page that the password was typed on last
    _dialogs_before: int = 0
    _unsent: str = ""  # the document whose own script did not send it
    _is_filled: bool = False  # the password stands in the page's field
    _is_pressed: bool = False  # and was sent off, as far as we know
    _asked_again_in: str = ""  # the new document in which the password step came once more
    _pending: list[Act] = field(default_factory=list)  # typed, and not answered yet

    async def before_password(self, seen: Recognition) -> None:
        """Ask for leave to type the password on this page, and count it."""
        await self.hooks.before_act(Act.TYPE_PASSWORD)
        self._failed_before = seen.failed_sign_ins
        self._typed_on, self._dialogs_before = seen, len(self.dialogs)
        self.passwords += 1
        self._is_filled = self._is_pressed = False
        self._pending.append(Act.TYPE_PASSWORD)

    def filled(self) -> None:
        """Say that the password stands in the field now."""
        self._is_filled = True

    def pressing(self) -> None:
        """Note that the form is about to be sent: from here on a secret may have left."""
        self._is_pressed = True

    async def page_moved(self) -> None:
        """Take back a password that was asked for and not typed.

        One that stood in the field may have been sent by the page.
        """
        if Act.TYPE_PASSWORD in self._pending and not self._is_filled:
            self._pending.remove(Act.TYPE_PASSWORD)
            self.passwords -= 1
            await self.hooks.outcome(Act.TYPE_PASSWORD, NOT_SENT)
        self._is_pressed = self._is_filled

    def passed(self) -> None:
        """Note that a page came which is shown only after the password.

        What was typed until here was one sign-in.
        """
        self.passwords = min(self.passwords, 1)

    async def before_code(self) -> None:
        """Ask for leave to type a code, and count it."""
        await self.hooks.before_act(Act.TYPE_CODE)
        self.codes += 1
        self._pending.append(Act.TYPE_CODE)

    async def judge(self, seen: Recognition) -> bool:
        """Tell what became of what was typed, from a screen that answers.

        True when something was accepted.

        Raises:
            PasswordRejectedError, CodeRejectedError, NoSuchLoginError: the site said no.
        """
        if seen.alert == "credentials_rejected" and (self.passwords or self.codes):
            await self._refuse_credentials(seen)
        is_taken = False
        if Act.TYPE_PASSWORD in self._pending:
            is_taken = await self._judge_password(seen)
        if Act.TYPE_CODE in self._pending:
            is_taken = await self._judge_code(seen) or is_taken
        return is_taken

    def is_unsent(self, seen: Recognition) -> bool:
        """Whether the page's own script asks for the given password a first time.

        Nothing was sent then.
        """
        return seen.alert == "password_missing" and seen.document == self._unsent

    def is_unanswered(self, seen: Recognition) -> bool:
        """Whether the page asks again for what was just typed without a word.

        The word may come later than the page.
        """
        is_asked = (Act.TYPE_PASSWORD in self._pending and seen.screen in _STARTING) or (
            Act.TYPE_CODE in self._pending and seen.screen == "otp"
        )
        return is_asked and not seen.alert_text and not seen.rejects

    def is_asked_with_picture(self, seen: Recognition) -> bool:
        """Whether the password that was just typed is asked for beside a picture."""
        return Act.TYPE_PASSWORD in self._pending and seen.screen == _WITH_PICTURE and self._is_pressed

    async def close(self, outcome: str) -> None:
        """Give everything that is still open this outcome; the attempt stays counted."""
        while self._pending:
            await self.hooks.outcome(self._pending.pop(), outcome)

    async def fail(self, code: str, *, was_stopped: bool) -> None:
        """The visit ends by this error.

        A password that left without a yes is doubted, whatever the error was.

        `was_stopped`: our own guard stopped what would have carried it away.
        """
        never_left, was_open = was_stopped or not self._is_pressed, False
        while self._pending:
            act = self._pending.pop()
            word = code if act is not Act.TYPE_PASSWORD else NOT_SENT if never_left else "doubted"
            await self.hooks.outcome(act, word)
            was_open = True
        if self._asked_again_in and not self.is_accepted and not was_open:
            await self.hooks.outcome(Act.TYPE_PASSWORD, "doubted")  # asked again, and no yes came of it

    async def _judge_password(self, seen: Recognition) -> bool:
        is_back = seen.screen in (*_STARTING, _WITH_PICTURE)
        if seen.alert == "email_unknown" or seen.screen in _NOBODY:
            await self.close(NoSuchLoginError.code)  # the site did not look at the password
            raise no_such_login(seen)
        is_counted = seen.failed_sign_ins > self._failed_before
        if seen.alert == "password_rejected" or (is_back and (is_counted or seen.rejects in _REJECTING)):
            await self.close("rejected")
            raise PasswordRejectedError(
                "expected the site to take the password, found that it rejects it: give the account's secrets anew",
                screen=seen.screen,
                url=seen.path,
            )
        if seen.screen in _NEITHER:
            return False
        if seen.alert == "password_missing" and seen.document == self._document != self._unsent:
            self._unsent = seen.document
            self.passwords -= 1
            await self.close("held_back")
            return False
        self._unsent = ""
        if seen.screen == _WITH_PICTURE and not self._asked_again_in:
            self._asked_again_in = seen.document
            await self.close("asked_again")
            return False
        if is_back and seen.alert_text:
            await self.close("doubted")  # the sign-in stops at a message that has no name: it may be a rejection
            return False
        if self._is_step_again(seen):
            self._asked_again_in = seen.document
            await self.close("asked_again")
            return False
        if is_back:
            await self.close("doubted")
            self._asked_again_in = ""
            says = "with words that are not known" if self._is_worded(seen) else "without a word"
            raise StuckError(
                f"expected the site to take the password, found that it asks for it again {says}: that may be a "
                "rejection, so it is not typed again; look at the kept page, then release the account",
                screen=seen.screen,
                url=seen.path,
            )
        self._pending.remove(Act.TYPE_PASSWORD)
        self.is_accepted = True
        await self.hooks.outcome(Act.TYPE_PASSWORD, "accepted")
        return True

    def _is_step_again(self, seen: Recognition) -> bool:
        """Whether the password step came once more, as a new document, wordless.

        Seller Central's own step is known to do so before the code (facts: sign-in, 1.5); a second time it may be a
        rejection.
        """
        if seen.screen != "password" or seen.document == self._document or self._asked_again_in:
            return False
        return seen.status < _ERROR and not self._is_worded(seen)

    def _is_worded(self, seen: Recognition) -> bool:
        """Whether the page that asks again says more than it did before.

        In a box of the browser's own, or outside every box that is known as a message's. A page of another make has
        other words anyhow.
        """
        before = self._typed_on
        if len(self.dialogs) > self._dialogs_before:
            return True
        return before is not None and seen.shape == before.shape and not seen.lines <= before.lines

    @property
    def _document(self) -> str:
        return self._typed_on.document if self._typed_on is not None else ""

    async def _judge_code(self, seen: Recognition) -> bool:
        is_asking = seen.screen == "otp"
        if is_asking and seen.alert in ("code_rejected", "code_expired"):
            self._codes_rejected += 1
            await self.close("rejected")
            if self._codes_rejected >= _CODES_REJECTED:
                raise CodeRejectedError(
                    f"expected the site to take a one-time code, found that it rejected {_CODES_REJECTED}: check the "
                    "seed and the clock, then release the account",
                    screen=seen.screen,
                    url=seen.path,
                )
            return False
        if is_asking and seen.alert_text:
            return False
        self._pending.remove(Act.TYPE_CODE)
        await self.hooks.outcome(Act.TYPE_CODE, "asked_again" if is_asking else "accepted")
        return not is_asking

    async def _refuse_credentials(self, seen: Recognition) -> None:
        """The words that come after the code and mean the password as well."""
        await self.close("rejected")
        if self.is_accepted:
            await self.hooks.outcome(Act.TYPE_PASSWORD, "rejected")
        raise PasswordRejectedError(
            "expected the site to take the sign-in, found that it rejects its credentials: give the account's "
            "secrets anew",
            screen=seen.screen,
            url=seen.path,
        )


def no_such_login(seen: Recognition) -> NoSuchLoginError:
    """Build the error for an address that the site does not know."""
    return NoSuchLoginError(
        "expected the site to know the user email, found that it has no login for it: create the login, or correct the "
        "account",
        screen=seen.screen,
        url=seen.path,
    )
