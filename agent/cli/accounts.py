"""`sc-agent accounts`: the registry."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from sqlalchemy.engine import Connection

from agent.cli import context
from agent.cli.output import agreed, now, print_document, print_table, say, timestamp, warn
from agent.cli.registration import Registration, load_registrations, parse_account, parse_secrets
from agent.domain.account import Account, ApiAuthorization
from agent.domain.authorization import Event, State
from agent.domain.totp_seed import parse_seed
from agent.errors import UsageError
from agent.store import accounts, acts, journal, transitions
from agent.store.database.engine import reading, writing
from agent.store.inbox import messages
from agent.store.vault import sessions, sign_in_secrets
from agent.store.vault.sign_in_secrets import SignInSecrets
from flows.models import Act

app = typer.Typer(help="Register accounts, change them, see how each stands.", no_args_is_help=True)

Id = Annotated[str, typer.Argument(metavar="ID", help="The account.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
FromStdin = Annotated[
    bool,
    typer.Option(
        "--secrets-stdin",
        help='Read {"password": "...", "totp_secret": "..."} from standard input (Base32 or otpauth://).',
    ),
]


@app.command()
def add(
    account_id: Id,
    user_email: Annotated[str, typer.Option(help="The address the seller invites.")],
    marketplace: Annotated[str, typer.Option(help="US, UK, DE, ...")],
    merchant_id: Annotated[str | None, typer.Option(help="The seller's merchant token, if known.")] = None,
    merchant_name: Annotated[
        str | None, typer.Option(help="The store's name as the account picker shows it, if known.")
    ] = None,
    audit_as: Annotated[str | None, typer.Option(help="Another account that may open the permissions page.")] = None,
    api_authorized: Annotated[
        bool, typer.Option("--api-authorized", help="The API authorization is complete already.")
    ] = False,
    secrets_stdin: FromStdin = False,
) -> None:
    """Register an account. The secrets come from standard input, never from an argument."""
    api = ApiAuthorization.COMPLETE if api_authorized else ApiAuthorization.PENDING
    fields = {"id": account_id, "user_email": user_email, "marketplace": marketplace, "api_authorization": api}
    optional = {"merchant_id": merchant_id, "merchant_name": merchant_name, "audit_as": audit_as}
    new = parse_account(fields | {name: value for name, value in optional.items() if value})
    secrets = _read_secrets(needed=secrets_stdin)
    _register([Registration(account=new, secrets=secrets)])
    _warn_of(secrets)
    say(f"{new.id} is registered: {new.user_email.lower()}, {new.marketplace}, API authorization {api}")


@app.command("import")
def import_(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE", help="A .csv with a header line, or a JSON list of accounts.", show_default=False
        ),
    ],
) -> None:
    """Register many accounts from a file: all of them, or none if one is wrong.

    Fields: id, user_email, marketplace; optional merchant_id, merchant_name, audit_as, api_authorization (complete,
    pending), password
    and totp_secret. Secrets are taken only from a file that nobody else can read (chmod 600); without them, give each
    account its own
    by `accounts secret`.
    """
    registrations = load_registrations(file)
    _register(registrations)
    bare = sum(each.secrets is None for each in registrations)
    say(
        f"{len(registrations)} accounts registered"
        + (f", {bare} of them without secrets: give them by 'sc-agent accounts secret'" if bare else "")
    )


@app.command("list")
def list_(
    state: Annotated[State | None, typer.Option(help="Only accounts in this state.")] = None, as_json: Json = False
) -> None:
    """List the accounts. Never shows a secret."""
    with reading(context.database(context.settings())) as conn:
        found = accounts.list_all(conn, state=state)
        if as_json:
            return print_document({"schema": 1, "accounts": [_describe(conn, account) for account in found]})
    if not found:
        return say("no accounts" + (f" in state {state}" if state else "; register one with 'sc-agent accounts add'"))
    rows = [
        (a.id, a.user_email, a.marketplace, a.merchant_id or "-", a.api_authorization, a.authorization) for a in found
    ]
    return print_table(("account", "user email", "marketplace", "merchant", "API", "authorization"), rows)


@app.command()
def show(account_id: Id, as_json: Json = False) -> None:
    """Show one account and the last lines of its history. Never shows a secret."""
    with reading(context.database(context.settings())) as conn:
        account = accounts.get(conn, account_id)
        described = _describe(conn, account)
        entries = journal.history(conn, account_id, limit=20)
    history = [
        {"at": timestamp(e.at), "from": e.from_state, "to": e.to_state, "why": e.why, "visit": e.visit_id}
        for e in entries
    ]
    if as_json:
        return print_document({"schema": 1, "account": described, "history": history})
    print_table(("", ""), [(name.replace("_", " "), _plain(value)) for name, value in described.items()])
    say("")
    return print_table(("when", "state", "why"), [(str(e["at"]), str(e["to"]), str(e["why"])) for e in history])


@app.command()
def secret(account_id: Id, secrets_stdin: FromStdin = False) -> None:
    """Replace an account's password and seed; with a new password its attempt budget starts afresh. Its stored session
    is dropped.
    """
    given = _read_secrets(needed=secrets_stdin)
    if given is None:
        raise UsageError("expected --secrets-stdin; secrets are read from standard input only")
    settings = context.settings()
    vault = context.vault(settings)
    with writing(context.database(settings)) as conn:
        accounts.get(conn, account_id, lock=True)
        sign_in_secrets.save(conn, vault, account_id, given, now=now())
        sessions.forget(conn, account_id)
        standing = accounts.get(conn, account_id).authorization
        is_barred = acts.was_rejected(conn, account_id, Act.TYPE_PASSWORD)
    _warn_of(given)
    if is_barred:
        warn("warning: this is the password that the site rejected; it is not typed again. Give the right one")
    hint = f"; 'sc-agent accounts release {account_id}' lets it go on" if standing is State.NEEDS_HUMAN else ""
    say(f"{account_id} has new secrets{hint}")


@app.command("api-authorization")
def api_authorization(account_id: Id, value: Annotated[Literal["complete", "pending"], typer.Argument()]) -> None:
    """Say whether the API authorization is complete; nothing is started while it is pending."""
    with writing(context.database(context.settings())) as conn:
        account = transitions.set_api_authorization(conn, account_id, ApiAuthorization(value), now=now())
    say(f"{account_id}: API authorization {value}, Seller Central authorization {account.authorization}")


@app.command()
def pause(account_id: Id) -> None:
    """Stop everything for one account until it is resumed."""
    _happen(account_id, Event.PAUSED, why="paused by a person")


@app.command()
def resume(account_id: Id) -> None:
    """Let a paused account go on where it stood."""
    _happen(account_id, Event.RESUMED, why="resumed by a person")


@app.command()
def release(account_id: Id) -> None:
    """Let an account that needed a human go on, after the human has done what was needed."""
    _happen(account_id, Event.RELEASED, why="released by a person")


@app.command()
def remove(account_id: Id, yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False) -> None:
    """Forget an account: its secrets, session, audits and history. Nothing changes in Seller Central."""
    engine = context.database(context.settings())
    with reading(engine) as conn:
        account = accounts.get(conn, account_id)
    if not yes and not agreed(f"Forget {account.id} ({account.user_email}) with its secrets, audits and history?"):
        raise UsageError("nothing was removed; answer y, or pass --yes")
    with writing(engine) as conn:
        accounts.remove(conn, account_id)
    say(f"{account_id} is forgotten; the user still exists in Seller Central until the seller deletes it")


def _happen(account_id: str, event: Event, *, why: str) -> None:
    with writing(context.database(context.settings())) as conn:
        before = accounts.get(conn, account_id, lock=True)
        account = transitions.apply(conn, account_id, event, now=now(), why=why)
    changed = "is now" if account.authorization is not before.authorization else "stays"
    say(f"{account_id} {changed} {account.authorization}")


def _read_secrets(*, needed: bool) -> SignInSecrets | None:
    if not needed:
        return None
    if sys.stdin.isatty():
        warn('waiting for {"password": "...", "totp_secret": "..."} on standard input, then Ctrl-D')
    return parse_secrets(sys.stdin.read())


def _warn_of(given: SignInSecrets | None) -> None:
    """Tell what is unusual about a seed that was taken; one that was not taken has its error."""
    if given is not None and (warning := parse_seed(given.totp_secret.get_secret_value()).warning):
        warn(f"warning: {warning}")


def _register(registrations: list[Registration]) -> None:
    """All in one transaction."""
    settings = context.settings()
    context.vault(settings)  # a missing key is told before a database is made
    engine = context.database(settings)
    vault = context.proven_vault(settings, engine)
    moment = now()
    with writing(engine) as conn:
        for each in registrations:
            accounts.add(conn, replace(each.account, audit_as=None), now=moment)
            if each.secrets:
                sign_in_secrets.save(conn, vault, each.account.id, each.secrets, now=moment)
        for each in registrations:
            if each.account.audit_as:
                accounts.get(conn, each.account.audit_as)
                accounts.edit(conn, each.account.id, audit_as=each.account.audit_as)
        messages.ask_again_of_strangers(conn, since=moment - timedelta(days=settings.mail.expires_after_days))


def _describe(conn: Connection, account: Account) -> dict[str, Any]:
    """What may be shown of an account."""
    return {
        "account": account.id,
        "user_email": account.user_email,
        "marketplace": account.marketplace,
        "merchant_id": account.merchant_id,
        "merchant_name": account.merchant_name,
        "audit_as": account.audit_as,
        "api_authorization": account.api_authorization,
        "authorization": account.authorization,
        "message": account.message,
        "reasons": list(account.reasons),
        "next_step": account.next_step,
        "internal_reason": account.internal_reason,
        "failure_code": account.failure_code,
        "confirmation_code": account.confirmation_code,
        "has_secrets": sign_in_secrets.has(conn, account.id),
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
