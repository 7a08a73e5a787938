"""The command line's root: which command lives in which file."""

from __future__ import annotations

import os
import sys

import click
import typer

from agent.cli import (
    accept,
    accounts,
    audit,
    doctor,
    mail,
    pause,
    policy,
    record,
    replay,
    run,
    selectors,
    stand_in,
    status,
    vault,
)
from agent.cli.context import end_with, fail
from agent.cli.demo.command import demo
from agent.errors import Exit

app = typer.Typer(
    name="sc-agent",
    help="Accept Seller Central user invitations for ChannelAdvisor and audit the permissions that follow.",
    epilog="Exit codes: 0 all as it should be · 1 a finding · 2 usage · 3 could not be confirmed, or a human is needed · "
    "4 configuration or environment. --debug, anywhere, shows the traceback of an error.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for group, name in (
    (accounts.app, "accounts"),
    (mail.app, "mail"),
    (policy.app, "policy"),
    (selectors.app, "selectors"),
    (vault.app, "vault"),
):
    app.add_typer(group, name=name)
app.command("run")(run.run)
app.command("accept")(accept.accept)
app.command("audit")(audit.audit)
app.command("status")(status.status)
app.command("pause")(pause.pause)
app.command("resume")(pause.resume)
app.command("doctor")(doctor.doctor)
app.command("demo")(demo)
app.command("stand-in")(stand_in.stand_in)
app.command("replay")(replay.replay)
app.command("record")(record.record)


def main() -> None:
    """Run the command line; every error is one clear line and an exit code of the contract."""
    arguments = [argument for argument in sys.argv[1:] if argument != "--debug"]
    debug = len(arguments) < len(sys.argv) - 1
    os.umask(0o077)
    try:
        result = app(args=arguments, prog_name="sc-agent", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as err:
        print(err.format_message())  # noqa: T201
        raise SystemExit(int(Exit.USAGE)) from err
    except click.ClickException as err:
        usage = (
            f" (see 'sc-agent {err.ctx.command_path.removeprefix('sc-agent').strip()} --help')"
            if isinstance(err, click.UsageError) and err.ctx
            else ""
        )
        fail(err.format_message().rstrip(".") + usage, Exit.USAGE)
    except (typer.Exit, SystemExit):
        raise
    except click.Abort:
        fail("interrupted", Exit.UNCONFIRMED)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(int(Exit.OK)) from None
    except BaseException as err:  # noqa: BLE001 - the one place where every error becomes a line
        end_with(err, debug=debug)
    raise SystemExit(result if isinstance(result, int) else 0)
