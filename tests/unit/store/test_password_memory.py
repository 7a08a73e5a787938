"""What is remembered of passwords, beyond their accounts and any number of others in between; what seals are bound
to.
"""

from __future__ import annotations

import os
from datetime import timedelta

import pytest
import sqlalchemy as sa
from pydantic import SecretStr
from sqlalchemy.engine import Connection, Engine

from agent.actions.credentials import give_secrets
from agent.domain.account import NewAccount
from agent.store import accounts
from agent.store.database.engine import reading, writing
from agent.store.database.schema import password_marks, secrets, sessions, switches
from agent.store.sign_in import acts
from agent.store.sign_in.password_marks import Mark, forget_doubts
from agent.store.vault import sessions as stored_sessions
from agent.store.vault import sign_in_secrets
from agent.store.vault.binding import bind_old_rows
from agent.store.vault.keys import Vault, VaultError
from agent.store.vault.password_memory import mark_of, remember
from agent.store.vault.rotation import rotate
from agent.store.vault.sign_in_secrets import SignInSecrets
from flows.models import Act
from tests.support.stored.accounts import write_account
from tests.support.stored.registry import NOW, PASSWORD, SEED, add_account, add_secrets

EMAIL = "a1@users.example"


def given(password: str) -> SignInSecrets:
    return SignInSecrets(password=SecretStr(password), totp_secret=SecretStr(SEED))


def known(conn: Connection, vault: Vault, password: str = PASSWORD, email: str = EMAIL) -> Mark | None:
    return mark_of(conn, vault, email, SecretStr(password))


def reject(conn: Connection, vault: Vault, password: str = PASSWORD) -> None:
    remember(conn, vault, EMAIL, SecretStr(password), Mark.REJECTED, now=NOW)


def test_a_rejected_password_is_known_whatever_was_in_between(any_engine: Engine, vault: Vault) -> None:
    with writing(any_engine) as conn:
        add_account(conn)
        add_secrets(conn, vault)
        reject(conn, vault)
        assert not give_secrets(conn, vault, "A1", given("another"), now=NOW).is_barred
        assert give_secrets(conn, vault, "A1", given(PASSWORD), now=NOW).is_barred


@pytest.mark.parametrize("how", ["two visits that died", "a restored backup"])
def test_a_doubt_without_an_answer_goes_with_the_password_and_not_with_its_version(
    any_engine: Engine, vault: Vault, how: str
) -> None:
    with writing(any_engine) as conn:
        add_account(conn)
        add_secrets(conn, vault)
        if how == "a restored backup":
            acts.doubt_all(conn, Act.TYPE_PASSWORD, now=NOW)
        else:
            for visit in ("v1", "v2"):
                acts.intend(conn, "A1", Act.TYPE_PASSWORD, visit_id=visit, now=NOW)
        give_secrets(conn, vault, "A1", given("another"), now=NOW)
        give_secrets(conn, vault, "A1", given(PASSWORD), now=NOW)
        assert (known(conn, vault), known(conn, vault, "another")) == (Mark.DOUBTED, None)
        acts.release(conn, "A1", now=NOW)
        assert known(conn, vault) is None


def test_a_rejected_password_outlives_its_account(any_engine: Engine, vault: Vault) -> None:
    with writing(any_engine) as conn:
        add_account(conn)
        add_secrets(conn, vault)
        reject(conn, vault)
        accounts.remove(conn, "A1", now=NOW)
        accounts.add(conn, NewAccount(id="B2", user_email="A1@Users.Example", marketplace="US"), now=NOW)
        assert give_secrets(conn, vault, "B2", given(PASSWORD), now=NOW).is_barred


def test_a_release_ends_a_doubt_and_no_rejection(any_engine: Engine, vault: Vault) -> None:
    with writing(any_engine) as conn:
        add_account(conn)
        reject(conn, vault)
        remember(conn, vault, EMAIL, SecretStr("doubted"), Mark.DOUBTED, now=NOW)
        remember(conn, vault, EMAIL, SecretStr(PASSWORD), Mark.DOUBTED, now=NOW)
        acts.release(conn, "A1", now=NOW)
        assert (known(conn, vault, "doubted"), known(conn, vault)) == (None, Mark.REJECTED)


def test_the_same_password_of_another_user_email_is_another_one(any_engine: Engine, vault: Vault) -> None:
    with writing(any_engine) as conn:
        reject(conn, vault)
        assert known(conn, vault, email="b2@users.example") is None
        forget_doubts(conn, "b2@users.example")


def test_a_row_tells_nothing_without_the_vault_key(any_engine: Engine, vault: Vault) -> None:
    with writing(any_engine) as conn:
        reject(conn, vault)
        row = conn.execute(sa.select(password_marks)).one()
        assert PASSWORD not in repr(row)
        assert EMAIL not in repr(row)
        with pytest.raises(VaultError):
            known(conn, Vault(os.urandom(32)))


