"""Secrets that another store keeps: what is read, how a store fails, and what a new version changes."""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from pydantic import SecretStr
from sqlalchemy.engine import Engine

from agent.actions.credentials import give_secrets
from agent.domain.authorization import State
from agent.errors import ConfigurationError, UsageError
from agent.secret_stores import (
    StoreDeniedError,
    StoreError,
    StoreUnavailableError,
    move_secret,
    parse_reference,
    read_secret,
)
from agent.settings.groups.operation import SecretsSettings
from agent.store import accounts
from agent.store.database.engine import reading, writing
from agent.store.database.schema import acts as acts_table
from agent.store.database.schema import secret_refs as refs_table
from agent.store.database.schema import secrets as secrets_table
from agent.store.processes.alarms import TableBoard
from agent.store.sign_in import acts, secret_refs
from agent.store.vault import sessions
from agent.store.vault.keys import Vault
from agent.store.vault.sign_in_secrets import SignInSecrets
from agent.visits.errors import PasswordRejectedBeforeError
from agent.visits.hooks import hooks_for
from agent.visits.outcome import interrupted
from agent.visits.plan import NotNowError
from agent.visits.prepare import prepare
from agent.visits.record import finish
from agent.visits.shared.context import WorkerContext
from flows.models import Act
from flows.redaction.redact import Redactor
from tests.support.stored.registry import add_account, invite
from tests.support.visits.worker_context import make_context

SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
TOKEN = "s.token-of-the-test"


@dataclass
class KeyValueStore:
    """A key-value store of version 2 as it is on the wire, with faults."""

    kept: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    fault: str = ""
    asked: list[str] = field(default_factory=list)
    address: str = ""

    def answer(self, method: str, path: str, token: str | None, body: bytes) -> tuple[int, bytes]:
        self.asked.append(f"{method} {path}")
        if token != TOKEN or self.fault == "denied":
            return 403, b'{"errors": ["permission denied"]}'
        if self.fault == "sealed":
            return 503, b'{"errors": ["Vault is sealed"]}'
        if self.fault == "page":
            return 200, b"<html>sign in</html>"
        if self.fault == "version 1":
            return 200, json.dumps({"data": {"password": "x", "totp_secret": SEED}}).encode()
        if method == "POST":
            self.kept.setdefault(path, []).append(json.loads(body)["data"])
            if self.fault == "writes another":
                self.kept[path][-1] = {"password": "other", "totp_secret": SEED}
        versions = self.kept.get(path)
        if not versions:
            return 404, b'{"errors": []}'
        inner = {"data": versions[-1], "metadata": {"version": len(versions)}}
        return 200, json.dumps({"data": inner}).encode()


@contextmanager
def serving(store: KeyValueStore) -> Iterator[KeyValueStore]:
    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, content = store.answer(self.command, self.path, self.headers.get("X-Vault-Token"), body)
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = _answer

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    store.address = f"http://127.0.0.1:{server.server_port}"
    try:
        yield store
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def store() -> Iterator[KeyValueStore]:
    kept = {"/v1/secret/data/accounts/A1": [{"password": "first", "totp_secret": SEED}]}
    with serving(KeyValueStore(kept=kept)) as running:
        yield running


def settings_of(store: KeyValueStore) -> SecretsSettings:
    return SecretsSettings(vault_address=store.address, vault_token=SecretStr(TOKEN))


REF = parse_reference("vault://secret/accounts/A1")


@pytest.mark.parametrize(
    "text",
    ["", "A1", "vault://", "vault://secret", "vault://secret/../x", "vault://secret//x", "https://x/y", "exec://",
     "exec://a b", "vault://secret/x?y=1", "vault://secret/x\n"],
)  # fmt: skip
def test_what_is_no_reference_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        parse_reference(text)


def test_a_secret_is_read_with_its_version(store: KeyValueStore) -> None:
    kept = read_secret(REF, settings_of(store))
    assert (kept.secrets.password.get_secret_value(), kept.version) == ("first", "1")


@pytest.mark.parametrize(
    ("fault", "error"),
    [("denied", StoreDeniedError), ("sealed", StoreUnavailableError), ("page", StoreUnavailableError),
        ("version 1", StoreUnavailableError)],
)  # fmt: skip
def test_a_store_that_fails_says_how_and_never_what(store: KeyValueStore, fault: str, error: type[StoreError]) -> None:
    store.fault = fault
    with pytest.raises(error) as told:
        read_secret(REF, settings_of(store))
    assert TOKEN not in str(told.value)
    assert SEED not in str(told.value)


