"""`sc-agent mail`: explain, list, show, try again, approve."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from agent.cli import context
from agent.cli.output import agreed, now, print_document, print_hanging, print_table, say, timestamp
from agent.cli.row_numbers import parse_number
from agent.domain.invitation import Expectation, MailVerdict
from agent.errors import Exit, UnconfirmedError, UsageError
from agent.printable import one_line
from agent.settings.model import Settings
from agent.store import accounts
from agent.store.database.engine import database_url, parse_url, reading, writing
from agent.store.database.handles import Connection
from agent.store.inbox import folders, invitations, messages
from agent.store.inbox.messages import Message
from agent.store.processes import workers

app = typer.Typer(help="Messages that were judged: why they were trusted or not.", no_args_is_help=True)

Number = Annotated[
    int, typer.Argument(parser=parse_number, metavar="NUMBER", help="The message's number, as 'mail list' shows it.")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
_WORDS = {"bytes_kept": "original kept", "found_at": "found", "judged_at": "judged"}
_SILENT = timedelta(seconds=60)  # without a heartbeat no daemon is at work
_STEP_INDENT = 16  # a mark and a name
_MARKS = {True: ("ok", "green"), False: ("NO", "red"), None: ("--", "dim")}


@app.command()
def check(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A message as saved by a mail program (.eml).", show_default=False)
    ],
    as_json: Json = False,
) -> None:
    """Judge a mail file and explain every step.

    Nothing is recorded and nothing is opened.

    Exit 0 if it would be acted on, 3 if it is held, refused, known already or could not be judged.
    """
    from agent.mail.manual import check_file

    settings = context.settings()
    context.quiet_logs()
    judgement = check_file(file, settings=settings, now=now(), expected=_expected(settings))
    ruling, offer = judgement.ruling, judgement.offer
    document = {
        "schema": 1,
        "verdict": ruling.verdict,
        "reason": ruling.reason,
        "detail": ruling.detail,
        "account": judgement.account_id,
        "recipient": offer.recipient if offer else None,
        "invitation_id": offer.link.invitation_id if offer else None,
        "host": offer.link.host if offer else None,
        "region": offer.link.region if offer else None,
        "merchant_id": offer.link.merchant_id if offer else None,
        "global_account_id": offer.link.global_account_id if offer else None,
        "url": offer.link.url if offer else None,
        "steps": [{"name": step.name, "passed": step.passed, "detail": step.detail} for step in judgement.steps],
    }
    if as_json:
        print_document(document)
    else:
        _print_steps(document["steps"])
        say(f"{ruling.verdict} ({ruling.reason}): {ruling.detail}")
    if ruling.verdict is not MailVerdict.ACCEPT:
        raise typer.Exit(int(Exit.UNCONFIRMED))


@app.command("list")
def list_(
    verdict: Annotated[
        str | None, typer.Option(help="Only messages with this verdict: accept, held, rejected, duplicate, retry.")
    ] = None,
    account: Annotated[str | None, typer.Option(metavar="ID", help="Only messages of this account.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many, the newest first.")] = 50,
    as_json: Json = False,
) -> None:
    """List messages and what became of them."""
    if verdict is not None and verdict not in set(MailVerdict):
        raise UsageError(f"no verdict is called so; expected {', '.join(MailVerdict)}")
    with reading(context.database(context.settings(), reads=True)) as conn:
        if account is not None:
            accounts.get(conn, account)
        found = [
            _describe(conn, message)
            for message in messages.list_recent(conn, limit=limit, verdict=verdict, account_id=account)
        ]
        counts = messages.count_by_verdict(conn)
    if as_json:
        return print_document({"schema": 1, "counts": counts, "messages": found})
    if found:
        print_table(("number", "found", "folder", "verdict", "reason", "account"), map(_row, found))
    return say(", ".join(f"{count} {word}" for word, count in sorted(counts.items())) or "no message was ever stored")


@app.command()
def show(number: Number, as_json: Json = False) -> None:
    """Show one message's verdict with every step that led to it.

    Its text is never shown: it is the sender's.
    """
    with reading(context.database(context.settings(), reads=True)) as conn:
        message = _get(conn, number)
        described = _describe(conn, message) | {"evidence": dict(message.evidence or {})}
    if as_json:
        return print_document({"schema": 1, "messages": [described]})
    for name, value in described.items():
        if name != "evidence" and value is not None:
            told = {True: "yes", False: "no"}.get(value, value) if isinstance(value, bool) else value
            say(f"{_WORDS.get(name, name.replace('_', ' ')):16} {told}")
    _print_steps(described["evidence"].get("steps", []))
    return say(
        f"{message.verdict or message.stage} ({message.reason or 'not judged yet'}): "
        f"{described['evidence'].get('detail', '')}".rstrip(": ")
    )


@app.command()
def retry(number: Number) -> None:
    """Let the daemon judge a message once more, from the start.

    What was never fetched is fetched first.
    """
    with writing(context.database(context.settings())) as conn:
        message = _get(conn, number)
        if message.verdict in (MailVerdict.ACCEPT, MailVerdict.DUPLICATE):
            raise UsageError(
                f"message {number} was acted on already ({message.verdict}); there is nothing to try again"
            )
        if message.sealed is None and message.uid is None:
            raise UsageError(
                f"message {number} came as a file and its bytes are not kept any more; give the file again"
            )
        messages.ask_again(conn, number)
        is_awake = any(now() - worker.beat < _SILENT for worker in workers.list_all(conn))
    when = "by the running daemon" if is_awake else "when a daemon runs: none is at work now, 'sc-agent run' starts one"
    say(f"message {number} will be judged again {when}")


@app.command()
def dismiss(
    number: Number,
    reason: Annotated[str, typer.Option(help="Why it needs no act.")] = "dismissed by a person",
) -> None:
    """Set a message aside that needs no act.

    It is no task any more, and is not judged again by itself.
    """
    with writing(context.database(context.settings())) as conn:
        message = _get(conn, number)
        if message.verdict in (MailVerdict.ACCEPT, MailVerdict.DUPLICATE):
            raise UsageError(f"message {number} was acted on already ({message.verdict}); there is nothing to dismiss")
        messages.dismiss(conn, number, by=context.who(), why=reason, now=now())
    say(f"message {number} is dismissed; 'sc-agent mail retry {number}' takes it up again")


@app.command()
def approve(
    number: Number,
    account: Annotated[str | None, typer.Option(metavar="ID", help="The account that must be the invited one.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print JSON; without --yes only what would be approved.")
    ] = False,
) -> None:
    """Approve a held message: it is acted on as one that was accepted.

    Only a genuine mail with exactly one invitation can be approved.

    Shows shop, merchant and region; an account without a merchant is bound to the one shown.
    """
    from agent.mail import approval, verdicts

    settings = context.settings()
    context.quiet_logs()
    engine = context.database(settings)
    vault = context.proven_vault(settings, engine)
    held = approval.look_at_held(number, settings=settings, engine=engine, vault=vault, now=now())
    offered = verdicts.offered(held.offer, held.examination.shop_name)
    if not as_json:
        say(_told(offered))
    if not yes and (as_json or not _is_agreed(held.message)):
        if as_json:
            print_document({"schema": 1, "message": number, "approved": False, "account": account, **offered})
        raise UnconfirmedError("nothing was approved; answer y, or pass --yes")
    row_id = approval.approve(
        held, account_id=account, asked_by=context.who(), settings=settings, engine=engine, now=now()
    )
    with reading(engine) as conn:
        invitation = invitations.get(conn, row_id)
    assert invitation is not None  # noqa: S101 - it was recorded a moment ago
    link, whose = invitation.link, invitation.account_id
    if as_json:
        return print_document({"schema": 1, "message": number, "approved": True, "account": whose, **offered})
    return say(f"message {number} is approved: invitation {link.invitation_id} for account {whose}")


def _is_agreed(message: Message) -> bool:
    detail = (message.evidence or {}).get("detail", message.reason)
    return agreed(f"Message {message.id} is held: {one_line(detail)}. Act on it?")


def _told(offered: dict[str, str | None]) -> str:
    merchant, everywhere = offered["merchant_id"], offered["global_account_id"]
    whom = f"merchant {merchant}" if merchant else f"global account {everywhere}"
    shop = offered["shop"] or "(not named)"
    return f"shop {shop!r}, {whom}, region {offered['region']} ({offered['host']}), to {offered['recipient']}"


def _expected(settings: Settings) -> Callable[[str], Expectation | None] | None:
    """What registered accounts expect.

    None when there is no database or no account in it.
    """
    from agent.store.inbox.expectations import expectation_for

    url = parse_url(database_url(settings))
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
        return None
    engine = context.database(settings, reads=True)
    with reading(engine) as conn:
        if not accounts.list_all(conn):
            return None

    def look_up(address: str) -> Expectation | None:
        with reading(engine) as conn:
            return expectation_for(conn, address, any_merchant=settings.accept_any_merchant)

    return look_up


def _get(conn: Connection, number: int) -> Message:
    message = messages.get(conn, number)
    if message is None:
        raise UsageError(f"no message has the number {number}; 'sc-agent mail list' shows those that are")
    return message


def _describe(conn: Connection, message: Message) -> dict[str, Any]:
    folder = folders.get(conn, message.folder_id) if message.folder_id is not None else None
    return {
        "number": message.id,
        "found_at": timestamp(message.found_at),
        "mailbox": folder.mailbox if folder else None,
        "folder": folder.folder if folder else "(file)",
        "uid": message.uid,
        "message_id": message.message_id,
        "size": message.size,
        "stage": message.stage,
        "verdict": message.verdict,
        "reason": message.reason,
        "account": message.account_id,
        "attempts": message.attempts,
        "next_try_at": timestamp(message.next_try_at),
        "judged_at": timestamp(message.judged_at),
        "bytes_kept": message.sealed is not None,
    }


def _row(message: dict[str, Any]) -> list[str]:
    """One line of the list; a stage is told where it is not the last."""
    stage = message["stage"] if message["stage"] != "done" else None
    verdict = ", ".join(filter(None, (message["verdict"], stage)))
    told = (message["number"], message["found_at"], message["folder"], verdict, message["reason"], message["account"])
    return ["" if each is None else str(each) for each in told]


def _print_steps(steps: Any) -> None:
    for step in steps:
        word, colour = _MARKS[step["passed"]]
        line = Text.assemble((f"{word:4}", colour), f"{step['name']:12}{one_line(step['detail'])}")
        print_hanging(line, indent=_STEP_INDENT)
