"""`sc-agent accounts import`: many accounts from a file, all of them or none."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated

import typer

from agent.actions import registration as registry
from agent.actions.registration import Registration
from agent.cli import context
from agent.cli.output import now, say
from agent.cli.registry.registration_file import PlacedRegistration, RegistrationFile, read_registrations
from agent.errors import UsageError
from agent.store import accounts
from agent.store.accounts import AccountExistsError
from agent.store.database.engine import reading, writing


def import_(
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE|-",
            help="A .csv with a header line, or a JSON list of accounts; - reads standard input.",
            show_default=False,
        ),
    ],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check the whole file and register nothing.")] = False,
    skip_existing: Annotated[
        bool, typer.Option("--skip-existing", help="Leave out accounts that are registered with the same user email.")
    ] = False,
) -> None:
    """Register many accounts from a file: all of them, or none if one is wrong.

    Every error is told, by line and column.

    Fields: id, user_email, marketplace; optional merchant_id, merchant_name, global_account_id, audit_as,
    api_authorization (complete, pending), answer_mail_codes, also_marketplaces, password and totp_secret; create_login
    with person_name, agreed_by and phone. Secrets are taken only from a file that no other
    user can read (chmod 600); without them, give each account its own by `accounts secret`.
    """
    read = read_registrations(file)
    rows, skipped = _against_registered(read, skip_existing=skip_existing)
    if read.errors:
        for error in read.errors[:-1]:
            context.tell_error(error)
        raise UsageError(f"{read.errors[-1]}; nothing was imported")
    done = "would be registered; nothing was changed" if dry_run else "registered"
    if rows and not dry_run:
        _register(read, rows)
    bare = sum(each.registration.secrets is None and each.registration.order is None for each in rows)
    say(
        f"{len(rows)} account{'s' * (len(rows) != 1)} {done}"
        + (f", {skipped} registered already and left out" if skipped else "")
        + (f", {bare} of them without secrets: give them by 'sc-agent accounts secret'" if bare else "")
    )


def _register(read: RegistrationFile, rows: Sequence[PlacedRegistration]) -> None:
    try:
        register_all([each.registration for each in rows])
    except AccountExistsError:  # what it names stands in the file, in whatever column
        raise UsageError(
            f"an account of {read.shown} was registered by another process meanwhile; nothing was imported"
        ) from None


def register_all(registrations: Sequence[Registration]) -> None:
    """Register accounts in one transaction.

    Raises:
        AccountExistsError: an id or a user email is taken.
        UnknownAccountError: an `audit_as` names no account.
    """
    settings = context.settings()
    context.vault(settings)  # a missing key is told before a database is made
    engine = context.database(settings)
    vault = context.proven_vault(settings, engine)
    window = timedelta(days=settings.mail.expires_after_days)
    with writing(engine) as conn:
        registry.register(conn, vault, registrations, now=now(), window=window)


def _against_registered(read: RegistrationFile, *, skip_existing: bool) -> tuple[list[PlacedRegistration], int]:
    """The rows to register and how many are left out.

    Conflicts with what is registered become errors.
    """
    emails = _registered()
    taken = {email: account_id for account_id, email in emails.items()}
    known = set(emails) | {each.registration.account.id for each in read.rows}
    rows: list[PlacedRegistration] = []
    skipped = 0
    for placed in read.rows:
        new = placed.registration.account
        email = new.user_email.lower()
        if skip_existing and emails.get(new.id) == email:
            skipped += 1
            continue
        if new.id in emails:
            read.errors.append(f"{placed.where} (id): an account of this id is already registered")
        elif email in taken:
            read.errors.append(f"{placed.where} (user_email): an account with this user email is already registered")
        if new.audit_as is not None and new.audit_as not in known:
            read.errors.append(f"{placed.where} (audit_as): names no account")
        rows.append(placed)
    return rows, skipped


def _registered() -> dict[str, str]:
    """The user email of each registered account, by id."""
    with reading(context.database(context.settings(), reads=True)) as conn:
        return {account.id: account.user_email for account in accounts.list_all(conn)}
