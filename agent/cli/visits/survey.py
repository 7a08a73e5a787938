"""`sc-agent survey`: one guided, watched visit for the first day on the real site."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agent.cli import context
from agent.cli.output import now, print_document, say, warn
from agent.errors import Exit, UsageError
from agent.report.survey import is_ready, survey_document, survey_lines
from agent.report.survey_files import write_survey

if TYPE_CHECKING:
    from agent.settings.model import Settings
    from agent.visits.kinds.survey import Ask, Surveyed


def survey(
    account_id: Annotated[str, typer.Argument(metavar="ID", help="The account.", show_default=False)],
    output: Annotated[
        Path | None,
        typer.Option(help="A new directory for the report and a scrubbed recording of the visit.", show_default=False),
    ] = None,
    headed: Annotated[
        bool, typer.Option("--headed", help="Show the browser, and let you pass in it what only a person may pass.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Go through the site once, watched, and report what is recognised.

    The report says by which claim each page was recognised, what drifted, and what is unknown.

    Sign-in, account, home, permissions, health and business reports; read-only once inside. Without --headed it ends
    where only a person may go on. Exit 3: something is left to look at.
    """
    if output is not None and output.exists() and (not output.is_dir() or any(output.iterdir())):
        raise UsageError(f"a new directory was expected at {output}, there is something already; name another one")
    settings = context.settings()
    seen = asyncio.run(_survey(settings, account_id, output=output, headed=headed))
    document = survey_document(account=account_id, at=now(), ends=seen.ends, sights=seen.sights)
    if output is not None:
        write_survey(output, document, seen.sights)
    if as_json:
        print_document(document)
    else:
        for line in survey_lines(document):
            say(line)
    if output is not None:
        warn(
            f"look {output} through before it leaves this machine; 'sc-agent selectors check {output}' reads its pages"
        )
    raise typer.Exit(int(Exit.OK if is_ready(document) else Exit.UNCONFIRMED))


async def _survey(settings: Settings, account_id: str, *, output: Path | None, headed: bool) -> Surveyed:
    from agent.domain.policy.load import load_configured_policy
    from agent.store import accounts
    from agent.store.database.engine import reading
    from agent.visits.kinds.survey import survey_account
    from agent.visits.shared.command_context import command_context

    engine = context.database(settings)
    with reading(engine) as conn:
        accounts.get(conn, account_id)  # an unknown one ends the command before a browser is opened
    vault = context.proven_vault(settings, engine)
    if headed:
        settings = settings.model_copy(update={"browser": settings.browser.model_copy(update={"headless": False})})
    policy = load_configured_policy(settings.audit.policy_file)
    async with command_context(settings, engine, vault, policy) as worker:
        record = None if output is None else output / "recording"
        return await survey_account(worker, account_id, output=record, ask=_at_the_terminal() if headed else None)


def _at_the_terminal() -> Ask:
    """Ask the person at the terminal to pass a page in the browser's window."""
    from flows import Handed, HandedBack

    def ask(_visit: object) -> object:
        async def hand_over(seen: object) -> Handed:
            where = getattr(seen, "path", "")
            question = f"{where} wants a person. Pass it in the browser's window, then press Enter (or type 'stop'): "
            answer = await asyncio.to_thread(input, question)
            return Handed(how=HandedBack.LEFT if answer.strip() == "stop" else HandedBack.PASSED)

        return hand_over

    return ask  # type: ignore[return-value]  # the flows' types are imported where a browser is started
