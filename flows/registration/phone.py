"""The page that wants a phone number: the order's own, typed once.

Without one, a person.
"""

from __future__ import annotations

from playwright.async_api import ElementHandle

from flows.catalogue.recognise import Recognition
from flows.errors import ChallengeError
from flows.models import Act, FlowHooks
from flows.registration.errand import LoginErrand
from flows.registration.errors import PhoneNeededError, PhoneRefusedError
from flows.registration.register_form import refuse_answers
from flows.sign_in.code_fields import type_code
from flows.visit.elements import find
from flows.visit.navigate import Navigator

_CODES = 2
# The value of the option whose text ends in the longest calling code that the number begins with.
_OPTION = """(select, number) => {
  const found = [...select.options].map(option => [option.value, /\\+\\s*([0-9]{1,4})/.exec(option.text)?.[1]])
    .filter(([value, code]) => value && code && number.startsWith('+' + code));
  const longest = Math.max(...found.map(([, code]) => code.length));
  const best = found.filter(([, code]) => code.length === longest);
  const chosen = best.find(([value]) => value === select.value) ?? best[0];
  return chosen ? {value: chosen[0], code: chosen[1]} : null;
}"""


async def give_phone(walk: Navigator, seen: Recognition, *, errand: LoginErrand, hooks: FlowHooks) -> Recognition:
    """Type the order's number.

    Raises:
        PhoneRefusedError: the site does not take it.
        PhoneNeededError: there is none, or it was typed before.
    """
    if seen.alert == "unusual_activity":
        refuse_answers(seen)
    if seen.alert_text:
        raise PhoneRefusedError(
            f"expected the site to take the phone number, found: {walk.visit.redactor.redact(seen.alert_text)[:200]}",
            screen=seen.screen,
            url=seen.path,
        )
    place = await walk.require(seen, "number")
    await walk.require(seen, "submit")
    country = await find(walk.visit, seen.screen, "country")
    number = await errand.spend_phone()
    if number is None:
        raise PhoneNeededError(
            "expected a login without a phone number, found that the site wants one: a person gives it",
            screen=seen.screen,
            url=seen.path,
        )
    walk.visit.redactor.register(number)
    digits = await _choose_country(country.handle, number) if country else None
    walk.visit.redactor.register(digits or number)
    await hooks.before_act(Act.TYPE_PHONE)
    await place.handle.fill(digits or number)
    walk.visit.tell("filled", seen, element=place.name, candidate=place.candidate)
    walk.progress()
    after = await walk.press(seen, "submit")
    await hooks.outcome(Act.TYPE_PHONE, after.alert or "answered")
    return after


async def give_sms_code(walk: Navigator, seen: Recognition, *, errand: LoginErrand, asked_before: int) -> Recognition:
    """Type the code that a person gives.

    Raises:
        ChallengeError: none was given, or two were refused.
    """
    code = None
    if asked_before < _CODES:
        code = await errand.ask_code(seen.alert_text or "The site sent a code to the phone number of the new login.")
    if code is None:
        raise ChallengeError(
            "expected a code sent to the phone from a person, found none that was taken: order anew",
            kind="sms_code",
            screen=seen.screen,
            url=seen.path,
        )
    walk.progress()
    return await type_code(walk, seen, code)


async def _choose_country(select: ElementHandle, number: str) -> str | None:
    """Choose the country of a number.

    Its digits without the calling code, None where the page has no such country.
    """
    chosen: dict[str, str] | None = await select.evaluate(_OPTION, number)
    if chosen is None:
        return None
    await select.select_option(value=chosen["value"], force=True)
    return number.removeprefix("+" + chosen["code"])
