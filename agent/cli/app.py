"""The command line's root: which command lives in which file; a file is imported when its command is asked for."""

from __future__ import annotations

import importlib
import os
import resource
import sys
from typing import Any

import typer
from typer.core import TyperGroup

from agent.cli.context import end_with, fail
from agent.errors import Exit

COMMANDS = {  # name: where it lives; in the order of the help
    "demo": "agent.rehearsal.demo.command:demo",
    "run": "agent.cli.run:run",
    "status": "agent.cli.status:status",
    "accounts": "agent.cli.accounts:app",
    "accept": "agent.cli.accept:accept",
    "audit": "agent.cli.audit:audit",
    "mail": "agent.cli.mail:app",
    "pause": "agent.cli.pause:pause",
    "resume": "agent.cli.pause:resume",
    "api-keys": "agent.cli.api_keys:app",
    "doctor": "agent.cli.doctor:doctor",
    "events": "agent.cli.events:events",
    "policy": "agent.cli.policy:app",
    "selectors": "agent.rehearsal.selectors:app",
    "vault": "agent.cli.vault:app",
    "record": "agent.rehearsal.record.command:record",
    "replay": "agent.rehearsal.replay.command:replay",
    "stand-in": "agent.rehearsal.stand_in:stand_in",
}


_SIGINT = 130  # what typer makes of Ctrl-C
_INTERRUPTED = "interrupted; nothing was left half-done, run the command again"


class Commands(TyperGroup):
    """A group that imports a command's file only when it is asked for: one command need not wait for all the others'
    libraries.
    """

    def list_commands(self, ctx: Any) -> list[str]:
        """Every name, in the order of the help."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Import and build one command; None for an unknown name."""
        place = COMMANDS.get(cmd_name)
        if place is None:
            return None
        module, _, name = place.partition(":")
        found = getattr(importlib.import_module(module), name)
        single = not isinstance(found, typer.Typer)
        built = typer.Typer(add_completion=False, pretty_exceptions_enable=False) if single else found
        if single:
            built.command(cmd_name)(found)
        command = typer.main.get_command(built) if single else typer.main.get_group(built)
        command.name = cmd_name
        return command


app = typer.Typer(
    name="sc-agent",
    cls=Commands,
    help="Accept Seller Central user invitations for ChannelAdvisor and audit the permissions that follow.",
    epilog="Exit codes: 0 all as it should be · 1 a finding · 2 usage · 3 could not be confirmed, or a human is needed · "
    "4 configuration or environment. --debug, anywhere, shows the traceback of an error.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def root() -> None:
    """Hold the commands."""


def main() -> None:
    """Run the command line; every error is one clear line and an exit code of the contract."""
    arguments = [argument for argument in sys.argv[1:] if argument != "--debug"]
    debug = len(arguments) < len(sys.argv) - 1
    os.umask(0o077)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would hold every secret
    try:
        result = app(args=arguments, prog_name="sc-agent", standalone_mode=False)
    except typer.TyperException as err:
        _end_with_usage(err)
    except SystemExit as err:
        if isinstance(err.__context__, BrokenPipeError):  # typer's answer to it is 1, which would be a finding
            raise SystemExit(int(Exit.UNCONFIRMED)) from None
        raise
    except typer.Abort:
        fail(_INTERRUPTED, Exit.UNCONFIRMED)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(int(Exit.UNCONFIRMED)) from None
    except BaseException as err:  # noqa: BLE001 - the one place where every error becomes a line
        end_with(err, debug=debug)
    if result == _SIGINT:
        fail(_INTERRUPTED, Exit.UNCONFIRMED)
    raise SystemExit(result if isinstance(result, int) else 0)


def _end_with_usage(err: typer.TyperException) -> None:
    """A wrong call; a group called without a command shows its help instead of a line."""
    message = err.format_message().strip()
    if "\n" in message:
        print(message)  # noqa: T201
        raise SystemExit(int(Exit.USAGE))
    if not message:
        raise SystemExit(int(Exit.USAGE))  # a group's help is printed already
    context = getattr(err, "ctx", None)
    hint = f" (see '{context.command_path} --help')" if context is not None else ""
    fail(message.replace("Value error, ", "").rstrip(".") + hint, Exit.USAGE)
