"""A site that keeps logins: registers one, proves its address, enrols an authenticator, and counts everything it must not see twice."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pyotp
from aiohttp import web

from tests.second_site import login_pages as pages
from tests.second_site.login_pages import LoginPlan
from tests.support.sites.same_place import end, listen_there, same_identity

SendMail = Callable[[str, str, str], Awaitable[None]]  # purpose, address, code


@dataclass(slots=True)
class Login:
    """One login of the site."""

    email: str
    password: str
    is_proven: bool = False
    phone: str = ""
    apps: list[tuple[str, str]] = field(default_factory=list)  # id and secret, the oldest first
    is_on: bool = False


@dataclass(slots=True)
class Browser:
    """What the site knows of one browser."""

    claimed: str = ""
    signed_in: str = ""
    half: str = ""  # the password was right, the code is missing
    wants: list[str] = field(default_factory=list)  # pages that come before anything else
    code: str = ""
    secret: str = ""
    may_set: bool = False


@dataclass(slots=True)
class LoginSite:
    """Logins by address, and a history."""

    send: SendMail
    plan: LoginPlan = field(default_factory=LoginPlan)
    logins: dict[str, Login] = field(default_factory=dict)
    browsers: dict[str, Browser] = field(default_factory=dict)
    forms: list[dict[str, str]] = field(default_factory=list)  # register forms
    passwords: list[str] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)  # one-time codes that were taken
    refused: list[str] = field(default_factory=list)
    dangers: list[str] = field(default_factory=list)
    phones: list[str] = field(default_factory=list)
    accepted: int = 0
    sms: str = "445566"
    cut_at: str = ""  # the answer to a form for this path never comes
    was_cut: asyncio.Event = field(default_factory=asyncio.Event)
    port: int = 0
    spki: str = ""
    number: int = 0
    now: Callable[[], datetime] = lambda: datetime.now(UTC)  # the agent's clock, which skips what it waits for

    async def answer(self, request: web.Request) -> web.StreamResponse:
        key = request.cookies.get("k") or secrets.token_hex(8)
        browser = self.browsers.setdefault(key, Browser())
        form = {name: str(value) for name, value in (await request.post()).items()}
        done = await self._take(request, browser, form)
        if request.method == "POST" and request.path == self.cut_at:
            self.was_cut.set()
            await asyncio.sleep(3600)
        response = done if isinstance(done, web.StreamResponse) else web.Response(text=done, content_type="text/html")
        response.set_cookie("k", key)
        return response

    async def _take(self, request: web.Request, browser: Browser, form: dict[str, str]) -> str | web.Response:
        path = request.path
        if path.startswith("/-danger/"):
            self.dangers.append(path)
        if request.method == "POST":
            done = await self._post(path, browser, form)
            if done is not None:
                return done
            return await self._next(browser, path)
        if path == "/ap/cvf/resend":
            await self._send(browser, browser.wants[0] if browser.wants else "")
        if path == "/ap/skip":
            browser.wants = [want for want in browser.wants if want != "phone"]
        if path == "/favicon.ico":
            return ""
        return await self._get(request, browser)

    async def _get(self, request: web.Request, browser: Browser) -> str | web.Response:
        path = request.path
        if browser.wants:
            return await self._next(browser, path)
        if path.startswith("/ap/register"):
            return pages.register(self.plan, browser.claimed)
        if not browser.signed_in:
            return pages.email()
        login = self.logins[browser.signed_in]
        if path.startswith("/a/settings"):
            if self.plan.settings_code and not browser.may_set:
                browser.wants = ["code:account_data"]
                await self._send(browser, browser.wants[0])
                return await self._next(browser, path)
            if "setup/register" in path:
                return self._enroll(browser)
            if path.endswith("/delete"):
                return pages.confirm_delete(request.query["app"])
            names = [(key, f"App {key}") for key, _ in login.apps]
            return pages.settings_on(names) if login.is_on else pages.settings_off()
        if path.startswith("/invitation"):
            return pages.accepted() if self.accepted else pages.invitation()
        return pages.home()

    async def _post(self, path: str, browser: Browser, form: dict[str, str]) -> str | web.Response | None:
        match path:
            case "/ap/signin":
                browser.claimed = form["email"].strip().lower()
                if browser.claimed in self.logins and (self.logins[browser.claimed].is_proven or self.plan.exists):
                    return pages.password(browser.claimed)
                return (
                    pages.intent(self.plan, browser.claimed)
                    if self.plan.is_unified
                    else pages.email("We cannot find an account with that email address")
                )
            case "/ap/signin/pw":
                return self._password(browser, form)
            case "/ap/mfa":
                return self._otp(browser, form)
            case "/ap/register":
                return pages.register(self.plan, browser.claimed)
            case "/ap/register/submit":
                return await self._register(browser, form)
            case "/ap/cvf/verify":
                return await self._code(browser, form)
            case "/ap/cvf/phone":
                return self._phone(browser, form)
            case "/ap/nudge/skip":
                browser.wants.pop(0)
            case "/a/settings/approval/appbackup":
                return self._verify(browser, form)
            case "/a/settings/approval/setup/enable":
                if "trustThisDevice" in form:
                    self.dangers.append("trusted browser")
                self.logins[browser.signed_in].is_on = True
                browser.wants = []
                return web.Response(status=302, headers={"Location": "/a/settings/approval"})
            case "/a/settings/approval/delete/confirm":
                login = self.logins[browser.signed_in]
                login.apps = [app for app in login.apps if app[0] != form["app"]]
                return web.Response(status=302, headers={"Location": "/a/settings/approval"})
            case "/invitation/accept":
                self.accepted += 1
                return pages.accepted()
        return None

    async def _register(self, browser: Browser, form: dict[str, str]) -> str | None:
        self.forms.append(form)
        address = form["email"].strip().lower()
        if self.plan.unusual:
            return pages.register(self.plan, address, "We've detected unusual activity.")
        if address in self.logins:
            return pages.register(self.plan, address, "There's already an account with this email.")
        assert form["password"] == form["passwordCheck"]
        assert form["customerName"] == pages.NAME
        self.logins[address] = Login(email=address, password=form["password"], is_proven=not self.plan.mail_code)
        browser.signed_in = address
        wants = ["puzzle"] if self.plan.puzzle else []
        wants += ["code:registration"] if self.plan.mail_code else []
        wants += ["phone"] if self.plan.phone else []
        wants += ["nudge"] if self.plan.nudge else []
        wants += ["enroll"] if self.plan.in_flow else []
        browser.wants = wants
        if "code:registration" in wants:
            await self._send(browser, "code:registration")
        return None

    async def _send(self, browser: Browser, want: str) -> None:
        browser.code = f"{secrets.randbelow(10**6):06d}"
        await self.send(want.partition(":")[2], browser.signed_in or browser.half or browser.claimed, browser.code)

    async def _next(self, browser: Browser, path: str) -> str | web.Response:
        want = browser.wants[0] if browser.wants else ""
        self.plan.seen.append(want or path)
        match want.partition(":")[0]:
            case "puzzle":
                return pages.puzzle()
            case "code":
                return pages.code("email", boxes=self.plan.code_boxes)
            case "phone":
                return pages.phone(self.plan)
            case "sms":
                return pages.code("sms")
            case "nudge":
                return pages.nudge()
            case "enroll":
                return self._enroll(browser)
            case "almost":
                return pages.almost_done()
        return web.Response(status=302, headers={"Location": "/home"})

    def _password(self, browser: Browser, form: dict[str, str]) -> str | web.Response | None:
        self.passwords.append(form["password"])
        login = self.logins[browser.claimed]
        if form["password"] != login.password:
            return pages.password(browser.claimed, "Your password is incorrect")
        if login.is_on:
            browser.half = browser.claimed
            return pages.otp()
        browser.signed_in = browser.claimed
        return web.Response(status=302, headers={"Location": "/home"})

    def _otp(self, browser: Browser, form: dict[str, str]) -> str | web.Response:
        login = self.logins[browser.half]
        if "rememberDevice" in form:
            self.dangers.append("remembered device")
        if not self._is_code(login, form["otpCode"]):
            return pages.otp("The One Time Password (OTP) you entered is not valid.")
        browser.signed_in = browser.half
        return web.Response(status=302, headers={"Location": "/home"})

    def _is_code(self, login: Login, code: str, secret: str = "") -> bool:
        known = [secret] if secret else [each for _, each in login.apps]
        good = code not in self.codes and any(
            pyotp.TOTP(each).verify(code, for_time=self.now(), valid_window=1) for each in known
        )
        (self.codes if good else self.refused).append(code)
        return good

    async def _code(self, browser: Browser, form: dict[str, str]) -> str | None:
        want = browser.wants[0]
        given = form.get("code") or "".join(form.get(f"c{n}", "") for n in range(1, 7))
        if want == "sms":
            if given != self.sms:
                return pages.code("sms", "Invalid code")
        elif given != browser.code:
            self.refused.append(given)
            return pages.code("email", "Invalid OTP. Please check your code and try again.")
        if want == "code:registration":
            self.logins[browser.signed_in].is_proven = True
        if want == "code:account_data":
            browser.may_set = True
        browser.wants.pop(0)
        return None

    def _phone(self, browser: Browser, form: dict[str, str]) -> str | None:
        self.phones.append(f"{form.get('cvf_phone_cc')} {form['cvf_phone_num']}")
        if self.plan.phone == "taken":
            return pages.phone(self.plan, "Mobile number already in use")
        browser.wants[0] = "sms"
        return None

    def _enroll(self, browser: Browser, said: str = "") -> str:
        browser.secret = pyotp.random_base32(52)
        return pages.enroll(self.plan, browser.secret, said)

    def _verify(self, browser: Browser, form: dict[str, str]) -> str | web.Response | None:
        login = self.logins[browser.signed_in]
        if not self._is_code(login, form["verificationCode"], browser.secret):
            return self._enroll(browser, "Incorrect code. If this error repeats, rescan the barcode.")
        self.number += 1
        login.apps.append((f"n{self.number}", browser.secret))
        if login.is_on:
            return web.Response(status=302, headers={"Location": "/a/settings/approval"})
        if self.plan.almost_done:
            browser.wants = ["phone", "almost"] if self.plan.backup else ["almost"]
            return None
        login.is_on, browser.wants = True, []
        return web.Response(status=302, headers={"Location": "/a/settings/approval"})


@asynccontextmanager
async def login_site(send: SendMail) -> AsyncIterator[LoginSite]:
    """Run the site under the production host names, on loopback where the last one was."""
    site = LoginSite(send=send)
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", site.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site.spki = same_identity().pin
    site.port = await listen_there(runner)
    try:
        yield site
    finally:
        await end(runner)