@pytest.mark.parametrize(
    "data", [{}, {"password": "", "totp_secret": SEED}, {"password": "x"}, {"password": "x", "totp_secret": "no"}]
)
def test_half_a_secret_is_none(store: KeyValueStore, data: dict[str, str]) -> None:
    store.kept["/v1/secret/data/accounts/A1"] = [data]
    with pytest.raises(StoreUnavailableError):
        read_secret(REF, settings_of(store))


def test_a_store_that_is_away_is_unavailable_and_one_in_plain_text_elsewhere_is_not_asked() -> None:
    with pytest.raises(StoreUnavailableError):
        read_secret(REF, SecretsSettings(vault_address="http://127.0.0.1:1", vault_token=SecretStr(TOKEN)))
    with pytest.raises(ConfigurationError, match="https"):
        read_secret(REF, SecretsSettings(vault_address="http://vault.example", vault_token=SecretStr(TOKEN)))


def test_the_token_s_file_is_read_each_time(store: KeyValueStore, tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("old\n")
    token.chmod(0o600)
    settings = SecretsSettings(vault_address=store.address, vault_token_file=token)
    with pytest.raises(StoreDeniedError):
        read_secret(REF, settings)
    token.write_text(f"{TOKEN}\n")
    assert read_secret(REF, settings).version == "1"


def test_moving_a_secret_is_proven_by_reading_it_again(store: KeyValueStore) -> None:
    mine = SignInSecrets(password=SecretStr("moved"), totp_secret=SecretStr(SEED))
    assert move_secret(REF, mine, settings_of(store)).version == "2"
    store.fault = "writes another"
    with pytest.raises(StoreUnavailableError, match="another secret"):
        move_secret(REF, mine, settings_of(store))


PROGRAM = """
import json, os, sys, time
mode = sys.argv[1]
if mode == "denied": sys.exit(77)
if mode == "fails": print("s3cret", file=sys.stderr); sys.exit(1)
if mode == "slow": time.sleep(30)
if mode == "text": print("not json")
else: print(json.dumps({"password": "of the program", "totp_secret": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", "version": len(os.environ)}))
"""  # noqa: E501 - a text in lines of its own


def program(tmp_path: Path) -> SecretsSettings:
    file = tmp_path / "program.py"
    file.write_text(PROGRAM)
    return SecretsSettings(exec={"mine": [sys.executable, "-I", str(file)]})


def test_a_program_gives_a_secret_and_gets_no_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SC_AGENT_VAULT_KEY", "never")
    kept = read_secret(parse_reference("exec://mine/A1"), program(tmp_path))
    assert kept.secrets.password.get_secret_value() == "of the program"
    assert int(kept.version) <= 1  # LC_CTYPE, which the interpreter sets itself


@pytest.mark.parametrize(
    ("path", "error"), [("denied", StoreDeniedError), ("fails", StoreUnavailableError), ("text", StoreUnavailableError)]
)
def test_a_program_that_fails_says_how_and_never_what(tmp_path: Path, path: str, error: type[StoreError]) -> None:
    with pytest.raises(error) as told:
        read_secret(parse_reference(f"exec://mine/{path}"), program(tmp_path))
    assert "s3cret" not in str(told.value)


def test_a_program_that_hangs_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agent.secret_stores.exec_store._SECONDS", 0.3)
    with pytest.raises(StoreUnavailableError, match="longer than"):
        read_secret(parse_reference("exec://mine/slow"), program(tmp_path))


def test_a_program_that_the_settings_do_not_name_is_not_started(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="SECRETS__EXEC"):
        read_secret(parse_reference("exec://other/A1"), program(tmp_path))


@pytest.fixture
def worker(engine: Engine, vault: Vault, tmp_path: Path, store: KeyValueStore) -> WorkerContext:
    """A worker whose account A1 has its secrets in the store."""
    context = make_context(engine, vault, tmp_path)
    context.settings.secrets = settings_of(store)
    with writing(engine) as conn:
        add_account(conn)
        secret_refs.put(conn, "A1", str(REF), now=context.clock.now())
        invite(conn)
    return context


async def rejected(worker: WorkerContext) -> None:
    """A visit whose password the site rejects."""
    plan = await prepare(worker, "A1")
    hooks = hooks_for(plan, worker, redactor=Redactor())
    await hooks.before_act(Act.TYPE_PASSWORD)
    await hooks.outcome(Act.TYPE_PASSWORD, "rejected")
    await finish(worker, plan, interrupted(worker.clock.now()))


async def test_a_visit_signs_in_with_what_the_store_gives_and_nothing_of_it_is_kept(worker: WorkerContext) -> None:
    plan = await prepare(worker, "A1")
    assert plan.secrets.secrets.password.get_secret_value() == "first"
    with reading(worker.engine) as conn:
        known = secret_refs.get(conn, "A1")
        rows = " ".join(str(row) for table in (secrets_table, refs_table) for row in conn.execute(sa.select(table)))
    assert known is not None
    assert (known.store_version, "first" in rows, SEED in rows) == ("1", False, False)


async def test_a_rejected_version_is_never_typed_again_and_a_new_one_is_by_itself(
    worker: WorkerContext, store: KeyValueStore
) -> None:
    await rejected(worker)
    plan = await prepare(worker, "A1")
    with pytest.raises(PasswordRejectedBeforeError):
        await hooks_for(plan, worker, redactor=Redactor()).before_act(Act.TYPE_PASSWORD)
    await finish(worker, plan, interrupted(worker.clock.now()))
    store.kept["/v1/secret/data/accounts/A1"].append({"password": "second", "totp_secret": SEED})
    plan = await prepare(worker, "A1")
    await hooks_for(plan, worker, redactor=Redactor()).before_act(Act.TYPE_PASSWORD)
    assert plan.secrets.secrets.password.get_secret_value() == "second"


async def test_the_same_rejected_password_under_a_new_version_is_not_typed(
    worker: WorkerContext, store: KeyValueStore
) -> None:
    await rejected(worker)
    store.kept["/v1/secret/data/accounts/A1"].append({"password": "first", "totp_secret": SEED})
    plan = await prepare(worker, "A1")
    with pytest.raises(PasswordRejectedBeforeError):
        await hooks_for(plan, worker, redactor=Redactor()).before_act(Act.TYPE_PASSWORD)


async def test_a_new_version_ends_the_session(worker: WorkerContext, store: KeyValueStore) -> None:
    plan = await prepare(worker, "A1")
    await finish(worker, plan, interrupted(worker.clock.now()))
    with writing(worker.engine) as conn:
        sessions.save(conn, worker.vault, "A1", {"cookies": []}, now=worker.clock.now())
    plan = await prepare(worker, "A1")
    assert plan.session is not None
    await finish(worker, plan, interrupted(worker.clock.now()))
    store.kept["/v1/secret/data/accounts/A1"].append({"password": "second", "totp_secret": SEED})
    assert (await prepare(worker, "A1")).session is None


@pytest.mark.parametrize(("fault", "code"), [("sealed", "secret_store_unavailable"), ("denied", "secret_store_denied")])
async def test_a_store_that_gives_nothing_costs_no_attempt_and_has_an_alarm_until_it_does(
    worker: WorkerContext, store: KeyValueStore, fault: str, code: str
) -> None:
    store.fault = fault
    now = worker.clock.now()
    with pytest.raises(NotNowError):
        await prepare(worker, "A1", due_by=now + timedelta(days=1))
    with reading(worker.engine) as conn:
        account = accounts.get(conn, "A1")
        assert conn.scalar(sa.select(sa.func.count()).select_from(acts_table)) == 0
    assert (account.authorization, account.failure_code) == (State.ACCEPTING, code)
    assert account.due is not None
    assert account.due > now
    board = TableBoard(worker.engine)
    assert [alarm.key for alarm in board.list_open("secret_store")] == ["secret_store vault://secret"]
    store.fault = ""
    await prepare(worker, "A1")
    assert board.list_open("secret_store") == []


async def test_a_command_is_told_what_the_store_said_and_the_account_stays(
    worker: WorkerContext, store: KeyValueStore
) -> None:
    store.fault = "sealed"
    with pytest.raises(StoreUnavailableError, match="503"):
        await prepare(worker, "A1")
    with reading(worker.engine) as conn:
        assert accounts.get(conn, "A1").failure_code is None


def test_secrets_given_here_end_the_reference(worker: WorkerContext, store: KeyValueStore) -> None:
    given = SignInSecrets(password=SecretStr("ours"), totp_secret=SecretStr(SEED))
    with writing(worker.engine) as conn:
        give_secrets(conn, worker.vault, "A1", given, now=worker.clock.now())
        assert secret_refs.get(conn, "A1") is None
        assert not acts.was_rejected(conn, "A1", Act.TYPE_PASSWORD)
    assert os.environ.get("SC_AGENT_SECRETS__VAULT_TOKEN") is None
