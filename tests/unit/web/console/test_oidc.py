"""Signing in by an identity provider: what lets a person in, and each thing that must not."""

from __future__ import annotations

import base64
import os
import ssl
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from joserfc.jwk import RSAKey
from pydantic import SecretStr
from sqlalchemy.engine import Engine

from agent.clock import Clock, utc_now
from agent.errors import ConfigurationError
from agent.settings.groups.operation import OidcSettings, WebSettings
from agent.settings.model import Settings
from agent.store.console import people, sessions
from agent.store.console.people import Role
from agent.store.database.engine import reading
from agent.store.vault.keys import Vault
from agent.web.oidc.attempt import own_path
from agent.web.oidc.provider import Provider
from tests.support.servers.certificates import issue
from tests.support.servers.openid import CLIENT, SECRET, OpenIdProvider, running_openid
from tests.support.web.console import submit
from tests.support.web.web_server import WebServer, serving

PUBLIC = "https://agent.example"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return issue(tmp_path_factory.mktemp("openid"))


@pytest.fixture
def provider(certificate: Any) -> Iterator[OpenIdProvider]:
    """A provider with TLS by an authority of its own."""
    with running_openid(certificate) as running:
        yield running


@pytest.fixture
def oidc_settings(tmp_path: Path, provider: OpenIdProvider, certificate: Any) -> Settings:
    key = SecretStr(base64.urlsafe_b64encode(os.urandom(32)).decode())
    oidc = OidcSettings(
        issuer=provider.url, client_id=CLIENT, client_secret=SecretStr(SECRET), ca_file=certificate.ca_file
    )
    web = WebSettings(address="127.0.0.1:0", key=key, public_url=PUBLIC, behind_proxy=True, oidc=oidc)
    return Settings(data_dir=tmp_path, web=web)


@pytest_asyncio.fixture
async def web(engine: Engine, oidc_settings: Settings, vault: Vault) -> AsyncIterator[WebServer]:
    async with serving(engine, oidc_settings, vault, network=False) as server:
        server.url = PUBLIC
        yield server


class Browser:
    """A browser of one person: cookies of the console, and trips to the provider."""

    def __init__(self, web: WebServer, provider: OpenIdProvider, ca_file: Path) -> None:
        self.client = web.bare(headers={"Sec-Fetch-Site": "same-origin"})
        self.provider, self.ca_file = provider, ca_file

    async def ask(self, path: str = "/sign-in/oidc") -> str:
        """Begin; returns the address that the provider sends it back to."""
        to = (await self.client.get(path)).headers["location"]
        assert to.startswith(self.provider.url + "/authorize?")
        async with httpx.AsyncClient(verify=ssl.create_default_context(cafile=self.ca_file), trust_env=False) as client:
            return str((await client.get(to)).headers["location"])

    async def come_back(self, address: str) -> httpx.Response:
        return await self.client.get(address)

    async def sign_in(self, path: str = "/sign-in/oidc") -> httpx.Response:
        return await self.come_back(await self.ask(path))

    def is_in(self) -> bool:
        return "__Host-console" in self.client.cookies


@pytest.fixture
def person(web: WebServer, provider: OpenIdProvider, certificate: Any) -> Browser:
    return Browser(web, provider, certificate.ca_file)


async def test_a_person_signs_in_with_the_role_of_the_claim(
    person: Browser, provider: OpenIdProvider, web: WebServer
) -> None:
    assert 'href="/sign-in/oidc?next=/todo"' in (await person.client.get("/todo")).text
    answer = await person.sign_in("/sign-in/oidc?next=/todo")
    assert (answer.status_code, 'url=/todo"' in answer.text) == (200, True)
    cookie = next(line for line in answer.headers.get_list("set-cookie") if line.startswith("__Host-console="))
    for mark in ("HttpOnly", "Secure", "SameSite=strict", "Path=/"):
        assert mark in cookie
    assert "ada@people.example" in (await person.client.get("/todo")).text
    (asked,) = provider.asked
    assert (asked["code_challenge_method"], asked["redirect_uri"], provider.refused) == (
        "S256",
        PUBLIC + "/sign-in/oidc/callback",
        [],
    )
    assert len({asked["state"], asked["nonce"], asked["code_challenge"]}) == 3
    with reading(web.engine) as conn:
        assert people.get(conn, "ada@people.example").role is Role.OPERATOR


