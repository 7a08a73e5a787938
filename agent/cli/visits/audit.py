"""`sc-agent audit`: one-off, read-only permission audits in every format."""

from __future__ import annotations

import asyncio
import socket
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import typer

from agent.cli import context
from agent.cli.output import console, now, warn
from agent.cli.output_file import open_output
from agent.cli.visits.audit_options import (
    AccountIds,
    AsAccount,
    Confirm,
    Every,
    Explain,
    Fleet,
    Output,
    PolicyFile,
    Reason,
    ReportFormat,
    SinceLast,
    Stored,
)
from agent.cli.visits.explained import tell_pictures
from agent.cli.visits.many_audits import audits_in_order
from agent.domain.account import Account
from agent.domain.audit.changes import tell_changes
from agent.domain.audit.document import AuditDocument, unread_document
from agent.domain.audit.memory import Confirmation
from agent.domain.policy.load import load_configured_policy, load_policy
from agent.domain.policy.model import Policy
from agent.errors import Exit, UnconfirmedError, UsageError
from agent.report.writer import Format, Report, open_report
from agent.settings.files import require_believed
from agent.settings.model import Settings
from agent.store import accounts, audits
from agent.store.database.engine import reading
from agent.store.database.handles import Engine
from agent.visits.on_demand import auditing

_LONGEST_REASON = 500
_EXITS = {"pass": Exit.OK, "fail": Exit.FINDING}


def audit(
    account_ids: AccountIds = None,
    every: Every = False,
    format: ReportFormat = Format.TEXT,
    output: Output = None,
    policy: PolicyFile = None,
    as_account: AsAccount = None,
    since_last: SinceLast = False,
    stored: Stored = False,
    explain: Explain = False,
    confirm: Confirm = False,
    fleet: Fleet = False,
    reason: Reason = None,
) -> None:
    """Read what users may do and judge it; nothing is changed.

    The exit code is the worst of all accounts.
    """
    _require_sense(account_ids, every=every, stored=stored, explain=explain, policy=policy)
    confirmed = _confirmation(
        confirm, reason, fleet=fleet, one=not (every or stored) and len(set(account_ids or ())) == 1
    )
    settings = context.settings()
    rules = load_policy(policy) if policy else load_configured_policy(settings.audit.policy_file)
    engine = context.database(settings, reads=stored)
    chosen = _chosen(engine, account_ids, as_account)
    with open_output(output) as out:
        run = _AuditRun(
            settings=settings,
            engine=engine,
            report=open_report(format, out, evidence=settings.data_dir),
            since_last=since_last,
            explains=explain,
            output=output,
            confirmed=confirmed,
        )
        if stored:
            run.write_stored(chosen)
        elif chosen:
            asyncio.run(run.write_audits(chosen, rules, as_account))
        run.close()
    if not chosen:  # exit 0 would say that all is as it should be
        raise UnconfirmedError(
            f"no account is registered in {_place(settings)}, so nothing was audited; see 'sc-agent accounts add'"
        )
    raise typer.Exit(int(run.worst))


def _require_sense(
    account_ids: list[str] | None, *, every: bool, stored: bool, explain: bool, policy: Path | None
) -> None:
    """Refuse options that do not go together, and a policy that others can write."""
    if bool(account_ids) == every:
        raise UsageError("expected account IDs, or --all; see 'sc-agent audit --help'")
    if explain and stored:
        raise UsageError("--explain draws the pages that are read, and --stored reads none; leave one out")
    if stored and policy:
        raise UsageError(
            "--stored reports what was judged when it was read, so --policy changes nothing; leave one out"
        )
    if policy:
        require_believed(policy, what="the policy")