def test_the_memory_survives_a_rotation(any_engine: Engine) -> None:
    old, new = os.urandom(32), os.urandom(32)
    with writing(any_engine) as conn:
        add_account(conn)
        add_secrets(conn, Vault(old))
        reject(conn, Vault(old))
        stored_sessions.save(conn, Vault(old), "A1", {"cookies": []}, now=NOW)
    rotate(any_engine, Vault(new, old=[old]))
    with reading(any_engine) as conn:
        assert known(conn, Vault(new)) is Mark.REJECTED
        assert sign_in_secrets.load(conn, Vault(new), "A1").secrets == given(PASSWORD)
        assert stored_sessions.load(conn, Vault(new), "A1") == {"cookies": []}


def test_an_old_row_that_is_put_back_does_not_open(any_engine: Engine, vault: Vault) -> None:
    with writing(any_engine) as conn:
        add_account(conn)
        add_secrets(conn, vault)
        old = dict(conn.execute(sa.select(secrets)).mappings().one())
        give_secrets(conn, vault, "A1", given("another"), now=NOW)
        conn.execute(secrets.update().values(old))
        with pytest.raises(VaultError):
            sign_in_secrets.load(conn, vault, "A1")


@pytest.mark.parametrize("changed", [{"user_email": "b2@users.example"}, {"secret_version": 7}])
def test_a_row_of_another_user_email_or_version_does_not_open(
    any_engine: Engine, vault: Vault, changed: dict[str, object]
) -> None:
    with writing(any_engine) as conn:
        add_account(conn)
        add_secrets(conn, vault)
        stored_sessions.save(conn, vault, "A1", {"cookies": []}, now=NOW)
        write_account(conn, "A1", **changed)
        with pytest.raises(VaultError):
            sign_in_secrets.load(conn, vault, "A1")
        with pytest.raises(VaultError):
            stored_sessions.load(conn, vault, "A1")


def as_in_0_1(conn: Connection, vault: Vault) -> None:
    """Seal the rows as 0.1 did: bound to the account id alone."""
    password = b'{"password": "' + PASSWORD.encode() + b'", "totp_secret": "' + SEED.encode() + b'"}'
    for table, kind, data in ((secrets, "secrets", password), (sessions, "session", b'{"cookies": []}')):
        key_id, sealed = vault.seal(data, context=f"{kind}:A1")
        conn.execute(table.update().values(key_id=key_id, sealed=sealed, format=1))


def test_rows_of_0_1_open_and_are_sealed_anew_once(any_engine: Engine, vault: Vault) -> None:
    with writing(any_engine) as conn:
        add_account(conn)
        add_secrets(conn, vault)
        stored_sessions.save(conn, vault, "A1", {"cookies": []}, now=NOW)
        as_in_0_1(conn, vault)
        version = sign_in_secrets.load(conn, vault, "A1").version
        acts.conclude(
            conn, acts.intend(conn, "A1", Act.TYPE_PASSWORD, visit_id="v", now=NOW, version=version), "rejected"
        )
    assert bind_old_rows(any_engine, vault, now=NOW) == 2
    assert bind_old_rows(any_engine, vault, now=NOW) == 0
    with writing(any_engine) as conn:
        assert sign_in_secrets.load(conn, vault, "A1").secrets == given(PASSWORD)
        assert stored_sessions.load(conn, vault, "A1") == {"cookies": []}
        assert set(conn.scalars(sa.select(secrets.c.format))) == {2}
        assert known(conn, vault) is Mark.REJECTED
        as_in_0_1(conn, vault)  # a row of a backup, put back later
        with pytest.raises(VaultError):
            sign_in_secrets.load(conn, vault, "A1")


def test_a_rotation_seals_rows_of_0_1_as_well(any_engine: Engine) -> None:
    old, new = os.urandom(32), os.urandom(32)
    with writing(any_engine) as conn:
        add_account(conn)
        add_secrets(conn, Vault(old))
        stored_sessions.save(conn, Vault(old), "A1", {"cookies": []}, now=NOW)
        as_in_0_1(conn, Vault(old))
    rotate(any_engine, Vault(new, old=[old]))
    with reading(any_engine) as conn:
        assert sign_in_secrets.load(conn, Vault(new), "A1").secrets == given(PASSWORD)
        assert conn.scalar(sa.select(switches.c.value).where(switches.c.name == "sealed_rows_bound")) == "2"


def test_after_a_backup_every_password_is_doubted_until_a_release_or_a_new_one(
    any_engine: Engine, vault: Vault
) -> None:
    with writing(any_engine) as conn:
        for name in ("A1", "A2"):
            add_account(conn, name)
            add_secrets(conn, vault, name)
        assert acts.doubt_all(conn, Act.TYPE_PASSWORD, now=NOW) == 2
        assert acts.doubted_since_release(conn, "A1", Act.TYPE_PASSWORD)
        acts.release(conn, "A1", now=NOW + timedelta(minutes=1))
        give_secrets(conn, vault, "A2", given("another"), now=NOW)
        assert not acts.doubted_since_release(conn, "A1", Act.TYPE_PASSWORD)
        assert not acts.doubted_since_release(conn, "A2", Act.TYPE_PASSWORD)