@pytest.mark.parametrize(
    ("roles", "status", "role"),
    [
        (["viewer", "admin", "x"], 200, Role.ADMIN),
        ("driver", 200, Role.DRIVER),
        (["Admin"], 403, None),
        ([], 403, None),
        ({"admin": True}, 403, None),
        (None, 403, None),
    ],
)
async def test_only_a_role_of_ours_lets_in(
    person: Browser, provider: OpenIdProvider, web: WebServer, roles: Any, status: int, role: Role | None
) -> None:
    provider.claims["roles"] = roles
    assert (await person.sign_in()).status_code == status
    with reading(web.engine) as conn:
        found = people.find(conn, "ada@people.example")
    assert (found.role if found else None, person.is_in()) == (role, role is not None)


async def test_a_nested_claim_is_named_with_dots(
    engine: Engine, oidc_settings: Settings, vault: Vault, provider: OpenIdProvider, certificate: Any
) -> None:
    oidc = oidc_settings.web.oidc.model_copy(update={"role_claim": "realm_access.roles"})
    settings = oidc_settings.model_copy(update={"web": oidc_settings.web.model_copy(update={"oidc": oidc})})
    provider.claims = {"sub": "u-1", "realm_access": {"roles": ["viewer"]}}
    async with serving(engine, settings, vault, network=False) as web:
        web.url = PUBLIC
        person = Browser(web, provider, certificate.ca_file)
        assert (await person.sign_in()).status_code == 200
    with reading(engine) as conn:
        assert people.get(conn, "u-1").role is Role.VIEWER


def forge(provider: OpenIdProvider, how: str) -> None:
    """Let the provider, or whoever plays it, say something that must not be believed."""
    claims: dict[str, dict[str, Any]] = {
        "wrong nonce": {"nonce": "another"},
        "another audience": {"aud": "shop"},
        "several audiences, asked by another": {"aud": [CLIENT, "shop"], "azp": "shop"},
        "several audiences, nobody asked": {"aud": [CLIENT, "shop"]},
        "another issuer": {"iss": "https://evil.example"},
        "expired": {"exp": 1_700_000_000},
        "issued long ago": {"iat": 1_700_000_000},
        "issued later": {"iat": 9_000_000_000, "exp": 9_000_000_300},
        "a name with control characters": {"email": "ada\n@x", "email_verified": True},
        "no text as name": {"sub": 7, "email_verified": False},
    }
    provider.claims |= claims.get(how, {})
    if how.startswith("without "):
        provider.without.add(how.removeprefix("without "))
    if how in ("none", "HS256"):
        provider.signing = how
    if how == "another key":
        provider.published = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
    if how == "an unknown key":
        provider.published = RSAKey.generate_key(2048, {"kid": "two", "use": "sig"})
    if how == "a mixed-up provider":
        provider.answer["iss"] = "https://evil.example"
    if how == "an error":
        provider.answer |= {"code": "", "error": "access_denied"}
    if how == "a made-up code":
        provider.answer["code"] = "guessed"


@pytest.mark.parametrize(
    "how",
    [
        "wrong nonce", "another audience", "several audiences, asked by another", "several audiences, nobody asked",
        "another issuer",
        "expired", "issued long ago", "issued later", "a name with control characters", "no text as name",
        "without nonce", "without exp", "without iat", "without aud", "without iss", "without sub",
        "none", "HS256", "another key", "an unknown key", "a mixed-up provider", "an error", "a made-up code",
    ],
)  # fmt: skip
async def test_what_does_not_prove_it_lets_nobody_in(person: Browser, provider: OpenIdProvider, how: str) -> None:
    forge(provider, how)
    answer = await person.sign_in()
    assert (answer.status_code, person.is_in()) == (403, False)
    assert "another" not in answer.text.replace("another identity provider", "")
    assert (await person.client.get("/todo")).status_code == 401


async def test_a_key_that_was_changed_is_fetched_again(
    person: Browser, provider: OpenIdProvider, web: WebServer, engine: Engine
) -> None:
    assert (await person.sign_in()).status_code == 200
    provider.key = RSAKey.generate_key(2048, {"kid": "two", "use": "sig"})
    used = web.role.parts.provider
    assert used is not None
    used._keys = (used.clock.elapsed() - 60, used.keys())
    assert (await person.sign_in()).status_code == 200


