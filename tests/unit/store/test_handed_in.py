"""Secrets given where the vault key is not at hand.

Sealed to it, opened once, also after a rotation.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine

from agent.store.database.engine import reading, writing
from agent.store.database.schema import handed_in as table
from agent.store.vault import handed_in, sealed_box, sign_in_secrets
from agent.store.vault.keys import Vault, VaultError
from agent.store.vault.sign_in_secrets import SignInSecrets
from agent.worker.loops.operations import Operations
from tests.support.stored.registry import NOW, PASSWORD, SEED, add_account
from tests.support.visits.worker_context import make_context

GIVEN = sign_in_secrets.from_bytes(f'{{"password": "{PASSWORD}", "totp_secret": "{SEED}"}}'.encode())


def put(engine: Engine, vault: Vault) -> None:
    """Register A1 and hand its secrets in."""
    with writing(engine) as conn:
        add_account(conn)
        handed_in.put(conn, sealed_box.public_key(vault), "A1", GIVEN, now=NOW)


def test_a_worker_puts_them_into_the_vault_once(any_engine: Engine, vault: Vault, tmp_path: Path) -> None:
    put(any_engine, vault)
    with reading(any_engine) as conn:
        sealed = bytes(conn.execute(table.select()).mappings().one()["sealed"])
    assert PASSWORD.encode() not in sealed
    operations = Operations(context=make_context(any_engine, vault, tmp_path))
    assert operations.look() is None
    operations.look()
    with reading(any_engine) as conn:
        assert handed_in.waiting(conn) == []
        found = sign_in_secrets.load(conn, vault, "A1")
    assert (found.secrets, found.version) == (GIVEN, 1)


def test_what_waits_is_opened_after_a_rotation_with_the_old_key(engine: Engine, tmp_path: Path) -> None:
    old, new = os.urandom(32), os.urandom(32)
    put(engine, Vault(old))
    rotated = Vault(new, old=[old])
    Operations(context=make_context(engine, rotated, tmp_path)).look()
    with reading(engine) as conn:
        assert sign_in_secrets.load(conn, rotated, "A1").secrets == GIVEN


def test_another_vault_does_not_open_them_and_they_go_on_waiting(engine: Engine, vault: Vault, tmp_path: Path) -> None:
    put(engine, vault)
    Operations(context=make_context(engine, Vault(os.urandom(32)), tmp_path)).look()
    with reading(engine) as conn:
        assert len(handed_in.waiting(conn, "A1")) == 1
        assert not sign_in_secrets.has(conn, "A1")


def test_they_do_not_open_for_another_account(engine: Engine, vault: Vault) -> None:
    put(engine, vault)
    with writing(engine) as conn:
        add_account(conn, "A2")
        conn.execute(table.update().values(account_id="A2"))
    (row_id,) = _waiting(engine)
    with pytest.raises(VaultError, match="altered"), writing(engine) as conn:
        handed_in.open_one(conn, vault, row_id, take=lambda *_: None)


def test_given_again_only_the_newest_waits(engine: Engine, vault: Vault) -> None:
    put(engine, vault)
    newer = SignInSecrets(password=GIVEN.password, totp_secret=GIVEN.totp_secret)
    with writing(engine) as conn:
        handed_in.put(conn, sealed_box.public_key(vault), "A1", newer, now=NOW)
    assert len(_waiting(engine)) == 1


@pytest.mark.parametrize("text", ["", "x", "AAAA", "é", "A" * 44])
def test_what_is_no_public_key_is_refused(text: str) -> None:
    with pytest.raises(VaultError, match="VAULT_PUBLIC_KEY"):
        sealed_box.parse_public_key(text)


def _waiting(engine: Engine) -> list[int]:
    with reading(engine) as conn:
        return handed_in.waiting(conn)
