"""`sc-agent accept`: one invitation, now, through the daemon's own checks."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated, Any

import typer

from agent.cli import context
from agent.cli.arguments import named_merchant
from agent.cli.output import agreed, now, say
from agent.domain.account import Account
from agent.errors import UnconfirmedError, UsageError
from agent.mail.given_link import admit_link, look_at_link, require_link_expected
from agent.mail.manual import admit_file, read_mail
from agent.settings.model import Settings
from agent.store import accounts
from agent.store.database.engine import reading
from agent.store.database.handles import Engine
from agent.visits.on_demand import accept_one
from agent.visits.shared.browser_pool import require_browser


def accept(
    account_id: Annotated[str, typer.Argument(metavar="ID", help="The account that was invited.", show_default=False)],
    mail: Annotated[
        Path | None, typer.Option(help="The invitation as a mail file (.eml), judged like any other mail.")
    ] = None,
    link: Annotated[str | None, typer.Option(help="The invitation's link; you answer for where it came from.")] = None,
    merchant_id: Annotated[
        str | None, typer.Option(help="The merchant the account belongs to, if it is not known yet; it is kept.")
    ] = None,
    global_account_id: Annotated[
        str | None, typer.Option(help="The same for a link that names a global account id.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before opening a link.")] = False,
) -> None:
    """Accept one invitation now.

    The mail is checked as the daemon checks it; a link is checked as strictly, except for who sent it.
    """
    if (mail is None) == (link is None):
        raise UsageError("expected either --mail FILE or --link URL")
    merchant = named_merchant(merchant_id, global_account_id, None)
    settings = context.settings()
    context.quiet_logs()
    context.vault(settings)  # a missing key is told before a database is made
    engine = context.database(settings)
    vault = context.proven_vault(settings, engine)
    asked_by = context.who()
    try:
        _look_at_what_was_given(mail, link, account_id, settings, engine)
        require_browser(settings)  # before the invitation is recorded
        given: dict[str, Any] = {"account_id": account_id, "asked_by": asked_by, "merchant": merchant}
        if mail is not None:
            row = admit_file(mail, **given, settings=settings, engine=engine, vault=vault, now=now())
        else:
            _require_wanted(
                str(link), account_id, is_bound=merchant is not None, yes=yes, settings=settings, engine=engine
            )
            row = admit_link(str(link), **given, settings=settings, engine=engine, now=now())
        account = asyncio.run(
            accept_one(
                settings, engine=engine, vault=vault, account_id=account_id, invitation_row=row, asked_by=asked_by
            )
        )
    finally:
        engine.dispose()
    _tell(account)


def _look_at_what_was_given(
    mail: Path | None, link: str | None, account_id: str, settings: Settings, engine: Engine
) -> None:
    """Tell what was typed wrongly before what the machine lacks.

    A pipe is read only once.
    """
    with reading(engine) as conn:
        accounts.get(conn, account_id)
    if link is not None:
        look_at_link(link, account_id=account_id, engine=engine)
    elif mail is not None and (mail.is_file() or not mail.exists()):
        read_mail(mail, limit=settings.mail.max_message_bytes)


def _require_wanted(
    link: str, account_id: str, *, is_bound: bool, yes: bool, settings: Settings, engine: Engine
) -> None:
    """Ask whether the link is to be opened, if it may be."""
    looked_at = look_at_link(link, account_id=account_id, engine=engine)
    if not is_bound:  # no question is put whose answer would change nothing
        require_link_expected(looked_at, account_id=account_id, settings=settings, engine=engine)
    if not yes and not agreed(f"Open {link} signed in as {account_id}? Nothing vouches for this link but you"):
        raise UnconfirmedError("nothing was opened; answer y, or pass --yes")


def _tell(account: Account) -> None:
    say(f"{account.id}: the invitation is accepted; the account is now {account.authorization}")
    if account.confirmation_code:
        say(f"confirmation code: {account.confirmation_code}")
    say(account.next_step)
