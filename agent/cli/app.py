"""The command line's root: which command lives in which file.

A file is imported when its command is asked for.
"""

from __future__ import annotations

import ctypes
import os
import resource
import sys
from contextlib import suppress
from typing import Annotated

import typer

from agent.cli import ends
from agent.cli.context import end_with, fail
from agent.cli.lazy_commands import LazyCommands
from agent.errors import Exit
from agent.settings.plain_words import plain
from agent.version import own_version

COMMANDS = {  # name: where it lives; in the order of the help
    "demo": "agent.rehearsal.demo.command:demo",
    "run": "agent.cli.operation.run:run",
    "status": "agent.cli.registry.status:status",
    "accounts": "agent.cli.registry.accounts:app",
    "explain": "agent.cli.registry.explain:explain",
    "support": "agent.cli.registry.support:support",
    "accept": "agent.cli.visits.accept:accept",
    "audit": "agent.cli.visits.audit:audit",
    "insights": "agent.cli.visits.insights:insights",
    "mail": "agent.cli.operation.mail:app",
    "pause": "agent.cli.registry.pause:pause",
    "resume": "agent.cli.registry.pause:resume",
    "api-keys": "agent.cli.operation.api_keys:app",
    "init": "agent.cli.operation.init:init",
    "config": "agent.cli.operation.config:app",
    "people": "agent.cli.operation.people:app",
    "console": "agent.cli.operation.people:console",
    "doctor": "agent.cli.operation.doctor.command:doctor",
    "alarms": "agent.cli.operation.alarms:app",
    "events": "agent.cli.operation.events:events",
    "webhooks": "agent.cli.operation.webhooks:app",
    "policy": "agent.cli.visits.policy:app",
    "survey": "agent.cli.visits.survey:survey",
    "selectors": "agent.rehearsal.selectors:app",
    "backup": "agent.cli.operation.backup:backup",
    "restore": "agent.cli.operation.backup:restore",
    "vault": "agent.cli.operation.vault:app",
    "record": "agent.rehearsal.record.command:record",
    "replay": "agent.rehearsal.replay.command:replay",
    "stand-in": "agent.rehearsal.stand_in:stand_in",
}


_SET_DUMPABLE = 4  # linux/prctl.h
_PLAIN_WORDS = {  # what the library of commands says, and what a person is told
    "Got unexpected extra argument": "more words were given than the command takes",  # they may hold a secret
}
_INTERRUPTED = "interrupted; nothing was left half-done, run the command again"


class Commands(LazyCommands):
    """The commands of the table above."""

    places = COMMANDS


app = typer.Typer(
    name="sc-agent",
    cls=Commands,
    help="Accept Seller Central user invitations for ChannelAdvisor and audit the permissions that follow.",
    epilog="Exit codes: 0 all as it should be · 1 a finding · 2 usage · 3 could not be confirmed, or a human is "
    "needed · 4 configuration or environment. --debug, anywhere, shows the traceback of an error.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _tell_version(is_asked: bool) -> None:
    if is_asked:
        from agent.cli.output import say

        say(f"sc-agent {own_version()}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_tell_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Hold the commands."""


def main() -> None:
    """Run the command line.

    Every error is one clear line and an exit code of the contract.
    """
    arguments = [argument for argument in sys.argv[1:] if argument != "--debug"]
    debug = len(arguments) < len(sys.argv) - 1
    os.umask(0o077)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would hold every secret
    _hide_process()
    ends.have_streams()
    ends.on_signals()
    try:
        result = app(args=arguments, prog_name="sc-agent", standalone_mode=False)
        sys.stdout.flush()
    except typer.TyperException as err:
        _end_with_usage(err)
    except SystemExit as err:
        if isinstance(err.__context__, BrokenPipeError):  # typer's answer to it is 1, which would be a finding
            ends.without_reader()
        raise
    except typer.Abort:
        fail(_INTERRUPTED, Exit.UNCONFIRMED)
    except BrokenPipeError:
        ends.without_reader()
    except BaseException as err:  # noqa: BLE001 - the one place where every error becomes a line
        if ends.is_broken_pipe(err):
            ends.without_reader()
        end_with(err, debug=debug)
    if result == ends.SIGINT_OF_TYPER:
        fail(_INTERRUPTED, Exit.UNCONFIRMED)
    raise SystemExit(result if isinstance(result, int) else 0)


def _hide_process() -> None:
    """Keep other processes of this user out of our memory.

    Our first environment is closed to them, too (prctl(2), PR_SET_DUMPABLE).
    """
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_SET_DUMPABLE, 0, 0, 0, 0)


def _end_with_usage(err: typer.TyperException) -> None:
    """A wrong call; a group called without a command shows its help instead of a line."""
    message = err.format_message().strip()
    if not message:
        raise SystemExit(int(Exit.USAGE))  # a group's help is printed already
    if type(err).__name__ == "NoArgsIsHelpError":
        from agent.cli.output import say_text

        say_text(message)
        raise SystemExit(int(Exit.USAGE))
    context = getattr(err, "ctx", None)
    hint = f" (see '{context.command_path} --help')" if context is not None else ""
    line = plain(" ".join(message.replace("Value error, ", "").split()).rstrip("."))
    line = next((ours for theirs, ours in _PLAIN_WORDS.items() if line.startswith(theirs)), line)
    fail(line + hint, Exit.USAGE)