async def test_the_state_of_another_browser_is_refused(
    person: Browser, web: WebServer, provider: OpenIdProvider, certificate: Any
) -> None:
    """Somebody else's finished way back must not sign this browser in as them."""
    attacker = Browser(web, provider, certificate.ca_file)
    back = await attacker.ask()
    assert ((await person.come_back(back)).status_code, person.is_in()) == (403, False)
    await person.ask()
    assert ((await person.come_back(back)).status_code, person.is_in()) == (403, False)


async def test_a_way_back_is_used_once(person: Browser) -> None:
    back = await person.ask()
    assert (await person.come_back(back)).status_code == 200
    assert (await person.come_back(back)).status_code == 403


async def test_signing_in_gives_another_session_than_any_before(person: Browser, web: WebServer) -> None:
    person.client.cookies.set("__Host-console", "chosen-by-an-attacker", domain="agent.example", path="/")
    await person.sign_in()
    values = [cookie.value for cookie in person.client.cookies.jar if cookie.name == "__Host-console"]
    assert "chosen-by-an-attacker" not in values
    first = values[0]
    await person.sign_in()
    with reading(web.engine) as conn:
        assert sessions.find(conn, web.role.parts.web_key, first or "", now=utc_now()) is None
        assert len(sessions.list_all(conn, now=utc_now())) == 1


@pytest.mark.parametrize(
    ("wanted", "to"),
    [
        ("/accounts/A1?failures=1", "/accounts/A1?failures=1"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/\t/evil.example", "/"),
        ("", "/"),
    ],
)
def test_the_way_on_stays_on_this_site(wanted: str, to: str) -> None:
    assert own_path(wanted) == to


async def test_an_act_that_cannot_be_undone_asks_for_new_proof(
    person: Browser, web: WebServer, provider: OpenIdProvider
) -> None:
    provider.authenticated_ago = 3600  # the provider remembers a session of its own
    await person.sign_in()
    with reading(web.engine) as conn:
        (old,) = sessions.list_all(conn, now=utc_now())
    assert not old.is_fresh(utc_now())
    refused = await submit(person.client, "/access", "/mails/1/approve")
    assert (refused.status_code, "/sign-in/oidc?again=1" in refused.text) == (403, True)
    provider.authenticated_ago = 0
    await person.sign_in("/sign-in/oidc?again=1")
    assert (provider.asked[-1]["prompt"], provider.asked[-1]["max_age"]) == ("login", "0")
    with reading(web.engine) as conn:
        (new,) = sessions.list_all(conn, now=utc_now())
    assert new.is_fresh(utc_now())
    assert not new.is_fresh(utc_now() + timedelta(minutes=6))


async def test_a_provider_that_does_not_say_when_gives_no_fresh_proof(
    person: Browser, web: WebServer, provider: OpenIdProvider
) -> None:
    provider.without.add("auth_time")
    assert (await person.sign_in()).status_code == 200
    with reading(web.engine) as conn:
        assert not sessions.list_all(conn, now=utc_now())[0].is_fresh(utc_now())


@pytest.mark.parametrize(
    "metadata", [{"issuer": "https://evil.example"}, {"token_endpoint": "http://evil.example/token"}, {"jwks_uri": 7}]
)
async def test_a_document_that_leads_elsewhere_is_not_followed(
    person: Browser, provider: OpenIdProvider, metadata: dict[str, Any]
) -> None:
    provider.metadata = metadata
    assert (await person.client.get("/sign-in/oidc")).status_code == 503


async def test_a_provider_that_is_away_is_told(engine: Engine, oidc_settings: Settings, vault: Vault) -> None:
    oidc = oidc_settings.web.oidc.model_copy(update={"issuer": "https://127.0.0.1:9"})
    settings = oidc_settings.model_copy(update={"web": oidc_settings.web.model_copy(update={"oidc": oidc})})
    async with serving(engine, settings, vault, network=False) as web:
        web.url = PUBLIC
        async with web.bare() as client:
            answer = await client.get("/sign-in/oidc")
    assert (answer.status_code, "does not answer" in answer.text) == (503, True)


@pytest.mark.parametrize("change", [{"client_id": None}, {"issuer": "http://login.example"}])
def test_settings_that_do_not_suffice_are_named(oidc_settings: Settings, change: dict[str, Any]) -> None:
    oidc = oidc_settings.web.oidc.model_copy(update=change)
    settings = oidc_settings.model_copy(update={"web": oidc_settings.web.model_copy(update={"oidc": oidc})})
    with pytest.raises(ConfigurationError, match="WEB__OIDC__"):
        Provider.configured(settings, Clock())
