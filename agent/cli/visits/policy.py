"""`sc-agent policy`: the policy in force, and checking a policy file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from agent.cli import context
from agent.cli.output import now, say, say_text, warn
from agent.domain.policy.load import DEFAULT, load_policy
from agent.domain.policy.model import Policy
from agent.errors import Exit

app = typer.Typer(
    help="What every user's permissions should be: the policy in force, and checks of policy files.",
    no_args_is_help=True,
)


@app.command()
def show() -> None:
    """Print the policy in force as a file (TOML).

    Yours, if AUDIT__POLICY_FILE names one, else the default.

    Tables that your own file leaves out are taken from the default. docs/policy.md explains each.
    """
    named = context.settings().audit.policy_file
    version = load_policy(named).version
    file = named or DEFAULT
    warn(
        f"version {version}, from {named}; tables that it leaves out are those of the default"
        if named
        else f"version {version}, the default; no policy file is set"
    )
    say_text(file.read_text(encoding="utf-8").rstrip("\n"))


@app.command()
def validate(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A policy file (TOML).", show_default=False)],
) -> None:
    """Check a policy file.

    Exit 1 for a wrong schema, and for exceptions that are expired or too wide.
    """
    policy = load_policy(file)
    trouble = list(_trouble(policy))
    for line in trouble:
        warn(line)
    if trouble:
        raise typer.Exit(int(Exit.FINDING))
    rows, excepted = len(policy.must_be_none), len(policy.exceptions)
    say(f"{file} is a policy: {' or '.join(policy.preferred)} everywhere, None in {rows} rows, {excepted} exceptions")


def _trouble(policy: Policy) -> list[str]:
    today = now().date()
    found = []
    for item in policy.exceptions:
        if item.is_too_wide:
            found.append(
                f"the exception of {item.owner} for {item.account}, {item.row.text} is too wide; name one "
                "account and one exact row"
            )
        elif item.ends < today:
            found.append(
                f"the exception of {item.owner} for {item.account}, {item.row.text} ended on {item.ends}; "
                "remove or renew it"
            )
    return found
