"""Many audits at once: in order, so many at a time, and one that fails stops no other."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from agent.cli.visits.many_audits import audits_in_order
from agent.domain.account import Account
from agent.domain.audit.document import AuditDocument, unread_document
from agent.errors import AgentError, ConfigurationError
from agent.store.database.engine import open_database, writing
from tests.support.stored.registry import NOW, add_account


@pytest.fixture
def chosen(tmp_path: Path) -> list[Account]:
    engine = open_database(f"sqlite:///{tmp_path / 'a.sqlite'}")
    with writing(engine) as conn:
        return [add_account(conn, f"A{number}") for number in range(8)]


def read(account: str) -> AuditDocument:
    return unread_document(account=account, user_email="a@users.example", now=NOW, reason="read")


async def told(chosen: list[Account], audit_one: object, *, at_once: int = 3) -> list[tuple[str, AuditDocument]]:
    audits = audits_in_order(chosen, audit_one, None, at_once=at_once)  # type: ignore[arg-type]  # each test's own fake
    return [(account.id, document) async for account, document in audits]


async def test_results_come_in_the_order_of_the_accounts_however_long_each_takes(chosen: list[Account]) -> None:
    running, most, gates = 0, 0, {account.id: asyncio.Event() for account in chosen}

    async def audit_one(account: str, _as: str | None) -> AuditDocument:
        nonlocal running, most
        running, most = running + 1, max(most, running + 1)
        if account == "A0":
            await gates["A2"].wait()  # the first is the slowest
        gates[account].set()
        await asyncio.sleep(0)
        running -= 1
        return read(account)

    assert [name for name, _ in await told(chosen, audit_one)] == [account.id for account in chosen]
    assert most == 3


async def test_one_account_that_fails_stops_no_other(chosen: list[Account], capsys: pytest.CaptureFixture[str]) -> None:
    async def audit_one(account: str, _as: str | None) -> AuditDocument:
        if account == "A3":
            raise AgentError("the account is busy")
        return read(account)

    documents = dict(await told(chosen, audit_one))
    assert len(documents) == len(chosen)
    assert (documents["A3"]["verdict"], documents["A3"]["notes"]) == ("incomplete", ["the account is busy"])
    assert "A3: the account is busy" in capsys.readouterr().err


async def test_a_missing_browser_stops_them_all_and_leaves_no_task_behind(chosen: list[Account]) -> None:
    async def audit_one(account: str, _as: str | None) -> AuditDocument:
        if account == "A1":
            raise ConfigurationError("no browser")
        await asyncio.sleep(0)
        return read(account)

    with pytest.raises(ConfigurationError):
        await told(chosen, audit_one)
    assert asyncio.all_tasks() == {asyncio.current_task()}
