"""`sc-agent accounts`: the registry."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

import typer

from agent.actions import fields
from agent.actions import registration as registry
from agent.actions.registration import Registration
from agent.cli import context
from agent.cli.arguments import GlobalAccountId, MerchantId, MerchantName, naming
from agent.cli.output import agreed, now, one_of, print_document, print_fields, print_table, say, timestamp, warn
from agent.cli.registry.account_acts import api_authorization, pause, release, resume, set_
from agent.cli.registry.account_login import create_login, read_secrets, rotate_totp, secret, warn_of
from agent.cli.registry.account_options import (
    AgreedBy,
    AlsoMarketplaces,
    AnswersMailCodes,
    FromStdin,
    Id,
    Json,
    PersonName,
    Phone,
    SecretRef,
)
from agent.cli.registry.accounts_erasures import list_erasures
from agent.cli.registry.accounts_export import export
from agent.cli.registry.accounts_import import import_, register_all
from agent.domain.account import Account, ApiAuthorization, MerchantSource, NewAccount
from agent.domain.authorization import State
from agent.errors import UsageError
from agent.secret_stores import parse_reference
from agent.store import accounts, journal
from agent.store.database.engine import reading, writing
from agent.store.database.handles import Connection
from agent.store.sign_in import login_orders
from agent.store.vault import sessions, sign_in_secrets

app = typer.Typer(help="Register accounts, change them, see how each stands.", no_args_is_help=True)


def add(
    account_id: Id,
    user_email: Annotated[str, typer.Option(help="The address the seller invites.")],
    marketplace: Annotated[str, typer.Option(help="US, UK, DE, ...")],
    merchant_id: MerchantId = None,
    global_account_id: GlobalAccountId = None,
    merchant_name: MerchantName = None,
    audit_as: Annotated[str | None, typer.Option(help="Another account that may open the permissions page.")] = None,
    api_authorized: Annotated[
        bool, typer.Option("--api-authorized", help="The API authorization is complete already.")
    ] = False,
    secrets_stdin: FromStdin = False,
    secret_ref: SecretRef = None,
    answer_mail_codes: AnswersMailCodes = False,
    also_marketplaces: AlsoMarketplaces = None,
    create_login: Annotated[
        bool, typer.Option("--create-login", help="Create the Amazon login if the user email has none.")
    ] = False,
    person_name: PersonName = None,
    agreed_by: AgreedBy = None,
    phone: Phone = None,
) -> None:
    """Register an account.

    The secrets come from standard input, never from an argument. With --create-login there are none yet: a login is
    created when an invitation comes and the user email has none. That has never met the real site.

    Without --merchant-id (or --global-account-id) invitations wait for a person: anyone who knows the user email can
    send one.
    """
    api = ApiAuthorization.COMPLETE if api_authorized else ApiAuthorization.PENDING
    given = {
        "id": account_id, "user_email": user_email, "marketplace": marketplace, "api_authorization": api,
        "merchant_id": merchant_id, "global_account_id": global_account_id, "merchant_name": merchant_name,
        "audit_as": audit_as, "answer_mail_codes": "true" if answer_mail_codes else None,
        "also_marketplaces": also_marketplaces,
    }  # fmt: skip
    ordered = {
        "create_login": "true" if create_login else None, "person_name": person_name, "agreed_by": agreed_by,
        "phone": phone,
    }  # fmt: skip
    with naming():
        new = fields.parse_account({name: value for name, value in given.items() if value is not None})
        order = fields.parse_order(ordered)
    _require_one_source(creates=order is not None, secrets_stdin=secrets_stdin, secret_ref=secret_ref)
    ref = str(parse_reference(secret_ref)) if secret_ref else None
    secrets = read_secrets(needed=secrets_stdin)
    register_all([Registration(account=new, secrets=secrets, secret_ref=ref, order=order)])
    warn_of(secrets)
    _tell_registered(new)


def _require_one_source(*, creates: bool, secrets_stdin: bool, secret_ref: str | None) -> None:
    """The secrets come from one place, or there are none yet."""
    if creates and secrets_stdin:
        raise UsageError("--create-login is for a user email without a login; expected no --secrets-stdin with it")
    if secret_ref and (secrets_stdin or creates):
        raise UsageError("--secret-ref stands instead of --secrets-stdin and --create-login; leave one out")


def _tell_registered(new: NewAccount) -> None:
    """Say what is registered, and what it waits for."""
    say(
        f"{new.id} is registered: {new.user_email.lower()}, {new.marketplace}, API authorization "
        f"{new.api_authorization}"
    )
    if new.api_authorization is ApiAuthorization.PENDING:
        warn(f"nothing is started before 'sc-agent accounts api-authorization {new.id} complete'")
    if not (new.merchant_id or new.global_account_id):
        warn(
            "no merchant is known yet: an invitation waits for 'mail approve' until one is given, "
            f"for example by 'sc-agent accounts api-authorization {new.id} complete --merchant-id ID'"
        )


def list_(
    state: Annotated[
        State | None, typer.Option(metavar="STATE", help=f"Only accounts in this state: {one_of(State)}.")
    ] = None,
    as_json: Json = False,
) -> None:
    """List the accounts. Never shows a secret."""
    with reading(context.database(context.settings(), reads=True)) as conn:
        found = accounts.list_all(conn, state=state)
        if as_json:
            return print_document({"schema": 1, "accounts": [_describe(conn, account) for account in found]})
    if not found:
        return say("no accounts" + (f" in state {state}" if state else "; register one with 'sc-agent accounts add'"))
    rows = [(a.id, a.user_email, a.marketplace, _merchant(a), a.api_authorization, a.authorization) for a in found]
    print_table(("account", "user email", "marketplace", "merchant", "API", "authorization"), rows)
    if let_in := [a.id for a in found if a.merchant_source is MerchantSource.INVITATION]:
        warn(f"the merchant is known from the first invitation alone: {', '.join(let_in)}")
    return None


def show(account_id: Id, as_json: Json = False) -> None:
    """Show one account and the last lines of its history. Never shows a secret."""
    with reading(context.database(context.settings(), reads=True)) as conn:
        account = accounts.get(conn, account_id)
        described = _describe(conn, account)
        entries = journal.history(conn, account_id, limit=20)
    history = [
        {"at": timestamp(e.at), "from": e.from_state, "to": e.to_state, "why": e.why, "visit": e.visit_id}
        for e in entries
    ]
    if as_json:
        return print_document({"schema": 1, "account": described, "history": history})
    print_fields((name.replace("_", " "), _plain(value)) for name, value in described.items())
    say("")
    return print_table(("when", "state", "why"), [(str(e["at"]), str(e["to"]), str(e["why"])) for e in history])


def remove(account_id: Id, yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False) -> None:
    """Forget an account with its secrets, session, audits and history.

    Its evidence goes OBSERVE__ERASE_AFTER_DAYS later, by default 7 days.

    Nothing changes in Seller Central. 'accounts erasures' shows what was erased.
    """
    settings = context.settings()
    engine = context.database(settings)
    with reading(engine) as conn:
        account = accounts.get(conn, account_id)
    if not yes and not agreed(f"Forget {account.id} ({account.user_email}) with its secrets, audits and history?"):
        raise UsageError("nothing was removed; answer y, or pass --yes")
    with writing(engine) as conn:
        keep = timedelta(days=settings.observe.erase_after_days)
        registry.remove(conn, account_id, now=now(), keep_evidence=keep, who=context.who())
    say(
        f"{account_id} is forgotten; its evidence goes in {settings.observe.erase_after_days:g} days. The user "
        "still exists in Seller Central: ask the seller to open Settings > User Permissions and delete "
        f"{account.user_email}"
    )


def _merchant(account: Account) -> str:
    shown = account.merchant_id or account.global_account_id or "-"
    return f"{shown} (invited first)" if account.merchant_source is MerchantSource.INVITATION else shown


def _describe(conn: Connection, account: Account) -> dict[str, Any]:
    """What may be shown of an account."""
    return {
        "account": account.id,
        "user_email": account.user_email,
        "marketplace": account.marketplace,
        "merchant_id": account.merchant_id,
        "merchant_name": account.merchant_name,
        "global_account_id": account.global_account_id,
        "merchant_source": account.merchant_source,
        "audit_as": account.audit_as,
        "api_authorization": account.api_authorization,
        "authorization": account.authorization,
        "message": account.message,
        "reasons": list(account.reasons),
        "next_step": account.next_step,
        "internal_reason": account.internal_reason,
        "failure_code": account.failure_code,
        "confirmation_code": account.confirmation_code,
        "answer_mail_codes": account.answer_mail_codes,
        "also_marketplaces": list(account.also_marketplaces),
        "has_secrets": sign_in_secrets.has(conn, account.id),
        "login_order": None if (order := login_orders.get(conn, account.id)) is None else order.state,
        "has_session": sessions.has(conn, account.id),
        "accepted_at": timestamp(account.accepted_at),
        "last_complete_read_at": timestamp(account.last_complete_read_at),
        "due": timestamp(account.due),
        "created_at": timestamp(account.created_at),
        "updated_at": timestamp(account.updated_at),
    }


def _plain(value: object) -> str | list[str]:
    match value:
        case None | "" | []:
            return "-"
        case bool():
            return "yes" if value else "no"
        case list():
            return [str(item) for item in value]
        case _:
            return str(value)


# In the order of the help.
app.command("import")(import_)
app.command()(export)
app.command("erasures")(list_erasures)
app.command()(add)
app.command("list")(list_)
app.command()(show)
app.command()(secret)
app.command("api-authorization")(api_authorization)
app.command("set")(set_)
app.command("create-login")(create_login)
app.command("rotate-totp")(rotate_totp)
app.command()(pause)
app.command()(resume)
app.command()(release)
app.command()(remove)
