"""`sc-agent vault`: the key that secrets and sessions are sealed with."""

from __future__ import annotations

from typing import Annotated

import typer

from agent.cli import context
from agent.cli.output import now, say
from agent.errors import UsageError
from agent.secret_stores import move_secret, parse_reference, require_writable
from agent.store import accounts
from agent.store.database.engine import reading, writing
from agent.store.sign_in import secret_refs
from agent.store.vault import sign_in_secrets
from agent.store.vault.keys import new_key
from agent.store.vault.rotation import rotate as rotate_rows
from agent.store.vault.sealed_box import public_key

app = typer.Typer(help="Make a vault key, or change it.", no_args_is_help=True)


@app.command()
def key() -> None:
    """Print a fresh key for SC_AGENT_VAULT_KEY.

    Keep it where backups of the database are not.
    """
    say(new_key())


@app.command("public-key")
def public_key_() -> None:
    """Print the vault's public key.

    It is SC_AGENT_VAULT_PUBLIC_KEY of a web role that has no vault key.
    """
    say(public_key(context.vault(context.settings())))


@app.command()
def rotate() -> None:
    """Seal everything anew with the current key.

    Set the new key as SC_AGENT_VAULT_KEY and the former one as SC_AGENT_VAULT_OLD_KEYS, run this, then drop the old
    key. Safe to repeat.
    """
    settings = context.settings()
    done = rotate_rows(context.database(settings), context.vault(settings))
    if not (done.secrets or done.sessions or done.messages):
        return say("nothing to do: everything is sealed with the current key")
    return say(f"sealed anew: {done.secrets} accounts' secrets, {done.sessions} sessions, {done.messages} messages")


@app.command()
def move(
    account_ids: Annotated[
        list[str] | None, typer.Argument(metavar="ID", help="The accounts; all without any.")
    ] = None,
    to: Annotated[
        str,
        typer.Option(
            "--to", metavar="REF", help="Where to; {account} stands for the account, vault://secret/{account}."
        ),
    ] = ...,  # type: ignore[assignment]
) -> None:
    """Move accounts' secrets to another store, one by one.

    Each is written there, read back and compared, and only then dropped here.

    Safe to repeat: accounts whose secrets are kept elsewhere already are left as they are.
    """
    require_writable(parse_reference(to.replace("{account}", "A1")))
    settings = context.settings()
    engine = context.database(settings)
    vault = context.proven_vault(settings, engine)
    with reading(engine) as conn:
        chosen = [accounts.get(conn, each).id for each in account_ids or [a.id for a in accounts.list_all(conn)]]
        sealed = [each for each in chosen if sign_in_secrets.is_sealed(conn, each)]
    if len(sealed) > 1 and "{account}" not in to:
        raise UsageError("several accounts need places of their own: expected {account} in --to")
    for account_id in sealed:
        reference = parse_reference(to.replace("{account}", account_id))
        with reading(engine) as conn:
            mine = sign_in_secrets.load(conn, vault, account_id)
        kept = move_secret(reference, mine.secrets, settings.secrets)
        with writing(engine) as conn:
            is_same = sign_in_secrets.load(conn, vault, account_id).version == mine.version
            if is_same:
                secret_refs.put(conn, account_id, str(reference), now=now())
        say(
            f"{account_id}: {reference}, version {kept.version}"
            if is_same
            else f"{account_id}: changed meanwhile, left here"
        )
    say(f"{len(sealed)} of {len(chosen)} accounts moved")
