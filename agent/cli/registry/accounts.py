"""`sc-agent accounts`: the registry."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Callable
from datetime import timedelta
from typing import Annotated, Any, Literal

import typer
from sqlalchemy.engine import Connection

from agent.actions import changes as account_changes
from agent.actions import credentials, fields, lifecycle
from agent.actions import registration as registry
from agent.actions.authorization import authorize_api
from agent.actions.changes import Changes
from agent.actions.registration import Registration
from agent.cli import context
from agent.cli.arguments import GlobalAccountId, MerchantId, MerchantName, named_merchant, naming, parse_secrets
from agent.cli.output import agreed, now, print_document, print_fields, print_table, say, timestamp, warn
from agent.cli.registry.accounts_erasures import list_erasures
from agent.cli.registry.accounts_export import export
from agent.cli.registry.accounts_import import import_, register_all
from agent.cli.visits import rotation
from agent.domain.account import Account, ApiAuthorization, MerchantSource
from agent.domain.authorization import State
from agent.domain.totp_seed import parse_seed
from agent.errors import UsageError
from agent.secret_stores import parse_reference, read_secret
from agent.store import accounts, journal
from agent.store.database.engine import reading, writing
from agent.store.sign_in import login_orders, secret_refs
from agent.store.vault import sessions, sign_in_secrets
from agent.store.vault.sign_in_secrets import SignInSecrets

app = typer.Typer(help="Register accounts, change them, see how each stands.", no_args_is_help=True)
app.command("import")(import_)
app.command()(export)
app.command("erasures")(list_erasures)

Id = Annotated[str, typer.Argument(metavar="ID", help="The account.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
FromStdin = Annotated[
    bool,
    typer.Option(
        "--secrets-stdin",
        help='Read {"password": "...", "totp_secret": "..."} from standard input (Base32 or otpauth://); a terminal asks '
        "for both and shows neither.",
    ),
]


AnswersMailCodes = Annotated[
    bool, typer.Option("--answer-mail-codes", help="Answer codes that the sign-in asks for by mail.")
]
PersonName = Annotated[str | None, typer.Option(metavar="NAME", help="First and last name for the new login.")]
AgreedBy = Annotated[str | None, typer.Option(metavar="NAME", help="Who accepted Amazon's conditions for it.")]
Phone = Annotated[str | None, typer.Option(metavar="E164", help="A number of its own, typed once at most.")]


SecretRef = Annotated[
    str | None,
    typer.Option(metavar="REF", help="Where the secrets are kept: vault://mount/path or exec://name/path."),
]


@app.command()
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

    Without --merchant-id (or --global-account-id) invitations wait for a person: whoever knows the user email can send one.
    """
    api = ApiAuthorization.COMPLETE if api_authorized else ApiAuthorization.PENDING
    given = {
        "id": account_id, "user_email": user_email, "marketplace": marketplace, "api_authorization": api,
        "merchant_id": merchant_id, "global_account_id": global_account_id, "merchant_name": merchant_name,
        "audit_as": audit_as, "answer_mail_codes": "true" if answer_mail_codes else None,
    }  # fmt: skip
    ordered = {
        "create_login": "true" if create_login else None, "person_name": person_name, "agreed_by": agreed_by, "phone": phone,
    }  # fmt: skip
    with naming(given | ordered):
        new = fields.parse_account({name: value for name, value in given.items() if value is not None})
        order = fields.parse_order(ordered)
    if order and secrets_stdin:
        raise UsageError("--create-login is for a user email without a login; expected no --secrets-stdin with it")
    if secret_ref and (secrets_stdin or order):
        raise UsageError("--secret-ref stands instead of --secrets-stdin and --create-login; leave one out")
    ref = str(parse_reference(secret_ref)) if secret_ref else None
    secrets = _read_secrets(needed=secrets_stdin)
    register_all([Registration(account=new, secrets=secrets, secret_ref=ref, order=order)])
    _warn_of(secrets)
    say(f"{new.id} is registered: {new.user_email.lower()}, {new.marketplace}, API authorization {api}")
    if not (new.merchant_id or new.global_account_id):
        warn(
            "no merchant is known yet: an invitation waits for 'mail approve' until one is given, "
            f"for example by 'sc-agent accounts api-authorization {new.id} complete --merchant-id ID'"
        )


