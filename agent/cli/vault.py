"""`sc-agent vault`: the key that secrets and sessions are sealed with."""

from __future__ import annotations

import typer

from agent.cli import context
from agent.cli.output import say
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
    """Print the vault's public key, for SC_AGENT_VAULT_PUBLIC_KEY of a web role that has no vault key."""
    say(public_key(context.vault(context.settings())))


@app.command()
def rotate() -> None:
    """Seal everything anew with the current key.

    Set the new key as SC_AGENT_VAULT_KEY and the former one as SC_AGENT_VAULT_OLD_KEYS, run this, then drop the old
    key. Safe to repeat.
    """
    settings = context.settings()
    done = rotate_rows(context.database(settings), context.vault(settings))
    say(f"sealed anew: {done.secrets} accounts' secrets, {done.sessions} sessions, {done.messages} messages")
