"""What accounts sign in with: `secret`, `create-login` and `rotate-totp`."""

from __future__ import annotations

import getpass
import sys
from typing import Annotated

import typer

from agent.actions import credentials, fields
from agent.actions import registration as registry
from agent.cli import context
from agent.cli.arguments import naming, parse_secrets
from agent.cli.output import now, say, warn
from agent.cli.registry.account_options import (
    AgreedBy,
    FromStdin,
    Id,
    PersonName,
    Phone,
    SecretRef,
)
from agent.cli.visits import rotation
from agent.domain.authorization import State
from agent.domain.totp_seed import parse_seed
from agent.errors import UsageError
from agent.secret_stores import parse_reference, read_secret
from agent.store import accounts
from agent.store.database.engine import writing
from agent.store.sign_in import login_orders, secret_refs
from agent.store.vault.sign_in_secrets import SignInSecrets


def secret(account_id: Id, secrets_stdin: FromStdin = False, secret_ref: SecretRef = None) -> None:
    """Replace an account's password and seed, or say which store keeps them.

    With a new password its attempt budget starts afresh. Its stored session is dropped.
    """
    if secret_ref and secrets_stdin:
        raise UsageError("--secret-ref stands instead of --secrets-stdin; leave one out")
    if secret_ref:
        return _refer(account_id, secret_ref)
    given = read_secrets(needed=secrets_stdin)
    if given is None:
        raise UsageError("expected --secrets-stdin, or --secret-ref REF; secrets are never taken from an argument")
    settings = context.settings()
    context.vault(settings)  # a missing key is told before a database is made
    engine = context.database(settings)
    vault = context.proven_vault(settings, engine)
    with writing(engine) as conn:
        stored = credentials.give_secrets(conn, vault, account_id, given, now=now())
    warn_of(given)
    if stored.is_barred:
        warn("warning: this is a password that the site rejected; it is not typed again. Give the right one")
    needs_human = stored.account.authorization is State.NEEDS_HUMAN
    hint = f"; 'sc-agent accounts release {account_id}' lets it go on" if needs_human else ""
    return say(f"{account_id} has new secrets{hint}")


def _refer(account_id: str, secret_ref: str) -> None:
    reference = parse_reference(secret_ref)
    kept = read_secret(reference, context.settings().secrets)
    with writing(context.database(context.settings())) as conn:
        accounts.get(conn, account_id, lock=True)
        secret_refs.put(conn, account_id, str(reference), now=now())
    say(
        f"{account_id}'s secrets are read from {reference} for each visit, now in version {kept.version}; none "
        "is kept here"
    )


def create_login(
    account_id: Id, person_name: PersonName = None, agreed_by: AgreedBy = None, phone: Phone = None
) -> None:
    """Order a login for an account without secrets, or anew after an order that ended.

    With --phone alone, the open order gets another number.
    """
    given = {"create_login": "true", "person_name": person_name, "agreed_by": agreed_by, "phone": phone}
    with writing(context.database(context.settings())) as conn:
        if phone is not None and person_name is None and agreed_by is None:
            with naming():
                fields.parse_phone(phone)
            accounts.get(conn, account_id, lock=True)
            if not login_orders.set_phone(conn, account_id, phone, now=now()):
                raise UsageError(f"account {account_id} has no open order of a login")
        else:
            with naming():
                order = fields.parse_order(given)
            assert order is not None  # noqa: S101 - create_login is true
            registry.order_login(conn, account_id, order, now=now())
    say(f"{account_id}: a login is ordered; it is created when an invitation comes and the user email has none")


def rotate_totp(
    account_id: Annotated[str | None, typer.Argument(metavar="ID", help="The account.", show_default=False)] = None,
    everyone: Annotated[
        bool, typer.Option("--all", help="Every account whose secrets are older, one an hour.")
    ] = False,
    older_than: Annotated[
        int | None,
        typer.Option(
            metavar="DAYS", min=1, max=3650, help="With --all: only accounts whose secrets are older than so many days."
        ),
    ] = None,
    old_removed: Annotated[
        bool,
        typer.Option("--old-removed", help="Say that the old authenticator was removed by hand; nothing is rotated."),
    ] = False,
) -> None:
    """Enrol a new authenticator, prove it by a sign-in, then remove the old one.

    The old one is removed only where it can be told from others; else a person is asked to remove it (/todo). A
    rotation that was cut off is continued. With --all it stops at the first failure. Never met the real site.
    """
    if old_removed:
        rotation.confirm(account_id)
        return
    rotation.run(account_id, everyone=everyone, older_than=older_than)


def read_secrets(*, needed: bool) -> SignInSecrets | None:
    if not needed:
        return None
    if sys.stdin.isatty():
        password = getpass.getpass("Password (not shown): ")
        return fields.parse_secrets(
            {
                "password": password,
                "totp_secret": getpass.getpass("Authenticator seed, Base32 or otpauth:// (not shown): "),
            }
        )
    return parse_secrets(sys.stdin.read())


def warn_of(given: SignInSecrets | None) -> None:
    """Tell what is unusual about a seed that was taken.

    One that was not taken has its error.
    """
    if given is not None and (warning := parse_seed(given.totp_secret.get_secret_value()).warning):
        warn(f"warning: {warning}")