@app.command("list")
def list_(
    state: Annotated[State | None, typer.Option(help="Only accounts in this state.")] = None, as_json: Json = False
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
        warn(f"whoever invited first has these accounts, nobody else said so: {', '.join(let_in)}")
    return None


@app.command()
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


@app.command()
def secret(account_id: Id, secrets_stdin: FromStdin = False, secret_ref: SecretRef = None) -> None:
    """Replace an account's password and seed, or say which store keeps them.

    With a new password its attempt budget starts afresh. Its stored session is dropped.
    """
    if secret_ref and secrets_stdin:
        raise UsageError("--secret-ref stands instead of --secrets-stdin; leave one out")
    if secret_ref:
        return _refer(account_id, secret_ref)
    given = _read_secrets(needed=secrets_stdin)
    if given is None:
        raise UsageError("expected --secrets-stdin, or --secret-ref REF; secrets are never taken from an argument")
    settings = context.settings()
    vault = context.vault(settings)
    with writing(context.database(settings)) as conn:
        stored = credentials.give_secrets(conn, vault, account_id, given, now=now())
    _warn_of(given)
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
        f"{account_id}'s secrets are read from {reference} for each visit, now in version {kept.version}; none is kept here"
    )


@app.command("api-authorization")
def api_authorization(
    account_id: Id,
    value: Annotated[Literal["complete", "pending"], typer.Argument()],
    merchant_id: MerchantId = None,
    global_account_id: GlobalAccountId = None,
    merchant_name: MerchantName = None,
) -> None:
    """Say whether the API authorization is complete, and of which merchant.

    Nothing is started while it is pending.
    """
    merchant = named_merchant(merchant_id, global_account_id, merchant_name)
    with writing(context.database(context.settings())) as conn:
        account = authorize_api(conn, account_id, ApiAuthorization(value), merchant=merchant, now=now())
    say(f"{account_id}: API authorization {value}, Seller Central authorization {account.authorization}")


@app.command("set")
def set_(
    account_id: Id,
    merchant_id: MerchantId = None,
    global_account_id: GlobalAccountId = None,
    merchant_name: MerchantName = None,
    user_email: Annotated[str | None, typer.Option(help="Another address; secrets and session are dropped.")] = None,
    marketplace: Annotated[str | None, typer.Option(help="US, UK, DE, ...")] = None,
    audit_as: Annotated[str | None, typer.Option(help="Another account that may open the permissions page.")] = None,
    reason: Annotated[str | None, typer.Option(metavar="TEXT", help="Why; kept in the account's history.")] = None,
) -> None:
    """Change what an account is registered with.

    Another merchant, user email or region needs --reason: session and any stored invitation are dropped, and the account
    awaits a new invitation.
    """
    with naming({"user_email": user_email, "marketplace": marketplace}):
        asked = Changes(
            user_email=fields.parse_email(user_email) if user_email is not None else None,
            marketplace=fields.parse_marketplace(marketplace) if marketplace is not None else None,
            merchant=named_merchant(merchant_id, global_account_id, merchant_name),
            audit_as=audit_as,
        )
    if asked.is_empty:
        raise UsageError("expected something to change; see 'sc-agent accounts set --help'")
    with writing(context.database(context.settings())) as conn:
        account = account_changes.change(conn, account_id, asked, reason=reason, who=getpass.getuser(), now=now())
        has_secrets = sign_in_secrets.has(conn, account_id)
    say(f"{account_id} is changed; its Seller Central authorization is {account.authorization}")
    if not has_secrets:
        warn(f"it has no secrets: 'sc-agent accounts secret {account_id} --secrets-stdin' gives them")


