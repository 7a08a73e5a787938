"""What a visit knows to be secret before its first page: no piece of evidence holds it, however it is written."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from pydantic import SecretStr
from sqlalchemy.engine import Engine

from agent.store.database.engine import writing
from agent.store.vault import sessions, sign_in_secrets
from agent.store.vault.keys import Vault
from agent.store.vault.sign_in_secrets import SignInSecrets
from agent.visits.known_values import redactor_of
from agent.visits.prepare import prepare
from flows import Redactor
from tests.support.stored.registry import NOW, add_account, invite
from tests.support.visits.worker_context import make_context

PASSWORD = "correct horse/battery&staple"
SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXPJBSW"
GROUPED = " ".join(SEED[at : at + 4] for at in range(0, len(SEED), 4))
COOKIES = {"at-main": '"Atza|IwEBIAbc123-XYZ_987"', "session-token": "k3Jq/8Zt+Wm1Pp0=", "lc-main": "en_US"}
STATE = {"cookies": [{"name": name, "value": value} for name, value in COOKIES.items()], "origins": []}
WRITTEN = {
    "password": PASSWORD,
    "password in an address": quote(PASSWORD, safe=""),
    "bare seed": SEED,
    "seed in small letters": SEED.lower(),
    "seed in groups": GROUPED,
    "seed in groups of small letters": GROUPED.lower(),
    "seed with dashes": GROUPED.replace(" ", "-"),
    "seed with blanks that do not break": GROUPED.replace(" ", "\xa0"),
    "seed as an address": f"otpauth://totp/x?secret={SEED}&issuer=y",
    "cookie in quotes": COOKIES["at-main"],
    "cookie": COOKIES["at-main"].strip('"'),
    "another cookie": COOKIES["session-token"],
    "cookie in an address": quote(COOKIES["session-token"], safe=""),
}
PLACES = ("<p>your key: {}.</p>", "<a title='{}'>x</a>", "document.cookie = 'a={}; path=/'", '{{"token": "{}"}}')


async def redactor(engine: Engine, vault: Vault, directory: Path, seed: str) -> Redactor:
    with writing(engine) as conn:
        add_account(conn)
        given = SignInSecrets(password=SecretStr(PASSWORD), totp_secret=SecretStr(seed))
        sign_in_secrets.save(conn, vault, "A1", given, now=NOW)
        sessions.save(conn, vault, "A1", STATE, now=NOW)
        invite(conn)
    return redactor_of(await prepare(make_context(engine, vault, directory), "A1", due_by=NOW + timedelta(days=365)))


@pytest.mark.parametrize("seed", [SEED, GROUPED.lower(), f"otpauth://totp/x?secret={SEED}&issuer=y"])
async def test_each_secret_of_a_visit_is_replaced_in_every_form_wherever_it_stands(
    engine: Engine, vault: Vault, tmp_path: Path, seed: str
) -> None:
    known = await redactor(engine, vault, tmp_path, seed)
    kept = {
        (name, place)
        for name, written in WRITTEN.items()
        for place in PLACES
        if written in known.redact(place.format(written))
    }
    assert kept == set()


async def test_words_that_are_cookies_too_stay_in_evidence(engine: Engine, vault: Vault, tmp_path: Path) -> None:
    known = await redactor(engine, vault, tmp_path, SEED)
    assert known.redact("<html lang=en_US>Sign in</html>") == "<html lang=en_US>Sign in</html>"
