"""Rotating a fleet: one account an hour, those that were cut off first, none after a failure."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from agent.cli.visits.rotation import due, rotate_all
from agent.errors import UnconfirmedError
from agent.store.database.engine import open_database, writing
from agent.store.sign_in import old_authenticators
from agent.store.vault import sign_in_secrets
from agent.store.vault.keys import Vault
from agent.store.vault.sign_in_secrets import SignInSecrets
from tests.support.stored.registry import NOW, add_account


async def test_one_account_an_hour_and_none_after_a_failure() -> None:
    elapsed, told = timedelta(0), []

    async def sleep(seconds: float) -> None:
        nonlocal elapsed
        elapsed += timedelta(seconds=seconds)

    async def rotate(account_id: str) -> str:
        told.append((account_id, elapsed))
        if account_id == "A3":
            raise UnconfirmedError("it did not come to a new authenticator")
        return "rotated"

    with pytest.raises(UnconfirmedError):
        await rotate_all(["A1", "A2", "A3", "A4"], rotate=rotate, sleep=sleep)
    hour = timedelta(hours=1)
    assert told == [("A1", 0 * hour), ("A2", hour), ("A3", 2 * hour)]


def test_those_that_were_cut_off_come_first_then_the_oldest(tmp_path: Path) -> None:
    engine = open_database(f"sqlite:///{tmp_path / 'agent.sqlite'}")
    vault, given = Vault(b"k" * 32), SignInSecrets(password=SecretStr("p"), totp_secret=SecretStr("JBSWY3DPEHPK3PXP"))
    with writing(engine) as conn:
        for account_id, days in (("A1", 10), ("A2", 40), ("A3", 90), ("A4", 1)):
            add_account(conn, account_id, now=NOW)
            sign_in_secrets.save(conn, vault, account_id, given, now=NOW - timedelta(days=days))
        old_authenticators.note_listed(conn, "A4", ["Authenticator App"], now=NOW)
        old_authenticators.note_in_force(conn, "A4", now=NOW)
        assert due(conn, days=30, now=NOW) == ["A4", "A3", "A2"]
    engine.dispose()