@app.command("create-login")
def create_login(
    account_id: Id, person_name: PersonName = None, agreed_by: AgreedBy = None, phone: Phone = None
) -> None:
    """Order a login for an account without secrets, or order it anew after an order that ended.

    With --phone alone, the open order gets another number.
    """
    given = {"create_login": "true", "person_name": person_name, "agreed_by": agreed_by, "phone": phone}
    with writing(context.database(context.settings())) as conn:
        if phone is not None and person_name is None and agreed_by is None:
            with naming(given):
                fields.parse_phone(phone)
            accounts.get(conn, account_id, lock=True)
            if not login_orders.set_phone(conn, account_id, phone, now=now()):
                raise UsageError(f"account {account_id} has no open order of a login")
        else:
            with naming(given):
                order = fields.parse_order(given)
            assert order is not None  # noqa: S101 - create_login is true
            registry.order_login(conn, account_id, order, now=now())
    say(f"{account_id}: a login is ordered; it is created when an invitation comes and the user email has none")


@app.command("rotate-totp")
def rotate_totp(
    account_id: Annotated[str | None, typer.Argument(metavar="ID", help="The account.", show_default=False)] = None,
    everyone: Annotated[
        bool, typer.Option("--all", help="Every account whose secrets are older, one an hour.")
    ] = False,
    older_than: Annotated[int | None, typer.Option(metavar="DAYS", min=1, help="With --all: how old.")] = None,
) -> None:
    """Enrol a new authenticator, prove it by a sign-in, then remove the old one.

    The old one is removed only where it can be told. With --all it stops at the first failure. Never met the real site.
    """
    rotation.run(account_id, everyone=everyone, older_than=older_than)


@app.command()
def pause(account_id: Id) -> None:
    """Stop everything for one account until it is resumed."""
    _happen(account_id, lifecycle.pause)


@app.command()
def resume(account_id: Id) -> None:
    """Let a paused account go on where it stood."""
    _happen(account_id, lifecycle.resume)


@app.command()
def release(account_id: Id) -> None:
    """Let an account that needed a human go on, after the human has done what was needed."""
    _happen(account_id, lifecycle.release)


@app.command()
def remove(account_id: Id, yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False) -> None:
    """Forget an account: its secrets, session, audits and history at once, its evidence after a week.

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
        registry.remove(conn, account_id, now=now(), keep_evidence=keep, who=getpass.getuser())
    say(
        f"{account_id} is forgotten; its evidence goes in {settings.observe.erase_after_days:g} days. The user still exists in Seller "
        f"Central: ask the seller to open Settings > User Permissions and delete {account.user_email}"
    )


def _happen(account_id: str, action: Callable[..., Account]) -> None:
    with writing(context.database(context.settings())) as conn:
        before = accounts.get(conn, account_id, lock=True)
        account = action(conn, account_id, now=now())
    changed = "is now" if account.authorization is not before.authorization else "stays"
    say(f"{account_id} {changed} {account.authorization}")


def _read_secrets(*, needed: bool) -> SignInSecrets | None:
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


def _merchant(account: Account) -> str:
    shown = account.merchant_id or account.global_account_id or "-"
    return f"{shown} (invited first)" if account.merchant_source is MerchantSource.INVITATION else shown


def _warn_of(given: SignInSecrets | None) -> None:
    """Tell what is unusual about a seed that was taken.

    One that was not taken has its error.
    """
    if given is not None and (warning := parse_seed(given.totp_secret.get_secret_value()).warning):
        warn(f"warning: {warning}")


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
        "has_secrets": sign_in_secrets.has(conn, account.id),
        "login_order": None if (order := login_orders.get(conn, account.id)) is None else order.state,
        "has_session": sessions.has(conn, account.id),
        "accepted_at": timestamp(account.accepted_at),
        "last_complete_read_at": timestamp(account.last_complete_read_at),
        "due": timestamp(account.due),
        "created_at": timestamp(account.created_at),
        "updated_at": timestamp(account.updated_at),
    }


def _plain(value: object) -> str:
    match value:
        case None | "" | []:
            return "-"
        case bool():
            return "yes" if value else "no"
        case list():
            return "\n".join(str(item) for item in value)
        case _:
            return str(value)