@dataclass(slots=True, kw_only=True)
class _AuditRun:
    """Where documents are finished and written, one after another.

    Only the worst exit code is kept of them.
    """

    settings: Settings
    engine: Engine
    report: Report
    since_last: bool
    confirmed: Confirmation | None = None  # who says, and why, that rows are gone
    explains: bool = False
    output: Path | None = None
    worst: Exit = Exit.OK
    begun: bool = False

    def write_stored(self, chosen: Iterable[Account]) -> None:
        """Report what is in the database."""
        with reading(self.engine) as conn:
            for account in chosen:
                document = audits.last_audit(conn, account.id) or _none_stored(account)
                self._mark_if_stale(document)
                self.write(document, audits.last_audit(conn, account.id, skip=1) if self.since_last else None)

    def _mark_if_stale(self, document: AuditDocument) -> None:
        """An old reading says how things stood; how they stand is not confirmed by it."""
        days = (now() - datetime.fromisoformat(document["audited_at"])).days
        if days >= self.settings.audit.stale_after_days:
            document["notes"].append(f"read {days} days ago; how it stands now is not known, audit it anew")
            self.worst = max(self.worst, Exit.UNCONFIRMED)

    async def write_audits(self, chosen: list[Account], rules: Policy, as_account: str | None) -> None:
        """Audit with bounded concurrency.

        Results are written in the order of the accounts, none is waited for by the others.
        """
        vault = context.proven_vault(self.settings, self.engine)
        async with auditing(
            self.settings,
            engine=self.engine,
            vault=vault,
            policy=rules,
            confirmed=self.confirmed,
            explains=self.explains,
        ) as audit_one:
            with _progress(len(chosen)) as advance:
                async for account, document in audits_in_order(
                    chosen, audit_one, as_account, at_once=self.settings.browser.contexts
                ):
                    before = await asyncio.to_thread(self._before, account, document) if self.since_last else None
                    self.write(document, before)
                    advance()

    def write(self, document: AuditDocument, before: AuditDocument | None) -> None:
        """Finish one document and hand it to the report."""
        if self.since_last:
            tell_changes(before, document)
        if self.confirmed is not None:
            _tell_confirmed(document, self.confirmed)
        if self.explains:
            tell_pictures(document, self.output, evidence=self.settings.evidence_root)
        self._begin()
        self.report.add(document)
        self.worst = max(self.worst, _exit_of(document))

    def close(self) -> None:
        """End the report, also one of no accounts."""
        self._begin()
        self.report.end()

    def _begin(self) -> None:
        """Write the report's head with the first document.

        A command that cannot start then prints nothing.
        """
        if not self.begun:
            self.report.begin()
            self.begun = True

    def _before(self, account: Account, document: AuditDocument) -> AuditDocument | None:
        with reading(self.engine) as conn:
            newest = audits.last_audit(conn, account.id)
            stored = newest is not None and newest["audited_at"] == document["audited_at"]
            return audits.last_audit(conn, account.id, skip=1) if stored else newest


def _confirmation(confirm: bool, reason: str | None, *, fleet: bool, one: bool) -> Confirmation | None:
    """What a person says of lost rows.

    Raises:
        UsageError: it is not said of one account that is audited now, or not why, or something is said without
        --confirm.
    """
    said = (reason or "").strip()
    if not confirm:
        if fleet or reason is not None:
            raise UsageError("--reason and --fleet say something about lost rows only together with --confirm")
        return None
    if not one:
        raise UsageError("--confirm is for one account that is audited now: give one ID, without --all and --stored")
    if not said or len(said) > _LONGEST_REASON:
        raise UsageError(f"--confirm needs --reason TEXT, why the rows are gone, in 1 to {_LONGEST_REASON} characters")
    source = f"command at {socket.gethostname()}"
    return Confirmation(person=context.who(), reason=said, source=source, fleet=fleet)


def _tell_confirmed(document: AuditDocument, confirmed: Confirmation) -> None:
    """Say what was confirmed, or that nothing was there to confirm."""
    lost, account = document.get("lost_rows", []), document["account"]
    whose = "every account of this marketplace and layout" if confirmed.fleet else account
    for row in lost:
        warn(f"{account}: confirmed as gone for {whose}: {row['section']} > {row['permission']} ({row['scope']})")
    if lost:
        return
    if document["verdict"] in _EXITS and not document.get("gaps"):
        warn(f"{account}: nothing to confirm: every row of the last complete audit is still there, or there was none")
    else:
        warn(f"{account}: nothing was confirmed: the page was not read whole, so no row can be said to be gone")


def _place(settings: Settings) -> str:
    """Where the registry is.

    An address of a database is not told, it may hold a password.
    """
    return "the database of SC_AGENT_DATABASE_URL" if settings.database_url else str(settings.data_dir)


def _exit_of(document: AuditDocument) -> Exit:
    return _EXITS.get(document["verdict"], Exit.UNCONFIRMED)


def _none_stored(account: Account) -> AuditDocument:
    return unread_document(account=account.id, user_email=account.user_email, now=now(), reason="no audit is stored")


def _chosen(engine: Engine, account_ids: list[str] | None, as_account: str | None) -> list[Account]:
    """The accounts asked for.

    An unknown one ends the command before anything is opened.
    """
    with reading(engine) as conn:
        if as_account is not None:
            accounts.get(conn, as_account)
        if as_account in (account_ids or ()):
            raise UsageError(f"--as {as_account}: expected another account than those that are audited")
        return (
            [accounts.get(conn, name) for name in dict.fromkeys(account_ids)]
            if account_ids
            else accounts.list_all(conn)
        )


@contextmanager
def _progress(total: int) -> Iterator[Callable[[], None]]:
    """A bar on standard error, on a terminal only."""
    if not sys.stderr.isatty() or total < 2:
        yield lambda: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("auditing"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console(stderr=True), transient=True) as bar:
        task = bar.add_task("audits", total=total)
        yield lambda: bar.advance(task)
