"""Encryption at rest, its keys and their rotation."""

from __future__ import annotations

import base64
import os
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr
from sqlalchemy.engine import Engine

from agent.settings.model import Settings
from agent.store.database.engine import reading, writing
from agent.store.database.schema import secrets
from agent.store.sign_in import codes
from agent.store.vault import rotation, sessions, sign_in_secrets
from agent.store.vault.keys import Vault, VaultError, new_key, open_vault, parse_key
from agent.worker.vault_check import require_right_key
from tests.support.stored.registry import NOW, PASSWORD, SEED, add_account, add_secrets


@given(data=st.binary(max_size=2000), context=st.text(max_size=40))
def test_what_was_sealed_opens_again(data: bytes, context: str) -> None:
    vault = Vault(b"k" * 32)
    assert vault.unseal(*vault.seal(data, context=context), context=context) == data


def test_a_seal_opens_only_for_its_own_account() -> None:
    vault = Vault(os.urandom(32))
    key_id, sealed = vault.seal(b"secret", context="secrets:A1")
    with pytest.raises(VaultError, match="altered or belongs elsewhere"):
        vault.unseal(key_id, sealed, context="secrets:A2")


def test_an_altered_seal_does_not_open() -> None:
    vault = Vault(os.urandom(32))
    key_id, sealed = vault.seal(b"secret", context="x")
    with pytest.raises(VaultError):
        vault.unseal(key_id, sealed[:-1] + bytes([sealed[-1] ^ 1]), context="x")


def test_the_same_text_is_never_sealed_alike() -> None:
    vault = Vault(os.urandom(32))
    assert vault.seal(b"secret", context="x") != vault.seal(b"secret", context="x")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("short", "expected 32 bytes"),
        ("!" * 44, "not URL-safe Base64"),
        (base64.b64encode(b"x" * 31).decode(), "holds 31 bytes"),
    ],
)
def test_a_malformed_key_is_named_and_not_repeated(text: str, expected: str) -> None:
    with pytest.raises(VaultError, match=expected) as caught:
        parse_key(text, source="SC_AGENT_VAULT_KEY")
    assert text not in str(caught.value)


def test_a_key_may_come_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(new_key() + "\n")
    assert open_vault(Settings(vault_key_file=file)).key_id


def test_a_missing_key_says_how_to_make_one() -> None:
    with pytest.raises(VaultError, match="SC_AGENT_VAULT_KEY"):
        open_vault(Settings())


def test_two_keys_at_once_are_refused(tmp_path: Path) -> None:
    with pytest.raises(VaultError, match="only one of"):
        open_vault(Settings(vault_key=SecretStr(new_key()), vault_key_file=tmp_path / "key"))


def test_a_missing_key_file_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(VaultError, match="cannot be read"):
        open_vault(Settings(vault_key_file=tmp_path / "none"))


def test_the_wrong_key_is_found_out_before_anything_starts(engine: Engine, vault: Vault) -> None:
    with writing(engine) as conn:
        add_account(conn)
        add_secrets(conn, vault)
    require_right_key(engine, vault)
    with pytest.raises(VaultError, match="SC_AGENT_VAULT_OLD_KEYS"):
        require_right_key(engine, Vault(os.urandom(32)))


def test_secrets_are_nowhere_in_the_database_file(engine: Engine, vault: Vault) -> None:
    with writing(engine) as conn:
        add_account(conn)
        add_secrets(conn, vault)
        sessions.save(conn, vault, "A1", {"cookies": [{"value": "cookie-value-1234"}]}, now=NOW)
    engine.dispose()
    everything = b"".join(file.read_bytes() for file in Path(str(engine.url.database)).parent.iterdir())
    assert not [text for text in (PASSWORD, SEED, "cookie-value-1234") if text.encode() in everything]


class Forgetful(Vault):
    """Opens what it sealed as something else."""

    def unseal(self, key_id: str, sealed: bytes, *, context: str) -> bytes:
        return b"{}"


def test_a_session_that_is_not_read_back_as_stored_leaves_the_old_one(engine: Engine) -> None:
    key = os.urandom(32)
    state = {"cookies": [{"name": "at-main"}]}
    with writing(engine) as conn:
        add_account(conn)
        sessions.save(conn, Vault(key), "A1", state, now=NOW)
    with pytest.raises(VaultError, match="read back"), writing(engine) as conn:
        sessions.save(conn, Forgetful(key), "A1", {"cookies": []}, now=NOW)
    with reading(engine) as conn:
        assert sessions.load(conn, Vault(key), "A1") == state


def test_rotation_seals_everything_anew_and_carries_the_ledger(any_engine: Engine) -> None:
    old_key = os.urandom(32)
    old, new = Vault(old_key), Vault(os.urandom(32), old=[old_key])
    state: dict[str, list[str]] = {"cookies": []}
    with writing(any_engine) as conn:
        add_account(conn)
        add_secrets(conn, old)
        sessions.save(conn, old, "A1", state, now=NOW)
        assert codes.spend(conn, old.seed_id(SEED), 7, visit_id="v", now=NOW)
    rotated = rotation.rotate(any_engine, new)
    assert (rotated.secrets, rotated.sessions) == (1, 1)
    only_new = Vault(new._keys[new.key_id])
    with writing(any_engine) as conn:
        assert sign_in_secrets.load(conn, only_new, "A1").secrets.password.get_secret_value() == PASSWORD
        assert sessions.load(conn, only_new, "A1") == state
        assert not codes.spend(conn, new.seed_id(SEED), 7, visit_id="w", now=NOW)
    assert rotation.rotate(any_engine, new).secrets == 0


def test_changed_secrets_count_a_version_up(engine: Engine, vault: Vault) -> None:
    with writing(engine) as conn:
        add_account(conn)
        add_secrets(conn, vault)
        add_secrets(conn, vault, password="another")
        assert sign_in_secrets.load(conn, vault, "A1").version == 2


def test_accounts_that_share_a_seed_share_its_name(engine: Engine, vault: Vault) -> None:
    with writing(engine) as conn:
        add_account(conn, "A1")
        add_account(conn, "A2")
        add_secrets(conn, vault, "A1", seed=SEED)
        add_secrets(conn, vault, "A2", seed=f"otpauth://totp/x?secret={SEED.lower()}")
    with reading(engine) as conn:
        assert len(set(conn.scalars(sa.select(secrets.c.seed_id)).all())) == 1
